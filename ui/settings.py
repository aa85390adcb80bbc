"""RSQI's page in the options of QGIS: the worker's Python, and a test of it."""

from __future__ import annotations

from qgis.core import QgsProcessingException, QgsSettings
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QProcess, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QPushButton

from ..algorithms.base import ICONS
from ..algorithms.i18n import tr
from ..algorithms.worker_client import SETTING, Listener, create_process, encode, ending, find_python, profile_python

PAGE = "rsqiOptions"


class SettingsFactory(QgsOptionsWidgetFactory):
    """Puts the page into the options dialog."""

    def __init__(self):
        super().__init__("RSQI", QIcon(str(ICONS / "rsqi.svg")))

    def createWidget(self, parent):
        return SettingsPage(parent)


class SettingsPage(QgsOptionsPageWidget):
    """Where the worker's Python is."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName(PAGE)
        self._process = None
        self._listener = None
        self.python_box = QgsFileWidget()
        self.python_box.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.python_box.setDialogTitle(tr("Choose the worker's Python"))
        self.python_box.setFilePath(str(QgsSettings().value(SETTING, "") or ""))
        self.python_box.lineEdit().setPlaceholderText(str(profile_python()))
        self.test_button = QPushButton(tr("Test"))
        self.test_button.clicked.connect(self.test)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        hint = QLabel(
            tr(
                "RSQI computes in a Python environment of its own. The environment variable RSQI_PYTHON goes before "
                "this setting; when both are empty, the environment in the profile folder is used."
            )
        )
        hint.setWordWrap(True)
        form = QFormLayout(self)
        form.addRow(hint)
        form.addRow(tr("Worker Python"), self.python_box)
        form.addRow("", self.test_button)
        form.addRow(self.verdict)

    def apply(self):
        """Save; called when the options dialog is accepted."""
        path = self.python_box.filePath().strip()
        if path:
            QgsSettings().setValue(SETTING, path)
        else:
            QgsSettings().remove(SETTING)

    def test(self) -> None:
        """Ask the worker what it is, without waiting for it."""
        try:
            python = self.python_box.filePath().strip() or find_python()
        except QgsProcessingException as error:
            self.verdict.setText(str(error))
            return
        self.test_button.setEnabled(False)
        self.verdict.setText(tr("Starting the worker..."))
        self._listener = Listener()
        self._process = create_process(python, self)
        self._process.errorOccurred.connect(self._not_started)
        self._process.finished.connect(self._finished)
        self._process.start()
        self._process.write(encode({"command": "probe"}))

    def _not_started(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._conclude(
                tr("The worker Python {path} cannot be started: {reason}").format(
                    path=self._process.program(), reason=self._process.errorString()
                )
            )

    def _finished(self) -> None:
        for event in self._listener.events(self._process):
            if event["event"] == "result":
                versions = ", ".join(f"{name} {version}" for name, version in event["versions"].items())
                self._conclude(
                    tr("The worker answers: {versions}. It computes with: {providers}.").format(
                        versions=versions, providers=", ".join(event["providers"])
                    )
                )
                return
        self._conclude(ending(self._process, self._listener))

    def _conclude(self, text: str) -> None:
        self.verdict.setText(text)
        self.test_button.setEnabled(True)
        self._process.deleteLater()
        self._process = None
