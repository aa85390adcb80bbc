"""Tests that drive the real desktop; they need `qgis` and `xvfb-run` and run with the Python that QGIS uses."""

import importlib.util

if importlib.util.find_spec("qgis") is None:
    collect_ignore_glob = ["test_*.py"]
