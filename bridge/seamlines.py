"""Seamlines for the worker: the file that a layer shows, or a copy of what it shows."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

from .i18n import tr


def lines_file(layer: QgsVectorLayer) -> tuple[str, str | None] | None:
    """Return the file that a layer shows whole and as it is, and the name of its table; None if there is none such."""
    if layer.providerType() != "ogr" or layer.subsetString() or layer.isModified():
        return None
    if layer.crs() != layer.dataProvider().crs() or QgsWkbTypes.isCurvedType(layer.wkbType()):
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path = parts.get("path") or ""
    return (path, parts.get("layerName") or None) if Path(path).is_file() else None


def save_lines(
    source: QgsProcessingFeatureSource, path: Path, transform_context: QgsCoordinateTransformContext
) -> None:
    """Write the geometries of a source, curves as chords, as a GeoPackage that the worker reads.

    Raises
    ------
    QgsProcessingException
        It cannot be written.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "seamlines"
    if not source.sourceCrs().isValid():
        options.layerOptions = ["SRID=-1"]  # undefined Cartesian
    kind = QgsWkbTypes.multiType(QgsWkbTypes.flatType(QgsWkbTypes.linearType(source.wkbType())))
    writer = QgsVectorFileWriter.create(str(path), QgsFields(), kind, source.sourceCrs(), transform_context, options)
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise QgsProcessingException(
            tr("The layer {name} cannot be written.").format(name=path) + " " + writer.errorMessage()
        )
    for feature in source.getFeatures():
        copy = QgsFeature()
        if feature.hasGeometry():
            copy.setGeometry(QgsGeometry(feature.geometry().constGet().segmentize()))
        writer.addFeature(copy)
    del writer  # closes the file
