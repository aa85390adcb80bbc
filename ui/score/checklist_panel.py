"""The tab *By hand*: what no image shows, judged item by item by a person or by a Processing algorithm."""

from __future__ import annotations

from dataclasses import replace

from qgis.core import QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QBrush, QColor
from qgis.PyQt.QtWidgets import (
    QHeaderView,
    QLabel,
    QMenu,
    QMessageBox,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...bridge import checklist, reviewer
from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.file_lock import lock_problem
from ...bridge.geopackage import store_summary
from ...bridge.i18n import language, tr
from ...bridge.live_score import LiveScore
from ...bridge.notes import error_message
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.scoring import Item, JudgedItem, Score
from ...rsqi_core.scoring.checklist import judge
from .card import COLORS
from .item_dialog import ItemDialog
from .verdict_bar import VerdictBar, verdict_text

CODE = Qt.ItemDataRole.UserRole


class ChecklistPanel(QWidget):
    """Shows the list of the scheme in use, keeps the verdicts in the file of the layer and in the live score."""

    def __init__(self, live: LiveScore, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiChecklist")
        self._live_score = live
        self._layer: QgsVectorLayer | None = None
        self._judged: dict[str, JudgedItem] = {}
        self._run: AlgorithmRun | None = None
        self._unstored = False  # whether the score of the last verdict is still to be stored
        self.tree = QTreeWidget()
        self.tree.setObjectName("rsqiCheckItems")
        self.tree.setHeaderLabels([tr("Item"), tr("Verdict")])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(10)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)  # the whole text stands below
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.currentItemChanged.connect(self._show_current)
        self.bar = VerdictBar()
        self.bar.judged.connect(self._judge)
        self.bar.commented.connect(self._comment)
        self.bar.run_requested.connect(self.run)
        self.list_button = QToolButton()
        self.list_button.setText(tr("Edit the list"))
        self.list_button.setToolTip(tr("Add, change and remove items of the checklist"))
        self.list_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.list_button)
        menu.addAction(tr("Add an item..."), self._add)
        menu.addAction(tr("Edit the item..."), self._edit)
        menu.addAction(tr("Remove the item"), self._remove)
        menu.addSeparator()
        menu.addAction(tr("Back to the list of RSQI"), self._restore)
        self.list_button.setMenu(menu)
        self.status = QLabel()
        self.status.setObjectName("rsqiCheckStatus")
        self.status.setWordWrap(True)
        self.bar.row.addWidget(self.list_button)
        column = QVBoxLayout(self)
        column.addWidget(self.tree, 1)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        live.scored.connect(self._store_score)
        self.show_list()

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Judge beside another layer; None: there is none."""
        if self._run is not None:
            self._run.setParent(None)
            self._run.leave()
            self._run = None
        self._layer, self._unstored = layer, False
        self.status.clear()
        self.show_list()

    def stop(self) -> None:
        """Let go of everything."""
        if self._run is not None:
            self._run.stop()
            self._run = None
        self._layer = None

    def show_list(self, *_) -> None:
        """Read the list of the scheme in use anew, with the verdicts that the live score has."""
        try:
            shown = checklist.shown(self._live_score.checks)
        except RsqiError as error:
            self.status.setText(error_message(error))
            shown = self._live_score.checks
        self._judged = {each.item.code: each for each in shown}
        self._fill()

    def judged(self) -> tuple[JudgedItem, ...]:
        """Return all items as they stand."""
        return tuple(self._judged.values())

    def current(self) -> JudgedItem | None:
        """Return the chosen item."""
        item = self.tree.currentItem()
        return self._judged.get(item.data(0, CODE)) if item is not None else None

    def choose(self, code: str) -> None:
        """Choose an item by its code."""
        for n in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(n)
            for k in range(group.childCount()):
                if group.child(k).data(0, CODE) == code:
                    self.tree.setCurrentItem(group.child(k))

    # Verdicts

    def run(self) -> None:
        """Let the algorithm of the chosen item judge it, in the background."""
        judged = self.current()
        if judged is None or judged.item.check is None or self._layer is None or self._run is not None:
            return
        algorithm, problem = checklist.algorithm_of(judged.item.check)
        if not problem:
            parameters = checklist.parameters_of(judged.item.check, algorithm, self._layer)
            run = AlgorithmRun(judged.item.check.id, parameters, self)
            run.finished.connect(lambda results: self._finish(judged.item, results))
            run.failed.connect(self._fail)
            problem = run.start()
        if problem:
            self.status.setText(problem)
            return
        self._run = run
        self.status.setText(tr("Running {id}...").format(id=judged.item.check.id))
        self._show_current()

    def _finish(self, item: Item, results: dict) -> None:
        self._run = None
        self.status.clear()
        judged = self._judged.get(item.code)
        if judged is not None:
            try:
                met = item.check.is_met(results)
                outcome = checklist.outcome_text(item.check, results)
                self._put(replace(judge(judged, "met" if met else "defect"), outcome=outcome))
            except RsqiError as error:
                self.status.setText(error_message(error))
        self._show_current()

    def _fail(self, reason: str) -> None:
        self._run = None
        text = " ".join(reason.split()) or tr("it has ended without a result")
        self.status.setText(tr("The check could not be made: {reason}").format(reason=text))
        self._show_current()

    def _judge(self, verdict: str, severity: str, count: int) -> None:
        judged = self.current()
        if judged is not None:
            self._put(replace(judge(judged, verdict, severity, count), outcome=""))

    def _comment(self, text: str) -> None:
        judged = self.current()
        if judged is not None and judged.comment != text:
            self._put(replace(judged, comment=text))

    def _put(self, judged: JudgedItem) -> None:
        """Store a verdict; what cannot be stored is not shown either, so that screen, file and score agree."""
        if self._layer is None or sip.isdeleted(self._layer):
            return
        signed = replace(judged, judged_by=reviewer.reviewer(), judged_at=checklist.now())
        found = {**self._judged, signed.item.code: signed}
        problem = lock_problem(self._layer) or checklist.save(self._layer, found.values())
        self.status.setText(problem)
        if problem and checklist.is_kept(self._layer):
            self._show_current()
            return
        self._judged = found
        self._unstored = True
        self._show_verdict(signed)
        self._show_current()
        self._live_score.set_checks(self.judged())

    def _store_score(self, score: Score) -> None:
        """Keep the stored score in step with the verdicts."""
        if self._unstored and self._layer is not None and not lock_problem(self._layer):
            self._unstored = False
            store_summary(self._layer, score)

    # The list itself

    def _add(self) -> None:
        current = self.current()
        self._open(ItemDialog(None, self._elements(), current.item.element if current else None, self), None)

    def _edit(self) -> None:
        current = self.current()
        if current is not None:
            self._open(ItemDialog(current.item, self._elements(), None, self), current.item.code)

    def _open(self, dialog: ItemDialog, code: str | None) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._take(dialog.item(set(self._judged)), code))
        dialog.open()

    def _take(self, item: Item, code: str | None) -> None:
        """Put an item into the list, in place of the one with this code."""
        items = [item if each.item.code == code else each.item for each in self._judged.values()]
        self._save_items(items if code is not None else [*items, item])
        self.choose(item.code)

    def _remove(self) -> None:
        current = self.current()
        if current is None:
            return
        if current.verdict:
            self.status.setText(tr("An item with a verdict stays: take the verdict back first."))
            return
        self._save_items([each.item for each in self._judged.values() if each is not current])

    def _restore(self) -> None:
        question = tr("Give up the list as it was edited for this scheme? Verdicts are kept.")
        if QMessageBox.question(self, "RSQI", question) == QMessageBox.StandardButton.Yes:
            checklist.restore_items()
            self.show_list()

    def _save_items(self, items: list[Item]) -> None:
        try:
            checklist.save_items(items)
        except (RsqiError, OSError) as error:
            self.status.setText(error_message(error))
            return
        self.status.clear()
        self.show_list()

    def _elements(self) -> list[dict]:
        found = {each.item.element["en"]: dict(each.item.element) for each in self._judged.values()}
        return list(found.values())

    # Display

    def _fill(self) -> None:
        lang = "zh" if language() == "zh" else "en"
        chosen = self.current()
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for each in self._judged.values():
            element = each.item.element[lang]
            if element not in groups:
                groups[element] = QTreeWidgetItem(self.tree, [element])
                groups[element].setFlags(Qt.ItemFlag.ItemIsEnabled)
                groups[element].setFirstColumnSpanned(True)
                font = self.tree.font()
                font.setBold(True)
                groups[element].setFont(0, font)
            row = QTreeWidgetItem(groups[element], [each.item.text[lang]])
            row.setData(0, CODE, each.item.code)
            row.setToolTip(0, each.item.text[lang])
            self._show_verdict(each, row)
        self.tree.expandAll()
        if chosen is not None:
            self.choose(chosen.item.code)
        self._show_current()

    def _show_verdict(self, judged: JudgedItem, row: QTreeWidgetItem | None = None) -> None:
        row = row or self.tree.currentItem()
        if row is None or row.data(0, CODE) != judged.item.code:
            self._fill()
            return
        row.setText(1, verdict_text(judged))
        color = {"met": COLORS["excellent"], "defect": COLORS["rejected"]}.get(judged.verdict)
        row.setForeground(1, QBrush(QColor(color)) if color else QBrush())

    def _show_current(self, *_) -> None:
        self.bar.show_item(self.current() if self._layer is not None else None, self._run is not None)
