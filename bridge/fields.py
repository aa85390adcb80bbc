"""The fields of the layers `errors` and `blocks`."""

from __future__ import annotations

from qgis.core import QgsFields

from ..rsqi_core import taxonomy
from .compat import DATETIME, DOUBLE, INT, STRING, field


def error_fields() -> QgsFields:
    """Return the fields of the layer `errors`."""
    fields = QgsFields()
    for name, kind, length in (
        ("category_id", INT, 0),
        ("label", STRING, 32),
        ("label_en", STRING, 32),
        ("confidence", DOUBLE, 0),
        ("area_m2", DOUBLE, 0),
        ("severity", STRING, 1),
        ("penalty", DOUBLE, 0),
        ("status", STRING, 16),
        ("source", STRING, 16),
        ("block_size", INT, 0),
        ("comment", STRING, 254),
        ("edited_at", DATETIME, 0),
        ("edited_by", STRING, 64),
    ):
        fields.append(field(name, kind, length))
    return fields


def block_fields() -> QgsFields:
    """Return the fields of the layer `blocks`: where the block is, and the probability of each type."""
    fields = QgsFields()
    for name in ("block_size", "row", "col"):
        fields.append(field(name, INT))
    for code in taxonomy.CODES:
        fields.append(field(f"p_{code}", DOUBLE))
    return fields
