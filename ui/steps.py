"""The steps from an image to its report, as a bar of buttons; what is no step stands aside, behind *More*."""

from __future__ import annotations

from typing import Mapping

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from ..bridge.i18n import tr


class StepBar(QWidget):
    """One button a step, in the order of the work, and a menu of the pages aside.

    Parameters
    ----------
    steps, aside : mapping of str to str
        Title by name of a page.

    Signals
    -------
    chosen : str
        Name of the page that a person wants to see.
    """

    chosen = pyqtSignal(str)

    def __init__(self, steps: Mapping[str, str], aside: Mapping[str, str], parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiSteps")
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 2, 4, 2)
        line.setSpacing(0)
        for name, title in steps.items():
            if self.buttons:
                line.addWidget(QLabel("›"))
            self.buttons[name] = self._button(name, title)
            line.addWidget(self.buttons[name], 1)
        self.more = QToolButton()
        self.more.setObjectName("rsqiMore")
        self.more.setText(tr("More"))
        self.more.setToolTip(tr("What is no step of every image"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        menu = QMenu(self.more)
        self.actions_aside = {}
        for name, title in aside.items():
            self.actions_aside[name] = menu.addAction(title)
            self.actions_aside[name].setCheckable(True)
            self.actions_aside[name].triggered.connect(lambda _=False, name=name: self.chosen.emit(name))
        self.more.setMenu(menu)
        line.addWidget(self.more)

    def show_page(self, name: str) -> None:
        """Press the button of a step, or *More* for a page aside, which then has its title."""
        self._group.setExclusive(False)
        for step, button in self.buttons.items():
            button.setChecked(step == name)
        self._group.setExclusive(name in self.buttons)
        for aside, action in self.actions_aside.items():
            action.setChecked(aside == name)
        self.more.setChecked(name in self.actions_aside)
        self.more.setText(self.actions_aside[name].text() if name in self.actions_aside else tr("More"))

    def _button(self, name: str, title: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rsqiStep_{name}")
        button.setText(title)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        return button
