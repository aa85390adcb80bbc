"""The lines of the layer `seams` that errors stand for: written beside the errors, and undone with them."""

from __future__ import annotations

from typing import Iterable, Mapping

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from ...bridge import layer_style
from ...bridge.compat import LINE_STRING
from ...bridge.fields import seam_fields
from ...bridge.geopackage import features_of, geopackage_of
from ...bridge.i18n import tr
from ...bridge.seam_table import seam_table
from . import store

Lines = Mapping[int, "QgsFeature | None"]


def is_seams_of(layer, errors: QgsVectorLayer) -> bool:
    """Return whether a layer of the project shows the table `seams` beside a layer of errors."""
    return (
        isinstance(layer, QgsVectorLayer)
        and layer.isValid()
        and geopackage_of(layer) == geopackage_of(errors) is not None
        and "layername=seams" in layer.source().split("|")
    )


def shown_layer(errors: QgsVectorLayer) -> QgsVectorLayer | None:
    """Return the layer of the project that shows the lines beside a layer of errors."""
    layers = QgsProject.instance().mapLayers().values()
    return next((layer for layer in layers if is_seams_of(layer, errors)), None)


def show(errors: QgsVectorLayer) -> QgsVectorLayer | None:
    """Return the layer that shows the lines; it is put into the project, above the errors, if it is not there yet."""
    layer, path = shown_layer(errors), geopackage_of(errors)
    if layer is not None or path is None or seam_table(errors) is None:
        return layer
    layer = QgsVectorLayer(f"{path}|layername=seams", tr("Seams"), "ogr")
    layer_style.apply(layer, "seams")
    project = QgsProject.instance()
    project.addMapLayer(layer, False)
    node = project.layerTreeRoot().findLayer(errors.id())
    parent = node.parent() if node is not None else project.layerTreeRoot()
    parent.insertLayer(parent.children().index(node) if node is not None else 0, layer)
    return layer


def lines_of(errors: QgsVectorLayer, fids: Iterable[int]) -> dict[int, QgsFeature]:
    """Return the lines of some errors by their own fids, as the file has them."""
    table, wanted = seam_table(errors), ", ".join(map(str, sorted(fids)))
    if table is None or not wanted:
        return {}
    request = QgsFeatureRequest().setFilterExpression(f'"error_id" in ({wanted})')
    return {feature.id(): feature for feature in features_of(table, request, 0)}


def new_line(errors: QgsVectorLayer, geometry: QgsGeometry, values: Mapping[str, object]) -> QgsFeature:
    """Return a line with its measures for the table, which is made if the result has none.

    Raises
    ------
    StoreError
        It cannot be made.
    """
    table = seam_table(errors) or _make_table(errors)
    return with_line(QgsFeature(table.fields()), geometry, values)


def with_line(feature: QgsFeature, geometry: QgsGeometry, values: Mapping[str, object]) -> QgsFeature:
    """Return a copy of a line with another course and other measures."""
    copy, fields = QgsFeature(feature), feature.fields()
    copy.setGeometry(geometry)
    for name, value in values.items():
        if fields.indexFromName(name) >= 0:
            copy.setAttribute(fields.indexFromName(name), value)
    return copy


def renamed(line: QgsFeature | None, fids: Mapping[int, int]) -> QgsFeature | None:
    """Return a line that stands for the error of its own, whose fid is another now."""
    if line is None or line["error_id"] not in fids:
        return line
    return with_line(line, line.geometry(), {"error_id": fids[line["error_id"]]})


def snapshot(errors: QgsVectorLayer, fids: Iterable[int]) -> dict[int, QgsFeature | None]:
    """Return lines by their own fids as the file has them, None for those that it has not."""
    fids, table = list(fids), seam_table(errors)
    return dict.fromkeys(fids) if not fids or table is None else store.snapshot(table, fids)


def unchanged(errors: QgsVectorLayer, lines: Lines) -> bool:
    """Return whether the file has lines as they are given."""
    now = snapshot(errors, lines)
    return all(_same(now[fid], lines[fid]) for fid in lines)


def write(errors: QgsVectorLayer, target: Lines) -> dict[int, int]:
    """Make the lines what `target` says; None: there is no such line. Return the fids of those that came new or back.

    Raises
    ------
    StoreError
        The file cannot be written.
    """
    if not target:
        return {}
    table = seam_table(errors)
    if table is None:
        raise _refused(errors, "seams")
    provider, stored = table.dataProvider(), store.snapshot(table, target)
    gone = [fid for fid, feature in target.items() if feature is None and stored[fid] is not None]
    fids = {}
    done = provider.deleteFeatures(gone) if gone else True
    for fid, feature in target.items():
        if feature is None or not done:
            continue
        if stored[fid] is None:
            done, added = provider.addFeatures([QgsFeature(feature)])
            fids[fid] = added[0].id() if done else fid
        else:
            values = dict(enumerate(feature.attributes()))
            values.pop(table.fields().indexFromName("fid"), None)
            done = provider.changeFeatures({fid: values}, {fid: feature.geometry()})
    if not done:
        raise _refused(errors, "; ".join(provider.errors()))
    repaint(errors)
    return fids


def follow_status(errors: QgsVectorLayer, statuses: Mapping[int, str]) -> None:
    """Let the lines of some errors say how these were judged, so that the map does not show a rejected one."""
    table = seam_table(errors) if statuses else None
    column = table.fields().indexFromName("status") if table is not None else -1
    if column < 0:
        return
    changes = {}
    for fid, line in lines_of(errors, statuses).items():
        status = statuses[int(line["error_id"])]
        if line["status"] != status:
            changes[fid] = {column: status}
    if changes:
        table.dataProvider().changeAttributeValues(changes)
        repaint(errors)


def repaint(errors: QgsVectorLayer) -> None:
    """Have the project's layer show what has just been written."""
    layer = shown_layer(errors)
    if layer is not None:
        layer.triggerRepaint()


def _make_table(errors: QgsVectorLayer) -> QgsVectorLayer:
    options, path = QgsVectorFileWriter.SaveVectorOptions(), geopackage_of(errors)
    if path is None:
        raise store.StoreError(tr("{name} is no GeoPackage: it cannot hold seams.").format(name=errors.name()))
    options.driverName, options.layerName = "GPKG", "seams"
    options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    if not errors.crs().isValid():
        options.layerOptions = ["SRID=-1"]  # undefined Cartesian: pixels
    context = QgsCoordinateTransformContext()
    writer = QgsVectorFileWriter.create(str(path), seam_fields(), LINE_STRING, errors.crs(), context, options)
    fault = writer.errorMessage() if writer.hasError() != QgsVectorFileWriter.WriterError.NoError else ""
    del writer  # closes the file
    table = seam_table(errors)
    if fault or table is None:
        raise _refused(errors, fault)
    layer_style.store_in_geopackage(table.source(), "seams")
    return table


def _refused(errors: QgsVectorLayer, reason: str) -> store.StoreError:
    text = tr("The seams of {name} could not be saved: {reason}")
    return store.StoreError(text.format(name=errors.name(), reason=" ".join(reason.split())))


def _same(one: QgsFeature | None, other: QgsFeature | None) -> bool:
    if one is None or other is None:
        return one is other
    status = one.fields().indexFromName("status")  # follows from the error
    pairs = enumerate(zip(one.attributes(), other.attributes()))
    return all(index == status or store.equal(a, b) for index, (a, b) in pairs) and one.geometry().equals(
        other.geometry()
    )
