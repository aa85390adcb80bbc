"""What differs between QGIS 3.22 with Qt 5 and QGIS 4 with Qt 6, for widgets."""

from __future__ import annotations

from qgis.core import Qgis, QgsMapLayerProxyModel

try:
    from qgis.PyQt.QtGui import QAction, QShortcut
except ImportError:  # Qt 5
    from qgis.PyQt.QtWidgets import QAction, QShortcut

_FILTERS = Qgis.LayerFilter if Qgis.QGIS_VERSION_INT >= 33400 else QgsMapLayerProxyModel
RASTER_LAYERS, POLYGON_LAYERS = _FILTERS.RasterLayer, _FILTERS.PolygonLayer

__all__ = ["POLYGON_LAYERS", "RASTER_LAYERS", "QAction", "QShortcut"]
