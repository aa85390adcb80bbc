"""The page *Review*: the list of errors with its buttons and keys, and the map that follows it."""

from __future__ import annotations

from dataclasses import replace

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge import reviewer
from ...bridge.i18n import tr
from ...bridge.layer_score import inspected_image
from ...bridge.live_score import LiveScore
from ...bridge.seam_session import SeamSession, image_request
from ..widgets.next_step import NextStep
from . import error_menu, map_filter
from .block_bar import BlockBar
from .clean_image import CleanImage
from .decision_bar import DecisionBar
from .decisions import COMMENT_LENGTH, Decisions
from .deductions import Deductions
from .digitising import DRAWING, Digitising
from .error_list import ErrorList
from .error_rows import UNREVIEWED
from .evidence_view import EvidenceView
from .filter_bar import FilterBar
from .following import Following
from .judged import set_judged
from .key_help import KeyHelp
from .keys import KeyListener, KeyTable, with_key
from .map_choice import MapChoice
from .map_view import MapView
from .navigation import Navigator, outline, pixel_side_of, place_text
from .outlining import Outlining
from .seam_moving import SeamMoving
from .seam_panel import SeamPanel
from .side_view import SideView
from .status_lines import ModeLabel, ProgressLine
from .store import snapshot

FILE_CHECK_MS = 2000  # how often the file is checked for changes by somebody else
SETTLE_MS = 60  # a held key runs through the list without dragging the map along
MESSAGE_S = 8
SEAM_TOOLS = ("reshape", "vertices")  # which move the line of a seam, whose error follows it


class ReviewPage(QWidget):
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
        super().__init__(parent)
        self.setObjectName("rsqiReviewPage")
        self._iface = iface
        self._layer: QgsVectorLayer | None = None
        self._pixel_side: float | None = None
        self._drawn_fid: int | None = None
        self._selecting = False
        self._listed = 0  # errors that had been read when the list was filled
        self.decisions = Decisions(self)
        self.deductions = Deductions(self.decisions, live, self)
        self.digitising = Digitising(iface, self.decisions, self)
        self.seam_session = SeamSession(self)
        self.following = Following(iface, self.decisions, self.seam_session, self)
        self.seam_moving = SeamMoving(iface, self.decisions, self.seam_session, self)
        self.outlining = Outlining(iface, self.digitising, self)
        self.side_view: SideView | None = None
        self.navigator = Navigator(iface.mapCanvas())
        self.evidence = EvidenceView(self)
        self.map_view = MapView(iface.mapCanvas(), self.navigator, self)
        self._build()
        self._file_timer, self._show_timer = QTimer(self), QTimer(self)
        self._file_timer.setInterval(FILE_CHECK_MS)
        self._file_timer.timeout.connect(self._check_file)
        self._show_timer.setSingleShot(True)
        self._show_timer.setInterval(SETTLE_MS)
        self._show_timer.timeout.connect(self._show_on_map)
        self.map_choice = MapChoice(iface, self.list, self._fill_menu, self)
        self.key_table = KeyTable(self)
        self.keys = KeyListener(self.run_command, self._accepts_key, self)
        self.keys.watch(iface.mapCanvas(), self.list, self)
        self._connect()
        reviewer.publish_name()
        self._show_layer()

    # The contract of a page

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Review another layer; None: there is none."""
        if layer is not None and layer.fields().indexFromName("category_id") < 0:
            layer = None
        if layer is self._layer:
            return
        self._release_layer()
        self._layer = layer
        self.decisions.set_layer(layer)
        self.deductions.set_layer(layer)
        self.digitising.set_layer(layer)
        self.outlining.set_layer(layer)
        if self.side_view is not None:
            self.side_view.set_layer(layer)
        self.block_bar.set_layer(layer)
        self.map_view.set_layer(layer)
        self.map_choice.set_layer(layer)
        self._drawn_fid = None
        image = inspected_image(layer) if layer is not None else None
        self.following.set_layer(layer, image.measures.pixel_side if image is not None else None)
        self.seam_moving.set_layer(layer)
        self.seam_session.set_image(image_request(layer) if layer is not None else None)
        self.seam_panel.set_layer(layer, image.raster if image is not None else "")
        if layer is not None:
            self._pixel_side = image.measures.pixel_side if image is not None else pixel_side_of(layer)
            set_judged(layer, None)  # if the project was saved amid a review
            self.filter_bar.set_threshold(map_filter.threshold_of(layer))
            layer.selectionChanged.connect(self._follow_selection)
        self._show_layer()
        if self.isVisible():
            self.block_bar.load()
            if layer is not None:
                self._take_tool()

    def stop(self) -> None:
        """Let go of QGIS: nothing of the review stays on the map, in the keys or in the layer."""
        self.evidence.stop()
        self.set_layer(None)
        self.outlining.stop()
        if self.side_view is not None:
            self.side_view.close()
        self.keys.stop()
        self.key_table.stop()
        self.map_choice.stop()
        self.deductions.stop()
        self.seam_moving.stop()
        self.filter_bar.stop()
        self.map_view.stop()
        self.navigator.stop()
        for timer in (self._file_timer, self._show_timer):
            timer.stop()
        reviewer.withdraw_name()
        for box in (self.comment_box, self.reviewer_box):
            box.blockSignals(True)  # they would signal once more when they lose the focus for good

    # Commands

    def run_command(self, command: str) -> bool:
        """Run the command of a key or a button; return whether it had an effect."""
        if command.startswith("type_"):
            return self._choose_type(int(command.removeprefix("type_")))
        simple = {
            "accept": lambda: self._decide(self.decisions.accept),
            "reject": lambda: self._decide(self.decisions.reject),
            "next": lambda: self.go_to(self.list.step(1)),
            "previous": lambda: self.go_to(self.list.step(-1)),
            "unreviewed": lambda: self.go_to(self.list.next_unreviewed()),
            "zoom": self._show_on_map,
            "peek": self.navigator.hide_marks,
            "unpeek": self.navigator.show_marks,
            "tool": self._take_tool,
            "delete": self._delete,
            "evidence": self._show_evidence,
            "copy": self._copy_coordinates,
            "comment": self._focus_comment,
            "undo": lambda: self._go_back(self.decisions.undo),
            "redo": lambda: self._go_back(self.decisions.redo),
            "merge": self._merge,
            "side": self._toggle_side_view,
            "block": self.block_bar.forward,
            "block_back": self.block_bar.back,
            "leave": self._leave,
            "follow": self._follow_seam,
        }
        if command in simple:
            return simple[command]() is not False
        return self._digitise(command)

    def go_to(self, fid: int | None) -> None:
        """Make an error the current one, and show it on the map."""
        self.list.go_to(fid)

    def _decide(self, decide) -> None:
        """Decide on the selected errors, and go on to the next unreviewed one."""
        fids = self.list.selected()
        following = self.list.next_unreviewed(fids)
        if not fids or not decide(fids):
            return
        self.go_to(self.list.fid if following is None else following)
        if following is None and not self.decisions.reading.going_on and not self._all_reviewed():
            self._push_message(tr("All errors in the list are reviewed."), Qgis.MessageLevel.Success)

    def _all_reviewed(self) -> bool:
        rows = self.decisions.rows
        return not self.decisions.reading.going_on and all(row.status != UNREVIEWED for row in rows.values())

    def _choose_type(self, category_id: int) -> bool:
        if self.digitising.mode not in DRAWING:
            self._decide(lambda fids: self.decisions.relabel(fids, category_id))
            return True
        self.digitising.category_id = category_id
        if self.outlining.geometry is not None or self.outlining.waiting:
            self.outlining.choose_type(category_id)
            self._show_mode(self.digitising.mode)
            return True
        self._show_mode(self.digitising.mode)
        if self._drawn_fid in self.decisions.rows and not self.digitising.sketching():
            self.decisions.relabel([self._drawn_fid], category_id)
        return True

    def _go_back(self, step) -> None:
        touched = step()
        self.go_to(next((fid for fid in sorted(touched) if self.list.shows(fid)), self.list.fid))

    def _merge(self) -> None:
        fids = self.list.selected()
        if self.decisions.merge(fids):
            self.go_to(fids[0])

    def _delete(self) -> None:
        if self.decisions.delete(self.list.selected()):
            self.go_to(self.list.fid)

    def _copy_coordinates(self) -> None:
        """Put a place inside each selected error on the clipboard, in the system of the layer."""
        fids, crs = self.list.selected(), self._layer.crs()
        if fids:
            features = snapshot(self._layer, fids)
            text = place_text([features[fid].geometry() for fid in fids if features[fid] is not None], crs)
            QApplication.clipboard().setText(text)
            shown = tr("Copied: {place} ({crs})").format(place=text.partition("\n")[0], crs=crs.authid() or "-")
            self._push_message(shown, Qgis.MessageLevel.Info)

    def _show_evidence(self) -> None:
        row = self.decisions.rows.get(self.list.fid)
        if row is not None:
            self.evidence.toggle(self._layer, row.fid, row.category_id)
        self.decision_bar.show_evidence(self.evidence.fid is not None)

    def _focus_comment(self) -> None:
        self.comment_box.setFocus()
        self.comment_box.selectAll()

    def _digitise(self, mode: str) -> bool:
        fid, rows = self.list.fid, self.decisions.rows
        self._leave_tools(self.seam_moving if mode in SEAM_TOOLS else self.digitising)
        if mode in SEAM_TOOLS and fid is not None and self.seam_moving.start(mode, fid):
            return True
        self.seam_moving.leave()
        if mode in DRAWING:
            chosen = self.filter_bar.row_filter().category_id or (rows[fid].category_id if fid in rows else 0)
            self.digitising.category_id = chosen or self.digitising.category_id
        elif fid is not None:
            self._select_on_map([fid])  # QGIS's tools keep to what is selected
        self._drawn_fid = None
        self.digitising.start(mode)
        return True

    def _follow_seam(self) -> None:
        self._leave_tools(self.following)
        self.following.start()

    def _leave(self) -> bool:
        if not self._mode():
            self.list.setFocus()
            return False
        self._leave_tools()
        return True

    def _leave_tools(self, but=None) -> None:
        for tools in (self.digitising, self.following, self.seam_moving):
            if tools is not but:
                tools.leave()

    def _mode(self) -> str:
        """Return which tool that draws or edits is on, empty if none is."""
        return self.digitising.mode or self.following.mode or self.seam_moving.mode

    def _save_comment(self) -> None:
        row = self.decisions.rows.get(self.list.fid)
        if row is not None and self.comment_box.text() != row.comment:
            self.decisions.comment(row.fid, self.comment_box.text())

    def _accepts_key(self, command: str, watched: QWidget) -> bool:
        """Return whether a key is meant for the review now: on the map while it has the tool, or one that was begun."""
        if self._layer is None or not self.isVisible():
            return False
        if watched is self._iface.mapCanvas():
            if not self.map_choice.has_tool and not self._mode():
                return False
        elif isinstance(QApplication.focusWidget(), (QLineEdit, QTextEdit, QAbstractSpinBox)):
            return command == "leave"
        if self.following.mode and (command == "leave" or self.following.sketching()):
            return False  # its tool has keys of its own
        return not self.digitising.sketching() or command.startswith("type_")

    def _toggle_side_view(self) -> None:
        """Open the second view of the map, or close it."""
        if self.side_view is not None:
            self.side_view.close()
            return
        window, dock = self._iface.mainWindow(), self.parentWidget()
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parentWidget()
        self.side_view = SideView(self._iface.mapCanvas(), self._layer, window)
        self.side_view.closed.connect(self._side_view_closed)
        self.side_view.place_in(window, dock)
        self.keys.watch(self.side_view.canvas)
        self.decision_bar.buttons["side"].setChecked(True)

    def _side_view_closed(self) -> None:
        self.keys.unwatch(self.side_view.canvas)
        self.side_view.deleteLater()
        self.side_view = None
        self.decision_bar.buttons["side"].setChecked(False)

    # The map and the menus

    def _take_tool(self) -> None:
        self._leave_tools()
        self.map_choice.take()

    def _map_chosen(self) -> None:
        self._show_row()
        self._mark_current()

    def _show_list_menu(self, place) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_menu(menu)
        if menu.actions():
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _fill_menu(self, menu) -> None:
        rows = self.decisions.rows
        chosen = [rows[fid] for fid in self.list.selected() if fid in rows]
        if chosen:
            error_menu.fill(menu, chosen, self.run_command)

    # Display

    def _show_keys(self) -> None:
        self.decision_bar.show_keys()
        self.block_bar.show_keys()
        self.comment_box.setPlaceholderText(with_key(tr("Comment"), "comment"))

    def _decisions_changed(self, fids: set[int]) -> None:
        self.map_view.add(fids)
        if not self.list.refresh(fids):
            self._fill()
        self._show_row()
        self._show_progress()
        if self.list.fid in fids and self.isVisible():
            self._mark_current()
        self.changed.emit()

    def _rows_read(self, all_of_them: bool) -> None:
        """Fill the list when all errors are read, and now and then before: each time with twice as many."""
        if all_of_them or len(self.decisions.rows) >= 2 * self._listed:
            self._fill()
        self._show_progress()

    def _rows_reloaded(self, fids: set[int]) -> None:
        if not self.list.refresh(fids):
            self._fill()
        self.list.viewport().update()
        self._show_row()
        self._show_progress()
        me = reviewer.reviewer()
        others = {fid for fid in fids if fid in self.decisions.rows and self.decisions.rows[fid].edited_by != me}
        if others:
            self._push_message(
                tr("Changed by somebody else and read again: {count} errors.").format(count=len(others)),
                Qgis.MessageLevel.Info,
            )
        if fids:
            self.changed.emit()

    def _deductions_written(self, fids: set[int]) -> None:
        self.list.refresh(fids)
        self.changed.emit()

    def _check_file(self) -> None:
        if self.isVisible() and self._layer is not None and not self.decisions.writing and not self._layer.isModified():
            self.decisions.reload_if_changed()

    def _error_chosen(self, fid: int) -> None:
        self.evidence.follow(fid)
        self._show_row()
        self._show_timer.start()

    def _follow_selection(self, *_) -> None:
        """Select in the list what was selected on the map."""
        ours = self._selecting or bool(self._mode())
        if not ours and self.list.select(sorted(self._layer.selectedFeatureIds())):
            self._show_row()

    def _select_on_map(self, fids: list[int]) -> None:
        self._selecting = True
        self._layer.selectByIds(fids)
        self._selecting = False

    def _show_on_map(self) -> None:
        fid = self.list.fid
        if self._layer is None or fid is None or len(self.list.selected()) > 1:
            return
        feature = snapshot(self._layer, [fid])[fid]
        if feature is not None:
            keep = self.decision_bar.keep_scale.isChecked()
            self.navigator.go_to(self._layer, feature.geometry(), self._pixel_side, keep, self._judged())

    def _set_threshold(self, threshold: float) -> None:
        if self._layer is not None and not map_filter.set_threshold(self._layer, threshold):
            self._push_message(tr("The style of this layer has no categories: only the list is filtered."))

    def _fill(self) -> None:
        self._listed = len(self.decisions.rows)
        row_filter = replace(self.filter_bar.row_filter(), fids=self.map_view.fids)
        self.list.show_rows(self.decisions.rows, row_filter)
        self._show_row()
        self._show_progress()

    def _show_layer(self) -> None:
        self._fill()
        self._show_mode("")

    def _show_row(self) -> None:
        row = self.decisions.rows.get(self.list.fid)
        self.seam_panel.show_error(row.fid if row is not None else None)
        self.comment_box.setEnabled(row is not None)
        if not self.comment_box.hasFocus():
            self.comment_box.setText(row.comment if row is not None else "")

    def _show_progress(self) -> None:
        rows, reading = self.decisions.rows, self.decisions.reading
        total = reading.total if reading.going_on else len(rows)
        self.progress_line.show_rows(rows, len(self.list.table.order), total)
        self._show_step()
        undo, redo = (self.decisions.history.last(undone) for undone in (False, True))
        self.decision_bar.show_history(undo and undo.text, redo and redo.text)

    def _show_step(self) -> None:
        """Show the list, or that there is nothing to review; offer the next step when all errors are reviewed."""
        done = self._layer is not None and self._all_reviewed()
        clean = done and not self.decisions.rows and not self._mode()
        self._stack.setCurrentWidget(self._nothing if self._layer is None else self.clean if clean else self._content)
        self.progress_line.setVisible(not done)
        if done and not clean:
            self.next_step.offer(self.progress_line.label.text(), tr("Score"), "score")
        else:
            self.next_step.hide()

    def _show_mode(self, mode: str) -> None:
        self.decision_bar.show_mode(mode)
        self.mode_label.show_mode(mode, self.digitising.category_id, self.outlining.waiting)

    def _mode_changed(self, mode: str) -> None:
        self._show_mode(mode)
        self._show_step()
        if self.isVisible():
            self._mark_current()
        if not mode:
            self._select_on_map([])

    def _show_drawn(self, fid: int) -> None:
        self._drawn_fid = fid
        self.list.set_current(fid)
        self._show_row()
        self._mark_current()

    def _mark_current(self) -> None:
        """Outline the current error as it is now."""
        fid = self.list.fid
        feature = snapshot(self._layer, [fid])[fid] if fid is not None else None
        if feature is None:
            self.navigator.mark(self._layer, None)
        else:
            self.navigator.mark(self._layer, outline(feature.geometry(), self._pixel_side), self._judged())

    def _judged(self) -> int | None:
        """Return the error that must not be painted over; none while a tool of QGIS is on, which sees what is drawn."""
        return None if self._mode() else self.list.fid

    def _push_message(self, text: str, level=Qgis.MessageLevel.Warning) -> None:
        self._iface.messageBar().pushMessage("RSQI", text, level, MESSAGE_S)
        QgsMessageLog.logMessage(text, "RSQI", level, False)

    def _release_layer(self) -> None:
        """Leave the layer as it was found."""
        layer = self._layer
        if layer is None or sip.isdeleted(layer):
            return
        self._save_comment()
        self.evidence.hide()
        self._leave_tools()
        layer.selectionChanged.disconnect(self._follow_selection)
        map_filter.set_threshold(layer, 0.0)
        self.navigator.mark(layer, None)

    # Widgets

    def _build(self) -> None:
        self.filter_bar = FilterBar()
        self.list = ErrorList()
        self.progress_line = ProgressLine()
        self.decision_bar = DecisionBar()
        self.comment_box = QLineEdit()
        self.comment_box.setObjectName("rsqiComment")
        self.comment_box.setMaxLength(COMMENT_LENGTH)
        self.comment_box.setPlaceholderText(with_key(tr("Comment"), "comment"))
        self.mode_label = ModeLabel()
        self.seam_panel = SeamPanel()
        self.block_bar = BlockBar(self.navigator)
        self.reviewer_box = QLineEdit(reviewer.given_name())
        self.reviewer_box.setPlaceholderText(reviewer.reviewer())
        self.reviewer_box.setToolTip(tr("Your name: every edit is signed with it"))
        self.help_button = QToolButton()
        self.help_button.setText(tr("Keys"))
        self.help_button.setToolTip(tr("Show all keys"))
        self.help_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = QHBoxLayout()
        foot.addWidget(QLabel(tr("Reviewer")))
        foot.addWidget(self.reviewer_box, 1)
        foot.addWidget(self.help_button)
        text = tr("There are no errors to review. Inspect an image, or choose a layer of errors in the layer panel.")
        self._content, self._nothing = QWidget(), QLabel(text)
        self._nothing.setWordWrap(True)
        self._nothing.setMargin(16)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.clean = CleanImage()
        self.next_step = NextStep(self)
        column = QVBoxLayout(self._content)
        column.addWidget(self.filter_bar)
        column.addWidget(self.list, 1)
        column.addWidget(self.progress_line)
        column.addWidget(self.next_step)
        column.addWidget(self.decision_bar)
        column.addWidget(self.mode_label)
        column.addWidget(self.comment_box)
        column.addWidget(self.seam_panel)
        column.addWidget(self.block_bar)
        column.addLayout(foot)
        self._stack = QStackedLayout(self)
        for widget in (self._nothing, self._content, self.clean):
            self._stack.addWidget(widget)

    def _connect(self) -> None:
        self.decisions.changed.connect(self._decisions_changed)
        self.decisions.read.connect(self._rows_read)
        self.decisions.reloaded.connect(self._rows_reloaded)
        self.decisions.refused.connect(self._push_message)
        self.deductions.written.connect(self._deductions_written)
        for tools in (self.digitising, self.following, self.seam_moving):
            tools.mode_changed.connect(self._mode_changed)
        for tools in (self.digitising, self.following):
            tools.drawn.connect(self._show_drawn)
        for tools in (self.following, self.seam_moving):
            tools.measured.connect(self.seam_panel.show_line)
        self.decisions.lines_changed.connect(lambda _fids: self.seam_panel.show_again())
        self.outlining.changed.connect(lambda: self._show_mode(self.digitising.mode))
        self.outlining.refused.connect(self._push_message)
        self.digitising.crossing.connect(lambda place: self.navigator.show_place(self._layer, place))
        self.evidence.said.connect(lambda text: self._push_message(text, Qgis.MessageLevel.Info))
        self.evidence.changed.connect(self.decision_bar.show_evidence)
        self.filter_bar.filter_changed.connect(self._fill)
        self.filter_bar.view_chosen.connect(self.map_view.set_on)
        self.map_view.moved.connect(self._fill)
        self.filter_bar.threshold_changed.connect(self._set_threshold)
        self.decision_bar.command_requested.connect(self.run_command)
        self.clean.command_requested.connect(self.run_command)
        for strip in (self.clean.next_step, self.next_step):
            strip.taken.connect(self.step_requested)
        self.block_bar.marked.connect(self.decisions.mark_as_read)
        self.block_bar.refused.connect(self._push_message)
        self.list.chosen.connect(self._error_chosen)
        self.list.customContextMenuRequested.connect(self._show_list_menu)
        self.map_choice.chosen.connect(self._map_chosen)
        self.map_choice.refused.connect(lambda text: self._push_message(text, Qgis.MessageLevel.Info))
        self.map_choice.held.connect(self.decision_bar.show_tool)
        self.key_table.changed.connect(self._show_keys)
        self.comment_box.editingFinished.connect(self._save_comment)
        self.comment_box.returnPressed.connect(self.list.setFocus)
        self.reviewer_box.editingFinished.connect(lambda: reviewer.save_name(self.reviewer_box.text()))
        self.help_button.clicked.connect(lambda: KeyHelp(self).show_at(self.help_button))

    def showEvent(self, event):
        super().showEvent(event)
        self._file_timer.start()
        self._check_file()
        self.block_bar.load()
        if self._layer is not None:
            self._take_tool()

    def hideEvent(self, event):
        super().hideEvent(event)
        self._file_timer.stop()
        self.navigator.show_marks()
        self.map_choice.release()
        if self._layer is not None and not sip.isdeleted(self._layer):
            self._leave_tools()
            self.navigator.mark(self._layer, None)
        self.seam_session.stop()
