"""Where in its block the model saw the error under judgement: a layer of the project as long as it is looked at."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsLayerTreeLayer, QgsProcessingUtils, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.i18n import tr
from ...bridge.layer_score import image_below, inspected_image
from ...bridge.model_choice import chosen_model
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy

MARK = "rsqi/evidence"  # custom property of the one layer that this module puts into the project, under the errors


class EvidenceView(QObject):
    """Asks `rsqi:evidence` in the background and lays its map under the errors.

    Signals
    -------
    said : str
        What was found, or why nothing can be shown.
    changed : bool
        Whether a map is on the screen or on its way.
    """

    said = pyqtSignal(str)
    changed = pyqtSignal(bool)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._run: AlgorithmRun | None = None
        self._file: Path | None = None
        self.fid: int | None = None  # of the error whose map is shown or made

    def toggle(self, layer: QgsVectorLayer, fid: int, category_id: int) -> None:
        """Show the map of an error; that of the same error is taken away."""
        same = self.fid == fid
        self.hide()
        if not same:
            self._ask(layer, fid, category_id)

    def follow(self, fid: int | None) -> None:
        """Take the map away where another error is looked at."""
        if self.fid is not None and fid != self.fid:
            self.hide()

    def hide(self) -> None:
        """Take the map away, also one that was saved with the project; one that is being made is given up."""
        if self._run is not None:
            self._run.setParent(None)
            self._run.leave()
            self._run = None
        project = QgsProject.instance()
        project.removeMapLayers([layer.id() for layer in project.mapLayers().values() if layer.customProperty(MARK)])
        if self._file is not None:
            for path in (self._file, self._file.with_name(self._file.name + ".aux.xml")):
                path.unlink(missing_ok=True)
            self._file = None
        if self.fid is not None:
            self.fid = None
            self.changed.emit(False)

    def stop(self) -> None:
        """End now."""
        if self._run is not None:
            self._run.stop()
            self._run = None
        self.hide()

    def _ask(self, layer: QgsVectorLayer, fid: int, category_id: int) -> None:
        self._file = Path(QgsProcessingUtils.generateTempFilename(f"evidence_{fid}.tif"))
        parameters = {"INPUT": layer, "NUMBER": fid, "MODEL": chosen_model(), "OUTPUT": str(self._file)}
        image = inspected_image(layer)
        if image is None or not Path(image.raster).is_file():
            parameters["RASTER"] = image_below(layer)
        run = AlgorithmRun("rsqi:evidence", parameters, self)
        run.finished.connect(lambda results: self._show(layer, category_id, results))
        run.failed.connect(self._fail)
        run.warning.connect(self.said)
        problem = run.start()
        if problem:
            self.said.emit(problem)
            return
        self._run, self.fid = run, fid
        self.changed.emit(True)

    def _show(self, above: QgsVectorLayer, category_id: int, results: dict) -> None:
        self._run = None
        name = type_name(taxonomy.by_id(category_id))
        title = tr("Evidence: {name} {value:.2f}").format(name=name, value=results["PROBABILITY"])
        layer = QgsRasterLayer(results["OUTPUT"], title)
        if not layer.isValid():
            self._fail(tr("The map of the evidence cannot be opened."))
            return
        layer.setCustomProperty(MARK, True)
        project = QgsProject.instance()
        node = project.layerTreeRoot().findLayer(above.id())
        project.addMapLayer(layer, False)
        parent = node.parent() if node is not None else project.layerTreeRoot()
        parent.insertChildNode(parent.children().index(node) + 1 if node is not None else 0, QgsLayerTreeLayer(layer))
        text = tr("{name}: probability {value:.2f} in its block of {side} px.")
        self.said.emit(text.format(name=name, value=results["PROBABILITY"], side=int(results["BLOCK"])))

    def _fail(self, reason: str) -> None:
        self._run = None
        self.hide()
        if reason:
            self.said.emit(reason)
