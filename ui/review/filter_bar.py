"""What the list shows, and in which order: by type, status, severity, source, words, confidence, and place."""

from __future__ import annotations

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ...rsqi_core.scoring import SEVERITIES, STATUSES
from ..widgets.swatch import swatch
from .error_rows import GAIN, REVIEWED, TECHNICIAN, WORST, RowFilter
from .error_table import MARKS, status_name

MAP_DELAY_MS = 150


class FilterBar(QWidget):
    """Three lines of choices above the list.

    Signals
    -------
    filter_changed
        :meth:`row_filter` returns another filter now.
    view_chosen : bool
        Whether only errors in the map view are wanted now.
    order_chosen : str
        `WORST`, `GAIN`, or nothing for the order of a column.
    threshold_changed : float
        Confidence below which the map shows nothing; sent once the slider rests.
    """

    filter_changed = pyqtSignal()
    view_chosen = pyqtSignal(bool)
    order_chosen = pyqtSignal(str)
    threshold_changed = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.type_box, self.status_box = QComboBox(), QComboBox()
        self.type_box.addItem(tr("All types"), 0)
        for error_type in taxonomy.TYPES:
            self.type_box.addItem(swatch(error_type.color), type_name(error_type), error_type.id)
        self.status_box.addItem(tr("Any status"), "")
        self.status_box.addItem(f"{MARKS[STATUSES[0]]} {status_name(STATUSES[0])}", STATUSES[0])
        self.status_box.addItem(tr("Reviewed"), REVIEWED)
        for status in STATUSES[1:]:
            self.status_box.addItem(f"{MARKS[status]} {status_name(status)}", status)
        self.severity_box, self.source_box = QComboBox(), QComboBox()
        self.severity_box.addItem(tr("Any severity"), "")
        for severity in SEVERITIES:
            self.severity_box.addItem(severity, severity)
        self.source_box.addItem(tr("Any source"), "")
        for source, name in (("model", tr("Model")), ("rule", tr("Rule")), (TECHNICIAN, tr("Drawn"))):
            self.source_box.addItem(name, source)
        self.order_box = QComboBox()
        self.order_box.setObjectName("rsqiReviewOrder")
        for text, tip, key in (
            (tr("By column"), tr("In the order of the column whose title is clicked."), ""),
            (tr("Worst first"), tr("What costs most comes first."), WORST),
            (
                tr("Most gain"),
                tr("Where a look is worth most: uncertainty times area times deduction. What is judged comes last."),
                GAIN,
            ),
        ):
            self.order_box.addItem(text, key)
            self.order_box.setItemData(self.order_box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.order_box.setToolTip(tr("Which error comes next"))
        self.search_box = QgsFilterLineEdit()
        self.search_box.setShowSearchIcon(True)
        self.search_box.setPlaceholderText(tr("Search"))
        self.search_box.setToolTip(tr("Search in types, states, comments, names and numbers"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 99)
        self.slider.setPageStep(10)
        self.slider.setToolTip(tr("Hides less certain errors in the list and on the map. The score is not affected."))
        self.threshold_label = QLabel()
        self.view_box = QCheckBox(tr("In the map view"))
        self.view_box.setToolTip(
            tr("Lists only errors in the map view, as you move it. Going from error to error does not change the list.")
        )
        for box in (*self._choices(), self.order_box, self.search_box):
            box.setMinimumWidth(70)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for box in (self.type_box, self.status_box):  # their names are the longest, and stay whole
            box.setMinimumWidth(box.sizeHint().width())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(MAP_DELAY_MS)
        self._timer.timeout.connect(lambda: self.threshold_changed.emit(self.threshold()))

        first, second, third = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.type_box, 1)
        first.addWidget(self.status_box, 1)
        first.addWidget(self.search_box, 1)
        for box in (self.severity_box, self.source_box, self.order_box):
            second.addWidget(box, 1)
        third.addWidget(QLabel(tr("Confidence from")))
        third.addWidget(self.slider, 1)
        third.addWidget(self.threshold_label)
        third.addWidget(self.view_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)
        column.addLayout(third)
        self.threshold_label.setMinimumWidth(self.threshold_label.fontMetrics().horizontalAdvance("0.00 "))
        self._show_threshold()

        for box in self._choices():
            box.currentIndexChanged.connect(lambda _: self.filter_changed.emit())
        self.order_box.currentIndexChanged.connect(lambda _: self.order_chosen.emit(self.order_box.currentData()))
        self.search_box.textChanged.connect(lambda _: self.filter_changed.emit())
        self.slider.valueChanged.connect(self._slider_moved)
        self.view_box.toggled.connect(self.view_chosen)

    def show_column_order(self) -> None:
        """Show that the list is in the order of a column."""
        self.order_box.blockSignals(True)
        self.order_box.setCurrentIndex(0)
        self.order_box.blockSignals(False)

    def row_filter(self) -> RowFilter:
        """Return what is chosen."""
        return RowFilter(
            self.type_box.currentData(),
            self.status_box.currentData(),
            self.search_box.text(),
            self.threshold(),
            self.severity_box.currentData(),
            self.source_box.currentData(),
        )

    def _choices(self) -> tuple[QComboBox, ...]:
        return self.type_box, self.status_box, self.severity_box, self.source_box

    def threshold(self) -> float:
        return self.slider.value() / 100

    def set_threshold(self, threshold: float) -> None:
        """Show a threshold that is in force already."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(threshold * 100))
        self.slider.blockSignals(False)
        self._show_threshold()

    def stop(self) -> None:
        self._timer.stop()

    def _slider_moved(self) -> None:
        self._show_threshold()
        self.filter_changed.emit()
        self._timer.start()

    def _show_threshold(self) -> None:
        self.threshold_label.setText(f"{self.threshold():.2f}")
