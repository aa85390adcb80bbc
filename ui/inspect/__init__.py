"""Inspect: what to inspect and how, the run in the background, and what came of it."""
