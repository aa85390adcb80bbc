"""Give result layers their style: when QGIS loads them, and inside the GeoPackage they are written to."""

from __future__ import annotations

import re

from qgis.core import QgsProcessingContext, QgsProcessingLayerPostProcessorInterface, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from .i18n import language
from .paths import STYLES

BOTH = re.compile(r'(?<=")([^"<>]*?) · ([^"<>]*?)(?=")')  # an attribute of a style in Chinese and English

# QGIS calls a post-processor only while Python still refers to it: one object a layer, until it has run.
_waiting: dict[str, _Styler] = {}


class _Styler(QgsProcessingLayerPostProcessorInterface):
    def __init__(self, layer_id: str, style: str):
        super().__init__()
        self._layer_id = layer_id
        self._style = style

    def postProcessLayer(self, layer, context, feedback):
        apply(layer, self._style)
        _waiting.pop(self._layer_id, None)


def apply(layer: QgsVectorLayer, style: str) -> None:
    """Load the style named `style` (``errors`` or ``blocks``) into `layer`, in the language of QGIS."""
    document = QDomDocument()
    document.setContent(in_one_language((STYLES / f"{style}.qml").read_text(encoding="utf-8"), language()))
    layer.importNamedStyle(document)
    layer.triggerRepaint()


def in_one_language(qml: str, lang: str) -> str:
    """Keep the Chinese (``zh``) or else the English half of every text that a style has in both."""
    return BOTH.sub(r"\1" if lang == "zh" else r"\2", qml)


def style_when_loaded(context: QgsProcessingContext, layer_id: str, style: str) -> None:
    """Have QGIS style the layer when the run ends, if it is going to load it at all."""
    if context.willLoadLayerOnCompletion(layer_id):
        _waiting[layer_id] = _Styler(layer_id, style)
        context.layerToLoadOnCompletionDetails(layer_id).setPostProcessor(_waiting[layer_id])


def store_in_geopackage(layer_id: str, style: str) -> bool:
    """Store the style, in both languages, beside a layer of a GeoPackage; return whether it was stored."""
    if ".gpkg" not in layer_id.lower():
        return False
    layer = QgsVectorLayer(layer_id, style, "ogr")
    if not layer.isValid():
        return False
    layer.loadNamedStyle(str(STYLES / f"{style}.qml"))
    return not layer.saveStyleToDatabase(style, f"RSQI {style}", True, "")
