"""Learn: export reviewed errors as data, train a model further on them, and compare it with the old one."""
