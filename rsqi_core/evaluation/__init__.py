"""Measuring: metrics, the held-out benchmark, calibration of a model's thresholds, found against planted."""
