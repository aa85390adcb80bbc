"""The live score on the screen: the value, its arithmetic, the types, and what was not inspected."""

from __future__ import annotations

from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ...bridge import schemes
from ...bridge.compat import RASTER_LAYERS
from ...bridge.i18n import language, tr
from ...bridge.layer_score import image_below
from ...bridge.live_score import LiveScore
from ...bridge.texts import type_name
from ...rsqi_core.scoring import Score, score_text
from ...rsqi_core.taxonomy import by_code
from .card import ScoreCard
from .type_table import TypeTable


class LivePanel(QWidget):
    """Shows what :class:`LiveScore` says, and lets scheme and mode be chosen.

    Signals
    -------
    scheme_chosen : object
        Path of the scheme in use from now on; None is the default.
    """

    scheme_chosen = pyqtSignal(object)

    def __init__(self, live: LiveScore, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLiveScore")
        self._live_score = live
        self.score: Score | None = None
        self._proposing = False
        self.hint = QLabel(tr("Choose a layer of errors to see its score."))
        self.hint.setWordWrap(True)
        self.raster_box = QgsMapLayerComboBox()
        self.raster_box.setFilters(RASTER_LAYERS)
        self.raster_box.setAllowEmptyLayer(True)
        self.raster_box.setLayer(None)
        self.raster_box.layerChanged.connect(live.set_raster)
        self.card = ScoreCard()
        self.table = TypeTable()
        self.scheme_box = QComboBox()
        self.scheme_box.setObjectName("rsqiScheme")
        self.scheme_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.scheme_box.activated.connect(self._choose_scheme)
        self.mode_box = QComboBox()
        self.mode_box.setObjectName("rsqiScoreMode")
        self.mode_box.addItem(tr("Number of errors"), "count")
        self.mode_box.addItem(tr("Area of errors"), "area")
        self.mode_box.setToolTip(
            tr("By the number of errors of each severity, or by the share of the valid area that they cover.")
        )
        self.mode_box.activated.connect(self._choose_mode)
        self.outdated = QLabel()
        self.outdated.setWordWrap(True)
        self.update_button = QPushButton(tr("Write to layer"))
        self.update_button.setObjectName("rsqiWriteSeverities")
        self.update_button.setToolTip(tr("Stores severity and points of every error as this scheme gives them."))
        self.update_button.clicked.connect(self._write)
        self.outdated_row = QWidget()
        row = QHBoxLayout(self.outdated_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.outdated, 1)
        row.addWidget(self.update_button)
        self.gaps_text = QLabel()
        self.gaps_text.setWordWrap(True)
        self.gaps_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

        self.raster_row = QWidget()
        form = QFormLayout(self.raster_row)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(tr("Image"), self.raster_box)
        choices = QFormLayout()
        choices.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        choices.addRow(tr("Scoring scheme"), self.scheme_box)
        choices.addRow(tr("Score by"), self.mode_box)
        column = QVBoxLayout(self)
        column.addWidget(self.hint)
        column.addWidget(self.raster_row)
        column.addWidget(self.card)
        column.addLayout(choices)
        column.addWidget(self.table)
        column.addWidget(self.outdated_row)
        column.addWidget(self.gaps_text)
        column.addStretch()
        self.show_schemes()
        self.mode_box.setCurrentIndex(self.mode_box.findData(schemes.mode()))
        live.scored.connect(self._show)
        live.unavailable.connect(self._show_reason)
        self._show_reason("")

    def show_schemes(self) -> None:
        """List the schemes anew and show the one in use."""
        self.scheme_box.clear()
        self.scheme_box.addItem(tr("RSQI default, not the standard's text"), None)
        for path in schemes.own():
            self.scheme_box.addItem(schemes.title(path), path)
        chosen = schemes.chosen()
        if chosen is not None and chosen not in schemes.own():
            self.scheme_box.addItem(schemes.title(chosen), chosen)
        found = [n for n in range(self.scheme_box.count()) if self.scheme_box.itemData(n) == chosen]
        self.scheme_box.setCurrentIndex(found[0] if found else 0)

    def _choose_scheme(self, index: int) -> None:
        schemes.choose(self.scheme_box.itemData(index))
        self._live_score.refresh()
        self.scheme_chosen.emit(self.scheme_box.itemData(index))

    def _choose_mode(self, index: int) -> None:
        schemes.choose_mode(self.mode_box.itemData(index))
        self._live_score.refresh()

    def _show(self, score: Score) -> None:
        self.score = score
        self.hint.hide()
        self.raster_row.setVisible(not self._live_score.image.is_stored)
        count = sum(part.count for part in score.by_type.values())
        charged = sum(score.charged_errors.values())
        if charged == count:
            note = tr("Errors found: {count}").format(count=count)
        else:
            note = tr("Errors found: {count}, charged as {charged}").format(count=count, charged=charged)
        waiting = self._live_score.unreviewed()
        if waiting:
            note += " · " + tr("not yet reviewed: {count}").format(count=waiting)
        self.card.show_text(score_text(score.value), score.grade, note, explanation(score))
        self.table.setVisible(True)
        self.table.show_score(score)
        outdated = self._live_score.outdated()
        self.outdated_row.setVisible(bool(outdated))
        self.outdated.setText(tr("{count} errors carry the severity of an earlier score.").format(count=len(outdated)))
        self.gaps_text.setText(gaps_text(score, self._live_score.skipped))
        self.gaps_text.show()

    def _show_reason(self, reason: str) -> None:
        self.score = None
        for widget in (self.card, self.table, self.outdated_row, self.gaps_text):
            widget.hide()
        needs_image = reason == "no image"
        self.raster_row.setVisible(needs_image)
        self.hint.show()
        if needs_image:
            self.hint.setText(tr("The layer does not say on which image its errors lie: choose it."))
            self._propose_image()
        else:
            self.hint.setText(reason or tr("Choose a layer of errors to see its score."))

    def _propose_image(self) -> None:
        """Choose the image below; what comes of it may be that there is none, which must not end here again."""
        if self._proposing:
            return
        self._proposing = True
        try:
            self.raster_box.setLayer(image_below(self._live_score.layer))  # sends no signal if it is the same
        finally:
            self._proposing = False

    def _write(self) -> None:
        problem = self._live_score.write() if self.score is not None else ""
        if problem:
            self.outdated.setText(problem)


def explanation(score: Score) -> list[str]:
    """Return the sum, and why an image is rejected."""
    lang = "zh" if language() == "zh" else "en"
    texts = {each.item.code: each.item.text[lang] for each in score.checks}
    reasons = {
        "a_check": tr("An A defect of the checklist rejects the image: {type}."),
        "a_error": tr("An A error rejects the image: {type}."),
        "below_qualified": tr("The score is below {limit:g}: rejected.").format(limit=score.scheme.grades["qualified"]),
        "nothing_inspected": tr("No score: nothing was inspected."),
    }
    found = [] if score.value is None else [score.arithmetic(lang)]
    for reason in score.reasons:
        kind, _, code = reason.partition(":")
        name = texts.get(code, "") if kind == "a_check" else type_name(by_code(code)) if code else ""
        found.append(reasons[kind].format(type=name) if code else reasons[kind])
    return found


def gaps_text(score: Score, skipped: int) -> str:
    """Return what the score does not cover: types not inspected, elements outside the scheme, skipped features."""
    lang = "zh" if language() == "zh" else "en"
    comma = "、" if lang == "zh" else ", "
    found = []
    waiting = sum(not each.verdict for each in score.checks)
    if score.checks and waiting:
        found.append(tr("Items of the checklist not judged yet: {count}.").format(count=waiting))
    if score.not_inspected:
        names = comma.join(type_name(by_code(code)) for code in score.not_inspected)
        found.append(tr("Not inspected: {names}.").format(names=names))
    if score.scheme.not_covered[lang]:
        found.append(tr("Not covered by this score: {names}.").format(names=comma.join(score.scheme.not_covered[lang])))
    if skipped > 0:
        found.append(tr("{count} features without a valid type or outline do not count.").format(count=skipped))
    return "\n".join(found)
