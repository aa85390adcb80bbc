"""What differs between QGIS 3.22 with Qt 5 and QGIS 4 with Qt 6, for widgets."""

from __future__ import annotations

from qgis.core import Qgis, QgsMapLayerProxyModel

try:
    from qgis.PyQt.QtGui import QAction
except ImportError:  # Qt 5
    from qgis.PyQt.QtWidgets import QAction

RASTER_LAYERS = Qgis.LayerFilter.RasterLayer if Qgis.QGIS_VERSION_INT >= 33400 else QgsMapLayerProxyModel.RasterLayer

__all__ = ["RASTER_LAYERS", "QAction"]
