"""A seam that a person draws or moves: its line with the measures, and the error that stands for it, as one action."""

from __future__ import annotations

from typing import Mapping

from qgis.core import QgsFeature, QgsGeometry, QgsWkbTypes

from ...bridge.i18n import tr
from . import seam_lines
from .decisions import Decisions, signature, type_values, with_values
from .error_rows import ADDED, CORRECTED, TECHNICIAN
from .history import NEW, Change
from .store import StoreError


def draw(decisions: Decisions, line: QgsGeometry, band: QgsGeometry, measures: Mapping[str, object]) -> int | None:
    """Add a measured line and its error; return the fid of the error, None if it was refused.

    Parameters
    ----------
    line, band : QgsGeometry
        In the CRS of the layer.
    measures : mapping
        The fields of the line.
    """
    layer = decisions.layer
    values = {"area_m2": decisions.area(band), "status": ADDED, "source": TECHNICIAN, "confidence": 1.0}
    error = with_values(QgsFeature(layer.fields()), {**values, **type_values(measures["category_id"]), **signature()})
    error.setGeometry(_fitting(decisions, band))
    try:
        row = seam_lines.new_line(layer, line, {**measures, "status": ADDED, "error_id": NEW})
    except StoreError as fault:
        decisions.refused.emit(str(fault))
        return None
    fids = decisions.apply(Change(tr("Follow the seam"), {NEW: None}, {NEW: error}, {NEW: None}, {NEW: row}))
    return None if fids is None else fids[NEW]


def move(
    decisions: Decisions, before: QgsFeature, line: QgsGeometry, band: QgsGeometry, measures: Mapping[str, object]
) -> bool:
    """Give a seam another course; return whether it has it now.

    Parameters
    ----------
    before : QgsFeature
        The line as the file has it.
    """
    fid = int(before["error_id"])
    stored = decisions.unchanged_features([fid]) if fid in decisions.rows else None
    if stored is None:
        return False
    status = ADDED if decisions.rows[fid].status == ADDED else CORRECTED
    values = {"area_m2": decisions.area(band), "status": status}
    error = with_values(stored[fid], {**values, **type_values(measures["category_id"]), **signature()})
    error.setGeometry(_fitting(decisions, band))
    row = seam_lines.with_line(before, line, {**measures, "status": status})
    change = Change(tr("Move the seam"), stored, {fid: error}, {before.id(): before}, {before.id(): row})
    return decisions.apply(change) is not None


def _fitting(decisions: Decisions, band: QgsGeometry) -> QgsGeometry:
    if QgsWkbTypes.isMultiType(decisions.layer.wkbType()):
        band.convertToMultiType()
    return band
