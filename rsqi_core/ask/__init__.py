"""Questions about a result, answered from what was measured. Imported inside QGIS as well: standard library only."""
