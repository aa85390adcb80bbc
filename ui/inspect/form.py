"""The form of the page *Inspect*: what, where, how thoroughly, and where to."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsMapLayer, QgsProject, QgsRasterLayer, QgsSettings
from qgis.gui import QgsDoubleSpinBox, QgsFileWidget
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ...bridge import schemes
from ...bridge.i18n import tr
from ...bridge.inspect_options import device_names
from ...rsqi_core.scoring import MODES
from ..widgets.narrow import narrow
from .advanced_box import AdvancedBox
from .area_box import VISIBLE, AreaBox
from .images import RESULT, Image, result_path, unused
from .model_box import ModelBox
from .presets import PRESETS, STANDARD, Preset
from .seam_box import SeamBox
from .source_box import LAYER, SourceBox
from .type_list import TypeList

GROUP = "rsqi/inspect"


class InspectionForm(QWidget):
    """Gives the images, and the parameters of `rsqi:inspect` or `rsqi:measureseams`."""

    def __init__(self, canvas, parent=None):
        super().__init__(parent)
        self._canvas = canvas
        self.source_box = SourceBox()
        self.area_box = AreaBox(canvas)
        self.pixel_box = QgsDoubleSpinBox()
        self.pixel_box.setRange(0, 1e6)
        self.pixel_box.setSpecialValueText(tr("As the map shows it"))
        self.pixel_box.setDecimals(6)
        self.pixel_box.setToolTip(tr("The layer is no file: it is saved as an image with pixels of this side first."))
        self.preset_box = narrow(QComboBox())
        self.preset_box.setObjectName("rsqiPreset")
        self.preset_text = QLabel()
        self.preset_text.setWordWrap(True)
        self.type_list = TypeList()
        self.model_box = ModelBox()
        self.device_box = narrow(QComboBox())
        self.device_box.setObjectName("rsqiDevice")
        self.device_box.addItems(device_names())
        self.advanced_box = AdvancedBox()
        self.seam_box = SeamBox()
        self.output_box = QgsFileWidget()
        self.output_box.setObjectName("rsqiOutput")
        self._build()
        self._restore_settings()
        self.source_box.changed.connect(self._update)
        self.preset_box.activated.connect(self._choose_preset)
        self.advanced_box.changed.connect(self._show_preset)
        self._show_preset()
        self._update()

    def follow(self, layer: QgsMapLayer | None) -> None:
        """Choose the layer that became active, if it is a raster."""
        if isinstance(layer, QgsRasterLayer):
            self.source_box.layer_box.setLayer(layer)

    def images(self) -> list[Image]:
        """Return the chosen images."""
        return self.source_box.images()

    def problem(self) -> str:
        """Return why no inspection can start, with the remedy; empty: it can."""
        problem = self._source_problem()
        if not problem and not self.type_list.checked():
            return tr("Choose at least one error type.")
        return problem or self.area_box.problem() or self.advanced_box.problem() or self.advanced_box.memory_problem()

    def seam_problem(self) -> str:
        """Return why no seams can be measured, with the remedy; empty: they can."""
        problem = self._source_problem()
        if not problem and self.seam_box.layer() is None:
            return tr("Choose the seamlines to measure.")
        return problem or self.advanced_box.bands_box.problem()

    def method(self) -> tuple[dict, str]:
        """Return the parameters of `rsqi:inspectbatch` that say how, and why they do not fit; empty: they do."""
        if not self.type_list.checked():
            return {}, tr("Choose at least one error type.")
        found = {
            "MODEL": self.model_box.model(),
            "DEVICE": self.device_box.currentIndex(),
            "TYPES": self.type_list.checked(),
            **self._scoring(),
            **self.advanced_box.parameters(),
        }
        found["BANDS"] = ",".join(map(str, found.get("BANDS") or []))
        return found, self.advanced_box.problem()

    def parameters(self, image: Image) -> dict:
        """Return the parameters of an inspection of one image but for INPUT and OUTPUT."""
        return {
            "MODEL": self.model_box.model(),
            "DEVICE": self.device_box.currentIndex(),
            "TYPES": self.type_list.checked(),
            "RESUME": True,
            **self._common_parameters(image),
            **self.area_box.parameters(),
            **self.advanced_box.parameters(),
            **self.advanced_box.memory_parameters(),
        }

    def seam_parameters(self, image: Image) -> dict:
        """Return the parameters of a measurement on one image but for INPUT and OUTPUT."""
        bands = {"BANDS": self.advanced_box.bands_box.bands()}
        return {"LINES": self.seam_box.layer(), **self._common_parameters(image), **bands}

    def destination(self, image: Image, ending: str = RESULT) -> Path:
        """Return the GeoPackage for the result of an image, which no file has yet."""
        path = self.chosen_file()
        if path is not None:
            return unused(path)
        chosen = self.output_box.filePath().strip()
        return result_path(image, Path(chosen) if chosen else None, ending)

    def chosen_file(self) -> Path | None:
        """Return the GeoPackage that was chosen for the result of one image, even if it exists; None if none was."""
        chosen = self.output_box.filePath().strip()
        if not chosen or self.source_box.kind() != LAYER:
            return None
        path = Path(chosen)
        return path if path.suffix.lower() == ".gpkg" else path.with_name(f"{path.name}.gpkg")

    def save_settings(self) -> None:
        """Save preset and device for the next time."""
        settings = QgsSettings()
        preset = self.advanced_box.preset()
        if preset is not None:
            settings.setValue(f"{GROUP}/preset", preset.name)
        settings.setValue(f"{GROUP}/device", self.device_box.currentIndex())

    def stop(self) -> None:
        """Let go of the project."""
        self.source_box.stop()

    def _source_problem(self) -> str:
        if self.images():
            return ""
        if self.source_box.kind() == LAYER:
            return tr("There is no raster layer to inspect: add an image to the project.")
        return tr("There is no image to inspect: choose some layers, or a folder with images.")

    def _common_parameters(self, image: Image) -> dict:
        found = self._scoring()
        if image.path is None:
            found["PIXEL_SIZE"] = self.pixel_box.value() or self._shown_pixel_size(image.layer)
        return found

    @staticmethod
    def _scoring() -> dict:
        return {"SCHEME": str(schemes.chosen() or ""), "MODE": MODES.index(schemes.mode())}

    def _shown_pixel_size(self, layer: QgsRasterLayer) -> float:
        """Return the side of a pixel of the map in the layer's units; 0 where the map does not lie on the layer."""
        shown = self._canvas.mapSettings()
        to_layer = QgsCoordinateTransform(shown.destinationCrs(), layer.crs(), QgsProject.instance())
        try:
            return to_layer.transformBoundingBox(shown.visibleExtent()).width() / shown.outputSize().width()
        except QgsCsException:
            return 0.0

    def _restore_settings(self) -> None:
        settings = QgsSettings()
        name = settings.value(f"{GROUP}/preset", STANDARD.name)
        self.advanced_box.set_preset(next((preset for preset in PRESETS if preset.name == name), STANDARD))
        self.device_box.setCurrentIndex(settings.value(f"{GROUP}/device", 0, type=int))

    def _update(self) -> None:
        """Fit the form to the chosen images."""
        one = self.source_box.kind() == LAYER
        mode = QgsFileWidget.StorageMode.SaveFile if one else QgsFileWidget.StorageMode.GetDirectory
        if self.output_box.storageMode() != mode:
            self.output_box.setStorageMode(mode)
            self.output_box.setFilePath("")
        images = self.images()
        self.advanced_box.bands_box.show_bands(images[0] if images else None)
        no_file = bool(one and images and images[0].path is None)
        if no_file and not self.pixel_box.isVisibleTo(self):
            self.area_box.kind_box.setCurrentIndex(VISIBLE)
        self.pixel_box.setVisible(no_file)
        self._pixel_label.setVisible(no_file)
        if one and images:
            hint = tr("Beside the image: {name}").format(name=result_path(images[0]).name)
        else:
            hint = tr("Beside each image")
        self.output_box.lineEdit().setPlaceholderText(hint)
        self.output_box.setToolTip(str(result_path(images[0])) if one and images else hint)

    def _choose_preset(self, place: int) -> None:
        if place < len(PRESETS):
            self.advanced_box.set_preset(PRESETS[place])
        else:
            self.advanced_box.setCollapsed(False)
        self._show_preset()

    def _show_preset(self) -> None:
        preset = self.advanced_box.preset()
        self.preset_box.setCurrentIndex(len(PRESETS) if preset is None else PRESETS.index(preset))
        self.preset_text.setText(_preset_summary(preset) if preset else tr("Your own values, under Advanced."))

    def _build(self) -> None:
        self.preset_box.addItems([tr("Quick"), tr("Standard"), tr("Strict"), tr("Own")])
        small = self.preset_text.font()
        small.setPointSizeF(small.pointSizeF() * 0.9)
        self.preset_text.setFont(small)
        self.output_box.setFilter(tr("GeoPackage (*.gpkg)"))
        self.output_box.setDialogTitle(tr("Save the errors as"))
        self._pixel_label = QLabel(tr("Pixel size"))
        all_button, none_button = QToolButton(), QToolButton()
        for button, text, wanted in ((all_button, tr("All"), True), (none_button, tr("None"), False)):
            button.setText(text)
            button.setAutoRaise(True)
            button.clicked.connect(lambda _=False, wanted=wanted: self.type_list.check_all(wanted))
        types_line = QHBoxLayout()
        types_line.addWidget(QLabel(tr("Error types")))
        types_line.addStretch()
        types_line.addWidget(all_button)
        types_line.addWidget(none_button)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Image"), self.source_box)
        form.addRow(tr("Area"), self.area_box)
        form.addRow(self._pixel_label, self.pixel_box)
        form.addRow(tr("Thoroughness"), self.preset_box)
        form.addRow(self.preset_text)
        form.addRow(types_line)
        form.addRow(self.type_list)
        form.addRow(tr("Model"), self.model_box)
        form.addRow(tr("Device"), self.device_box)
        form.addRow(tr("Save to"), self.output_box)
        form.addRow(tr("Seamlines (optional)"), self.seam_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(self.advanced_box)


def _preset_summary(preset: Preset) -> str:
    """Return in one line what a preset does."""
    for_what = {
        "quick": tr("a first look"),
        "standard": tr("as the model was measured"),
        "strict": tr("finds more, errs more"),
    }
    sides = " + ".join(str(side) for side in preset.blocks)
    if preset.sensitivity == 1:
        text = tr("{sides} px, overlap {overlap} %: {purpose}")
    else:
        text = tr("{sides} px, overlap {overlap} %, sensitivity {sensitivity:g}: {purpose}")
    return text.format(
        sides=sides,
        overlap=round(100 * preset.overlap),
        sensitivity=preset.sensitivity,
        purpose=for_what[preset.name],
    )
