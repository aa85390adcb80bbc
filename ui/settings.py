"""RSQI's page in the options of QGIS: the worker's Python, and *Set up* with its test, repair and sources."""

from __future__ import annotations

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFormLayout, QVBoxLayout

from ..bridge.i18n import tr
from ..bridge.paths import ICONS
from ..bridge.worker_python import SETTING, profile_python
from .setup.environment import save_options
from .setup.page import SetupPage

PAGE = "rsqiOptions"


class SettingsFactory(QgsOptionsWidgetFactory):
    """Puts the page into the options dialog."""

    def __init__(self):
        super().__init__("RSQI", QIcon(str(ICONS / "rsqi.svg")))

    def createWidget(self, parent):
        return SettingsPage(parent)


class SettingsPage(QgsOptionsPageWidget):
    """Which Python computes, and how the one that RSQI builds itself is made."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName(PAGE)
        self.setup = SetupPage(None, self)
        self.test, self.test_button = self.setup.test, self.setup.test_button
        self.result_label = self.setup.result_label
        self.python_box = QgsFileWidget()
        self.python_box.setObjectName("rsqiWorkerPython")
        self.python_box.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.python_box.setDialogTitle(tr("Choose the worker's Python"))
        self.python_box.lineEdit().setPlaceholderText(str(profile_python()))
        self.python_box.setToolTip(
            tr(
                "RSQI computes in a Python environment of its own. The environment variable RSQI_PYTHON goes before "
                "this setting; when both are empty, the environment in the profile folder is used."
            )
        )
        self.python_box.fileChanged.connect(self._take_python)
        self.python_box.setFilePath(str(QgsSettings().value(SETTING, "") or ""))
        form = QFormLayout()
        form.addRow(tr("Worker Python"), self.python_box)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.setup, 1)
        self.setup.changed.connect(self._show_python)

    def apply(self):
        """Save; called when the options dialog is accepted."""
        path = self.python_box.filePath().strip()
        if path:
            QgsSettings().setValue(SETTING, path)
        else:
            QgsSettings().remove(SETTING)
        save_options(self.setup.options())
        self.setup.notify_pages()

    def _take_python(self, path: str) -> None:
        self.setup.python = path.strip()

    def _show_python(self) -> None:
        """A build that succeeds takes the place of a Python that was named."""
        self.python_box.setFilePath(str(QgsSettings().value(SETTING, "") or ""))
