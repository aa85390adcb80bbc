"""Evaluation: the frozen benchmark, the calibration of a model, and the pages and cards that state the results."""
