"""RSQI core: find and score quality errors in remote-sensing images. Knows no QGIS.

Importing the package is cheap: heavy libraries load with the stage that needs them.
"""

__version__ = "0.1.0"
