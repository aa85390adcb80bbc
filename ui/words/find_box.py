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
    QLineEdit,
)

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.compat import RASTER_LAYERS
from ...bridge.i18n import tr
from ...bridge.raster_source import raster_path
from ...bridge.texts import progress_text
from ...rsqi_core import limits
from ..widgets.algorithm_box import AlgorithmBox
from ..widgets.narrow import narrow, narrow_file

SETTING = "rsqi/text_model"


class FindBox(AlgorithmBox):
    """Runs `rsqi:find`.

    Signals
    -------
    found : str, str, str
        GeoPackage, heat map and phrase of a search that has ended.
    """

    found = pyqtSignal(str, str, str)

    def __init__(self, parent=None):
        super().__init__(tr("Find"), parent)
        self._phrase = ""  # that is looked for
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
        self._phrase = phrase
        self._start(AlgorithmRun("rsqi:find", parameters, self, layer.name()))

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

    def _finish(self, results: dict) -> None:
        count, best = int(results["COUNT"]), float(results["BEST"])
        if count:
            text = tr("Places found: {count}, the best score {best:.2f}").format(count=count, best=best)
        else:
            text = tr("Nothing reaches the score: see the heat map, or lower it.")
        self.status.setText(text)
        self.found.emit(results["OUTPUT"], results["HEAT"], self._phrase)

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
        self.fields.addRow(tr("Image"), self.image_box)
        self.fields.addRow(tr("Words"), self.phrase_box)
        self.fields.addRow(tr("Model"), self.model_box)
        self.fields.addRow(tr("Least score"), self.threshold_box)
        self.phrase_box.returnPressed.connect(self.run)
        self.run_button.setObjectName("rsqiFindRun")
        self.status.setObjectName("rsqiFindStatus")


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
