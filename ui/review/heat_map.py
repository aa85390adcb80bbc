"""Where a type is probable: the blocks in its colour, the more opaque the more probable."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsLayerTreeLayer,
    QgsProject,
    QgsRendererRange,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy

MARK = "rsqi/heat_map"  # custom property of the one layer that this module puts into the project, under the errors
STEPS = (0.05, 0.2, 0.4, 0.6, 0.8, 1.0)
OPACITY = (0.08, 0.17, 0.26, 0.36, 0.46)  # the image shows through, also where blocks overlap


def renderer_for(error_type: taxonomy.ErrorType) -> QgsGraduatedSymbolRenderer:
    """Return five steps of opacity over the probability of a type; less than 5 % is not drawn."""
    ranges = []
    for low, high, opacity in zip(STEPS, STEPS[1:], OPACITY):
        symbol = QgsFillSymbol.createSimple({"style": "solid", "outline_style": "no"})
        color = QColor(error_type.color)
        color.setAlphaF(opacity)
        symbol.setColor(color)
        ranges.append(QgsRendererRange(low, high, symbol, f"{low:.0%} - {high:.0%}"))
    return QgsGraduatedSymbolRenderer(f"p_{error_type.code}", ranges)


def show(path: Path, category_id: int, size: int, above: QgsVectorLayer) -> bool:
    """Show a type's probability in the blocks of a size; return False if there are no such blocks.

    Parameters
    ----------
    above : QgsVectorLayer
        The errors, which stay on top.
    """
    layer = _layer()
    if layer is None or geopackage_of(layer) != path:
        hide()
        layer = _add(path, above)
    if layer is None:
        return False
    error_type = taxonomy.by_id(category_id)
    layer.setName(tr("Probability: {name}").format(name=type_name(error_type)))
    layer.setSubsetString(f'"block_size" = {int(size)}')
    layer.setRenderer(renderer_for(error_type))
    layer.triggerRepaint()
    return True


def hide() -> None:
    """Take the heat map out of the project, also one that was saved with it."""
    layer = _layer()
    if layer is not None:
        QgsProject.instance().removeMapLayer(layer.id())


def _layer() -> QgsVectorLayer | None:
    layers = QgsProject.instance().mapLayers().values()
    return next((layer for layer in layers if layer.customProperty(MARK)), None)


def _add(path: Path, above: QgsVectorLayer) -> QgsVectorLayer | None:
    layer = QgsVectorLayer(f"{path}|layername=blocks", "blocks", "ogr")
    if not layer.isValid():
        return None
    layer.setCustomProperty(MARK, True)
    layer.setReadOnly(True)
    project = QgsProject.instance()
    project.addMapLayer(layer, False)
    node = project.layerTreeRoot().findLayer(above.id())
    parent = node.parent() if node is not None else project.layerTreeRoot()
    place = parent.children().index(node) + 1 if node is not None else 0
    parent.insertChildNode(place, QgsLayerTreeLayer(layer))
    return layer
