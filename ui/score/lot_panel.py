"""A lot of images: how many to inspect, which of them are done, and the verdict on the lot."""

from __future__ import annotations

import json
from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QDate, Qt, QTimer
from qgis.PyQt.QtGui import QBrush, QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...bridge import schemes
from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.i18n import tr
from ...bridge.texts import grade_name, lot_lines
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.scoring import MODES, UNSCORED, lot, score_text
from .card import COLORS, ScoreCard
from .type_table import charged

SETTING = "rsqi/lot"  # JSON: size, key of the draw, and units as [path, in the sample]
LARGEST = 100_000


class LotPanel(QWidget):
    """Collects the results of a lot, scores them in the background by `rsqi:lot`, and judges the lot."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLot")
        self._run: AlgorithmRun | None = None
        self._units: dict[str, lot.Unit] = {}
        self._unreadable: set[str] = set()
        self._key = ""  # of the sample that was drawn
        self._stopped = False
        self.size_box = QSpinBox()
        self.size_box.setObjectName("rsqiLotSize")
        self.size_box.setRange(1, LARGEST)
        self.plan = QLabel()
        self.plan.setWordWrap(True)
        self.card = ScoreCard()
        self.table = QTableWidget(0, 5)
        self.table.setObjectName("rsqiLotTable")
        self.table.setHorizontalHeaderLabels([tr("Image"), tr("Score"), tr("Charged"), tr("Grade"), tr("In sample")])
        self.table.horizontalHeaderItem(4).setToolTip(
            tr("In the sample: inspected in detail. Else only looked over: passes with no A and at most 3 B errors.")
        )
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.itemChanged.connect(self._sample_changed)
        self.draw_button = QPushButton(tr("Draw sample..."))
        self.draw_button.setToolTip(tr("Choose all images of the lot: those to inspect are drawn and listed."))
        self.draw_button.clicked.connect(self._choose_lot)
        self.add_button = QPushButton(tr("Add results..."))
        self.add_button.setToolTip(tr("GeoPackages that inspections of images of this lot wrote."))
        self.add_button.clicked.connect(self._choose)
        self.remove_button = QPushButton(tr("Remove"))
        self.remove_button.clicked.connect(self.remove)
        self.score_button = QPushButton(tr("Score anew"))
        self.score_button.setToolTip(
            tr("Reads all results again, as they have been reviewed meanwhile, and looks for those of drawn images.")
        )
        self.score_button.clicked.connect(self.score_anew)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setStyleSheet(f"color: {COLORS['rejected']}")
        form = QFormLayout()
        size_row = QHBoxLayout()
        size_row.addWidget(self.size_box, 1)
        size_row.addWidget(self.draw_button)
        form.addRow(tr("Images in the lot"), size_row)
        row = QHBoxLayout()
        for button in (self.add_button, self.remove_button, self.score_button):
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.plan)
        column.addWidget(self.card)
        column.addLayout(row)
        column.addWidget(self.message)
        column.addWidget(self.table, 1)
        self._show_message("")
        self._restore_settings()
        self.size_box.valueChanged.connect(self._show_verdict)
        self._show_verdict()

    # The units of the lot

    def files(self) -> list[tuple[str, bool]]:
        """Return the results, or images that were drawn, and whether each is in the sample."""
        rows = range(self.table.rowCount())
        checked = Qt.CheckState.Checked
        return [(self.table.item(n, 0).data(_PATH), self.table.item(n, 4).checkState() == checked) for n in rows]

    def add(self, paths: list[str]) -> None:
        """Add results to the sample and score all that is not scored yet."""
        self._show_message("")
        known = {path for path, _ in self.files()}
        for path in paths:
            if path not in known:
                self._append(path, True)
        self._save()
        self.score()

    def draw_sample(self, images: list[str], key: str) -> None:
        """Make a lot of images: list those that are drawn; the same key draws the same ones again."""
        try:
            drawn = lot.draw(images, key)
        except RsqiError:
            self._show_message(tr("Choose at most 1000 images: a larger lot is split evenly."))
            return
        self.table.setRowCount(0)
        self._units.clear()
        self._unreadable.clear()
        self._key = key
        self.size_box.setValue(len(images))
        self.add(list(drawn))

    def remove(self) -> None:
        """Take the chosen results out of the lot; their files stay."""
        for row in sorted({index.row() for index in self.table.selectedIndexes()}, reverse=True):
            self.table.removeRow(row)
        self._save()
        self._show_verdict()

    def score_anew(self) -> None:
        """Score all results again, as they are now."""
        if self._run is None:
            self._show_message("")
            self._units.clear()
            self._unreadable.clear()
            self.score()

    def score(self) -> None:
        """Score in the background what is not scored yet."""
        if self._run is not None or self._stopped:
            return
        known = {*self._units, *self._unreadable}
        waiting = ((path, result_of(path)) for path, _ in self.files() if path not in known)
        path, result = next(((path, result) for path, result in waiting if result), ("", ""))
        if not path:
            self._show_verdict()
            return
        parameters = {
            "INPUT": [result],  # one by one, so that a file that cannot be read stops no other
            "LOT_SIZE": 1,
            "SCHEME": str(schemes.chosen() or ""),
            "MODE": MODES.index(schemes.mode()),
            "OUTPUT": "memory:",
        }
        run = AlgorithmRun("rsqi:lot", parameters, self)
        run.finished.connect(lambda results: self._unit_scored(path, results))
        run.failed.connect(lambda message: self._unit_failed(path, message))
        problem = run.start()
        if problem:
            self._show_message(problem)
            return
        self._run = run
        self.plan.setText(tr("Scoring {name}...").format(name=Path(result).name))

    def stop(self) -> None:
        """End now."""
        self._stopped = True
        if self._run is not None:
            self._run.stop()
            self._run = None

    def _unit_scored(self, path: str, results: dict) -> None:
        row = next(self._run.layer(results["OUTPUT"]).getFeatures())
        severities = {severity: row[severity.lower()] for severity in "ABCD"}
        value = None if row["grade"] == UNSCORED else row["score"]
        self._units[path] = lot.Unit(row["unit"], value, row["grade"], severities)
        self._run = None
        self.score()

    def _unit_failed(self, path: str, message: str) -> None:
        self._run = None
        self._show_message("\n".join(filter(None, [self.message.text(), message])))
        self._unreadable.add(path)
        self.score()

    def _choose(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Add results"), "", tr("GeoPackage (*.gpkg)"))
        if paths:
            self.add(paths)

    def _show_message(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _choose_lot(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Choose all images of the lot"))
        if paths:
            self.draw_sample(paths, QDate.currentDate().toString("yyyy-MM-dd"))

    def showEvent(self, event):
        """Score the results that were saved the last time."""
        super().showEvent(event)
        QTimer.singleShot(0, self.score)

    # The verdict

    def _show_verdict(self, *_) -> None:
        size = self.size_box.value()
        parts = lot.split(size)
        if len(parts) > 1:
            self.card.clear()
            each = tr("A lot of more than 1000 images is split evenly and each part judged alone: {parts}.")
            self.plan.setText(each.format(parts=", ".join(f"{n} ({lot.sample_size(n)})" for n in parts)))
        else:
            self._show_units(size)
        self._fill()
        self._save()

    def _show_units(self, size: int) -> None:
        units = [
            lot.Unit(unit.name, unit.value, unit.grade, unit.severities, detailed)
            for path, detailed in self.files()
            if (unit := self._units.get(path)) is not None
        ]
        needed = tr("Inspect {needed} of the {size} images in detail.").format(needed=lot.sample_size(size), size=size)
        if self._key:
            needed += " " + tr("Drawn with the key {key}.").format(key=self._key)
        if len(units) > size:
            self.card.clear()
            self.plan.setText(tr("There are more results than images in the lot: correct its size."))
            return
        verdict = lot.judge(units, size)
        if verdict.grade is None:
            self.card.clear()
            self.plan.setText("\n".join([needed, *lot_lines(verdict)]) if units else needed)
            return
        self.plan.setText(needed)
        mean = "" if verdict.mean is None else f"{verdict.mean:.1f}"
        self.card.show_text(mean, verdict.grade, tr("Verdict on the lot"), lot_lines(verdict)[:-1])

    def _fill(self) -> None:
        self.table.blockSignals(True)
        for row, (path, detailed) in enumerate(self.files()):
            unit = self._units.get(path)
            texts = ("", "", tr("not readable") if path in self._unreadable else tr("to inspect"))
            if unit is not None:
                texts = (score_text(unit.value), charged(unit.severities), grade_name(unit.grade))
            for column, text in enumerate(texts, 1):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                if unit is not None and column == 3 and detailed:
                    item.setForeground(QBrush(QColor(COLORS[unit.grade])))
                self.table.setItem(row, column, item)
        self.table.blockSignals(False)

    def _append(self, path: str, detailed: bool) -> None:
        self.table.blockSignals(True)
        row = self.table.rowCount()
        self.table.insertRow(row)
        name = QTableWidgetItem(Path(path).stem)
        name.setData(_PATH, path)
        name.setToolTip(path)
        self.table.setItem(row, 0, name)
        mark = QTableWidgetItem()
        mark.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        mark.setCheckState(Qt.CheckState.Checked if detailed else Qt.CheckState.Unchecked)
        self.table.setItem(row, 4, mark)
        self.table.blockSignals(False)

    def _sample_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 4:
            self._show_verdict()

    def _save(self) -> None:
        QgsSettings().setValue(
            SETTING, json.dumps({"size": self.size_box.value(), "key": self._key, "units": self.files()})
        )

    def _restore_settings(self) -> None:
        try:
            kept = json.loads(str(QgsSettings().value(SETTING, "") or "{}"))
            self.size_box.setValue(int(kept.get("size", 20)))
            self._key = str(kept.get("key", ""))
            for path, detailed in kept.get("units", []):
                self._append(str(path), bool(detailed))
        except (AttributeError, TypeError, ValueError):
            self.size_box.setValue(20)


def result_of(path: str) -> str:
    """Return the result that belongs to a unit of the lot: itself, or the newest one beside an image; else nothing."""
    image = Path(path)
    if image.suffix.lower() == ".gpkg":
        return path
    if not image.parent.is_dir():
        return ""
    stems = (image.stem, f"{image.stem}_rsqi")
    beside = [
        found
        for found in image.parent.iterdir()
        if found.suffix.lower() == ".gpkg" and (found.stem in stems or found.stem.startswith(f"{stems[1]}_"))
    ]
    return str(max(beside, key=lambda found: found.stat().st_mtime)) if beside else ""


_PATH = Qt.ItemDataRole.UserRole
