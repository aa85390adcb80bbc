"""What the page *Inspect* needs of QGIS's window."""

from qgis.core import (
    QgsCoordinateReferenceSystem,
)
from qgis.gui import QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QAction


class Iface(QObject):
    """What the page asks of QGIS."""

    currentLayerChanged = pyqtSignal(object)

    def __init__(self):
        super().__init__()
        self.canvas, self.bar, self.active = QgsMapCanvas(), QgsMessageBar(), None
        self.options = []  # pages of the options dialog that were opened
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4547"))

    def mapCanvas(self):
        return self.canvas

    def messageBar(self):
        return self.bar

    def mainWindow(self):
        return None

    def activeLayer(self):
        return self.active

    def setActiveLayer(self, layer):
        self.active = layer

    def actionPan(self):
        return QAction()

    def showOptionsDialog(self, parent, page):
        self.options.append(page)
