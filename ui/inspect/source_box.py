"""What to inspect: one layer, several layers, or all images of a folder."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgsFileWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ...bridge.compat import RASTER_LAYERS
from ...bridge.i18n import tr
from ..widgets.narrow import narrow
from .images import Image, image_of, images_in

LAYER, LAYERS, FOLDER = range(3)
_ROWS = 5  # of the list of layers


class SourceBox(QWidget):
    """Chooses the images.

    Signals
    -------
    changed
        There are other images than before.
    """

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.kind_box = narrow(QComboBox())
        self.kind_box.setObjectName("rsqiSource")
        self.kind_box.addItems([tr("One layer"), tr("Several layers"), tr("All images of a folder")])
        self.layer_box = narrow(QgsMapLayerComboBox())
        self.layer_box.setObjectName("rsqiImage")
        self.layer_box.setFilters(RASTER_LAYERS)
        self.layer_list = QListWidget()
        self.layer_list.setObjectName("rsqiImages")
        self.folder_box = QgsFileWidget()
        self.folder_box.setObjectName("rsqiFolder")
        self.folder_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder_box.setDialogTitle(tr("Choose a folder of images"))
        self.count_label = QLabel()
        folder = QWidget()
        column = QVBoxLayout(folder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.folder_box)
        column.addWidget(self.count_label)
        self._choosers = (self.layer_box, self.layer_list, folder)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.kind_box)
        for chooser in self._choosers:
            outer.addWidget(chooser)
            chooser.setVisible(chooser is self.layer_box)
        self.kind_box.currentIndexChanged.connect(self._show_kind)
        self.layer_box.layerChanged.connect(self._emit_changed)
        self.layer_list.itemChanged.connect(self._emit_changed)
        self.folder_box.fileChanged.connect(self._count_images)
        project = QgsProject.instance()
        project.layersAdded.connect(self._list_layers)
        project.layersRemoved.connect(self._list_layers)

    def kind(self) -> int:
        """Return LAYER, LAYERS or FOLDER."""
        return self.kind_box.currentIndex()

    def images(self) -> list[Image]:
        """Return the chosen images."""
        if self.kind() == LAYER:
            layer = self.layer_box.currentLayer()
            return [image_of(layer)] if isinstance(layer, QgsRasterLayer) else []
        if self.kind() == FOLDER:
            path = self.folder_box.filePath().strip()
            return images_in(Path(path)) if path else []
        items = [self.layer_list.item(row) for row in range(self.layer_list.count())]
        chosen = [item for item in items if item.checkState() == Qt.CheckState.Checked]
        layers = [QgsProject.instance().mapLayer(item.data(Qt.ItemDataRole.UserRole)) for item in chosen]
        return [image_of(layer) for layer in layers if layer is not None]

    def stop(self) -> None:
        """Let go of the project."""
        project = QgsProject.instance()
        project.layersAdded.disconnect(self._list_layers)
        project.layersRemoved.disconnect(self._list_layers)

    def _show_kind(self, kind: int) -> None:
        for place, chooser in enumerate(self._choosers):
            chooser.setVisible(place == kind)
        self._list_layers()
        self._emit_changed()

    def _list_layers(self, *_) -> None:
        """List the raster layers of the project, those that are new with a check."""
        if self.kind() != LAYERS:
            return
        left_out = {
            item.data(Qt.ItemDataRole.UserRole)
            for item in (self.layer_list.item(row) for row in range(self.layer_list.count()))
            if item.checkState() != Qt.CheckState.Checked
        }
        self.layer_list.blockSignals(True)
        self.layer_list.clear()
        for layer in sorted(QgsProject.instance().mapLayers().values(), key=lambda layer: layer.name()):
            if isinstance(layer, QgsRasterLayer):
                item = QListWidgetItem(layer.name(), self.layer_list)
                item.setData(Qt.ItemDataRole.UserRole, layer.id())
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                checked = layer.id() not in left_out
                item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
        self.layer_list.blockSignals(False)
        height = max(1, min(_ROWS, self.layer_list.count())) * max(18, self.layer_list.sizeHintForRow(0))
        self.layer_list.setFixedHeight(height + 2 * self.layer_list.frameWidth())
        self._emit_changed()

    def _count_images(self, path: str) -> None:
        self.count_label.setText(tr("Images: {count}").format(count=len(self.images())) if path.strip() else "")
        self._emit_changed()

    def _emit_changed(self, *_) -> None:
        self.changed.emit()
