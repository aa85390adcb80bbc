"""The scenes of a lot on the map: a layer of footprints in the project, coloured by grade."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...bridge import layer_style
from ...bridge.i18n import tr
from ...bridge.lot_layer import CRS, attributes_of, footprint_of, memory_layer, open_header
from ...rsqi_core.batch.lot_table import Entry

_MARGIN = 1.15
_ASKED = 5  # images that are asked for their coordinate system, until one has any


class LotMap(QObject):
    """Keeps the layer as the scenes are; it lies below the images, so that nothing is painted over these.

    Signals
    -------
    chosen : str
        A scene that was selected on the map.
    """

    chosen = pyqtSignal(str)

    def __init__(self, canvas, parent: QObject | None = None):
        super().__init__(parent)
        self._canvas = canvas
        self.layer: QgsVectorLayer | None = None
        self._fids: dict[str, int] = {}
        self._rings: dict[str, tuple] = {}

    def is_shown(self) -> bool:
        """Is the layer in the project?"""
        return self.layer is not None and not sip.isdeleted(self.layer)

    def show_entries(self, entries: Iterable[Entry], title: str) -> None:
        """Show these scenes and no others; without any the layer goes."""
        entries = list(entries)
        if not entries:
            self.clear()
            return
        if not self.is_shown():
            self._add_layer(entries, title)
        self.layer.setName(title)
        provider = self.layer.dataProvider()
        provider.truncate()
        features = [self._feature(entry) for entry in entries]
        _, added = provider.addFeatures(features)
        self._fids = {entry.scene: feature.id() for entry, feature in zip(entries, added)}
        self._repaint()

    def update(self, entries: Iterable[Entry]) -> None:
        """Show these scenes as they are now."""
        if not self.is_shown():
            return
        values, shapes = {}, {}
        for entry in entries:
            fid = self._fids.get(entry.scene)
            if fid is not None:
                feature = self._feature(entry)
                values[fid] = dict(enumerate(feature.attributes()))
                shapes[fid] = feature.geometry()
        self.layer.dataProvider().changeAttributeValues(values)
        self.layer.dataProvider().changeGeometryValues(shapes)
        self._repaint()

    def zoom_to(self, entry: Entry) -> bool:
        """Show a scene on the map; return whether it lies anywhere."""
        ring = self._ring(entry)
        if not ring:
            return False
        if self.is_shown() and entry.scene in self._fids:
            self.layer.blockSignals(True)
            self.layer.selectByIds([self._fids[entry.scene]])
            self.layer.blockSignals(False)
        return self._show(QgsGeometry.fromPolygonXY([[QgsPointXY(x, y) for x, y in ring]]).boundingBox())

    def zoom_to_all(self) -> None:
        """Show all scenes on the map."""
        if self.is_shown():
            corners = [corner for scene in self._fids for corner in self._rings.get(scene, ())]
            if corners:
                xs, ys = zip(*corners)
                self._show(QgsRectangle(min(xs), min(ys), max(xs), max(ys)))

    def show_labels(self, shown: bool) -> None:
        """Write names on the footprints, or not: they would lie over an image under review."""
        if self.is_shown() and self.layer.labelsEnabled() != shown:
            self.layer.setLabelsEnabled(shown)
            if not shown:
                self.layer.removeSelection()
            self._repaint()

    def clear(self) -> None:
        """Take the layer out of the project."""
        if self.is_shown():
            QgsProject.instance().removeMapLayer(self.layer.id())
        self.layer, self._fids, self._rings = None, {}, {}

    def _add_layer(self, entries: list[Entry], title: str) -> None:
        project = QgsProject.instance()
        self.layer = memory_layer(title, _crs_of(entries[:_ASKED]))
        layer_style.apply(self.layer, "lot")
        self.layer.selectionChanged.connect(self._selected)
        project.addMapLayer(self.layer, False)
        node = project.layerTreeRoot().addLayer(self.layer)
        node.setExpanded(True)

    def _selected(self, *_) -> None:
        fids = self.layer.selectedFeatureIds()
        scene = next((scene for scene, fid in self._fids.items() if len(fids) == 1 and fid == fids[0]), None)
        if scene is not None:
            self.chosen.emit(scene)

    def _feature(self, entry: Entry) -> QgsFeature:
        feature = QgsFeature(self.layer.fields())
        feature.setAttributes(attributes_of(entry))
        ring = self._ring(entry)
        if ring:
            shape = QgsGeometry.fromPolygonXY([[QgsPointXY(x, y) for x, y in ring]])
            try:
                shape.transform(self._transform(self.layer.crs()))
            except QgsCsException:  # it lies beside what this system can show
                return feature
            feature.setGeometry(shape)
        return feature

    @staticmethod
    def _transform(target: QgsCoordinateReferenceSystem) -> QgsCoordinateTransform:
        return QgsCoordinateTransform(QgsCoordinateReferenceSystem(CRS), target, QgsProject.instance())

    def _ring(self, entry: Entry) -> tuple:
        """Return the footprint of a scene; a raster is asked once."""
        if entry.outcome is not None and entry.outcome.footprint:
            self._rings[entry.scene] = entry.outcome.footprint
        if entry.scene not in self._rings:
            self._rings[entry.scene] = footprint_of(entry, QgsProject.instance().transformContext())
        return self._rings[entry.scene]

    def _show(self, box: QgsRectangle) -> bool:
        try:
            box = self._transform(self._canvas.mapSettings().destinationCrs()).transformBoundingBox(box)
        except QgsCsException:
            return False
        box.scale(_MARGIN)
        self._canvas.setExtent(box)
        self._canvas.refresh()
        return True

    def _repaint(self) -> None:
        self.layer.updateExtents()
        self.layer.triggerRepaint()


def _crs_of(entries: list[Entry]) -> QgsCoordinateReferenceSystem:
    """Return the coordinate system of the images, which becomes that of an empty project; degrees if there is none."""
    for entry in entries:
        raster = open_header(entry.scene) if Path(entry.scene).is_file() else None
        if raster is not None and raster.isValid() and raster.crs().isValid():
            return raster.crs()
    return QgsCoordinateReferenceSystem(CRS)


def title_of(folder: str) -> str:
    """Return the name of the layer for a folder of results."""
    return tr("Lot {name}").format(name=folder)
