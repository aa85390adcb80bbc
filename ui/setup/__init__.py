"""*Set up*: build, test, repair and remove the Python environment in which the worker runs."""
