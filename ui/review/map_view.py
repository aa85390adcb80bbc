"""Which errors lie in the map view: looked up again whenever a person moves the map."""

from __future__ import annotations

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsFeatureRequest, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .navigation import Navigator

SETTLE_MS = 150


class MapView(QObject):
    """Follows a map while it is on.

    Attributes
    ----------
    fids : set of int or None
        Errors that touch the view; None while it is off.

    Signals
    -------
    moved
        `fids` are others.
    """

    moved = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, navigator: Navigator, parent: QObject | None = None):
        super().__init__(parent)
        self._canvas, self._navigator = canvas, navigator
        self._layer: QgsVectorLayer | None = None
        self.fids: set[int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Look for errors of another layer."""
        self._layer = layer
        if self.fids is not None:
            self._look()

    def set_on(self, wanted: bool) -> None:
        """Follow the map, or let it be."""
        if wanted == (self.fids is not None):
            return
        if wanted:
            self.fids = set()
            self._canvas.extentsChanged.connect(self._extent_changed)
        else:
            self.fids = None
            self._canvas.extentsChanged.disconnect(self._extent_changed)
        self._look()

    def add(self, fids: set[int]) -> None:
        """Take errors in that have just been worked on, as the map shows them."""
        if self.fids is not None:
            self.fids |= fids

    def stop(self) -> None:
        """Let go of the map."""
        self.set_on(False)

    def _extent_changed(self) -> None:
        if not self._navigator.moving:
            self._timer.start()

    def _look(self) -> None:
        self._timer.stop()
        if self.fids is not None:
            self.fids = self._fids_in_view() if self._layer is not None else set()
        self.moved.emit()

    def _fids_in_view(self) -> set[int]:
        box, source = self._canvas.extent(), self._canvas.mapSettings().destinationCrs()
        if source != self._layer.crs() and source.isValid() and self._layer.crs().isValid():
            transform = QgsCoordinateTransform(source, self._layer.crs(), QgsProject.instance())
            try:
                box = transform.transformBoundingBox(box)
            except QgsCsException:  # the view reaches beyond what the system can express
                return set(self._layer.allFeatureIds())
        flags = QgsFeatureRequest.Flag.NoGeometry
        request = QgsFeatureRequest().setFilterRect(box).setFlags(flags).setNoAttributes()
        return {feature.id() for feature in self._layer.getFeatures(request)}
