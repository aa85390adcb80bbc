"""A second view of the map beside the first: another raster or date of the same place, moved and turned with it."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsMapLayerComboBox, QgsMapToolPan, QgsVertexMarker
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QCheckBox, QDockWidget, QHBoxLayout, QLabel, QMainWindow, QVBoxLayout, QWidget

from ...bridge.compat import RASTER_LAYERS
from ...bridge.i18n import tr

LEAST_WIDTH = 240  # px
SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)


class SideView(QDockWidget):
    """A canvas whose place, scale and rotation are those of the main one, whichever of the two is moved.

    Place and scale are shared and not the extent, as the two differ in shape and each would widen the other.

    Signals
    -------
    closed
        It is gone from the screen, and has let go of the main canvas.
    """

    closed = pyqtSignal()

    def __init__(self, main: QgsMapCanvas, layer: QgsVectorLayer | None, parent: QWidget | None = None):
        super().__init__(tr("Side by side"), parent)
        self.setObjectName("rsqiSideView")
        self._main, self._layer = main, layer
        self._following = False
        self._window: QMainWindow | None = None
        self._widths: dict[QDockWidget, int] = {}  # of the other docks, before it was opened
        self.canvas = QgsMapCanvas()
        self.canvas.setCanvasColor(main.canvasColor())
        self.canvas.setMinimumWidth(LEAST_WIDTH)
        self.canvas.enableAntiAliasing(True)
        self._pan = QgsMapToolPan(self.canvas)
        self.canvas.setMapTool(self._pan)
        self.raster_box = QgsMapLayerComboBox()
        self.raster_box.setFilters(RASTER_LAYERS)
        self.raster_box.setToolTip(tr("The image or date that is shown beside"))
        self.errors_box = QCheckBox(tr("Errors"))
        self.errors_box.setToolTip(tr("Show the outlines of the errors here as well"))
        self._build()
        self._here, self._there = _cross(self.canvas), _cross(main)
        self._links = (
            (main.extentsChanged, self._follow_main),
            (main.rotationChanged, self._follow_main),
            (main.destinationCrsChanged, self._follow_main),
            (main.xyCoordinates, self._here.setCenter),
            (self.canvas.extentsChanged, self._follow_side),
            (self.canvas.rotationChanged, self._follow_side),
            (self.canvas.xyCoordinates, self._there.setCenter),
        )
        for signal, slot in self._links:
            signal.connect(slot)
        self.raster_box.layerChanged.connect(self._show_layers)
        self.errors_box.toggled.connect(self._show_layers)
        self._choose_other()
        self._show_layers()
        self._follow_main()

    def place_in(self, window: QMainWindow, neighbour: QDockWidget | None) -> None:
        """Put it into the window: between the map and a neighbour on its right, with half of the map's width.

        All other docks keep their widths, now and when it is closed.
        """
        docked = (dock for dock in window.findChildren(QDockWidget) if dock.isVisible() and not dock.isFloating())
        self._window, half = window, self._main.width() // 2
        self._widths = {dock: dock.width() for dock in docked if window.dockWidgetArea(dock) in SIDES}
        if neighbour in self._widths and window.dockWidgetArea(neighbour) == SIDES[1]:
            # Twice aside, never one above the other: the window would grow beyond the screen.
            window.splitDockWidget(neighbour, self, Qt.Orientation.Horizontal)
            window.splitDockWidget(self, neighbour, Qt.Orientation.Horizontal)
        else:
            window.addDockWidget(SIDES[1], self)
        self.show()
        timer = QTimer(self)  # until the window has found room for it
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._resize_docks({**self._widths, self: half}))
        timer.start(0)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Show errors of another layer."""
        self._layer = layer
        self._show_layers()

    def stop(self) -> None:
        """Let go of the main canvas for good."""
        for signal, slot in self._links:
            signal.disconnect(slot)
        if self._links:
            self.raster_box.layerChanged.disconnect(self._show_layers)
            self._main.scene().removeItem(self._there)
            self.canvas.setLayers([])
            if self._window is not None and not self.isFloating():
                self._window.removeDockWidget(self)
                self._resize_docks(self._widths)
            self._window, self._widths = None, {}
            self.closed.emit()
        self._links = ()

    def closeEvent(self, event):
        super().closeEvent(event)
        self.stop()

    def _resize_docks(self, widths: dict[QDockWidget, int]) -> None:
        shown = {dock: width for dock, width in widths.items() if not sip.isdeleted(dock) and dock.isVisible()}
        if shown and self._window is not None:
            self._window.resizeDocks(list(shown), list(shown.values()), Qt.Orientation.Horizontal)

    def _build(self) -> None:
        inner, line = QWidget(), QHBoxLayout()
        line.addWidget(QLabel(tr("Image")))
        line.addWidget(self.raster_box, 1)
        line.addWidget(self.errors_box)
        column = QVBoxLayout(inner)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(line)
        column.addWidget(self.canvas, 1)
        self.setWidget(inner)

    def _choose_other(self) -> None:
        """Begin with a raster that the main view does not show on top, if there is one."""
        shown = [layer for layer in self._main.layers() if layer.type() == QgsMapLayer.LayerType.RasterLayer]
        choices = [self.raster_box.layer(index) for index in range(self.raster_box.count())]
        other = next((layer for layer in choices if layer is not None and layer not in shown[:1]), None)
        if other is not None:
            self.raster_box.setLayer(other)

    def _show_layers(self, *_) -> None:
        raster = self.raster_box.currentLayer()
        layers = [raster] if raster is not None else []
        if self.errors_box.isChecked() and self._layer is not None and not sip.isdeleted(self._layer):
            layers.insert(0, self._layer)
        self.canvas.setLayers(layers)
        self.canvas.refresh()

    def _follow_main(self, *_) -> None:
        self._copy(self._main, self.canvas)

    def _follow_side(self, *_) -> None:
        self._copy(self.canvas, self._main)

    def _copy(self, source: QgsMapCanvas, target: QgsMapCanvas) -> None:
        """Give one canvas the place, scale and rotation of the other; what that signals is not followed back."""
        if self._following:
            return
        self._following = True
        try:
            if target is self.canvas:
                target.setDestinationCrs(source.mapSettings().destinationCrs())
            if target.rotation() != source.rotation():
                target.setRotation(source.rotation())
            target.setExtent(source.extent())  # for the place: one that shows nothing yet has no centre to move
            target.zoomScale(source.scale())
        finally:
            self._following = False


def _cross(canvas: QgsMapCanvas) -> QgsVertexMarker:
    """Return a mark for where the mouse is in the other view."""
    cross = QgsVertexMarker(canvas)
    cross.setIconType(QgsVertexMarker.ICON_CROSS)
    cross.setColor(QColor("#ffff00"))
    cross.setPenWidth(2)
    cross.setIconSize(14)
    return cross
