"""The scenes of a lot as features: footprints in degrees with grade, review and verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Iterable, Iterator

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..rsqi_core.batch.lot_table import Entry, read_lot, read_review
from ..rsqi_core.scoring.agreement import agree
from .compat import DOUBLE, INT, STRING, field

CRS = "EPSG:4326"
_FIELDS = (
    ("name", STRING), ("scene", STRING), ("result", STRING), ("status", STRING), ("grade", STRING), ("score", DOUBLE),
    ("errors", INT), ("unreviewed", INT), ("reviewed_by", STRING), ("reviewed_at", STRING), ("verdict", STRING),
    ("second_count", INT), ("second_equal", DOUBLE), ("reason", STRING),
)  # fmt: skip


def lot_fields() -> QgsFields:
    """Return the fields of the layer."""
    fields = QgsFields()
    for name, kind in _FIELDS:
        fields.append(field(name, kind))
    return fields


def entries_of(folder: Path) -> Iterator[Entry]:
    """Yield the scenes of a folder of results as they are now.

    Raises
    ------
    rsqi_core.errors.RsqiError
        The folder's state cannot be read.
    """
    for entry in read_lot(folder):
        yield replace(entry, review=read_review(entry.result) if entry.outcome is not None else None)


def features_of_lot(
    entries: Iterable[Entry], context: QgsCoordinateTransformContext, fields: QgsFields
) -> Iterator[QgsFeature]:
    """Yield a feature for each scene; one that lies nowhere has no geometry."""
    for entry in entries:
        feature = QgsFeature(fields)
        feature.setAttributes(attributes_of(entry))
        ring = footprint_of(entry, context)
        if ring:
            feature.setGeometry(QgsGeometry.fromPolygonXY([[QgsPointXY(x, y) for x, y in ring]]))
        yield feature


def attributes_of(entry: Entry) -> list:
    """Return the attributes of a scene."""
    return [NULL if value is None else value for value in _values(entry)]


def footprint_of(entry: Entry, context: QgsCoordinateTransformContext) -> tuple[tuple[float, float], ...]:
    """Return where a scene lies, in degrees: as it was noted, else as its raster says; empty where nothing does."""
    if entry.outcome is not None and entry.outcome.footprint:
        return entry.outcome.footprint
    if entry.outcome is not None or not Path(entry.scene).is_file():
        return ()
    layer = open_header(entry.scene)
    if not layer.isValid() or not layer.crs().isValid():
        return ()
    box = layer.extent()
    corners = (
        (box.xMinimum(), box.yMaximum()),
        (box.xMaximum(), box.yMaximum()),
        (box.xMaximum(), box.yMinimum()),
        (box.xMinimum(), box.yMinimum()),
    )
    move = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem(CRS), context)
    try:
        points = [move.transform(QgsPointXY(x, y)) for x, y in corners]
    except QgsCsException:
        return ()
    return tuple((point.x(), point.y()) for point in points)


def open_header(path: str) -> QgsRasterLayer:
    """Open a raster without a look at its pixels."""
    options = QgsRasterLayer.LayerOptions()
    options.loadDefaultStyle = False
    return QgsRasterLayer(path, Path(path).stem, "gdal", options)


def memory_layer(title: str, crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    """Return an empty layer of this kind."""
    layer = QgsVectorLayer("Polygon", title, "memory")
    layer.setCrs(crs)
    layer.dataProvider().addAttributes(list(lot_fields()))
    layer.updateFields()
    return layer


def _values(entry: Entry) -> list:
    review = entry.review
    second = agree(review.second) if review is not None else None
    found = [entry.name, entry.scene, str(entry.result), entry.status, entry.grade, entry.score]
    found += [None, None, "", ""] if review is None else [review.errors, review.unreviewed, *_signed(entry)]
    found += [entry.verdict, second.count if second else None, second.equal if second else None]
    return [*found, entry.outcome.reason if entry.outcome is not None else ""]


def _signed(entry: Entry) -> list[str]:
    return [", ".join(entry.review.by), entry.review.at]
