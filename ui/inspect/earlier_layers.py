"""Layers of earlier results of an image: put aside when there is a new one, so that never two look alike."""

from __future__ import annotations

from typing import Sequence

from qgis.core import QgsLayerTreeGroup, QgsProject, QgsVectorLayer

from ...bridge.geopackage import geopackage_of, summary_of
from ...bridge.i18n import tr
from .images import Image

RASTER = "rsqi/raster"  # custom property of a layer of errors: the image that they lie on
GROUP = "rsqi/earlier"  # custom property of a group: the image whose earlier results it holds


def note_image(layer: QgsVectorLayer, image: Image) -> None:
    """Note in a layer of errors or seams which image it belongs to."""
    layer.setCustomProperty(RASTER, _key(image))


def set_aside(layers: Sequence[QgsVectorLayer], image: Image) -> list[str]:
    """Move the results of an image, but for its new `layers`, into a group below these, hidden, named by their files.

    Returns
    -------
    list of str
        Names of the layers that were moved now.
    """
    root, key = QgsProject.instance().layerTreeRoot(), _key(image)
    moved = []
    for node in root.findLayers():
        other = node.layer()
        if other in layers or not isinstance(other, QgsVectorLayer) or _raster_of(other) != key:
            continue
        group = _group(root, key, image.name)
        if node.parent() is group:
            continue
        title = tr("{name}: seams") if "layername=seams" in other.source() else tr("{name}: errors")
        other.setName(title.format(name=geopackage_of(other).stem))
        moved.append(other.name())
        copy = node.clone()
        copy.setExpanded(False)
        copy.setItemVisibilityChecked(True)  # the group hides it
        group.insertChildNode(0, copy)
        node.parent().removeChildNode(node)
    return moved


def _group(root: QgsLayerTreeGroup, key: str, name: str) -> QgsLayerTreeGroup:
    for found in root.findGroups():
        if found.customProperty(GROUP) == key:
            return found
    group = root.insertGroup(1, tr("{name}: earlier results").format(name=name))
    group.setCustomProperty(GROUP, key)
    group.setItemVisibilityChecked(False)
    group.setExpanded(False)
    return group


def _key(image: Image) -> str:
    return str(image.path) if image.path is not None else image.name


def _raster_of(layer: QgsVectorLayer) -> str:
    """Return the image that a layer of errors belongs to, empty for any other layer."""
    if geopackage_of(layer) is None or layer.fields().indexFromName("category_id") < 0:
        return ""
    return str(layer.customProperty(RASTER) or summary_of(layer).get("raster") or "")
