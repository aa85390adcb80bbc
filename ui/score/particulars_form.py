"""Who inspects for whom: the fields that a report prints, with logo and signature."""

from __future__ import annotations

from dataclasses import replace

from qgis.core import QgsVectorLayer
from qgis.gui import QgsFileWidget
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QPixmap
from qgis.PyQt.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from ...bridge import particulars as kept
from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.particulars import EMPTY, LONGEST, TEXTS, Particulars, one_line, read_picture
from ..widgets.narrow import narrow_file

PREVIEW = 34  # px


class PictureRow(QWidget):
    """Chooses a picture, shows it small, and takes it away."""

    def __init__(self, title: str, choose, parent=None):
        super().__init__(parent)
        self.file_box = narrow_file(QgsFileWidget())
        self.file_box.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.file_box.setDialogTitle(title)
        self.file_box.setFilter(tr("Pictures (*.png *.jpg *.jpeg)"))
        self.file_box.lineEdit().setPlaceholderText(tr("PNG or JPEG"))
        self.preview = QLabel()
        self.clear_button = QToolButton()
        self.clear_button.setText("×")
        self.clear_button.setToolTip(tr("Take the picture away"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.file_box, 1)
        row.addWidget(self.preview)
        row.addWidget(self.clear_button)
        self.file_box.fileChanged.connect(lambda path: choose(path.strip()) if path.strip() else None)
        self.clear_button.clicked.connect(lambda: choose(""))

    def show_picture(self, data: bytes) -> None:
        """Show a picture; empty: there is none."""
        pixmap = QPixmap()
        known = bool(data) and pixmap.loadFromData(data)
        if known:
            smooth, whole = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.KeepAspectRatio
            self.preview.setPixmap(pixmap.scaled(3 * PREVIEW, PREVIEW, whole, smooth))
        self.preview.setVisible(known)
        self.clear_button.setVisible(known)

    def forget_path(self) -> None:
        """Empty the field: what counts is the picture that was read."""
        self.file_box.blockSignals(True)
        self.file_box.setFilePath("")
        self.file_box.blockSignals(False)


class ParticularsForm(QWidget):
    """Keeps every change at once, in the file of the layer and, as far as it stays the same, in the settings."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiParticulars")
        self.particulars: Particulars = EMPTY
        self._layer: QgsVectorLayer | None = None
        titles = {
            "station": tr("Station"),
            "client": tr("Client"),
            "project": tr("Project"),
            "sheet": tr("Sheet number"),
            "acceptance": tr("Acceptance by"),
            "inspector": tr("Inspector"),
        }
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.text_boxes: dict[str, QLineEdit] = {}
        for name in TEXTS:
            box = QLineEdit()
            box.setObjectName(f"rsqiParticulars_{name}")
            box.setMaxLength(LONGEST)
            box.editingFinished.connect(self._take_texts)
            form.addRow(titles[name], box)
            self.text_boxes[name] = box
        self.text_boxes["acceptance"].setToolTip(
            tr("The instrument of acceptance: contract, order or standard under which the image is accepted.")
        )
        self.text_boxes["inspector"].setPlaceholderText(tr("who has edited the errors"))
        self.pictures = {
            "logo": PictureRow(tr("Choose the logo"), lambda path: self._take_picture("logo", path)),
            "signature": PictureRow(tr("Choose the signature"), lambda path: self._take_picture("signature", path)),
        }
        form.addRow(tr("Logo"), self.pictures["logo"])
        form.addRow(tr("Signature"), self.pictures["signature"])
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(self.status)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Show what another layer's file holds, or what is usual; None: there is no layer."""
        self._layer = layer
        self.particulars = kept.particulars_of(layer)
        self._say("")
        self._show()

    def save(self) -> None:
        """Keep what stands in the fields, also what is usual and was never edited: the result tells of itself then."""
        self._take_texts()
        if self._layer is not None and not self.particulars.is_empty:
            self._store()

    def _take_texts(self) -> None:
        texts = {name: one_line(box.text()) for name, box in self.text_boxes.items()}
        changed = replace(self.particulars, **texts)
        if changed != self.particulars:
            self.particulars = changed
            kept.remember(changed.station, changed.inspector)
            self._store()

    def _take_picture(self, name: str, path: str) -> None:
        try:
            picture = read_picture(path) if path else b""
        except RsqiError as error:
            self._say(error_message(error))
            return
        self.pictures[name].forget_path()
        self.particulars = replace(self.particulars, **{name: picture})
        if name == "logo":
            kept.remember_logo(path)
        self._show()
        self._store()

    def _store(self) -> None:
        if self._layer is not None and not sip.isdeleted(self._layer):
            self._say(kept.save(self._layer, self.particulars))

    def _show(self) -> None:
        for name, box in self.text_boxes.items():
            box.setText(getattr(self.particulars, name))
            box.setCursorPosition(0)
        for name, row in self.pictures.items():
            row.show_picture(getattr(self.particulars, name))

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))
