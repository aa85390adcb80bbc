"""Ask about the image under review: the answer, and the errors that it speaks of."""

from __future__ import annotations

from qgis.core import QgsSettings, QgsVectorLayer
from qgis.gui import QgsFileWidget
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ...rsqi_core.ask.answer import NONE, answer
from ...rsqi_core.ask.facts import read_facts
from ...rsqi_core.errors import RsqiError
from ..widgets.narrow import narrow_file
from ..widgets.swatch import small_swatch

SETTING = "rsqi/question_model"
MOST = 200  # errors in the list; all that an answer speaks of are selected
ROWS_HEIGHT = 120  # px: the page is to fit a small screen
_FID = Qt.ItemDataRole.UserRole


class AskBox(QWidget):
    """Answers at once what was measured; the rest is `rsqi:ask` with a model, if one is chosen."""

    def __init__(self, iface, parent=None):
        super().__init__(parent)
        self._iface = iface
        self._layer: QgsVectorLayer | None = None
        self._run: AlgorithmRun | None = None
        self._build()
        self.model_box.setFilePath(str(QgsSettings().value(SETTING, "") or ""))
        self.model_box.fileChanged.connect(lambda path: QgsSettings().setValue(SETTING, path))
        self.set_layer(None)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Ask about another layer of errors."""
        self._leave()
        self._layer = layer
        self.list.clear()
        self.list.hide()
        self.setEnabled(layer is not None)
        self.text.setText("" if layer is not None else tr("There is no inspected image to ask about."))

    def stop(self) -> None:
        """End now."""
        if self._run is not None:
            self._run.stop()
            self._run = None
        self._layer = None

    def ask(self) -> None:
        """Answer the question."""
        question, layer = self.question_box.text().strip(), self._layer
        if not question or layer is None or sip.isdeleted(layer):
            return
        self._leave()
        path = geopackage_of(layer)
        if path is None:
            self._say(tr("The errors lie in no GeoPackage of an inspection."), ())
            return
        try:
            found = answer(read_facts(path), question)
        except RsqiError as error:
            self._say(error_message(error), ())
            return
        model = self.model_box.filePath().strip()
        if (found.source == NONE or found.rest) and model:
            self._ask_model(question, model)
        else:
            self._say(found.text, found.fids)

    def _ask_model(self, question: str, model: str) -> None:
        run = AlgorithmRun("rsqi:ask", {"INPUT": self._layer, "QUESTION": question, "MODEL": model}, self)
        run.finished.connect(lambda results: self._say(results["TEXT"], _numbers(results["FIDS"])))
        run.failed.connect(lambda reason: self._say(reason or tr("Cancelled."), ()))
        problem = run.start()
        if problem:
            self._say(problem, ())
            return
        self._run = run
        self._show(tr("This was not measured: the model is asked..."))

    def _leave(self) -> None:
        if self._run is not None:
            self._run.setParent(None)
            self._run.leave()
            self._run = None

    def _say(self, text: str, fids: tuple[int, ...]) -> None:
        """Show an answer; select and flash the errors that it speaks of."""
        self._run = None
        self._show(text)
        layer = self._layer
        if layer is None or sip.isdeleted(layer):
            return
        for fid in fids[:MOST]:
            feature = layer.getFeature(fid)
            if feature.isValid():
                error_type = taxonomy.by_id(feature["category_id"])
                name, area = type_name(error_type), float(feature["area_m2"] or 0)
                item = QListWidgetItem(f"{fid}   {name}   {area:,.0f} m²", self.list)
                item.setIcon(small_swatch(error_type.color))
                item.setData(_FID, fid)
        self.list.setVisible(self.list.count() > 0)
        if fids:
            layer.selectByIds(list(fids))
            self._iface.mapCanvas().flashFeatureIds(layer, list(fids))

    def _show(self, text: str) -> None:
        self.list.clear()
        self.list.hide()
        self.text.setText(text)

    def _go_to(self, item: QListWidgetItem | None) -> None:
        layer = self._layer
        if item is not None and layer is not None and not sip.isdeleted(layer):
            layer.selectByIds([item.data(_FID)])
            self._iface.mapCanvas().zoomToFeatureIds(layer, [item.data(_FID)])

    def _build(self) -> None:
        self.question_box = QLineEdit()
        self.question_box.setObjectName("rsqiQuestion")
        self.question_box.setPlaceholderText(tr("How many clouds are there?"))
        self.question_box.setToolTip(tr("About types, counts, areas, places, the worst errors, the score and why."))
        self.ask_button = QPushButton(tr("Ask"))
        self.ask_button.setObjectName("rsqiAsk")
        self.model_box = narrow_file(QgsFileWidget())
        self.model_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.model_box.setToolTip(tr("The folder of a model that answers what was not measured; empty: none."))
        self.text = QLabel()
        self.text.setObjectName("rsqiAnswer")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.list = QListWidget()
        self.list.setObjectName("rsqiAnswerErrors")
        self.list.setMaximumHeight(ROWS_HEIGHT)
        line = QHBoxLayout()
        line.addWidget(self.question_box, 1)
        line.addWidget(self.ask_button)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Model"), self.model_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self.text)
        column.addWidget(self.list, 1)
        column.addLayout(form)
        self.ask_button.clicked.connect(self.ask)
        self.question_box.returnPressed.connect(self.ask)
        self.list.itemClicked.connect(self._go_to)
        self.list.itemActivated.connect(self._go_to)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)
