"""Step 1: which reviewed errors to learn from."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...bridge.i18n import tr
from .datasets import new_dataset, read_dataset
from .reviewed import reviewed_layers

FEW = 20  # blocks to train on, under which little can be learned
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ROWS = 5  # shown at once at most


class DataStep(QWidget):
    """Reviewed layers to tick, and the dataset that is made of them.

    Signals
    -------
    changed
        Another dataset was named, or it was written.
    export_requested : dict
        Parameters of `rsqi:trainingdata`, when the button is pressed.
    generated_requested
        Choose among generated images for the dataset.
    """

    changed = pyqtSignal()
    export_requested = pyqtSignal(object)
    generated_requested = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnData")
        self._offered: dict[str, bool] = {}  # ticks of layers as they were shown
        self._by_hand: dict[str, bool] = {}  # those that a person has changed
        self._build()

    def refresh(self) -> None:
        """Count the decisions anew."""
        shown = {item.data(0, Qt.ItemDataRole.UserRole): _ticked(item) for item in self._items()}
        self._by_hand.update({key: ticked for key, ticked in shown.items() if ticked != self._offered[key]})
        self.tree.clear()
        for reviewed in reviewed_layers(QgsProject.instance()):
            figures = (reviewed.errors, reviewed.rejected, reviewed.open)
            item = QTreeWidgetItem(self.tree, [reviewed.name, *map(str, figures)])
            item.setToolTip(0, reviewed.name)
            item.setData(0, Qt.ItemDataRole.UserRole, reviewed.layer_id)
            for column in range(1, 4):
                item.setData(column, Qt.ItemDataRole.TextAlignmentRole, _RIGHT)
            ticked = reviewed.useful and self._by_hand.get(reviewed.layer_id, not reviewed.replaced)
            self._offered[reviewed.layer_id] = ticked
            item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            if reviewed.replaced:
                item.setToolTip(
                    0, tr("A later inspection of the same image takes its place: a dataset takes one only.")
                )
            if not reviewed.useful:
                item.setDisabled(True)
                item.setToolTip(0, tr("Nothing in {name} has been decided yet.").format(name=reviewed.name))
        rows = min(_ROWS, max(1, self.tree.topLevelItemCount()))
        height = self.tree.header().sizeHint().height() + rows * (self.fontMetrics().height() + 8)
        self.tree.setFixedHeight(height + 2 * self.tree.frameWidth())
        self.tree.setVisible(self.tree.topLevelItemCount() > 0)
        self.empty.setVisible(self.tree.topLevelItemCount() == 0)
        self._show_state()

    def dataset(self) -> str:
        """Return the folder of the dataset, an empty string if it holds none that one can train and compare on."""
        path = self.dataset_box.filePath().strip()
        found = read_dataset(path)
        return path if found and found.comparable else ""

    def show_dataset(self, path: str) -> None:
        """Take this dataset to train on."""
        self.dataset_box.setFilePath(path)

    def set_running(self, running: bool) -> None:
        """Take no input while something runs."""
        for widget in (self.tree, self.folder_box, self.dataset_box, self.generated_button):
            widget.setEnabled(not running)
        self._running = running
        self._show_state()

    def _export(self) -> None:
        folder = self.folder_box.filePath().strip()
        layers = [QgsProject.instance().mapLayer(layer_id) for layer_id in self._chosen()]
        path = new_dataset()
        path.parent.mkdir(parents=True, exist_ok=True)
        layers = [layer for layer in layers if layer]
        self.export_requested.emit({"LAYERS": layers, "FOLDER": folder, "OUTPUT": str(path)})

    def _chosen(self) -> list[str]:
        return [item.data(0, Qt.ItemDataRole.UserRole) for item in self._items() if _ticked(item)]

    def _items(self) -> list[QTreeWidgetItem]:
        return [self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount())]

    def _show_state(self) -> None:
        """Show what the dataset holds, and whether there is anything to export."""
        folder = self.folder_box.filePath().strip()
        self.export_button.setEnabled(not self._running and bool(self._chosen() or (folder and Path(folder).is_dir())))
        path = self.dataset_box.filePath().strip()
        found = read_dataset(path)
        self.generated_button.setEnabled(not self._running and found is not None)
        if found is None:
            text = tr("There is no dataset in this folder.") if path else tr("No dataset has been exported yet.")
        else:
            text = tr("Blocks to train on: {train}; put aside to compare on: {test}.").format(
                train=found.train, test=found.test
            )
            if not found.comparable:
                text += " " + tr("There is too little to compare on: review more images.")
            elif found.train < FEW:
                text += " " + tr("That is little: review more images for a result to be trusted.")
        self.status.setText(text)
        self.changed.emit()

    def _build(self) -> None:
        self._running = False
        hint = QLabel(
            tr(
                "Accepted, corrected and added errors are learned; where you rejected one, that there is none. "
                "Unreviewed ones are left out."
            )
        )
        hint.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("rsqiLearnLayers")
        self.tree.setRootIsDecorated(False)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.tree.setHeaderLabels([tr("Layer"), tr("Errors"), tr("Rejected"), tr("Unreviewed")])
        self.tree.headerItem().setToolTip(3, tr("Errors that nobody has decided on; they are left out."))
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, 4):
            self.tree.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemChanged.connect(lambda: self._show_state())
        self.empty = QLabel(tr("The project has no reviewed layer from a GeoPackage yet: inspect and review images."))
        self.empty.setWordWrap(True)
        self.folder_box = QgsFileWidget()
        self.folder_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder_box.setDialogTitle(tr("Choose a folder of reviewed results"))
        self.folder_box.lineEdit().setPlaceholderText(tr("No folder"))
        self.folder_box.fileChanged.connect(lambda: self._show_state())
        self.dataset_box = QgsFileWidget()
        self.dataset_box.setObjectName("rsqiLearnDataset")
        self.dataset_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.dataset_box.setDialogTitle(tr("Choose a dataset"))
        self.dataset_box.lineEdit().setPlaceholderText(tr("Export or choose one"))
        self.dataset_box.fileChanged.connect(lambda: self._show_state())
        self.export_button = QPushButton(tr("Export training data"))
        self.export_button.setObjectName("rsqiLearnExport")
        self.export_button.clicked.connect(self._export)
        self.generated_button = QPushButton(tr("Choose among generated images..."))
        self.generated_button.setObjectName("rsqiLearnGenerated")
        self.generated_button.setToolTip(
            tr("More examples of rare errors, which rsqi augment has painted into clean blocks of this dataset.")
        )
        self.generated_button.clicked.connect(lambda: self.generated_requested.emit())
        self.status = QLabel()
        self.status.setWordWrap(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("And all results in"), self.folder_box)
        form.addRow(self.export_button)
        form.addRow(tr("Dataset"), self.dataset_box)
        form.addRow(self.generated_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (hint, self.tree, self.empty):
            column.addWidget(widget)
        column.addLayout(form)
        column.addWidget(self.status)


def _ticked(item: QTreeWidgetItem) -> bool:
    return item.checkState(0) == Qt.CheckState.Checked
