"""What the algorithms and the dock share, and the way to the worker process. Knows QGIS and numpy, but no widgets."""
