"""What a lot is and where its results go: scenes, folder, workers; and how the run goes."""

from __future__ import annotations

import json
import os
from pathlib import Path

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
)

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.i18n import tr
from ...bridge.report_options import LANGUAGES, own_language
from ...bridge.texts import batch_text, progress_text, scene_text
from ..widgets.algorithm_box import AlgorithmBox
from ..widgets.narrow import narrow

SETTING = "rsqi/lot_run"  # JSON
FOLDER, FILES = range(2)


class RunBox(AlgorithmBox):
    """Runs `rsqi:inspectbatch`.

    Parameters
    ----------
    method : callable
        Gives the parameters of an inspection as they are chosen on the page *Inspect*, and why they do not fit.

    Signals
    -------
    folder_changed : str
        Results lie in another folder.
    advanced
        A scene is done, or the run is over.
    warned : str
    """

    folder_changed = pyqtSignal(str)
    advanced = pyqtSignal()
    warned = pyqtSignal(str)

    def __init__(self, method, parent=None):
        super().__init__(tr("Start"), parent)
        self._method = method
        self._known: list[str] = []
        self._cancelled = False
        self._counts = ""
        self._build()
        self._restore()
        self.folder_box.fileChanged.connect(self._folder_changed)
        self.kind_box.currentIndexChanged.connect(self._show_kind)

    def folder(self) -> Path | None:
        """Return the folder of the results; None: none is chosen."""
        text = self.folder_box.filePath().strip()
        return Path(text) if text else None

    def show_lot(self, scenes: list[str], waiting: int) -> None:
        """Take note of what the folder has to do with: its scenes, and how many of them are not inspected."""
        self._known = scenes
        again = tr("Go on") if waiting else tr("Report anew")
        self.run_button.setText(again if scenes else tr("Start"))
        tip = tr("Inspects what is not inspected yet, and writes the report on the lot: {count} images wait.")
        self.run_button.setToolTip(tip.format(count=waiting) if scenes else "")

    def parameters(self) -> dict:
        """Return the parameters of the run."""
        method, _ = self._method()
        return {
            **method,
            "PATTERN": "\n".join(self._scenes() or self._known),
            "OUTPUT": str(self.folder()),
            "WORKERS": self.workers_box.value(),
            "PARTS": self.parts_box.isChecked(),
            "WITH_REPORT": self.report_box.isChecked(),
            "WITH_MASK": self.mask_box.isChecked(),
            "LANGUAGE": LANGUAGES.index(own_language()),
        }

    def run(self) -> None:
        """Start, or go on."""
        if self._run is not None:
            return
        problem = self._problem()
        if problem:
            self.status.setText(problem)
            return
        self._save()
        self._cancelled, self._counts = False, ""
        run = AlgorithmRun("rsqi:inspectbatch", self.parameters(), self, self.folder().name)
        run.warning.connect(self.warned)
        self._start(run)

    def cancel(self) -> None:
        """Cancel: what is done stays."""
        if self._run is not None and not self._cancelled:
            self._cancelled = True
            self.cancel_button.setEnabled(False)
            self.status.setText(tr("Cancelling: what has been found of the images in work is kept..."))
            super().cancel()

    def _problem(self) -> str:
        if not self._scenes() and not self._known:
            return tr("There are no images: choose a folder, files, or a list of images.")
        if self.folder() is None:
            return tr("Choose a folder for the results.")
        _, problem = self._method()
        return problem

    def _scenes(self) -> list[str]:
        text = self.scenes_box.filePath().strip()
        return QgsFileWidget.splitFilePaths(text) if text else []

    def _show_event(self, event: dict) -> None:
        if self._cancelled:
            return
        if event["event"] == "progress":
            self.status.setText("\n".join(filter(None, [progress_text(event), self._counts])))
        elif event["event"] == "scene":
            self._counts = scene_text(event)
            self.advanced.emit()

    def _finish(self, results: dict) -> None:
        self.advanced.emit()
        names = {"done": "DONE", "skipped": "SKIPPED", "failed": "FAILED"}
        text = batch_text({**{key: results[name] for key, name in names.items()}, "grade": results["GRADE"] or None})
        self.show_report()
        self.status.setText(text)

    def _fail(self, message: str) -> None:
        self.advanced.emit()
        self.status.setText(message or tr("Cancelled. What is done stays: 'Go on' inspects the rest."))

    def show_report(self) -> None:
        """Offer the report of the folder if there is one."""
        path = self.folder() / "lot.html" if self.folder() is not None else None
        there = path is not None and path.is_file()
        self.report_link.setVisible(there)
        if there:
            links = [(path.as_uri(), tr("Report on the lot"))]
            links += [(path.with_suffix(end).as_uri(), end[1:].upper()) for end in (".xlsx", ".csv")]
            self.report_link.setText(" · ".join(f'<a href="{address}">{text}</a>' for address, text in links))

    def _folder_changed(self, text: str) -> None:
        self.show_report()
        self.folder_changed.emit(text.strip())

    def _show_kind(self, kind: int) -> None:
        mode = QgsFileWidget.StorageMode
        self.scenes_box.setStorageMode(mode.GetDirectory if kind == FOLDER else mode.GetMultipleFiles)
        self.scenes_box.setFilePath("")

    def _save(self) -> None:
        kept = {"kind": self.kind_box.currentIndex(), "scenes": self.scenes_box.filePath()}
        kept |= {"folder": self.folder_box.filePath(), "workers": self.workers_box.value()}
        QgsSettings().setValue(SETTING, json.dumps(kept))

    def _restore(self) -> None:
        try:
            kept = json.loads(str(QgsSettings().value(SETTING, "") or "{}"))
            self.kind_box.setCurrentIndex(int(kept.get("kind", FOLDER)))
            self._show_kind(self.kind_box.currentIndex())
            self.scenes_box.setFilePath(str(kept.get("scenes", "")))
            self.folder_box.setFilePath(str(kept.get("folder", "")))
            self.workers_box.setValue(int(kept.get("workers", 1)))
        except (AttributeError, TypeError, ValueError):
            self._show_kind(FOLDER)
        self.show_report()

    def _build(self) -> None:
        self.kind_box = narrow(QComboBox())
        self.kind_box.addItems([tr("Folder"), tr("Files, lists")])
        self.scenes_box, self.folder_box = QgsFileWidget(), QgsFileWidget()
        self.scenes_box.setObjectName("rsqiLotImages")
        self.scenes_box.setToolTip(
            tr("A folder with all below it, files, lists (TXT, CSV, GeoPackage, STAC), or a pattern: D:/**/*.tif")
        )
        self.folder_box.setObjectName("rsqiLotFolder")
        self.folder_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder_box.setToolTip(tr("Gets a GeoPackage for each image, and lot.html, lot.xlsx and lot.csv."))
        self.workers_box = QSpinBox()
        self.workers_box.setRange(1, max(1, os.cpu_count() or 1))
        self.workers_box.setToolTip(
            tr("Processes that inspect side by side and share the processor's cores; each needs memory of its own.")
        )
        self.report_box, self.mask_box = QCheckBox(tr("Report")), QCheckBox(tr("Mask"))
        self.report_box.setToolTip(tr("A report on each image"))
        self.mask_box.setToolTip(tr("A mask of each image"))
        self.parts_box = QCheckBox(tr("VRT parts"))
        self.parts_box.setToolTip(tr("Takes the sources of a VRT in place of the VRT."))
        source = QHBoxLayout()
        source.addWidget(self.kind_box, 1)
        source.addWidget(self.scenes_box, 2)
        options = QHBoxLayout()
        options.addWidget(self.workers_box)
        for box in (self.report_box, self.mask_box, self.parts_box):
            options.addWidget(box)
        options.addStretch()
        self.fields.addRow(tr("Images"), source)
        self.fields.addRow(tr("Results"), self.folder_box)
        self.fields.addRow(tr("Workers"), options)
        self.run_button.setObjectName("rsqiLotRun")
        self.cancel_button.setObjectName("rsqiLotCancel")
        self.status.setText(tr("Inspected as it is set on the page Inspect."))
        self.report_link = QLabel()
        self.report_link.setOpenExternalLinks(True)
        self.layout().addWidget(self.report_link)
