"""The buttons of the review; each gives a command that a key gives as well."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ...bridge.compat import QAction
from ...bridge.i18n import tr
from ...bridge.paths import ICONS as OWN_ICONS
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch
from .keys import HELD, command_texts, key_name, with_key

ICONS = {
    "accept": "/mIconSuccess.svg",
    "reject": "/mIconDelete.svg",
    "undo": "/mActionUndo.svg",
    "redo": "/mActionRedo.svg",
    "previous": "/mActionArrowLeft.svg",
    "next": "/mActionArrowRight.svg",
    "tool": "/mActionIdentify.svg",
    "zoom": "/mActionZoomToSelected.svg",
    "peek": "/mActionShowAllLayers.svg",
    "evidence": "/rendererHeatmapSymbol.svg",
    "draw": "/mActionCapturePolygon.svg",
    "follow": str(OWN_ICONS / "follow_seam.svg"),
    "outline": "/mActionTracing.svg",
    "reshape": "/mActionReshape.svg",
    "vertices": "/mActionVertexTool.svg",
    "split": "/mActionSplitFeatures.svg",
    "merge": "/mActionMergeFeatures.svg",
    "delete": "/mActionDeleteSelected.svg",
    "side": "/mActionNewMap.svg",
}
COLUMNS = 4  # of the drawing tools
TAB = "\t"  # between the text of a menu and its key
ON_AN_ERROR = (
    "accept", "reject", "type", "previous", "next", "zoom", "evidence", "reshape", "vertices", "split", "merge",
    "delete",
)  # fmt: skip
MODES = ("draw", "outline", "follow", "reshape", "vertices", "split")


class DecisionBar(QWidget):
    """What is decided, what the map shows, and what is drawn: every tool with its name and key.

    Signals
    -------
    command_requested : str
    """

    command_requested = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}
        self._history: tuple = ()  # what the buttons of undo and redo say
        self._titles: dict[str, str] = {}
        self._type_actions: dict[str, QAction] = {}
        first, second, editing = QHBoxLayout(), QHBoxLayout(), QGridLayout()
        first.addWidget(self._button("accept", tr("Accept")), 1)
        first.addWidget(self._button("reject", tr("Reject")), 1)
        first.addWidget(self._type_button(), 1)
        for command in ("tool", "previous", "next", "zoom", "peek", "evidence", "side"):
            second.addWidget(self._button(command))
        self.keep_scale = QToolButton()
        self.keep_scale.setIcon(QgsApplication.getThemeIcon("/lockedGray.svg"))
        self.keep_scale.setIconSize(QSize(16, 16))
        self.keep_scale.setCheckable(True)
        self.keep_scale.setAutoRaise(True)
        self.keep_scale.setToolTip(tr("Keep the scale: only move the map from error to error"))
        second.addWidget(self.keep_scale)
        second.addStretch(1)
        for command in ("undo", "redo"):
            second.addWidget(self._button(command))
        editing.setSpacing(4)
        names = {
            "draw": tr("Draw"),
            "outline": tr("Outline"),
            "follow": tr("Seam"),
            "reshape": tr("Reshape"),
            "vertices": tr("Vertices"),
            "split": tr("Split"),
            "merge": tr("Merge"),
            "delete": tr("Delete"),
        }
        for place, (command, name) in enumerate(names.items()):
            editing.addWidget(self._button(command, name), place // COLUMNS, place % COLUMNS)
        for mode in (*MODES, "tool", "evidence", "side"):
            self.buttons[mode].setCheckable(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(first)
        column.addLayout(second)
        column.addLayout(editing)
        self.show_keys()

    def show_current(self, exists: bool) -> None:
        """Offer what is done with an error only where there is one in the list."""
        for command in ON_AN_ERROR:
            self.buttons[command].setEnabled(exists)

    def show_mode(self, mode: str) -> None:
        """Press the button of the tool that is on."""
        for name in MODES:
            self.buttons[name].setChecked(name == mode)

    def show_tool(self, taken: bool) -> None:
        """Press the button of the review tool while it is on the map."""
        self.buttons["tool"].setChecked(taken)

    def show_evidence(self, shown: bool) -> None:
        """Press the button while the map of the evidence is on the screen, or on its way."""
        self.buttons["evidence"].setChecked(shown)

    def show_keys(self) -> None:
        """Show the keys as they are now."""
        texts = _texts()
        for command, title in self._titles.items():
            self.buttons[command].setToolTip(with_key(texts[command], command) if command != "tool" else texts[command])
            if title:
                self.buttons[command].setText(f"{title}  {key_name(command)}".rstrip())
        for command, action in self._type_actions.items():
            action.setText(f"{action.text().partition(TAB)[0]}{TAB}{key_name(command)}")

    def show_history(self, undo: str | None, redo: str | None) -> None:
        """Enable undo and redo, and say what they take back; None: nothing."""
        shown = undo, redo, key_name("undo"), key_name("redo")
        if shown == self._history:  # it is said again after each portion that is read
            return
        self._history = shown
        texts = _texts()
        for command, text in (("undo", undo), ("redo", redo)):
            self.buttons[command].setEnabled(text is not None)
            self.buttons[command].setToolTip(with_key(f"{texts[command]}: {text}" if text else texts[command], command))

    def _button(self, command: str, title: str = "") -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rsqiReview_{command}")
        own = command == "follow"
        button.setIcon(QIcon(ICONS[command]) if own else QgsApplication.getThemeIcon(ICONS[command]))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # so that the keys stay where they were
        if title:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            button.setAutoRaise(True)
        if command in HELD:
            button.pressed.connect(lambda: self.command_requested.emit(command))
            button.released.connect(lambda: self.command_requested.emit(HELD[command]))
        else:
            button.clicked.connect(lambda: self.command_requested.emit(command))
        self._titles[command] = title
        self.buttons[command] = button
        return button

    def _type_button(self) -> QToolButton:
        """A menu of the ten types, in which the keys can be looked up."""
        button = QToolButton()
        button.setObjectName("rsqiReview_type")
        button.setText(tr("Type  1-0"))
        button.setToolTip(tr("Change the type; the type it has already confirms the error"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        menu = QMenu(button)
        for error_type in taxonomy.TYPES:
            command = f"type_{error_type.id}"
            action = menu.addAction(QIcon(swatch(error_type.color)), type_name(error_type))
            self._type_actions[command] = action
            action.triggered.connect(lambda _=False, command=command: self.command_requested.emit(command))
        button.setMenu(menu)
        self.buttons["type"] = button
        return button


def _texts() -> dict[str, str]:
    return {**command_texts(), "tool": tr("Review tool: a click on the map chooses an error, a drag moves the map")}
