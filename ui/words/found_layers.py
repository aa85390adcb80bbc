"""The layers that a search leaves in the project: the places, and the heat map below them."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsColorRampShader,
    QgsFillSymbol,
    QgsProject,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...bridge.i18n import tr

_OUTLINE = {"style": "no", "outline_color": "255,64,200,255", "outline_width": "0.5"}
_STOPS = ((0.0, (255, 255, 0, 0)), (0.25, (255, 230, 0, 40)), (0.5, (255, 150, 0, 120)), (1.0, (230, 0, 0, 190)))


def unusual_beside(layer: QgsVectorLayer | None) -> QgsVectorLayer | None:
    """Return the project's layer ``unusual`` from the GeoPackage of a layer of errors, if it has places."""
    source = "" if layer is None else layer.source().split("|")[0]
    if not source.lower().endswith(".gpkg"):
        return None
    wanted = Path(source), "layername=unusual"
    for other in QgsProject.instance().mapLayers().values():
        path, _, table = other.source().partition("|")
        if isinstance(other, QgsVectorLayer) and (Path(path), table.split("|")[0]) == wanted:
            return other if other.featureCount() else None
    return None


def add_layers(places: str, heat: str, phrase: str) -> tuple[QgsVectorLayer, QgsRasterLayer]:
    """Put both into the project, above the image; return them.

    Raises
    ------
    ValueError
        One of them cannot be opened.
    """
    vector = QgsVectorLayer(f"{places}|layername=found", tr("Found: {phrase}").format(phrase=phrase), "ogr")
    raster = QgsRasterLayer(heat, tr("Heat map: {phrase}").format(phrase=phrase))
    if not vector.isValid() or not raster.isValid():
        raise ValueError(tr("What was found cannot be opened: {path}").format(path=places))
    vector.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(_OUTLINE)))
    ramp = QgsColorRampShader(0, 1)
    ramp.setColorRampItemList([QgsColorRampShader.ColorRampItem(value, QColor(*color)) for value, color in _STOPS])
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(ramp)
    raster.setRenderer(QgsSingleBandPseudoColorRenderer(raster.dataProvider(), 1, shader))
    for layer in (raster, vector):
        QgsProject.instance().addMapLayer(layer)
    return vector, raster
