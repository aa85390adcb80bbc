"""A place that words have found becomes an error of the layer under review, as one action that can be undone."""

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
        Of a layer ``found``: with a phrase and a score.
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
    values = {
        "area_m2": decisions.area(shape),
        "status": ADDED,
        "source": TECHNICIAN,
        "confidence": float(place["score"]),
        "comment": str(place["phrase"])[:COMMENT_LENGTH],
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
