"""The page *Review*: the list of errors with its buttons and keys, and the map that follows it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Callable

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QMenu, QTextEdit, QWidget

from ...bridge import reviewer
from ...bridge.compat import QAction
from ...bridge.fields import is_error_layer
from ...bridge.i18n import tr
from ...bridge.layer_score import inspected_image
from ...bridge.live_score import LiveScore
from ...rsqi_core import taxonomy
from . import error_menu, map_filter
from .current_error import CurrentError
from .decisions import Decisions
from .deductions import Deductions
from .digitising import DRAWING
from .edit_tools import MODES, EditTools
from .error_rows import UNREVIEWED, ErrorRow
from .evidence_view import EvidenceView
from .file_check import FileCheck
from .keys import KeyListener, KeyTable
from .map_choice import MapChoice
from .map_selection import MapSelection
from .map_view import MapView
from .navigation import Navigator, pixel_side_of
from .panel import ReviewPanel
from .selected_errors import SelectedErrors
from .side_view_switch import SideViewSwitch
from .unpainted import set_unpainted

MESSAGE_S = 8


class ReviewPage(ReviewPanel):
    """Judge and correct the errors of one layer; every action is in the file at once.

    Signals
    -------
    changed
        An error was changed, added or deleted, or its deduction.
    step_requested : str
        Name of the page to go on to.
    """

    changed = pyqtSignal()
    step_requested = pyqtSignal(str)

    def __init__(self, iface, live: LiveScore, parent: QWidget | None = None):
        super().__init__(Navigator(iface.mapCanvas()), parent)
        self._iface = iface
        self._layer: QgsVectorLayer | None = None
        self._listed = 0  # errors that had been read when the list was filled
        self._beginning = False  # whether the first error is to be shown when all are read
        self.decisions = Decisions(self)
        self.deductions = Deductions(self.decisions, live, self)
        self.selection = MapSelection(self)
        self.tools = EditTools(iface, self.decisions, self.selection.select, self)
        self.selected = SelectedErrors(self.list, self.decisions, self)
        self.current = CurrentError(self.navigator, self.list, self.decision_bar.keep_scale, self.tools, self)
        self.evidence = EvidenceView(self)
        self.map_view = MapView(iface.mapCanvas(), self.navigator, self)
        self.map_choice = MapChoice(iface, self.list, self._fill_menu, self)
        self.key_table = KeyTable(self)
        self.keys = KeyListener(self.run_command, self._accepts_key, self)
        self.keys.watch(iface.mapCanvas(), self.list, self)
        self.side_views = SideViewSwitch(iface, self.keys, self)
        self._commands = self._command_table()
        self._file_check = FileCheck(self.decisions, self)
        self._connect_file()
        self._connect_map()
        self._connect_widgets()
        reviewer.publish_name()
        self._show_layer()

    # The contract of a page

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Review another layer; None: there is none."""
        if not is_error_layer(layer):
            layer = None
        if layer is self._layer:
            return
        self._release_layer()
        self._layer = layer
        image = inspected_image(layer) if layer is not None else None
        if image is not None:
            pixel_side = image.measures.pixel_side
        else:
            pixel_side = pixel_side_of(layer) if layer is not None else None
        if layer is not None:
            set_unpainted(layer, None)  # if the project was saved amid a review
        self.current.set_layer(layer, pixel_side)
        self.decisions.set_layer(layer)
        self.deductions.set_layer(layer)
        self.selection.set_layer(layer)
        self.tools.set_layer(layer, pixel_side)
        self.side_views.set_layer(layer)
        self.block_bar.set_layer(layer)
        self.map_view.set_layer(layer)
        self.map_choice.set_layer(layer)
        self.seam_panel.set_layer(layer, image.raster if image is not None else "")
        if layer is not None:
            self.filter_bar.set_threshold(map_filter.threshold_of(layer))
        self._show_layer()
        if self.isVisible():
            self.block_bar.load()
            if layer is not None:
                self._take_tool()

    def stop(self) -> None:
        """Let go of QGIS: nothing of the review stays on the map, in the keys or in the layer."""
        self.evidence.stop()
        self.set_layer(None)
        self.side_views.close()
        self.keys.stop()
        self.key_table.stop()
        self.map_choice.stop()
        self.deductions.stop()
        self.tools.stop()
        self.filter_bar.stop()
        self.map_view.stop()
        self.navigator.stop()
        self.current.stop()
        self._file_check.stop()
        reviewer.withdraw_name()
        for box in (self.comment_box, self.reviewer_box):
            box.blockSignals(True)  # they would signal once more when they lose the focus for good

    # Commands

    def run_command(self, command: str) -> bool:
        """Run the command of a key or a button; return whether it had an effect."""
        return self._commands[command]() is not False

    def begin(self) -> None:
        """Go to the first error that nobody has judged, once all are read."""
        self._beginning = self.decisions.reading.going_on
        if not self._beginning:
            row = self._row()
            self.go_to(row.fid if row is not None and row.status == UNREVIEWED else self.list.next_unreviewed())

    def go_to(self, fid: int | None) -> None:
        """Make an error the current one, and show it on the map."""
        self.list.go_to(fid)

    def _command_table(self) -> dict[str, Callable[[], object]]:
        return {
            "accept": self.selected.accept,
            "reject": self.selected.reject,
            "merge": self.selected.merge,
            "delete": self.selected.delete,
            "copy": self.selected.copy_places,
            "undo": self.selected.undo,
            "redo": self.selected.redo,
            **{f"type_{t.id}": partial(self._choose_type, t.id) for t in taxonomy.TYPES},
            "next": lambda: self.go_to(self.list.step(1)),
            "previous": lambda: self.go_to(self.list.step(-1)),
            "unreviewed": lambda: self.go_to(self.list.next_unreviewed()),
            "zoom": self.current.show,
            "peek": self.navigator.hide_marks,
            "unpeek": self.navigator.show_marks,
            "evidence": self._show_evidence,
            "side": self.side_views.toggle,
            "block": self.block_bar.forward,
            "block_back": self.block_bar.back,
            "comment": self.focus_comment,
            "tool": self._take_tool,
            "follow": self.tools.follow,
            **{mode: partial(self._start_tool, mode) for mode in MODES},
            "leave": self._leave,
        }

    def _open_shortcuts(self) -> None:
        action = self._iface.mainWindow().findChild(QAction, "mActionConfigureShortcuts")
        if action is not None:
            action.trigger()

    def _choose_type(self, category_id: int) -> None:
        """Draw errors of another type while such a tool is on, else give it to the selected errors."""
        if self.tools.drawing:
            self.tools.choose_type(category_id)
        else:
            self.selected.relabel(category_id)

    def _start_tool(self, mode: str) -> None:
        """Start a tool; what it draws is of the type that is filtered by, else of that of the current error."""
        fid, rows = self.list.fid, self.decisions.rows
        if fid is None and mode not in DRAWING:
            return
        category_id = self.filter_bar.row_filter().category_id or (rows[fid].category_id if fid in rows else 0)
        self.tools.start(mode, fid, category_id)

    def _take_tool(self) -> None:
        self.tools.leave()
        self.map_choice.take()

    def _leave(self) -> bool:
        if not self.tools.mode:
            self.list.setFocus()
            return False
        self.tools.leave()
        return True

    def _show_evidence(self) -> None:
        row = self._row()
        if row is not None:
            self.evidence.toggle(self._layer, row.fid, row.category_id)
        self.decision_bar.show_evidence(self.evidence.fid is not None)

    def _save_comment(self) -> None:
        row = self._row()
        if row is not None and self.comment_box.text() != row.comment:
            self.decisions.comment(row.fid, self.comment_box.text())

    def _row(self) -> ErrorRow | None:
        return self.decisions.rows.get(self.list.fid)

    def _accepts_key(self, command: str, watched: QWidget) -> bool:
        """Return whether a key is meant for the review now: on the map while it has the tool, or one that was begun."""
        if self._layer is None or not self.isVisible():
            return False
        if watched is self._iface.mapCanvas():
            if not self.map_choice.has_tool and not self.tools.mode:
                return False
        elif isinstance(QApplication.focusWidget(), (QLineEdit, QTextEdit, QAbstractSpinBox)):
            return command == "leave"
        return self.tools.spares_key(command)

    def _fill_menu(self, menu: QMenu) -> None:
        rows = self.decisions.rows
        chosen = [rows[fid] for fid in self.list.selected() if fid in rows]
        if chosen:
            error_menu.fill(menu, chosen, self.run_command)

    # The file has changed

    def _decisions_changed(self, fids: set[int]) -> None:
        self.map_view.add(fids)
        if not self.list.refresh(fids):
            self._fill()
        self._show_row()
        self._show_progress()
        if self.list.fid in fids and self.isVisible():
            self.current.mark()
        self.changed.emit()

    def _rows_read(self, all_of_them: bool) -> None:
        """Fill the list when all errors are read, and now and then before: each time with twice as many."""
        if all_of_them or len(self.decisions.rows) >= 2 * self._listed:
            self._fill()
        self._show_progress()
        if all_of_them and self._beginning:
            self.begin()

    def _rows_reloaded(self, fids: set[int]) -> None:
        if not self.list.refresh(fids):
            self._fill()
        self.list.viewport().update()
        self._show_row()
        self._show_progress()
        me = reviewer.reviewer()
        others = {fid for fid in fids if fid in self.decisions.rows and self.decisions.rows[fid].edited_by != me}
        if others:
            text = tr("Changed by somebody else and read again: {count} errors.")
            self._say(text.format(count=len(others)), Qgis.MessageLevel.Info)
        if fids:
            self.changed.emit()

    def _deductions_written(self, fids: set[int]) -> None:
        self.list.refresh(fids)
        self.changed.emit()

    # Another error, or another tool

    def _error_chosen(self, fid: int) -> None:
        self.evidence.follow(fid)
        self._show_row()
        self.current.show_soon()

    def _current_replaced(self) -> None:
        """Outline the error that a verdict would be about now."""
        self.evidence.follow(self.list.fid)
        if self.isVisible():
            self.current.mark()

    def _map_chosen(self) -> None:
        self._show_row()
        self.current.mark()

    def _selected_on_map(self, fids: list[int]) -> None:
        """Select in the list what was selected on the map, unless a tool has selected it."""
        if not self.tools.mode and self.list.select(fids):
            self._show_row()

    def _show_drawn(self, fid: int) -> None:
        self.list.set_current(fid)
        self._show_row()
        self.current.mark()

    def _mode_changed(self, mode: str) -> None:
        self._show_mode()
        self._show_step()
        if self.isVisible():
            self.current.mark()
        if not mode:
            self.selection.select([])

    # Display

    def _filter(self) -> None:
        """List what a person has chosen, from the first error on; the map goes along, unless it is what chooses."""
        before = self.list.fid
        self._fill()
        if self.list.fid != before and self.map_view.fids is None:
            self.go_to(self.list.first())

    def _fill(self) -> None:
        self._listed = len(self.decisions.rows)
        row_filter = replace(self.filter_bar.row_filter(), fids=self.map_view.fids)
        self.list.show_rows(self.decisions.rows, row_filter)
        self._show_row()
        self._show_progress()

    def _show_layer(self) -> None:
        self._fill()
        self._show_mode()

    def _show_row(self) -> None:
        self.show_row(self._row())

    def _show_progress(self) -> None:
        rows, reading = self.decisions.rows, self.decisions.reading
        total = reading.total if reading.going_on else len(rows)
        self.progress_line.show_rows(rows, len(self.list.table.order), total)
        self._show_step()
        undo, redo = (self.decisions.history.last(undone) for undone in (False, True))
        self.decision_bar.show_history(undo and undo.text, redo and redo.text)

    def _show_step(self) -> None:
        done = self._layer is not None and self.decisions.all_reviewed()
        clean = done and not self.decisions.rows and not self.tools.mode
        self.show_content(self._layer is not None, clean, done)

    def _show_mode(self) -> None:
        self.show_mode(self.tools.mode, self.tools.category_id, self.tools.outlining.waiting)

    def _set_threshold(self, threshold: float) -> None:
        if self._layer is not None and not map_filter.set_threshold(self._layer, threshold):
            self._say(tr("The style of this layer has no categories: only the list is filtered."))

    def _say(self, text: str, level=Qgis.MessageLevel.Warning) -> None:
        self._iface.messageBar().pushMessage("RSQI", text, level, MESSAGE_S)
        QgsMessageLog.logMessage(text, "RSQI", level, False)

    def _release_layer(self) -> None:
        """Leave the layer as it was found."""
        layer = self._layer
        if layer is None or sip.isdeleted(layer):
            return
        self._save_comment()
        self.evidence.hide()
        self.tools.leave()
        self.selection.set_layer(None)
        map_filter.set_threshold(layer, 0.0)
        self.current.unmark()
        self.list.forget()

    # Who hears whom

    def _connect_file(self) -> None:
        self.decisions.changed.connect(self._decisions_changed)
        self.decisions.read.connect(self._rows_read)
        self.decisions.reloaded.connect(self._rows_reloaded)
        self.decisions.refused.connect(self._say)
        self.decisions.lines_changed.connect(lambda _fids: self.seam_panel.show_again())
        self.deductions.written.connect(self._deductions_written)
        self.block_bar.marked.connect(self.decisions.mark_as_read)
        self.block_bar.refused.connect(self._say)

    def _connect_map(self) -> None:
        self.selection.changed.connect(self._selected_on_map)
        self.tools.mode_changed.connect(self._mode_changed)
        self.tools.proposal_changed.connect(self._show_mode)
        self.tools.drawn.connect(self._show_drawn)
        self.tools.measured.connect(self.seam_panel.show_line)
        self.tools.refused.connect(self._say)
        self.tools.crossing.connect(lambda place: self.navigator.show_place(self._layer, place))
        self.evidence.said.connect(lambda text: self._say(text, Qgis.MessageLevel.Info))
        self.evidence.changed.connect(self.decision_bar.show_evidence)
        self.side_views.switched.connect(self.decision_bar.buttons["side"].setChecked)
        self.map_view.moved.connect(self._fill)
        self.map_choice.chosen.connect(self._map_chosen)
        self.map_choice.refused.connect(lambda text: self._say(text, Qgis.MessageLevel.Info))
        self.map_choice.held.connect(self.decision_bar.show_tool)

    def _connect_widgets(self) -> None:
        self.filter_bar.filter_changed.connect(self._filter)
        self.filter_bar.view_chosen.connect(self.map_view.set_on)
        self.filter_bar.threshold_changed.connect(self._set_threshold)
        self.list.chosen.connect(self._error_chosen)
        self.list.replaced.connect(self._current_replaced)
        self.list.customContextMenuRequested.connect(lambda place: error_menu.pop_up(self.list, place, self._fill_menu))
        self.selected.said.connect(self._say)
        for buttons in (self.decision_bar, self.clean):
            buttons.command_requested.connect(self.run_command)
        for strip in (self.clean.next_step, self.next_step):
            strip.taken.connect(self.step_requested)
        self.comment_box.editingFinished.connect(self._save_comment)
        self.key_table.changed.connect(self.show_keys)
        self.shortcuts_requested.connect(self._open_shortcuts)

    def showEvent(self, event):
        super().showEvent(event)
        self._file_check.start()
        self.block_bar.load()
        if self._layer is not None:
            self._take_tool()
            self.current.mark()

    def hideEvent(self, event):
        super().hideEvent(event)
        self._file_check.stop()
        self.navigator.show_marks()
        self.map_choice.release()
        if self._layer is not None and not sip.isdeleted(self._layer):
            self.tools.leave()
            self.current.unmark()
        self.tools.seam_session.stop()
