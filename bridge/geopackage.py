"""The GeoPackage that an inspection wrote: which one a layer lies in, its features, and its table ``summary``."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsFeature, QgsFeatureRequest, QgsProcessingException, QgsProviderRegistry, QgsVectorLayer

from ..rsqi_core.errors import OutputError
from ..rsqi_core.files.attribute_table import read_fids, read_rows
from ..rsqi_core.scoring import Score, TypeScore
from ..rsqi_core.taxonomy import CODES
from .i18n import tr

READ_WAIT_S = 0.1  # for another program that is just writing


def geopackage_of(layer: QgsVectorLayer) -> Path | None:
    """Return the GeoPackage that a layer lies in; None for any other layer."""
    if layer.providerType() != "ogr":
        return None
    path = QgsProviderRegistry.instance().decodeUri("ogr", layer.source()).get("path") or ""
    return Path(path) if path.lower().endswith(".gpkg") else None


def saved_geopackage_of(layer: QgsVectorLayer) -> Path:
    """Return the GeoPackage that a layer of errors is stored in.

    Raises
    ------
    QgsProcessingException
        The layer is in no GeoPackage, or has edits that are not saved yet.
    """
    path = geopackage_of(layer)
    if path is None:
        raise QgsProcessingException(
            tr("The layer {name} is not stored in a GeoPackage of an inspection: inspect the image again.").format(
                name=layer.name()
            )
        )
    if layer.isModified():
        raise QgsProcessingException(tr("Save the edits of the layer {name} first.").format(name=layer.name()))
    return path


def features_of(
    layer: QgsVectorLayer, request: QgsFeatureRequest, expected: int, committed: bool = False
) -> list[QgsFeature]:
    """Return features of a layer, `expected` of them if the file has so many.

    QGIS reads a GeoPackage without locks, and such a connection finds nothing any more once another program has begun
    to write with a write-ahead journal. So the file is opened again where there are fewer.

    Parameters
    ----------
    committed : bool, optional
        As the file has them; else with edits that are not committed yet.
    """
    source = layer.dataProvider() if committed else layer
    found = [QgsFeature(feature) for feature in source.getFeatures(request)]
    if len(found) < expected and not layer.isEditable() and layer.providerType() == "ogr":
        layer.dataProvider().reloadData()
        found = [QgsFeature(feature) for feature in source.getFeatures(request)]
    return found


def fids_of(layer: QgsVectorLayer, committed: bool = False) -> list[int]:
    """Return the ids of the features of a layer in rising order; they are read as :func:`features_of` reads them."""
    stored = _stored_fids(layer) if committed or not layer.isEditable() else []
    if stored:
        return stored
    found = layer.allFeatureIds()  # by one call: a hundred thousand features one by one would take a second
    if layer.isEditable() and committed:
        gone = layer.editBuffer().deletedFeatureIds()
        return sorted({fid for fid in found if fid >= 0}.union(gone))
    if len(found) < max(layer.featureCount(), 1) and not layer.isEditable() and layer.providerType() == "ogr":
        layer.dataProvider().reloadData()
        found = layer.allFeatureIds()
    return sorted(found)


def _stored_fids(layer: QgsVectorLayer) -> list[int]:
    """Return the ids as the GeoPackage has them, in half the time that QGIS takes; none where only QGIS knows them."""
    path = geopackage_of(layer)
    table = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source()).get("layerName")
    if path is None or not table or layer.subsetString() or not path.is_file():
        return []
    try:
        return read_fids(path, table, READ_WAIT_S)
    except OutputError:
        return []


def summary_of(layer: QgsVectorLayer) -> dict:
    """Return the row of the table ``summary`` beside a layer, NULL as None; empty if there is none."""
    path = geopackage_of(layer)
    try:
        rows = read_rows(path, "summary", READ_WAIT_S) if path is not None and path.is_file() else []
    except OutputError:  # damaged: QGIS says so where it opens the layer
        return {}
    return rows[0] if rows else {}


def store_summary(layer: QgsVectorLayer, score: Score) -> bool:
    """Store the score and its sums in the table ``summary`` beside a layer; return whether there is one."""
    path = geopackage_of(layer)
    table = _summary_table(path) if path is not None else None
    row = _only_row(table) if table is not None else None
    if row is None:
        return False
    parts = [score.by_type.get(code) or TypeScore() for code in CODES]
    values = {"score": score.value, "grade": score.grade, "score_mode": score.mode}
    values["error_count"] = sum(part.count for part in parts)
    values.update({f"count_{code}": part.count for code, part in zip(CODES, parts)})
    values.update({f"area_{code}": part.area_m2 for code, part in zip(CODES, parts)})
    indices = {table.fields().indexFromName(name): value for name, value in values.items()}
    changes = {index: value for index, value in indices.items() if index >= 0 and row[index] != value}
    return not changes or table.dataProvider().changeAttributeValues({row.id(): changes})


def _summary_table(path: Path) -> QgsVectorLayer:
    return QgsVectorLayer(f"{path}|layername=summary", "summary", "ogr")


def _only_row(table: QgsVectorLayer) -> QgsFeature | None:
    return next(iter(features_of(table, QgsFeatureRequest(), 1)), None) if table.isValid() else None
