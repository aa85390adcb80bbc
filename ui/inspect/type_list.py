"""The ten error types to choose from, with their colours."""

from __future__ import annotations

from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QCheckBox, QGridLayout, QWidget

from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch


class TypeList(QWidget):
    """All types, checked; in two columns where there is room for them."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiTypes")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(2)
        self._columns = 0
        self.boxes = []
        for error_type in taxonomy.TYPES:
            box = QCheckBox(type_name(error_type))
            box.setIcon(swatch(error_type.color))
            box.setChecked(True)
            self.boxes.append(box)
        self._arrange(1)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        wide = 2 * max(box.sizeHint().width() for box in self.boxes) + self._grid.horizontalSpacing()
        self._arrange(2 if event.size().width() >= wide else 1)

    def minimumSizeHint(self) -> QSize:
        one_column = max(box.minimumSizeHint().width() for box in self.boxes)
        return QSize(one_column, super().minimumSizeHint().height())

    def _arrange(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            rows = -(-len(self.boxes) // columns)
            for place, box in enumerate(self.boxes):
                self._grid.addWidget(box, place % rows, place // rows)

    def checked(self) -> list[int]:
        """Return the types that are checked, as indices in the taxonomy."""
        return [place for place, box in enumerate(self.boxes) if box.isChecked()]

    def check_all(self, wanted: bool) -> None:
        """Check all types, or none."""
        for box in self.boxes:
            box.setChecked(wanted)
