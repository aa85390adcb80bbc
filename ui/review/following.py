"""Follow a missed seam: the worker finds the line between clicks, and Enter makes it an error with measures."""

from __future__ import annotations

from qgis.core import QgsGeometry, QgsPointXY, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...bridge.i18n import tr
from ...bridge.seam_session import SeamSession
from ...bridge.seam_table import MeasuredSeam, measured_seam
from ...bridge.texts import error_text
from . import seam_decisions
from .decisions import Decisions
from .follow_tool import FollowTool
from .map_mode import MapMode

SETTLE_MS = 40  # a mouse that moves asks no faster than this
SNAP = 12  # px of the screen around a click within which the seam is looked for,
SNAP_RANGE = (4.0, 60.0)  # px, and not less and not more than this in the image
MODE = "follow"


class Following(MapMode):
    """Gives the map its tool, asks the worker for the line as it grows, and adds what is taken.

    Signals
    -------
    measured : MeasuredSeam
        The line as it is drawn now.
    drawn : int
        Fid of the error that has just been added.
    """

    measured = pyqtSignal(object)
    drawn = pyqtSignal(int)

    def __init__(self, iface, decisions: Decisions, session: SeamSession, parent: QObject | None = None):
        super().__init__(iface, parent)
        self._decisions, self._session = decisions, session
        self._layer: QgsVectorLayer | None = None
        self._pixel_side: float | None = None
        self._line: list[QgsPointXY] = []  # through all clicks
        self._path_id = self._measure_id = 0
        self._whole = False  # whether the path that is awaited goes through the clicks alone
        self._taking = False
        self.tool = FollowTool(iface.mapCanvas())
        self.tool.changed.connect(self._clicked)
        self.tool.moved.connect(lambda: self._timer.start() if not self._timer.isActive() else None)
        self.tool.taken.connect(self.take)
        self.tool.left.connect(self.leave)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(lambda: self._ask_path(whole=False))
        session.answered.connect(self._answered)
        session.failed.connect(self._failed)

    def set_layer(self, layer: QgsVectorLayer | None, pixel_side: float | None) -> None:
        """Add to another layer."""
        self.leave()
        self._layer, self._pixel_side = layer, pixel_side

    def start(self) -> bool:
        """Take the map, or leave it if the tool is on; return whether it is on now."""
        again = bool(self.mode)
        self.leave()
        if again or self._layer is None:
            return False
        self.tool.start(self._layer)
        self._begin(MODE, lambda: self._iface.mapCanvas().setMapTool(self.tool))
        return True

    def sketching(self) -> bool:
        """Return whether a line has been begun; the keys then belong to the tool."""
        return bool(self.mode) and bool(self.tool.clicks)

    def take(self) -> None:
        """Add the line as an error, once it is found and measured."""
        if len(self.tool.clicks) < 2:
            self._decisions.refused.emit(tr("Click two places along the seam first."))
            return
        self._taking = True
        self.tool.cursor = None
        self._timer.stop()
        self._ask_path(whole=True)

    def _end(self) -> None:
        """Drop a line that was begun."""
        self._forget()

    def _forget(self) -> None:
        self._timer.stop()
        self._session.forget()
        self._line, self._taking, self._path_id, self._measure_id = [], False, 0, 0
        self.tool.drop()

    def _clicked(self) -> None:
        self._taking = False
        if len(self.tool.clicks) < 2:
            self._session.forget()
            self._line, self._path_id = [], 0
            self.tool.show_line([])
        else:
            self._ask_path(whole=True)

    def _ask_path(self, whole: bool) -> None:
        places = [*self.tool.clicks]
        if not whole and self.tool.cursor is not None:
            places.append(self.tool.cursor)
        if len(places) > 1:
            points = [[place.x(), place.y()] for place in places]
            self._whole = whole
            self._path_id = self._session.ask("path", points=points, snap=self._snap())

    def _snap(self) -> float | None:
        """Return how many pixels of the image lie around a click; None where that is not known."""
        canvas, side = self._iface.mapCanvas(), self._pixel_side
        center = canvas.extent().center()
        beside = QgsPointXY(center.x() + SNAP * canvas.mapUnitsPerPixel(), center.y())
        ends = self.tool.place(center), self.tool.place(beside)
        if not side or None in ends:
            return None
        least, most = SNAP_RANGE
        return min(max(ends[0].distance(ends[1]) / side, least), most)

    def _answered(self, event: dict) -> None:
        if not self.mode:
            return
        if event["id"] == self._path_id:
            if event["event"] == "refused":
                self._refuse(error_text(event))
                return
            line = [QgsPointXY(x, y) for x, y in event["line"]]
            self.tool.show_line(line)
            if self._whole:
                self._line = line
                self._measure_id = self._session.ask("measure", line=event["line"])
        elif event["id"] == self._measure_id:
            if event["event"] == "refused":
                if self._taking:
                    self._refuse(error_text(event))
                return
            self.measured.emit(self._seam(event))
            if self._taking:
                self._add(event)

    def _seam(self, event: dict) -> MeasuredSeam:
        return measured_seam(QgsGeometry.fromPolylineXY(self._line), event["measures"])

    def _add(self, event: dict) -> None:
        line, band = QgsGeometry.fromPolylineXY(self._line), band_of(event)
        self._forget()
        fid = seam_decisions.draw(self._decisions, line, band, event["measures"])
        if fid is not None:
            if not event["visible"]:
                self._decisions.refused.emit(tr("The line was taken, but its measures show no seam: look once more."))
            self.drawn.emit(fid)

    def _refuse(self, why: str) -> None:
        self._taking = False
        self._decisions.refused.emit(why)

    def _failed(self, why: str) -> None:
        if self.mode:
            self._refuse(why)


def band_of(event: dict) -> QgsGeometry:
    """Return the outline of the error in the worker's answer to a measurement."""
    band = QgsGeometry()
    band.fromWkb(bytes.fromhex(event["band"]))
    return band
