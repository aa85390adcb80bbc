"""Models measured on a station's own dataset: the paper's tables, and what they do not show."""
