"""The controls of the blocks: walk through them, worst first, and colour them by the probability of a type."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.reviewer import reviewer
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch
from . import heat_map
from .block_grid import BlockGrid, GridBlock, next_block
from .keys import command_texts, key_name, with_key
from .navigation import Navigator
from .store import StoreError


class BlockBar(QWidget):
    """Hidden where the layer under review has no blocks beside it.

    Signals
    -------
    marked
        The file has another seen mark.
    refused : str
        Why a mark could not be kept.
    """

    marked = pyqtSignal()
    refused = pyqtSignal(str)

    def __init__(self, navigator: Navigator, parent: QWidget | None = None):
        super().__init__(parent)
        self._navigator = navigator
        self._errors: QgsVectorLayer | None = None
        self._path: Path | None = None
        self._grid: BlockGrid | None = None
        self._seen: set[tuple[int, int, int]] = set()
        self._visited: list[GridBlock] = []
        self.current: GridBlock | None = None

        self.next_button, self.back_button = QToolButton(), QToolButton()
        self.back_button.setArrowType(Qt.ArrowType.LeftArrow)
        self.show_keys()
        self.next_button.clicked.connect(self.forward)
        self.back_button.clicked.connect(self.back)
        self.seen_box = QCheckBox(tr("seen"))
        self.seen_box.setToolTip(tr("Whether somebody has looked at this block"))
        self.seen_box.clicked.connect(self._set_seen)
        self.progress_label = QLabel()
        self.progress_label.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )  # never widens the dock
        self.size_box, self.heat_box = QComboBox(), QComboBox()
        self.size_box.setToolTip(tr("Side of the blocks"))
        self.heat_box.setToolTip(tr("Colour the blocks by the probability of a type"))
        self.heat_box.addItem(tr("Off"), 0)
        for error_type in taxonomy.TYPES:
            self.heat_box.addItem(swatch(error_type.color), type_name(error_type), error_type.id)
        for widget in (self.next_button, self.back_button, self.seen_box):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.heat_box.currentIndexChanged.connect(lambda _: self._show_heat())
        self.size_box.currentIndexChanged.connect(lambda _: self._change_size())

        walk = QHBoxLayout()
        for widget in (self.next_button, self.back_button, self.seen_box):
            walk.addWidget(widget)
        walk.addWidget(self.size_box, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(QLabel(tr("Blocks")), 0, 0)
        grid.addLayout(walk, 0, 1)
        grid.addWidget(self.progress_label, 1, 1)
        grid.addWidget(QLabel(tr("Heat map")), 2, 0)
        grid.addWidget(self.heat_box, 2, 1)
        grid.setColumnStretch(1, 1)

    def show_keys(self) -> None:
        """Show the keys as they are now."""
        texts = command_texts()
        self.next_button.setText("{}  {}".format(tr("Next block"), key_name("block")).rstrip())
        self.next_button.setToolTip(with_key(texts["block"], "block"))
        self.back_button.setToolTip(with_key(texts["block_back"], "block_back"))

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Take the blocks beside another layer of errors; they are read when the page is looked at."""
        self.heat_box.setCurrentIndex(0)
        heat_map.hide()
        self._errors, self._grid, self.current = layer, None, None
        self._seen, self._visited = set(), []
        self._path = geopackage_of(layer) if layer is not None else None
        self.setVisible(self._path is not None)

    def load(self) -> None:
        """Read the blocks, if that has not been done."""
        if self._grid is not None or self._path is None:
            return
        self._grid = BlockGrid(self._path)
        self.size_box.blockSignals(True)
        self.size_box.clear()
        for size in self._grid.sizes():
            self.size_box.addItem(tr("{size} px").format(size=size), size)
        self.size_box.blockSignals(False)
        self.size_box.setVisible(self.size_box.count() > 1)
        self.setVisible(self.size_box.count() > 0)
        if self.size_box.count():
            self._seen = self._grid.seen()
            self._show_progress()

    def forward(self) -> bool:
        """Mark the block that is looked at as seen, and go to the worst that nobody has seen."""
        self.load()
        if self._grid is None or not self.size_box.count():
            return False
        if self.current is not None:
            self._mark(self.current, True)
            self._visited.append(self.current)
        order = self._grid.blocks(self.size_box.currentData())
        self._show_block(next_block(order, self._seen, self.current))
        return True

    def back(self) -> bool:
        """Return to the block before."""
        if self._visited:
            self._show_block(self._visited.pop())
        return True

    def _show_block(self, block: GridBlock | None) -> None:
        self.current = block
        self._show_progress()
        if block is not None:
            self._navigator.show_block(self._grid.layer, self._grid.outline(block))
        elif self._errors is not None:
            self._navigator.mark(self._errors, None)

    def _set_seen(self, wanted: bool) -> None:
        if self.current is not None:
            self._mark(self.current, wanted)
        self._show_progress()

    def _mark(self, block: GridBlock, wanted: bool) -> None:
        try:
            if wanted:
                self._grid.mark(block, reviewer())
            else:
                self._grid.unmark(block)
        except StoreError as error:
            self.refused.emit(str(error))
        self.marked.emit()
        self._seen = self._grid.seen()  # another technician may be walking as well

    def _change_size(self) -> None:
        self.current, self._visited = None, []
        self._show_progress()
        self._show_heat()

    def _show_heat(self) -> None:
        category_id = self.heat_box.currentData()
        self.load()
        if not category_id or self._path is None or not self.size_box.count():
            heat_map.hide()
        else:
            heat_map.show(self._path, category_id, self.size_box.currentData(), self._errors)

    def _show_progress(self) -> None:
        size = self.size_box.currentData()
        blocks = self._grid.blocks(size) if self._grid is not None else []
        done = sum(block.key in self._seen for block in blocks)
        text = tr("{done} of {total} seen").format(done=done, total=len(blocks))
        if self.current is not None and self.current.worst > 0:
            name = type_name(taxonomy.by_code(self.current.code))
            text = f"{name} {self.current.worst:.0%} · {text}"
        elif self.current is None and blocks and done == len(blocks):
            text = tr("All {total} blocks are seen").format(total=len(blocks))
        self.progress_label.setText(text)
        self.seen_box.setEnabled(self.current is not None)
        self.seen_box.setChecked(self.current is not None and self.current.key in self._seen)
        self.back_button.setEnabled(bool(self._visited))
