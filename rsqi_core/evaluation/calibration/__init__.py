"""Temperatures, thresholds and constraint of a model, set on held-out pictures that the benchmark leaves alone."""
