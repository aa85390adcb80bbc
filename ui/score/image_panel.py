"""The checks of a whole image: choose it, check it, read a table."""

from __future__ import annotations

from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QBrush, QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.compat import RASTER_LAYERS
from ...bridge.i18n import tr
from ...bridge.layer_score import image_below
from ...bridge.texts import check_help, check_name, check_result
from ...rsqi_core.image_checks import LIMITS, Check
from .card import COLORS

RESULT_COLORS = {True: COLORS["excellent"], False: COLORS["rejected"], None: "#808080"}


class ImagePanel(QWidget):
    """Runs `rsqi:checks` in the background and shows what it measures."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiImageChecks")
        self._run: AlgorithmRun | None = None
        self._errors: QgsVectorLayer | None = None
        self.raster_box = QgsMapLayerComboBox()
        self.raster_box.setFilters(RASTER_LAYERS)
        self.run_button = QPushButton(tr("Check"))
        self.run_button.clicked.connect(self.run)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancel)
        self.cancel_button.setEnabled(False)
        self.progress = QProgressBar()
        self.progress.hide()
        self.status = QLabel(tr("Checks the image as a whole against the European specification for orthoimages."))
        self.status.setWordWrap(True)
        self.table = QTableWidget(len(LIMITS), 4)
        self.table.setObjectName("rsqiCheckTable")
        self.table.setHorizontalHeaderLabels([tr("Check"), tr("Value"), tr("Limit"), tr("Result")])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        row = QHBoxLayout()
        row.addWidget(self.raster_box, 1)
        row.addWidget(self.run_button)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self.status)
        column.addWidget(self.table, 1)
        self._show({})

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Take the errors, which give the share of cloud, and the image below them."""
        self._errors = layer
        below = image_below(layer)
        if below is not None and self._run is None:
            self.raster_box.setLayer(below)

    def run(self) -> None:
        """Check the chosen image."""
        raster = self.raster_box.currentLayer()
        if not isinstance(raster, QgsRasterLayer) or self._run is not None:
            self.status.setText(tr("There is no image to check: add one to the project."))
            return
        parameters = {"INPUT": raster}
        if image_below(self._errors) is raster:
            parameters["ERRORS"] = self._errors
        run = AlgorithmRun("rsqi:checks", parameters, self)
        run.progressed.connect(lambda percent: self.progress.setValue(round(percent)))
        run.finished.connect(self._finish)
        run.failed.connect(self._fail)
        problem = run.start()
        if problem:
            self.status.setText(problem)
            return
        self._run = run
        self._show({})
        self.status.setText(tr("Checking {name}...").format(name=raster.name()))
        self._set_running(True)

    def cancel(self) -> None:
        """Cancel the check that runs."""
        if self._run is not None:
            self._run.cancel()

    def stop(self) -> None:
        """End now."""
        self._errors = None
        if self._run is not None:
            self._run.stop()
            self._run = None

    def _finish(self, results: dict) -> None:
        self._set_running(False)
        self._show(results)
        failed, share = int(results["FAILED"]), results["SEEN"]
        text = tr("All checks passed.") if not failed else tr("Checks failed: {count}.").format(count=failed)
        if share < 1:
            text += " " + tr("{share:.0%} of the image was looked at, evenly spread.").format(share=share)
        self.status.setText(text)

    def _fail(self, message: str) -> None:
        self._set_running(False)
        self.status.setText(message or tr("Cancelled."))

    def _set_running(self, running: bool) -> None:
        if not running:
            self._run = None
        self.progress.setValue(0)
        self.progress.setVisible(running)
        self.run_button.setEnabled(not running)
        self.cancel_button.setEnabled(running)

    def _show(self, results: dict) -> None:
        for row, code in enumerate(LIMITS):
            check = Check(code, results.get(code.upper()), *LIMITS[code])
            result = check_result(check) if results else ""
            for column, text in enumerate((check_name(code), check.value_text(), check.limit_text(), result)):
                item = QTableWidgetItem(text)
                item.setToolTip(check_help(code))
                if column in (1, 2):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if column == 3:
                    item.setForeground(QBrush(QColor(RESULT_COLORS[check.passed])))
                self.table.setItem(row, column, item)
