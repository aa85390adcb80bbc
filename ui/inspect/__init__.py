"""Inspect: what to inspect and how, the run in the background, and its outcome."""
