"""A seam's line that QGIS's tools move: its measures and its error follow at once, and are undone as one step."""

from __future__ import annotations

from qgis.core import NULL, QgsFeature, QgsGeometry, QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...bridge.compat import QAction
from ...bridge.i18n import tr
from ...bridge.seam_session import SeamSession
from ...bridge.seam_table import measured_seam
from ...bridge.texts import error_text
from . import seam_decisions, seam_lines, store
from .decisions import Decisions
from .digitising import TOOLS
from .following import band_of
from .map_mode import MapMode

SETTLE_MS = 150  # after the last move


class SeamMoving(MapMode):
    """Watches the layer of seams in the project, and starts QGIS's tools on it.

    Attributes
    ----------
    mode : str
        "reshape" or "vertices" while such a tool was started here, else empty.

    Signals
    -------
    measured : MeasuredSeam
        A line as it lies now.
    """

    measured = pyqtSignal(object)

    def __init__(self, iface, decisions: Decisions, session: SeamSession, parent: QObject | None = None):
        super().__init__(iface, parent)
        self._decisions, self._session = decisions, session
        self._errors: QgsVectorLayer | None = None
        self._lines: QgsVectorLayer | None = None
        self._moved: dict[int, QgsGeometry] = {}  # by the fid of the line, the last one last
        self._asked: tuple[int, int] | None = None  # id of the question, and fid of the line
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        session.answered.connect(self._answered)
        session.failed.connect(self._failed)
        self._signals = ((QgsProject.instance().layersAdded, self._watch),)
        for signal, slot in self._signals:
            signal.connect(slot)

    def set_layer(self, errors: QgsVectorLayer | None) -> None:
        """Watch the seams beside another layer of errors."""
        self.leave()
        self._timer.stop()
        self._moved, self._asked = {}, None
        if self._lines is not None and not sip.isdeleted(self._lines):
            self._lines.geometryChanged.disconnect(self._note)
        self._lines, self._errors = None, errors
        self._watch()

    def stop(self) -> None:
        """Let go of the project."""
        self.set_layer(None)
        for signal, slot in self._signals:
            signal.disconnect(slot)
        self._signals = ()

    def start(self, mode: str, fid: int) -> bool:
        """Start a tool of `digitising.TOOLS` on the line of an error; return False where there is no such line."""
        again = mode == self.mode
        self.leave()
        lines = seam_lines.lines_of(self._errors, [fid]) if self._errors is not None else {}
        if again or not lines:
            return again
        layer = seam_lines.show(self._errors)
        self._watch()
        action = self._iface.mainWindow().findChild(QAction, TOOLS[mode])
        if action is None:
            self._decisions.refused.emit(tr("This QGIS does not have the tool for it."))
            return True
        if not layer.isEditable() and not layer.startEditing():
            text = tr("{name} cannot be edited: it is read-only. Save a copy of it and review that.")
            self._decisions.refused.emit(text.format(name=layer.name()))
            return True
        layer.selectByIds(list(lines))

        def give_map() -> None:
            self._iface.setActiveLayer(layer)
            action.trigger()

        self._begin(mode, give_map)
        return True

    def _end(self) -> None:
        """End editing; what is being measured still comes into the file."""
        if self._lines is not None and not sip.isdeleted(self._lines):
            self._lines.removeSelection()
            self._end_editing()
        if self._errors is not None and not sip.isdeleted(self._errors):
            self._iface.setActiveLayer(self._errors)

    def _end_editing(self) -> None:
        if self._lines.isEditable() and not self._lines.isModified():
            self._lines.commitChanges()

    def _watch(self, *_) -> None:
        if self._errors is None or sip.isdeleted(self._errors):
            return
        if self._lines is not None and not sip.isdeleted(self._lines):
            return
        self._lines = seam_lines.shown_layer(self._errors)
        if self._lines is not None:
            self._lines.geometryChanged.connect(self._note)

    # What was moved

    def _note(self, fid: int, geometry: QgsGeometry) -> None:
        """Measure a line in a moment: a hand that moves several vertices is not at its end yet."""
        if self._decisions.writing or fid < 0:
            return
        self._moved.pop(fid, None)
        self._moved[fid] = QgsGeometry(geometry)
        self._timer.start()

    def _ask(self) -> None:
        if self._asked is None and self._moved:
            fid = next(iter(self._moved))
            points = [[vertex.x(), vertex.y()] for vertex in self._moved[fid].vertices()]
            self._asked = self._session.ask("measure", line=points), fid

    def _answered(self, event: dict) -> None:
        if self._asked is None or event["id"] != self._asked[0]:
            return
        (_, fid), self._asked = self._asked, None
        if not self._timer.isActive():  # else it was moved on meanwhile
            geometry = self._moved.pop(fid)
            if event["event"] == "refused":
                self._put_back(fid, error_text(event))
            else:
                self._take(fid, geometry, event)
        self._ask()

    def _failed(self, why: str) -> None:
        if self._asked is None:
            return
        self._asked = None
        for fid in list(self._moved):
            self._put_back(fid, why)
        self._moved.clear()

    def _take(self, fid: int, geometry: QgsGeometry, event: dict) -> None:
        """Store the line with its measures, and let its error follow."""
        before = seam_lines.snapshot(self._errors, [fid])[fid]
        if before is None or self._lines is None or sip.isdeleted(self._lines):
            return
        measures = event["measures"]
        if not self._commit(fid, measures):
            return
        done = True
        if before["error_id"] != NULL:
            done = seam_decisions.move(self._decisions, before, geometry, band_of(event), measures)
        if not done:
            seam_lines.write(self._errors, {fid: before})
            return
        self.measured.emit(measured_seam(geometry, measures))

    def _commit(self, fid: int, values: dict) -> bool:
        """Commit the layer's edits with new values of a line, and go on editing if a tool is on."""
        layer, fields = self._lines, self._lines.fields()
        indices = {fields.indexFromName(name): value for name, value in values.items()}
        layer.changeAttributeValues(fid, {index: value for index, value in indices.items() if index >= 0})
        try:
            store.commit(layer, bool(self.mode))
        except store.StoreError as fault:
            self._decisions.refused.emit(str(fault))
            return False
        return True

    def _put_back(self, fid: int, why: str) -> None:
        """Take a line back that cannot be measured: the measures in the file are always those of the line."""
        before: QgsFeature | None = seam_lines.snapshot(self._errors, [fid])[fid]
        if before is not None and self._lines is not None and self._lines.isEditable():
            self._decisions.writing = True
            try:
                self._lines.changeGeometry(fid, before.geometry())
            finally:
                self._decisions.writing = False
            self._commit(fid, {})
        text = tr("The line was put back, as it could not be measured: {reason}")
        self._decisions.refused.emit(text.format(reason=why))
