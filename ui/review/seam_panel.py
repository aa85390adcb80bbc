"""The seam that an error stands for: its measures, and the tone across it."""

from __future__ import annotations

from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ...bridge.layer_score import image_below
from ...bridge.seam_profile import read_profile
from ...bridge.seam_table import MeasuredSeam, seams_of
from ..widgets.narrow import VerticalScroll
from .profile_plot import AlongPlot, ProfilePlot

LEAST = 40  # px: on a low screen the panel is scrolled, and the window stays as high as the screen
SHOWS = 0.5  # share of a line below which a person is told so
SETTLE_MS = 120  # a held key runs through the list without reading the raster at every error


class SeamPanel(QWidget):
    """Shown while the current error stands for a seam.

    Signals
    -------
    shown : bool
        Whether it takes room now.
    """

    shown = pyqtSignal(bool)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiSeam")
        self._errors: QgsVectorLayer | None = None
        self._image: QgsRasterLayer | None = None
        self._raster = ""
        self._fid: int | None = None
        self._names = [
            QLabel(text) for text in (tr("Shows"), tr("Step"), tr("Sharpness ratio"), tr("Offset"), tr("Length"))
        ]
        self._values = [QLabel() for _ in self._names]
        self.plot, self.along = ProfilePlot(), AlongPlot()
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(zip(self._names, self._values)):
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            value.setWordWrap(True)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        plots = QHBoxLayout()  # side by side: a screen of 768 px has no room for both below each other
        plots.addWidget(self.plot)
        plots.addWidget(self.along)
        column.addLayout(plots)
        scroll = VerticalScroll()
        scroll.setWidget(inside)
        scroll.setMinimumHeight(LEAST)
        scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        room = QVBoxLayout(self)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(scroll)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._read)
        self.hide()

    def set_layer(self, errors: QgsVectorLayer | None, raster: str) -> None:
        """Follow another layer of errors, found in `raster`."""
        self._errors, self._image, self._raster = errors, None, raster
        self._fid = None
        self._timer.stop()
        self.hide()

    def show_error(self, fid: int | None) -> None:
        """Show the seam of an error in a moment, if it stands for one."""
        if fid != self._fid:
            self._fid = fid
            self._timer.start()

    def show_line(self, seam: MeasuredSeam) -> None:
        """Show a line as it is being drawn or moved, until another error is chosen."""
        self._timer.stop()
        if self._errors is not None and not sip.isdeleted(self._errors):
            self._show(seam)

    def show_again(self) -> None:
        """Read the seam of the current error again."""
        self._timer.start()

    def texts(self) -> list[str]:
        """Return the values that are shown."""
        return [value.text() for value in self._values]

    def showEvent(self, event):
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event):
        super().hideEvent(event)
        self.shown.emit(not self.isHidden())

    def _read(self) -> None:
        known = self._errors is not None and not sip.isdeleted(self._errors) and self._fid is not None
        seams = seams_of(self._errors, self._fid) if known else []
        if seams:
            self._show(seams[0])
        else:
            self.hide()

    def _show(self, seam: MeasuredSeam) -> None:
        for value, text in zip(self._values, _texts(seam)):
            value.setText(text)
        image = self._open_image()
        profile = read_profile(image.dataProvider(), seam.geometry) if image is not None else None
        self.plot.show_profile(profile)
        self.along.show_profile(profile)
        self.show()

    def _open_image(self) -> QgsRasterLayer | None:
        """Return the inspected image, opened once; a layer below the errors where it is gone."""
        if self._image is None or sip.isdeleted(self._image):
            noted = QgsRasterLayer(self._raster, "image") if self._raster else None
            self._image = noted if noted is not None and noted.isValid() else image_below(self._errors)
        return self._image


def _texts(seam: MeasuredSeam) -> list[str]:
    """Return how much shows, step, sharpness ratio, offset and length as texts."""
    red, green, blue = (f"{value:+.0f}" for value in seam.step)
    step = tr("R {red}, G {green}, B {blue}; ΔE {delta_e:.1f}")
    if seam.offset_px is None:
        offset = tr("not measured: nothing crosses the line")
    else:
        offset = tr("{px:.1f} px, significance {significance:.1f}").format(
            px=seam.offset_px, significance=seam.offset_significance or 0.0
        )
    return [
        _shown(seam.visible_share),  # first, as a low screen shows no more than the first lines
        step.format(red=red, green=green, blue=blue, delta_e=seam.delta_e),
        f"{seam.sharpness_ratio:.2f}",
        offset,
        f"{seam.length_m:,.1f} m",
    ]


def _shown(share: float | None) -> str:
    """Return how much of a line shows, and what to look at where that is little."""
    if share is None:
        return "–"
    text = tr("on {percent} % of the line").format(percent=round(100 * share))
    return text if share >= SHOWS else f"⚠ {text}. {tr('Much of it shows no step that goes on: is it one seam?')}"
