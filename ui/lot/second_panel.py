"""A second review: drawn errors are judged again by another person, who does not see what the first has said."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.gui import QgsRubberBand
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeySequence
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from ...bridge import reviewer
from ...bridge.compat import POLYGON, QShortcut
from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...bridge.texts import agreement_text, type_name
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.files import second_review
from ...rsqi_core.files.second_review import NO_ERROR, Verdict
from ...rsqi_core.scoring.agreement import agree
from ...rsqi_core.scoring.sample import draw_alike
from ...rsqi_core.taxonomy import TYPES
from ..widgets.swatch import small_swatch
from .reader import LotReader

_AROUND = 3.0  # times the outline's own extent
_LEAST_PX = 60  # of the image, that are shown at least


class SecondPanel(QWidget):
    """Draws errors that others have judged, shows them one after the other, and asks what they are.

    Signals
    -------
    judged
        A verdict is in its file.
    """

    judged = pyqtSignal()

    def __init__(self, iface, reader: LotReader, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiSecondReview")
        self._iface, self._reader = iface, reader
        self._queue: list[tuple[Path, str, int]] = []  # result, image, error
        self._position = 0
        self._hidden: list[str] = []
        self._band: QgsRubberBand | None = None
        self._image: QgsRasterLayer | None = None
        self._build()
        self._show_step()

    def draw(self) -> None:
        """Draw errors of the lot that somebody else has judged, and note them in their results."""
        me, candidates = reviewer.reviewer(), []
        for entry in self._reader.entries.values():
            if entry.review is None:
                continue
            taken = {each.first.error_id for each in second_review.read_drawn(entry.result)}
            for verdict in second_review.first_verdicts(entry.result):
                if verdict.by != me and verdict.error_id not in taken:
                    candidates.append((entry, verdict))
        keys = [f"{entry.name}\0{verdict.error_id}" for entry, verdict in candidates]
        drawn = set(draw_alike(keys, self.count_box.value()))
        if not drawn:
            self.message.setText(
                tr("There is nothing to draw: only errors that another person has judged are judged a second time.")
            )
            return
        by_result: dict[Path, list[Verdict]] = {}
        for key, (entry, verdict) in zip(keys, candidates):
            if key in drawn:
                by_result.setdefault(entry.result, []).append(verdict)
        self.message.setText(tr("Errors drawn: {count}").format(count=len(drawn)))
        for result, verdicts in by_result.items():
            try:
                second_review.draw(result, verdicts)
            except RsqiError as error:
                self.message.setText(error_message(error))
        self.judged.emit()
        self.begin()

    def begin(self) -> None:
        """Show the first of the drawn errors that wait for this person."""
        me = reviewer.reviewer()
        self._queue = [
            (entry.result, entry.scene, each.first.error_id)
            for entry in self._reader.entries.values()
            if entry.review is not None
            for each in second_review.read_drawn(entry.result)
            if each.second is None and each.first.by != me
        ]
        self._position = 0
        if not self._queue:
            self.message.setText(tr("No drawn error waits for you."))
            self.end()
            return
        self._show_error()

    def answer(self, category_id: int) -> None:
        """Note what this person takes the error for, and go on to the next."""
        if not self._queue:
            return
        result, _, error_id = self._queue[self._position]
        try:
            if not second_review.judge(result, Verdict(error_id, category_id, reviewer.reviewer())):
                self.message.setText(tr("Somebody else has judged this error meanwhile; it is left out."))
        except RsqiError as error:
            self.message.setText(error_message(error))
            return
        self.judged.emit()
        self._position += 1
        if self._position == len(self._queue):
            self.end()
            self.message.setText(tr("All drawn errors are judged."))
        else:
            self._show_error()

    def end(self) -> None:
        """Give the map back as it was."""
        self._queue, self._position = [], 0
        if self._band is not None:
            self._iface.mapCanvas().scene().removeItem(self._band)
            self._band = None
        root = QgsProject.instance().layerTreeRoot()
        for layer_id in self._hidden:
            node = root.findLayer(layer_id)
            if node is not None:
                node.setItemVisibilityChecked(True)
        self._hidden = []
        if self._image is not None and not sip.isdeleted(self._image):
            QgsProject.instance().removeMapLayer(self._image.id())
        self._image = None
        self._show_step()

    def show_lot(self) -> None:
        """Show how far the lot is, and how much the two agree."""
        reviews = [entry.review for entry in self._reader.entries.values() if entry.review is not None]
        found = agree([pair for review in reviews for pair in review.second])
        drawn = sum(review.drawn for review in reviews)
        done = found.count if found else 0
        text = tr("Errors drawn: {drawn}, judged a second time: {done}").format(drawn=drawn, done=done)
        self.state.setText("\n".join(filter(None, [text, agreement_text(found) if found else ""])))
        self.begin_button.setEnabled(drawn > done)

    def stop(self) -> None:
        """Let go of the map."""
        self.end()

    def hideEvent(self, event):
        super().hideEvent(event)
        if self._queue:
            QTimer.singleShot(0, self.end)

    def _show_error(self) -> None:
        result, scene, error_id = self._queue[self._position]
        layer = QgsVectorLayer(f"{result}|layername=errors", result.stem, "ogr")
        geometry = QgsGeometry(layer.getFeature(error_id).geometry()) if layer.isValid() else QgsGeometry()
        if geometry.isEmpty():
            self._queue.pop(self._position)  # deleted meanwhile
            if self._position < len(self._queue):
                self._show_error()
            else:
                self.end()
            return
        self._hide_verdicts()
        self._show_image(scene)
        self._outline(geometry, layer)
        self._show_step()

    def _hide_verdicts(self) -> None:
        """Hide the layers of all results, which show by style and type what the first person has said."""
        results = {entry.result for entry in self._reader.entries.values()}
        for node in QgsProject.instance().layerTreeRoot().findLayers():
            layer = node.layer()
            of_result = isinstance(layer, QgsVectorLayer) and geopackage_of(layer) in results
            footprints = isinstance(layer, QgsVectorLayer) and layer.fields().indexFromName("reviewed_by") >= 0
            if (of_result or footprints) and node.itemVisibilityChecked():
                node.setItemVisibilityChecked(False)
                self._hidden.append(node.layerId())

    def _show_image(self, scene: str) -> None:
        project = QgsProject.instance()
        shown = [node.layer() for node in project.layerTreeRoot().findLayers() if node.isVisible()]
        if any(layer is not None and layer.source() == scene for layer in shown):
            return
        if self._image is not None and not sip.isdeleted(self._image):
            project.removeMapLayer(self._image.id())
        self._image = QgsRasterLayer(scene, Path(scene).stem)
        if self._image.isValid():
            project.addMapLayer(self._image)

    def _outline(self, geometry: QgsGeometry, layer: QgsVectorLayer) -> None:
        canvas = self._iface.mapCanvas()
        if self._band is None:
            self._band = QgsRubberBand(canvas, POLYGON)
            self._band.setColor(QColor("#ffd400"))
            self._band.setFillColor(QColor(0, 0, 0, 0))
            self._band.setWidth(2)
        self._band.setToGeometry(geometry, layer)
        box = canvas.mapSettings().layerExtentToOutputExtent(layer, geometry.boundingBox())
        side = max(box.width(), box.height()) * _AROUND
        pixel = self._image.rasterUnitsPerPixelX() if self._image is not None and self._image.isValid() else 0.0
        side = max(side, pixel * _LEAST_PX) or 1.0
        middle = box.center()
        half = side / 2
        canvas.setExtent(QgsRectangle(middle.x() - half, middle.y() - half, middle.x() + half, middle.y() + half))
        canvas.refresh()

    def _show_step(self) -> None:
        going_on = bool(self._queue)
        self.question.setVisible(going_on)
        self.answers.setVisible(going_on)
        self.start.setVisible(not going_on)
        if going_on:
            self.question.setText(
                tr("Error {number} of {total}: what is it?").format(number=self._position + 1, total=len(self._queue))
            )

    def _build(self) -> None:
        note = QLabel(
            tr(
                "Another person judges drawn errors again without seeing the first verdicts. These stay as they are; "
                "the second ones lie beside them in the table second_review of each result."
            )
        )
        note.setWordWrap(True)
        self.state, self.question, self.message = QLabel(), QLabel(), QLabel()
        for label in (self.state, self.message):
            label.setWordWrap(True)
        self.count_box = QSpinBox()
        self.count_box.setRange(1, 10_000)
        self.count_box.setValue(50)
        self.draw_button, self.begin_button = QPushButton(tr("Draw by lot")), QPushButton(tr("Judge those that wait"))
        self.draw_button.clicked.connect(self.draw)
        self.begin_button.clicked.connect(self.begin)
        self.start = QWidget()
        rows = QVBoxLayout(self.start)
        rows.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Errors to draw")))
        row.addWidget(self.count_box)
        row.addWidget(self.draw_button, 1)
        rows.addLayout(row)
        rows.addWidget(self.begin_button)
        self.answers = QWidget()
        column = QVBoxLayout(self.answers)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.buttons: dict[int, QPushButton] = {NO_ERROR: QPushButton(tr("No error (X)"))}
        for error_type in TYPES:
            text = f"{type_name(error_type)} ({error_type.id % 10})"
            self.buttons[error_type.id] = QPushButton(small_swatch(error_type.color), text)
        for category_id, button in self.buttons.items():
            button.clicked.connect(lambda _=False, category_id=category_id: self.answer(category_id))
            button.setStyleSheet("text-align: left; padding: 3px 8px")
            column.addWidget(button)
            key = "X" if category_id == NO_ERROR else str(category_id % 10)
            shortcut = QShortcut(QKeySequence(key), self.answers)
            shortcut.activated.connect(lambda category_id=category_id: self.answer(category_id))
        leave = QPushButton(tr("Leave"))
        leave.setToolTip(tr("What is judged stays; the rest waits."))
        leave.clicked.connect(self.end)
        column.addWidget(leave)
        outer = QVBoxLayout(self)
        for widget in (note, self.state, self.start, self.question, self.answers, self.message):
            outer.addWidget(widget)
        outer.addStretch()
