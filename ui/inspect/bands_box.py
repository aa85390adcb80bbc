"""Which bands of the chosen image are red, green and blue, or grey."""

from __future__ import annotations

from qgis.core import QgsRasterLayer
from qgis.gui import QgsRasterBandComboBox
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ..widgets.narrow import narrow
from .images import Image


class BandsBox(QWidget):
    """Three lists of the bands of an image; none chosen means what the image itself says."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._image: Image | None = None
        self._layer: QgsRasterLayer | None = None  # the lists only point to it
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.boxes = []
        for unset, hint in (
            (tr("Automatic"), tr("Red band, or the only one for grey")),
            ("–", tr("Green band")),
            ("–", tr("Blue band")),
        ):
            box = narrow(QgsRasterBandComboBox())
            box.setShowNotSetOption(True, unset)
            box.setToolTip(hint)
            column.addWidget(box)
            self.boxes.append(box)

    def show_bands(self, image: Image | None) -> None:
        """List the bands of an image; those that are chosen stay so if it has them all."""
        if image == self._image:
            return
        layer = image.open() if image is not None else None
        self._image, self._layer = image, layer if layer is not None and layer.isValid() else None
        chosen = [box.currentBand() for box in self.boxes]
        if self._layer is None or max(chosen) > self._layer.bandCount():
            chosen = [-1] * len(chosen)
        for box, band in zip(self.boxes, chosen):
            box.setLayer(self._layer)
            box.setBand(band)

    def bands(self) -> list[int]:
        """Return the chosen bands: none, one or three, if there is no `problem`."""
        return [box.currentBand() for box in self.boxes if box.currentBand() > 0]

    def problem(self) -> str:
        """Return what is wrong; empty: nothing."""
        count = len(self.bands())
        if count in (0, 3) or (count == 1 and self.boxes[0].currentBand() > 0):
            return ""
        return tr("Choose one band for grey in the first list, or three for red, green and blue.")
