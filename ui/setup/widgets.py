"""Small widgets of the page."""

from __future__ import annotations

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


def label(name: str) -> QLabel:
    """Return a text that wraps, with links."""
    made = QLabel()
    made.setObjectName(name)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
    return made


def button(text: str, tip: str, slot) -> QPushButton:
    """Return a button that calls `slot`."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.clicked.connect(slot)
    return made


def folded(title: str, widget: QWidget) -> QgsCollapsibleGroupBox:
    """Return a group that hides `widget` until it is opened."""
    box = QgsCollapsibleGroupBox(title)
    box.setSaveCollapsedState(False)
    QVBoxLayout(box).addWidget(widget)
    box.setCollapsed(True)
    return box


def breakable(text: str) -> str:
    """Return `text` with places to break in paths and addresses, which would else widen the page."""
    return "".join(f"{sign}\u200b" if sign in "/\\_" else sign for sign in text)
