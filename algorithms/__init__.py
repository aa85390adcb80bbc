"""The Processing provider ``rsqi``: one algorithm a file, named by what it does. Knows QGIS, but no widgets."""
