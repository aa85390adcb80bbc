"""The advanced choices: where packages come from, and what builds and fills the environment."""

from __future__ import annotations

import sys
from dataclasses import replace

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QPushButton, QWidget

from ...bridge.i18n import tr
from ...bridge.paths import PLUGIN_FOLDER
from .build_options import MIRRORS, BuildOptions, wheelhouse_command


class SourcesForm(QWidget):
    """Edits the fields of `BuildOptions` that most people leave as they are.

    Signals
    -------
    changed
    """

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._options = BuildOptions()
        self.index_box = QComboBox()
        self.index_box.setObjectName("rsqiSetupIndex")
        self.index_box.setEditable(True)
        self.index_box.addItem("")
        self.index_box.addItems(MIRRORS)
        self.index_box.setMinimumContentsLength(10)
        self.index_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.index_box.lineEdit().setPlaceholderText(tr("default"))
        self.index_box.setToolTip(
            tr("A mirror near you is faster. QGIS's proxy is used (Settings > Options > Network).")
        )
        self.wheelhouse_box = _file_box(tr("Choose the folder with downloaded packages"), folder=True)
        self.wheelhouse_box.lineEdit().setPlaceholderText(tr("none"))
        self.wheelhouse_box.setToolTip(
            tr("For a computer without the internet: a folder of packages that were downloaded on another computer.")
        )
        self.command_button = QPushButton(tr("Copy the download command"))
        self.command_button.setToolTip(
            tr("Run the copied command where there is the internet; it fills a folder 'wheelhouse' for this computer.")
        )
        self.command_button.clicked.connect(self._copy_command)
        self.python_box = _file_box(tr("Choose the Python to build with"))
        self.python_box.lineEdit().setPlaceholderText(tr("QGIS's Python"))
        self.python_box.setToolTip(tr("A Python from 3.10 on with 64 bits; by default that of QGIS."))
        self.torch_box = QCheckBox(tr("Also for training and Hugging Face models (PyTorch)"))
        self.torch_box.setToolTip(
            tr(
                "Also installs what fine-tuning and models of others need: over 1 GB more. Of it, 30 MB measure "
                "answers in words (rsqi evaluate --task qa), and 65 MB generate images (rsqi augment)."
            )
        )
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(tr("Package index"), self.index_box)
        form.addRow(tr("Offline folder"), self.wheelhouse_box)
        form.addRow("", self.command_button)
        form.addRow(tr("Build with"), self.python_box)
        form.addRow(self.torch_box)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.hide()
        form.addRow(self._note)
        self.torch_box.toggled.connect(lambda _: self.changed.emit())

    def show_options(self, options: BuildOptions) -> None:
        """Fill the fields."""
        self._options = options
        self.index_box.setEditText(options.index_url)
        self.wheelhouse_box.setFilePath(options.wheelhouse)
        self.python_box.setFilePath(options.python)
        self.torch_box.setChecked(options.torch)

    def options(self, kind: str) -> BuildOptions:
        """Return the options in the fields."""
        return replace(
            self._options,
            kind=kind,
            torch=self.torch_box.isChecked(),
            index_url=self.index_box.currentText().strip(),
            wheelhouse=self.wheelhouse_box.filePath().strip(),
            python=self.python_box.filePath().strip(),
        )

    def set_kind(self, kind: str) -> None:
        """Take over what the environment computes with; the download command is made for it."""
        self._options = replace(self._options, kind=kind)

    def _copy_command(self) -> None:
        version = "{}.{}".format(*sys.version_info) if sys.version_info >= (3, 10) else "3.12"
        command = wheelhouse_command(
            PLUGIN_FOLDER, self._options.kind, self.torch_box.isChecked(), version, sys.platform
        )
        QgsApplication.clipboard().setText(command)
        self._note.setText(
            tr("Copied: it fetches packages for Python {version}, which has to build the environment here.").format(
                version=version
            )
        )
        self._note.show()


def _file_box(title: str, folder: bool = False) -> QgsFileWidget:
    box = QgsFileWidget()
    mode = QgsFileWidget.StorageMode
    box.setStorageMode(mode.GetDirectory if folder else mode.GetFile)
    box.setDialogTitle(title)
    return box
