"""The layers of errors in the project, and how far their review has come. No widgets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProcessingException, QgsProject, QgsVectorLayer

from ...bridge.fields import is_error_layer
from ...bridge.geopackage import saved_geopackage_of, summary_of

DECIDED = ("accepted", "corrected", "added")
REJECTED = "rejected"


@dataclass(frozen=True)
class Reviewed:
    """A layer of errors.

    Attributes
    ----------
    layer_id, name : str
    errors : int
        Accepted, corrected and added ones.
    rejected : int
    open : int
        Errors that nobody has decided on.
    image, inspected_at : str
        Which image was inspected, and when; empty where the file does not say it.
    replaced : bool
        Whether decisions of a later inspection of the same image are in the project: a dataset takes one of them.
    """

    layer_id: str
    name: str
    errors: int
    rejected: int
    open: int
    image: str = ""
    inspected_at: str = ""
    replaced: bool = False

    @property
    def useful(self) -> bool:
        """Has anybody decided anything?"""
        return self.errors + self.rejected > 0


def reviewed_layers(project: QgsProject) -> list[Reviewed]:
    """Return the layers that training data can be made of, each GeoPackage once, by name."""
    found: dict[str, QgsVectorLayer] = {}
    for layer in project.mapLayers().values():
        path = _path(layer)
        if path:
            found.setdefault(path, layer)
    return sorted(_note_replaced([count(layer) for layer in found.values()]), key=lambda reviewed: reviewed.name)


def _note_replaced(layers: list[Reviewed]) -> list[Reviewed]:
    """Say of which layers there is a later one of the same image."""
    latest: dict[str, str] = {}
    for each in layers:
        if each.image and each.useful:
            latest[each.image] = max(latest.get(each.image, ""), each.inspected_at)
    return [replace(each, replaced=each.inspected_at < latest.get(each.image, "")) for each in layers]


def count(layer: QgsVectorLayer) -> Reviewed:
    """Count the decisions in a layer, also those that a filter hides."""
    # The review may filter the layer; training does not.
    whole = QgsVectorLayer(layer.source().split("|subset=")[0], layer.name(), "ogr")
    index = whole.fields().indexFromName("status")
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setSubsetOfAttributes([index])
    counts = Counter(feature.attributes()[index] or "unreviewed" for feature in whole.getFeatures(request))
    errors = sum(counts[status] for status in DECIDED)
    summary = summary_of(layer)
    return Reviewed(
        layer.id(),
        layer.name(),
        errors,
        counts[REJECTED],
        sum(counts.values()) - errors - counts[REJECTED],
        summary.get("raster") or "",
        summary.get("inspected_at") or "",
    )


def _path(layer: QgsMapLayer) -> str:
    """Return the GeoPackage of a layer of errors, an empty string if it is none."""
    if not is_error_layer(layer) or layer.fields().indexFromName("status") < 0:
        return ""
    try:
        return str(saved_geopackage_of(layer).resolve())
    except QgsProcessingException:
        return ""
