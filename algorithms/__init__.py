"""The Processing provider ``rsqi``: one algorithm a file. Knows QGIS, but no widgets."""
