"""The report that a technician signs: one content, printed as HTML here and as PDF by QGIS, and the errors' record."""
