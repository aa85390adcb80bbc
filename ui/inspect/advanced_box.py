"""What only experts change: blocks, thresholds, the constraint, bands."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingException, QgsSettings
from qgis.gui import QgsCollapsibleGroupBox, QgsDoubleSpinBox, QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit

from ...bridge.i18n import tr
from ...bridge.inspect_options import block_sizes, constraint_names
from ...rsqi_core import limits
from ..widgets.narrow import narrow, narrow_file
from .bands_box import BandsBox
from .presets import STANDARD, Preset, preset_of

_MEMORY = "rsqi/inspect/memory"
_OWN = -0.01  # the value of the threshold that stands for the model's own


class AdvancedBox(QgsCollapsibleGroupBox):
    """The parameters for experts, collapsed at first.

    Signals
    -------
    changed
        A value that a preset sets was changed.
    """

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(tr("Advanced"), parent)
        self.setObjectName("rsqiAdvanced")
        self.blocks_line = QLineEdit()
        self.blocks_line.setToolTip(
            tr("Sizes of the square blocks, separated by commas; large blocks see large errors.")
        )
        self.overlap_box = _spin(*limits.OVERLAP_RANGE, 0.05)
        self.overlap_box.setToolTip(tr("Share of a block that its neighbour sees too."))
        self.threshold_box = _spin(_OWN, limits.THRESHOLD_RANGE[1], 0.05)
        self.threshold_box.setSpecialValueText(tr("Model's own"))
        self.threshold_box.setToolTip(tr("Probability above which a block has an error type."))
        self.sensitivity_box = _spin(*limits.SENSITIVITY_OFFERED, 0.5)
        self.sensitivity_box.setToolTip(
            tr("Divides the odds of every threshold: 4 finds more errors, and more that are none.")
        )
        self.constraint_box = narrow(QComboBox())
        self.constraint_box.addItems(constraint_names())
        self.constraint_box.setToolTip(tr("How the types that a block was classified as constrain its segmentation."))
        self.alpha_box = _spin(*limits.ALPHA_OFFERED, 0.1)
        self.alpha_box.setValue(limits.ALPHA)
        self.alpha_box.setToolTip(tr("Weight of the classification in the constraint."))
        self.tolerance_box = _spin(*limits.TOLERANCE_RANGE, 0.25)
        self.tolerance_box.setValue(limits.TOLERANCE)
        self.tolerance_box.setSpecialValueText(tr("Edges of pixels"))
        self.tolerance_box.setToolTip(
            tr(
                "How far the outlines of region errors may leave the edges of pixels to be smooth and simple; their "
                "areas stay within 1 %. 0 keeps the edges of pixels."
            )
        )
        self.bands_box = BandsBox()
        self.memory_box = narrow_file(QgsFileWidget())
        self.memory_box.setObjectName("rsqiMemory")
        self.memory_box.setDialogTitle(tr("Memory of clean images"))
        self.memory_box.setFilter(tr("Memories (*.safetensors)"))
        self.memory_box.lineEdit().setPlaceholderText(tr("Not used"))
        self.memory_box.setToolTip(
            tr(
                "A file that 'Remember clean images' wrote with the same model: what is unlike all of them is marked "
                "in a layer of its own, which is never part of the score."
            )
        )
        self.memory_box.setFilePath(QgsSettings().value(_MEMORY, "", type=str))
        self.memory_box.fileChanged.connect(lambda path: QgsSettings().setValue(_MEMORY, path.strip()))
        form = QFormLayout(self)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(tr("Block sizes (pixels)"), self.blocks_line)
        form.addRow(tr("Overlap of blocks"), self.overlap_box)
        form.addRow(tr("Probability threshold t"), self.threshold_box)
        form.addRow(tr("Sensitivity"), self.sensitivity_box)
        form.addRow(QLabel(tr("Constraint")))
        form.addRow(self.constraint_box)  # its names need the whole width
        form.addRow(tr("Constraint strength (alpha)"), self.alpha_box)
        form.addRow(tr("Tolerance of outlines (pixels)"), self.tolerance_box)
        form.addRow(tr("Bands"), self.bands_box)
        form.addRow(QLabel(tr("Memory of clean images")))
        form.addRow(self.memory_box)
        self.set_preset(STANDARD)
        self.blocks_line.textEdited.connect(lambda _: self.changed.emit())
        self.overlap_box.valueChanged.connect(lambda _: self.changed.emit())
        self.threshold_box.valueChanged.connect(lambda _: self.changed.emit())
        self.sensitivity_box.valueChanged.connect(lambda _: self.changed.emit())
        self.setCollapsed(True)

    def set_preset(self, preset: Preset) -> None:
        """Fill in the values of a preset."""
        self.blockSignals(True)
        self.blocks_line.setText(",".join(str(side) for side in preset.blocks))
        self.overlap_box.setValue(preset.overlap)
        self.threshold_box.setValue(_OWN)
        self.sensitivity_box.setValue(preset.sensitivity)
        self.blockSignals(False)

    def preset(self) -> Preset | None:
        """Return the preset that has these values; None if no preset has them."""
        if self._threshold() is not None:
            return None
        try:
            blocks = tuple(block_sizes(self.blocks_line.text()))
        except QgsProcessingException:
            return None
        return preset_of(blocks, self.overlap_box.value(), self.sensitivity_box.value())

    def problem(self) -> str:
        """Return what is wrong; empty: nothing."""
        try:
            block_sizes(self.blocks_line.text())
        except QgsProcessingException as error:
            return str(error)
        return self.bands_box.problem()

    def parameters(self) -> dict:
        """Return these parameters of `rsqi:inspect`."""
        found = {
            "BLOCK_SIZES": self.blocks_line.text(),
            "OVERLAP": self.overlap_box.value(),
            "SENSITIVITY": self.sensitivity_box.value(),
            "CONSTRAINT": self.constraint_box.currentIndex(),
            "ALPHA": self.alpha_box.value(),
            "TOLERANCE": self.tolerance_box.value(),
            "BANDS": self.bands_box.bands(),
        }
        if self._threshold() is not None:
            found["THRESHOLD"] = self._threshold()
        return found

    def memory_parameters(self) -> dict:
        """Return the parameter of `rsqi:inspect` that batches do not have."""
        path = self._memory()
        return {"MEMORY": path} if path else {}

    def memory_problem(self) -> str:
        """Return what is wrong with the memory; empty: nothing, or none is chosen."""
        path = self._memory()
        if path and not Path(path).is_file():
            return tr("There is no memory of clean images at {path}: choose another under Advanced, or none.").format(
                path=path
            )
        return ""

    def _memory(self) -> str:
        return self.memory_box.filePath().strip()

    def _threshold(self) -> float | None:
        value = self.threshold_box.value()
        return value if value >= 0 else None


def _spin(low: float, high: float, step: float) -> QgsDoubleSpinBox:
    box = QgsDoubleSpinBox()
    box.setShowClearButton(False)
    box.setDecimals(2)
    box.setRange(low, high)
    box.setSingleStep(step)
    return box
