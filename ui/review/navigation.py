"""Go to an error on the map: a view that suits it, a flash, and a thin outline that stays."""

from __future__ import annotations

from typing import Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand, QgsVertexMarker
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from ...bridge.compat import POLYGON
from .unpainted import set_unpainted

MARGIN = 1.5  # side of the view over the side of the error: its surroundings are needed to judge it
SMALL_PX, GAP_PX = 24, 3  # what is smaller or thinner would vanish under its outline: it gets a frame at a distance
CONTEXT_PX = 160  # least side of the view in pixels of the image, so that a missing pixel is seen among others


def view_box(box: QgsRectangle, pixel_side: float | None) -> QgsRectangle:
    """Return what to show of an error: all of it with a margin, and not less than some pixels around it.

    Parameters
    ----------
    box : QgsRectangle
        Around the error.
    pixel_side : float or None
        Of the image, in the units of `box`.
    """
    side = max(box.width(), box.height())
    least = CONTEXT_PX * pixel_side if pixel_side else 0.0
    if side <= 0:
        side = least / MARGIN or 1.0
    half = max(side * MARGIN, least) / 2
    center = box.center()
    return QgsRectangle(center.x() - half, center.y() - half, center.x() + half, center.y() + half)


def pixel_side_of(layer: QgsVectorLayer) -> float | None:
    """Return the pixel size of an image in the project under the layer; None if there is none in its system."""
    for other in QgsProject.instance().mapLayers().values():
        if not isinstance(other, QgsRasterLayer) or other.crs() != layer.crs():
            continue
        if other.rasterUnitsPerPixelX() > 0 and other.extent().intersects(layer.extent()):
            return other.rasterUnitsPerPixelX()
    return None


def outline(geometry: QgsGeometry, pixel_side: float | None) -> QgsGeometry:
    """Return the line that marks an error: its own outline, or a rectangle around what is small or thin."""
    box = QgsRectangle(geometry.boundingBox())
    if not pixel_side or min(box.width(), box.height()) > SMALL_PX * pixel_side:
        return geometry
    box.grow(GAP_PX * pixel_side)
    return QgsGeometry.fromRect(box)


def place_text(geometries: Sequence[QgsGeometry], crs: QgsCoordinateReferenceSystem) -> str:
    """Return a place inside each outline, one a line: to the centimetre, or to the seventh decimal of a degree."""
    digits = 7 if crs.isGeographic() else 2
    points = [geometry.pointOnSurface().asPoint() for geometry in geometries]
    return "\n".join(f"{point.x():.{digits}f}, {point.y():.{digits}f}" for point in points)


class Navigator:
    """Moves one canvas; everything it draws there is gone after :meth:`stop`.

    Attributes
    ----------
    moving : bool
        Whether it is this that moves the map now, and no person.
    """

    def __init__(self, canvas: QgsMapCanvas):
        self._canvas = canvas
        self._outline: QgsRubberBand | None = None
        self._cross: QgsVertexMarker | None = None
        self._judged: QgsVectorLayer | None = None  # whose error is under judgement
        self._all_layers: list | None = None  # of the map, and those without marks, while the marks are hidden
        self._images: list | None = None
        self.moving = False

    def go_to(
        self,
        layer: QgsVectorLayer,
        geometry: QgsGeometry,
        pixel_side: float | None,
        keep_scale: bool,
        fid: int | None = None,
    ) -> None:
        """Show an error, at the scale that suits it or at the present one, and flash it; mark it as :meth:`mark`."""
        if geometry.isEmpty():
            return
        self.mark(layer, outline(geometry, pixel_side), fid)
        self._show(layer, view_box(geometry.boundingBox(), pixel_side), keep_scale)
        self._canvas.flashGeometries([geometry], layer.crs(), QColor(255, 255, 0, 200), QColor(255, 255, 0, 0), 2, 300)

    def show_block(self, layer: QgsVectorLayer, geometry: QgsGeometry) -> None:
        """Show a block, nearly filling the map, with its outline."""
        if geometry.isEmpty():
            return
        self.mark(layer, geometry)
        box = QgsRectangle(geometry.boundingBox())
        box.scale(1.04)
        self._show(layer, box, False)

    def mark(self, layer: QgsVectorLayer, geometry: QgsGeometry | None, fid: int | None = None) -> None:
        """Outline what is being looked at, None takes the outline away; paint nothing over the error `fid` of it."""
        self._remove_cross()
        before, self._judged = self._judged, layer if fid is not None else None
        if before is not None and before is not self._judged and not sip.isdeleted(before):
            set_unpainted(before, None)
        if fid is not None:
            set_unpainted(layer, fid)
        if self._outline is None:
            self._outline = QgsRubberBand(self._canvas, POLYGON)
            self._outline.setFillColor(QColor(0, 0, 0, 0))
            self._outline.setStrokeColor(QColor("#ffff00"))
            self._outline.setSecondaryStrokeColor(QColor(0, 0, 0, 160))
            self._outline.setWidth(2)
            self._outline.setLineStyle(Qt.PenStyle.DashLine)
        if geometry is None:
            self._outline.reset(POLYGON)
        else:
            self._outline.setToGeometry(geometry, layer)

    def show_place(self, layer: QgsVectorLayer, place: QgsPointXY) -> None:
        """Put a cross on a place until something else is marked, and flash it."""
        self._remove_cross()
        self._cross = QgsVertexMarker(self._canvas)
        self._cross.setIconType(QgsVertexMarker.ICON_X)
        self._cross.setColor(QColor("#ff0000"))
        self._cross.setPenWidth(3)
        self._cross.setIconSize(16)
        box = QgsRectangle(place, place)
        self._cross.setCenter(self._on_map(layer, box).center())
        self._canvas.flashGeometries([QgsGeometry.fromPointXY(place)], layer.crs())

    def _remove_cross(self) -> None:
        if self._cross is not None:
            self._canvas.scene().removeItem(self._cross)
            self._cross = None

    def hide_marks(self) -> None:
        """Show the image alone: no vector layer, no outline; nothing is changed in the project."""
        self._all_layers = self._canvas.layers()
        self._images = [layer for layer in self._all_layers if not isinstance(layer, QgsVectorLayer)]
        self._canvas.setLayers(self._images)
        if self._outline is not None:
            self._outline.hide()

    def show_marks(self) -> None:
        """Show again what :meth:`hide_marks` has hidden, unless the map shows other layers by now."""
        if self._images is None:
            return
        if self._canvas.layers() == self._images:
            self._canvas.setLayers([layer for layer in self._all_layers if not sip.isdeleted(layer)])
        self._images = self._all_layers = None
        if self._outline is not None:
            self._outline.show()

    def stop(self) -> None:
        """Take the outline off the canvas."""
        self.show_marks()
        self._remove_cross()
        if self._outline is not None:
            self._canvas.scene().removeItem(self._outline)
            self._outline = None

    def _show(self, layer: QgsVectorLayer, box: QgsRectangle, keep_scale: bool) -> None:
        box = self._on_map(layer, box)
        self.moving = True
        if keep_scale:
            self._canvas.setCenter(box.center())
        else:
            self._canvas.setExtent(box)
        self.moving = False
        self._canvas.refresh()

    def _on_map(self, layer: QgsVectorLayer, box: QgsRectangle) -> QgsRectangle:
        """Return a box of the layer in the system of the map."""
        target = self._canvas.mapSettings().destinationCrs()
        if layer.crs() == target or not layer.crs().isValid() or not target.isValid():
            return box
        transform = QgsCoordinateTransform(layer.crs(), target, QgsProject.instance())
        transform.setBallparkTransformsAreAppropriate(True)
        return transform.transformBoundingBox(box)
