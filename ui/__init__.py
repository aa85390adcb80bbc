"""The widgets: the dock, the settings page. Knows QGIS and Qt; does no work of its own."""
