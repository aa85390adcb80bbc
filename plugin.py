"""The plugin's entry: adds the Processing provider, the toolbar button and the dock, and removes them again."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon

from .algorithms.provider import RsqiProvider


class RsqiPlugin:
    """What QGIS loads; `iface` is None under ``qgis_process``."""

    def __init__(self, iface):
        self._iface = iface
        self._provider = None
        self._dock = None
        self._action = None
        self._toolbar = None
        self._settings = None

    def initProcessing(self):
        """Add the provider; called alone by ``qgis_process``."""
        self._provider = RsqiProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self):
        """Add the provider, the dock and its button."""
        from .bridge.compat import QAction
        from .bridge.i18n import tr
        from .bridge.paths import ICONS
        from .ui.dock import RsqiDock
        from .ui.settings import SettingsFactory

        self.initProcessing()
        main = self._iface.mainWindow()
        self._dock = RsqiDock(self._iface, main)
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._dock)
        self._dock.hide()
        self._action = QAction(QIcon(str(ICONS / "rsqi.svg")), tr("Inspect layer"), main)
        self._action.setObjectName("rsqiInspectLayer")
        self._action.setCheckable(True)
        self._action.setIconText("RSQI")
        self._dock.setToggleVisibilityAction(self._action)
        self._action.setToolTip(tr("RSQI: inspect images, review errors, score and report"))
        self._toolbar = self._iface.addToolBar("RSQI")
        self._toolbar.setObjectName("rsqiToolBar")
        self._toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._toolbar.addAction(self._action)
        self._iface.addPluginToRasterMenu("RSQI", self._action)
        self._settings = SettingsFactory()
        self._iface.registerOptionsWidgetFactory(self._settings)

    def unload(self):
        """Remove everything that was added."""
        if self._dock is not None:
            self._dock.stop()
            self._iface.removePluginRasterMenu("RSQI", self._action)
            self._iface.removeDockWidget(self._dock)
            self._toolbar.deleteLater()
            self._action.deleteLater()
            self._dock.deleteLater()
            self._iface.unregisterOptionsWidgetFactory(self._settings)
            self._dock = self._action = self._toolbar = self._settings = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
