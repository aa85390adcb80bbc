"""Look for a phrase over an image: what, with which model, and how far it is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from qgis.core import QgsRasterLayer, QgsSettings
from qgis.gui import QgsFileWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.compat import RASTER_LAYERS
from ...bridge.i18n import tr
from ...bridge.raster_source import raster_path
from ...bridge.texts import progress_text
from ...rsqi_core import limits
from ..widgets.narrow import narrow, narrow_file

SETTING = "rsqi/text_model"


class FindBox(QWidget):
    """Runs `rsqi:find`.

    Signals
    -------
    found : str, str, str
        GeoPackage, heat map and phrase of a search that has ended.
    """

    found = pyqtSignal(str, str, str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._run: AlgorithmRun | None = None
        self._build()
        self.model_box.setFilePath(str(QgsSettings().value(SETTING, "") or ""))
        self.model_box.fileChanged.connect(lambda path: QgsSettings().setValue(SETTING, path))

    def run(self) -> None:
        """Start to look."""
        if self._run is not None:
            return
        phrase, layer = self.phrase_box.text().strip(), self.image_box.currentLayer()
        problem = self._problem(phrase, layer)
        if problem:
            self.status.setText(problem)
            return
        parameters = {
            "INPUT": layer,
            "TEXT": phrase,
            "MODEL": self.model_box.filePath().strip(),
            "THRESHOLD": self.threshold_box.value(),
            **_outputs(layer),
        }
        run = AlgorithmRun("rsqi:find", parameters, self, layer.name())
        run.progressed.connect(lambda percent: self.progress.setValue(round(10 * percent)))
        run.worker_event.connect(self._show_event)
        run.finished.connect(lambda results: self._finish(results, phrase))
        run.failed.connect(self._fail)
        problem = run.start()
        if problem:
            self.status.setText(problem)
            return
        self._run = run
        self.status.setText(tr("Starting the worker..."))
        self._set_running(True)

    def cancel(self) -> None:
        """Give up."""
        if self._run is not None:
            self._run.cancel()

    def stop(self) -> None:
        """End now."""
        if self._run is not None:
            self._run.stop()
            self._run = None

    def _problem(self, phrase: str, layer) -> str:
        if layer is None:
            return tr("Choose an image.")
        if not phrase:
            return tr("Say in words what to look for, such as: smoke over a field.")
        folder = self.model_box.filePath().strip()
        if not folder or not Path(folder).is_dir():
            return tr("Choose the folder of a CLIPSeg, GroupViT, CLIP or SigLIP model: RSQI comes with none.")
        return ""

    def _show_event(self, event: dict) -> None:
        if event["event"] == "progress":
            self.status.setText(progress_text(event))

    def _finish(self, results: dict, phrase: str) -> None:
        self._end()
        count, best = int(results["COUNT"]), float(results["BEST"])
        if count:
            text = tr("Places found: {count}, the best score {best:.2f}").format(count=count, best=best)
        else:
            text = tr("Nothing reaches the score: see the heat map, or lower it.")
        self.status.setText(text)
        self.found.emit(results["OUTPUT"], results["HEAT"], phrase)

    def _fail(self, message: str) -> None:
        self._end()
        self.status.setText(message or tr("Cancelled."))

    def _end(self) -> None:
        self._run = None
        self._set_running(False)

    def _set_running(self, running: bool) -> None:
        self.form.setEnabled(not running)
        self.run_button.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        self.progress.setVisible(running)
        self.progress.setValue(0)

    def _build(self) -> None:
        self.image_box = narrow(QgsMapLayerComboBox())
        self.image_box.setObjectName("rsqiFindImage")
        self.image_box.setFilters(RASTER_LAYERS)
        self.phrase_box = QLineEdit()
        self.phrase_box.setObjectName("rsqiFindPhrase")
        self.phrase_box.setPlaceholderText("cloud shadow on water")
        self.phrase_box.setToolTip(
            tr("In the language of the model; several ways to say it are set apart by semicolons.")
        )
        self.model_box = narrow_file(QgsFileWidget())
        self.model_box.setObjectName("rsqiFindModel")
        self.model_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.model_box.setToolTip(tr("The folder of a CLIPSeg, GroupViT, CLIP or SigLIP model."))
        self.threshold_box = QDoubleSpinBox()
        self.threshold_box.setRange(0.01, 0.99)
        self.threshold_box.setSingleStep(0.05)
        self.threshold_box.setValue(limits.FIND_THRESHOLD)
        self.threshold_box.setToolTip(tr("Score from which a pixel belongs to a place."))
        self.form = QWidget()
        form = QFormLayout(self.form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Image"), self.image_box)
        form.addRow(tr("Words"), self.phrase_box)
        form.addRow(tr("Model"), self.model_box)
        form.addRow(tr("Least score"), self.threshold_box)
        self.run_button, self.cancel_button = QPushButton(tr("Find")), QPushButton(tr("Cancel"))
        self.run_button.setObjectName("rsqiFindRun")
        self.cancel_button.setEnabled(False)
        self.run_button.clicked.connect(self.run)
        self.phrase_box.returnPressed.connect(self.run)
        self.cancel_button.clicked.connect(self.cancel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.cancel_button)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.hide()
        self.status = QLabel()
        self.status.setObjectName("rsqiFindStatus")
        self.status.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.status)


def _outputs(layer: QgsRasterLayer) -> dict[str, str]:
    """Return names beside the image that no file has yet; where nobody may write, in the system's temporary folder."""
    path = Path(raster_path(layer) or "found")
    folder = path.parent if os.access(path.parent, os.W_OK) else Path(tempfile.gettempdir())
    number = 1
    while True:
        stem = f"{path.stem}_found" + (f"_{number}" if number > 1 else "")
        places, heat = folder / f"{stem}.gpkg", folder / f"{stem}_heat.tif"
        if not places.exists() and not heat.exists():
            return {"OUTPUT": str(places), "HEAT": str(heat)}
        number += 1
