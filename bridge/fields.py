"""The fields of the layers `errors`, `seams` and `blocks`."""

from __future__ import annotations

from typing import Iterator

from qgis.core import QgsFeature, QgsFields, QgsMapLayer, QgsProcessingException, QgsVectorLayer

from ..rsqi_core import taxonomy
from .compat import DATETIME, DOUBLE, INT, POLYGON, STRING, field
from .i18n import tr


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


def seam_fields() -> QgsFields:
    """Return the fields of the layer `seams`: the measures of a line, and which error stands for it."""
    fields = QgsFields()
    fields.append(field("category_id", INT))
    for name in (
        *(f"step_dn_{band}" for band in "rgb"),
        "delta_e",
        "sharpness_ratio",
        "offset_px",
        "offset_significance",
        "length_m",
        "visible_share",
    ):
        fields.append(field(name, DOUBLE))
    fields.append(field("error_id", INT))
    fields.append(field("status", STRING, 16))
    return fields


def block_fields() -> QgsFields:
    """Return the fields of the layer `blocks`: where the block is, and the probability of each type."""
    fields = QgsFields()
    for name in ("block_size", "row", "col"):
        fields.append(field(name, INT))
    for code in taxonomy.CODES:
        fields.append(field(f"p_{code}", DOUBLE))
    return fields


def conform(source, fields: QgsFields) -> Iterator[QgsFeature]:
    """Yield the features of a layer or source with exactly `fields`, matched by name; what it lacks is NULL.

    They keep their ids, by which seams name them.
    """
    columns = [source.fields().indexFromName(field.name()) for field in fields]
    for feature in source.getFeatures():
        values = feature.attributes()
        copy = QgsFeature(fields, feature.id()) if feature.id() > 0 else QgsFeature(fields)
        copy.setGeometry(feature.geometry())
        copy.setAttributes([values[column] if column >= 0 else None for column in columns])
        yield copy


def is_error_layer(layer: QgsMapLayer | None) -> bool:
    """Return whether a layer has errors: outlines of a type. The lines of a layer `seams` have types too."""
    if not isinstance(layer, QgsVectorLayer) or layer.geometryType() != POLYGON:
        return False
    return layer.fields().indexFromName("category_id") >= 0


def check_error_fields(source) -> None:
    """Check that a feature source is one of errors.

    Raises
    ------
    QgsProcessingException
        It has no field ``category_id``.
    """
    if source.fields().indexFromName("category_id") < 0:
        raise QgsProcessingException(
            tr("The layer {name} has no field category_id: it is no layer of errors.").format(name=source.sourceName())
        )
