"""The page *Lot*: inspect many images, see all of them in one table and on one map, and go on from any of them."""

from __future__ import annotations

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from ...bridge.compat import QShortcut
from ...bridge.i18n import tr
from ...bridge.texts import agreement_text, grade_name
from ...rsqi_core.batch.lot_table import INSPECTED, Entry
from ...rsqi_core.scoring.agreement import agree
from ..widgets.narrow import narrow
from .lot_map import LotMap, title_of
from .reader import LotReader
from .run_box import RunBox
from .second_panel import SecondPanel
from .table import (
    ANY,
    BROKEN,
    DONE,
    GRADES_OFFERED,
    NOT_INSPECTED,
    NOT_REVIEWED,
    PARTLY,
    LotFilter,
    LotModel,
    LotTable,
)

LOOK_MS = 2000  # how often the files are looked at for reviews by anybody


class LotPage(QWidget):
    """Shows a folder of results, and what becomes of it.

    Parameters
    ----------
    method : callable
        See `RunBox`.
    verdict : QWidget
        The panel with the sample and the verdict on the lot, which has `add(paths)`.

    Signals
    -------
    open_requested : Entry
        A scene to review.
    """

    open_requested = pyqtSignal(object)

    def __init__(self, iface, method, verdict: QWidget, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLotPage")
        self._iface = iface
        self.reader, self.map = LotReader(self), LotMap(iface.mapCanvas(), self)
        self.run_box = RunBox(method)
        self.second = SecondPanel(iface, self.reader)
        self.verdict_panel = verdict
        self.model, self.filter = LotModel(self), LotFilter(self)
        self.filter.setSourceModel(self.model)
        self.table = LotTable(self.filter)
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.reader.refresh)
        self.reader.listed.connect(self._list)
        self.reader.read.connect(self._update)
        self.reader.refused.connect(self._warn)
        self.run_box.folder_changed.connect(lambda _: self.reader.set_folder(self.run_box.folder()))
        self.run_box.advanced.connect(self.reader.refresh)
        self.run_box.warned.connect(lambda text: QgsMessageLog.logMessage(text, "RSQI", Qgis.MessageLevel.Warning))
        self.table.clicked.connect(lambda _: self._zoom())
        self.table.activated.connect(lambda _: self.open_current())
        self.map.chosen.connect(self._choose)
        self.second.judged.connect(self.reader.refresh)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Do nothing: a lot does not depend on the layer under review."""

    def stop(self) -> None:
        """Let go of QGIS."""
        self._timer.stop()
        self.run_box.stop()
        self.second.stop()
        self.reader.stop()
        self.map.clear()

    def open_current(self) -> None:
        """Ask for the review of the current scene."""
        entry = self.table.entry()
        if entry is None:
            return
        if entry.status != INSPECTED:
            self._iface.messageBar().pushMessage(
                "RSQI", tr("{name} is not inspected: there is nothing to review yet.").format(name=entry.name)
            )
            return
        self.map.zoom_to(entry)
        self.map.show_labels(False)
        self.open_requested.emit(entry)

    def show_all(self) -> None:
        """Show all scenes on the map."""
        self.map.show_labels(True)
        self.map.zoom_to_all()

    def _zoom(self) -> None:
        entry = self.table.entry()
        if entry is not None:
            self.map.zoom_to(entry)

    def _choose(self, scene: str) -> None:
        """Make the scene that was selected on the map the current one."""
        index = self.filter.mapFromSource(self.model.index(self.model.row_of(scene), 0))
        if index.isValid():
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)

    def _list(self) -> None:
        entries = list(self.reader.entries.values())
        self.model.set_entries(entries)
        folder = self.reader.folder
        new = not self.map.is_shown()
        self.map.show_entries(entries, title_of(folder.name if folder is not None else ""))
        if new and self.isVisible():
            self.map.zoom_to_all()
        self.table.fit()
        self._show_counts()

    def _update(self, entries: list[Entry]) -> None:
        self.model.update(entries)
        self.map.update(entries)
        self.table.fit()
        self._show_counts()

    def _show_counts(self) -> None:
        entries = self.reader.entries.values()
        waiting = [entry for entry in entries if entry.status != INSPECTED]
        reviewed = sum(entry.is_reviewed for entry in entries)
        self.run_box.show_lot([entry.scene for entry in entries], len(waiting))
        text = tr("Images: {total}, inspected: {inspected}, reviewed: {reviewed}").format(
            total=len(entries), inspected=len(entries) - len(waiting), reviewed=reviewed
        )
        hidden = len(entries) - self.filter.rowCount()
        if hidden:
            text = tr("{text}; hidden by the filters: {count}").format(text=text, count=hidden)
        found = agree([pair for entry in entries if entry.review is not None for pair in entry.review.second])
        self.counts.setText("\n".join(filter(None, [text, agreement_text(found) if found else ""])))
        for button in (self.open_button, self.all_button):
            button.setEnabled(bool(entries))
        self.judge_button.setEnabled(len(waiting) < len(entries))
        self.second.show_lot()

    def _filter(self, *_) -> None:
        self.filter.set_filter(self.grade_box.currentData(), self.state_box.currentData(), self.words_box.text())
        self._show_counts()

    def _judge(self) -> None:
        """Take all inspected scenes into the verdict on the lot."""
        results = [str(entry.result) for entry in self.reader.entries.values() if entry.status == INSPECTED]
        self.verdict_panel.size_box.setValue(max(self.verdict_panel.size_box.value(), len(self.reader.entries)))
        self.verdict_panel.add(results)
        self.tabs.setCurrentWidget(self.verdict_panel)

    def _warn(self, text: str) -> None:
        self.run_box.status.setText(text)
        QgsMessageLog.logMessage(text, "RSQI", Qgis.MessageLevel.Warning)

    def showEvent(self, event):
        super().showEvent(event)
        self.reader.set_folder(self.run_box.folder())
        self.reader.refresh()
        self.map.show_labels(True)
        self._timer.start()

    def hideEvent(self, event):
        super().hideEvent(event)
        if not self.run_box.is_running():
            self._timer.stop()

    def _build(self) -> None:
        self.grade_box, self.state_box = narrow(QComboBox()), narrow(QComboBox())
        self.grade_box.addItem(tr("All grades"), ANY)
        for grade in GRADES_OFFERED:
            self.grade_box.addItem(grade_name(grade), grade)
        for text, state in (
            (tr("All states"), ANY),
            (tr("Not reviewed"), NOT_REVIEWED),
            (tr("Partly reviewed"), PARTLY),
            (tr("Reviewed"), DONE),
            (tr("Failed"), BROKEN),
            (tr("Not inspected"), NOT_INSPECTED),
        ):
            self.state_box.addItem(text, state)
        self.words_box = QLineEdit()
        self.words_box.setPlaceholderText(tr("Name"))
        self.words_box.setClearButtonEnabled(True)
        for signal in (self.grade_box.activated, self.state_box.activated, self.words_box.textChanged):
            signal.connect(self._filter)
        filters = QHBoxLayout()
        for box in (self.grade_box, self.state_box, self.words_box):
            filters.addWidget(box, 1)
        self.counts = QLabel()
        self.counts.setWordWrap(True)
        self.open_button, self.all_button = QPushButton(tr("Review")), QPushButton(tr("Show all"))
        self.judge_button = QPushButton(tr("Judge the lot"))
        self.open_button.setToolTip(tr("Opens the chosen image for review (Enter)"))
        self.all_button.setToolTip(tr("Shows all images of the lot on the map"))
        self.judge_button.setToolTip(tr("Takes all inspected images into the verdict on the lot"))
        self.open_button.clicked.connect(self.open_current)
        self.all_button.clicked.connect(self.show_all)
        self.judge_button.clicked.connect(self._judge)
        buttons = QHBoxLayout()
        for button in (self.open_button, self.all_button, self.judge_button):
            buttons.addWidget(button)
            button.setEnabled(False)  # until there is an image
        scenes = QWidget()
        column = QVBoxLayout(scenes)
        column.addWidget(self.run_box)
        column.addLayout(filters)
        column.addWidget(self.table, 1)
        column.addWidget(self.counts)
        column.addLayout(buttons)
        for keys, slot in (("Ctrl+Return", self.run_box.run), ("Esc", self.run_box.cancel)):
            shortcut = QShortcut(QKeySequence(keys), scenes)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("rsqiLotTabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(scenes, tr("Images"))
        self.tabs.addTab(self.verdict_panel, tr("Verdict"))
        self.tabs.addTab(self.second, tr("Second review"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.tabs)
