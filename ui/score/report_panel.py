"""Write the report of the layer under review: for whom, in which language, which files, one button."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject, QgsSettings, QgsVectorLayer
from qgis.gui import QgsFileWidget
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge import schemes
from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.layer_score import image_below, inspected_image
from ...bridge.model_choice import chosen_model
from ...bridge.particulars import picture_files
from ...bridge.report_options import ENDINGS, LANGUAGE_NAMES, LANGUAGES, SCORE_MODES, own_language
from ...rsqi_core.particulars import TEXTS
from ...rsqi_core.scoring import DEFAULT
from ..widgets.narrow import VerticalScroll, narrow_file
from .description_box import DescriptionBox
from .particulars_form import ParticularsForm

SPOKEN = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
EVIDENCE = "rsqi/report_evidence"  # setting
LANGUAGE, FILES = "rsqi/report_language", "rsqi/report_files"  # settings
REPORTS = ("PDF", "HTML")  # the other files are the record


class ReportPanel(QWidget):
    """Runs `rsqi:report` in the background; the files go beside the result, and none replaces another."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiReport")
        self._layer: QgsVectorLayer | None = None
        self._run: AlgorithmRun | None = None
        self._warnings: list[str] = []
        settings = QgsSettings()
        self.language_box = QComboBox()
        self.language_box.addItems(LANGUAGE_NAMES)
        wanted = settings.value(LANGUAGE, own_language())
        self.language_box.setCurrentIndex(LANGUAGES.index(wanted) if wanted in LANGUAGES else 0)
        self.language_box.currentIndexChanged.connect(self._describe)
        self.particulars_form = ParticularsForm()
        self.description = DescriptionBox()
        self.evidence_box = QCheckBox(tr("Show where the model saw the main errors"))
        self.evidence_box.setChecked(settings.value(EVIDENCE, False, type=bool))
        self.folder_box = narrow_file(QgsFileWidget())
        self.folder_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.file_boxes = {}
        chosen = str(settings.value(FILES, "PDF,XLSX")).split(",")
        titles = (tr("PDF, to sign"), tr("HTML"), tr("Record, CSV"), tr("Record, Excel"), tr("Record, shapefile"))
        grid = QGridLayout()
        for n, (name, title) in enumerate(zip(ENDINGS, titles)):
            box = QCheckBox(title)
            box.setChecked(name in chosen)
            box.toggled.connect(self._show_state)
            self.file_boxes[name] = box
            grid.addWidget(box, n // 2, n % 2)
        self._build(grid)
        self._show_state()

    def _build(self, grid: QGridLayout) -> None:
        form = QFormLayout()
        form.addRow(tr("Language"), self.language_box)
        form.addRow(tr("Files"), grid)
        form.addRow(tr("Folder"), self.folder_box)
        form.addRow(self.evidence_box)
        self.run_button = QPushButton(tr("Write report"))
        self.run_button.setObjectName("rsqiWriteReport")
        self.run_button.clicked.connect(self.run)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancel)
        self.cancel_button.hide()
        self.progress = QProgressBar()
        self.progress.hide()
        self.status = QLabel()
        self.status.setObjectName("rsqiReportStatus")
        self.status.setWordWrap(True)
        self.status.setOpenExternalLinks(True)
        row = QHBoxLayout()
        row.addWidget(self.run_button, 1)
        row.addWidget(self.cancel_button)
        held = QWidget()
        inner = QVBoxLayout(held)
        inner.addWidget(self.particulars_form)
        inner.addLayout(form)
        words = QGroupBox(tr("The image in words"))
        QVBoxLayout(words).addWidget(self.description)
        inner.addWidget(words)
        inner.addStretch(1)
        scroll = VerticalScroll()
        scroll.setWidget(held)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.addWidget(scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(9, 0, 9, 0)
        foot.addLayout(row)
        foot.addWidget(self.progress)
        foot.addWidget(self.status)
        column.addLayout(foot)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Report another layer; None: there is none."""
        if layer is not self._layer:
            self.status.clear()
        self._layer = layer
        if layer is not None:
            self.folder_box.setFilePath(str(_result_folder(layer)))
        self.particulars_form.set_layer(layer)
        self._describe()
        self._show_state()

    def showEvent(self, event):
        super().showEvent(event)
        self._describe()

    def run(self) -> None:
        """Write the chosen files."""
        if self._layer is None or self._run is not None:
            return
        names = [name for name, box in self.file_boxes.items() if box.isChecked()]
        lang = LANGUAGES[self.language_box.currentIndex()]
        QgsSettings().setValue(LANGUAGE, lang)
        QgsSettings().setValue(FILES, ",".join(names))
        QgsSettings().setValue(EVIDENCE, self.evidence_box.isChecked())
        self.particulars_form.save()
        run = AlgorithmRun("rsqi:report", self._parameters(names), self)
        run.progressed.connect(lambda percent: self.progress.setValue(round(percent)))
        run.warning.connect(self._warn)
        run.finished.connect(self._finish)
        run.failed.connect(self._fail)
        self._warnings.clear()
        problem = run.start()
        if problem:
            self.status.setText(problem)
            return
        self._run = run
        self.status.setText(tr("Writing the report..."))
        self._show_state()

    def cancel(self) -> None:
        """Cancel the report that is being written."""
        if self._run is not None:
            self._run.cancel()

    def stop(self) -> None:
        """End now and let go of everything."""
        self._layer = None
        self.description.stop()
        if self._run is not None:
            self._run.stop()
            self._run = None

    def _parameters(self, names: list[str]) -> dict:
        layer, particulars = self._layer, self.particulars_form.particulars
        parameters = {
            "INPUT": layer,
            "LANGUAGE": self.language_box.currentIndex(),
            "REVIEWER": particulars.inspector,
            **{name.upper(): getattr(particulars, name) for name in TEXTS if name != "inspector"},
            **({} if geopackage_of(layer) else picture_files(particulars)),
            "EVIDENCE": self.evidence_box.isChecked(),
            "MODEL": chosen_model(),
            "SCHEME": str(schemes.chosen() or DEFAULT),  # what the tab shows, however it was inspected
            "MODE": SCORE_MODES.index(schemes.mode()),
            **free_names(Path(self.folder_box.filePath() or _result_folder(layer)), _result_stem(layer), names),
        }
        image, below = inspected_image(layer), image_below(layer)
        if below is not None and not (image and Path(image.raster).is_file()):
            parameters["RASTER"] = below
        return parameters

    def _describe(self, *_) -> None:
        """Say the image in words, in the language of the report; only while somebody can read it."""
        layer = self._layer if self._layer is not None and not sip.isdeleted(self._layer) else None
        if self.isVisible() or layer is None:
            self.description.describe(layer, SPOKEN[LANGUAGES[self.language_box.currentIndex()]])

    def _warn(self, text: str) -> None:
        self._warnings.append(text)

    def _finish(self, results: dict) -> None:
        self._run = None
        files = [Path(results[name]) for name in ENDINGS if results.get(name)]
        links = [f'<a href="{QUrl.fromLocalFile(str(file)).toString()}">{file.name}</a>' for file in files]
        self.status.setText("<br>".join([tr("Written:"), *links, *self._warnings]))
        self._show_state()

    def _fail(self, reason: str) -> None:
        self._run = None
        self.status.setText(reason or tr("Cancelled; nothing was written."))
        self._show_state()

    def _show_state(self, *_) -> None:
        running = self._run is not None
        wanted = any(box.isChecked() for box in self.file_boxes.values())
        self.run_button.setEnabled(self._layer is not None and wanted and not running)
        self.run_button.setToolTip("" if self._layer is not None else tr("There is no layer of errors to report."))
        self.cancel_button.setVisible(running)
        self.progress.setVisible(running)


def free_names(folder: Path, stem: str, names: list[str]) -> dict[str, str]:
    """Return a path for each kind of file; all get the same number if one of them exists already."""
    titles = {name: tr("{name}_report") if name in REPORTS else tr("{name}_record") for name in names}
    number, tail = 1, ""
    while True:
        paths = {name: folder / f"{title.format(name=stem)}{tail}{ENDINGS[name]}" for name, title in titles.items()}
        if not any(path.exists() for path in paths.values()):
            return {name: str(path) for name, path in paths.items()}
        number += 1
        tail = f"_{number}"


def _result_folder(layer: QgsVectorLayer) -> Path:
    """Return the folder of the layer's GeoPackage; of a layer without one, the project's."""
    file = geopackage_of(layer)
    return file.parent if file else Path(QgsProject.instance().homePath() or Path.home())


def _result_stem(layer: QgsVectorLayer) -> str:
    file = geopackage_of(layer)
    return file.stem if file else "".join(c if c.isalnum() or c in "-_ ." else "_" for c in layer.name())
