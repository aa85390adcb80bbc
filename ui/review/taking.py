"""A place that words have found, or that is unlike anything clean, becomes an error, as one action to be undone."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsWkbTypes,
)

from ...bridge.i18n import tr
from .decisions import COMMENT_LENGTH, Decisions, signature, type_values, with_values
from .error_rows import ADDED, TECHNICIAN
from .history import NEW, Change


def take_place(
    decisions: Decisions, place: QgsFeature, crs: QgsCoordinateReferenceSystem, category_id: int
) -> tuple[int | None, str]:
    """Add a place as an error; return its fid, or None and why it was not taken.

    Parameters
    ----------
    place : QgsFeature
        Of a layer ``found``, with a phrase and a score, or of a layer ``unusual``, with a score alone.
    crs : QgsCoordinateReferenceSystem
        Of that layer.
    """
    layer = decisions.layer
    if layer is None:
        return None, tr("There is no layer of errors to take it into: inspect the image, or choose one.")
    shape = QgsGeometry(place.geometry())
    if crs.isValid() and layer.crs().isValid() and crs != layer.crs():
        try:
            shape.transform(QgsCoordinateTransform(crs, layer.crs(), QgsProject.instance()))
        except QgsCsException as error:
            return None, str(error)
    if not QgsWkbTypes.isMultiType(layer.wkbType()):
        if len(shape.asGeometryCollection()) > 1:
            return None, tr("The layer of errors cannot hold a place of several parts.")
        shape.convertToSingleType()
    else:
        shape.convertToMultiType()
    said = str(place["phrase"]) if place.fields().indexFromName("phrase") >= 0 else tr("Unusual place")
    values = {
        "area_m2": decisions.area(shape),
        "status": ADDED,
        "source": TECHNICIAN,
        "confidence": float(place["score"]),
        "comment": said[:COMMENT_LENGTH],
        **type_values(category_id),
        **signature(),
    }
    error = with_values(QgsFeature(layer.fields()), values)
    error.setGeometry(shape)
    refused: list[str] = []
    decisions.refused.connect(refused.append)
    try:
        fids = decisions.apply(Change(tr("Take a found place"), {NEW: None}, {NEW: error}))
    finally:
        decisions.refused.disconnect(refused.append)
    return (None, " ".join(refused)) if fids is None else (fids[NEW], "")
