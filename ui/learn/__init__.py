"""Learn: reviewed errors become data, a model learns on from them, and is compared with the old one."""
