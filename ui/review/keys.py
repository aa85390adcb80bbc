"""The keys of the review: one table, in force on the map and in the list, never in a text field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QWidget

from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy

NONE, SHIFT, CONTROL = 0, 1, 2


@dataclass(frozen=True)
class Key:
    """A command and the keys that give it, each as (key, modifier)."""

    command: str
    presses: tuple[tuple[int, int], ...]
    names: str


def _letter(command: str, letter: str) -> Key:
    return Key(command, ((ord(letter), NONE),), letter)


KEYS = (
    _letter("accept", "A"),
    _letter("reject", "X"),
    _letter("next", "N"),
    _letter("previous", "P"),
    _letter("unreviewed", "U"),
    _letter("zoom", "Z"),
    _letter("peek", "H"),
    _letter("comment", "C"),
    Key("undo", ((ord("Z"), CONTROL),), "Ctrl+Z"),
    Key("redo", ((ord("Y"), CONTROL), (ord("Z"), CONTROL | SHIFT)), "Ctrl+Y"),
    _letter("draw", "D"),
    _letter("reshape", "E"),
    _letter("vertices", "V"),
    _letter("split", "S"),
    _letter("merge", "M"),
    _letter("block", "B"),
    Key("block_back", ((ord("B"), SHIFT),), "Shift+B"),
    *(Key(f"type_{t.id}", ((ord(str(t.id % 10)), NONE),), str(t.id % 10)) for t in taxonomy.TYPES),
    Key("leave", ((int(Qt.Key.Key_Escape), NONE),), "Esc"),
)
COMMANDS = {press: key.command for key in KEYS for press in key.presses}
NAMES = {key.command: key.names for key in KEYS}


def command_texts() -> dict[str, str]:
    """Return what each command does, in the language of QGIS and in the order of the help."""
    texts = {
        "accept": tr("Accept: it is an error"),
        "reject": tr("Reject: it is none"),
        "next": tr("Next error"),
        "previous": tr("Previous error"),
        "unreviewed": tr("Next unreviewed error"),
        "zoom": tr("Zoom to the error and flash it"),
        "peek": tr("Hide the errors to see the image, show them again"),
        "comment": tr("Write a comment (Enter ends)"),
        "undo": tr("Undo"),
        "redo": tr("Redo"),
        "draw": tr("Draw a missed error"),
        "reshape": tr("Reshape the outline with a line"),
        "vertices": tr("Move the vertices of the outline"),
        "split": tr("Split the error with a line"),
        "merge": tr("Merge the selected errors"),
        "block": tr("Block seen: go to the next worst"),
        "block_back": tr("Back to the block before"),
        "leave": tr("End drawing or editing"),
    }
    types = {f"type_{t.id}": tr("Type: {name}").format(name=type_name(t)) for t in taxonomy.TYPES}
    return {**texts, **types}


def command_of(event) -> str | None:
    """Return the command that a key press gives."""
    modifiers, held = event.modifiers(), NONE
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        held |= SHIFT
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        held |= CONTROL
    if modifiers & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
        return None
    return COMMANDS.get((event.key(), held))


def with_key(text: str, command: str) -> str:
    """Return a tool tip that ends in the key."""
    return f"{text} ({QKeySequence(NAMES[command]).toString(QKeySequence.SequenceFormat.NativeText)})"


class KeyListener(QObject):
    """Watches the keys on some widgets and calls `run_command` with the command.

    A widget gets the press itself, not a shortcut: an accepted ShortcutOverride keeps QGIS from taking the key, and
    text fields, which are never watched, keep every letter.

    Parameters
    ----------
    run_command : callable
        Takes a command, returns whether it did something with it; if not, the press goes where it would have gone.
    accepts : callable
        Takes a command, returns whether its key is in force now.
    """

    def __init__(self, run_command: Callable[[str], bool], accepts: Callable[[str], bool], parent: QObject):
        super().__init__(parent)
        self._run_command, self._accepts = run_command, accepts
        self._watched: list[QWidget] = []

    def watch(self, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.installEventFilter(self)
            self._watched.append(widget)

    def stop(self) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched.clear()

    def eventFilter(self, watched, event):
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        command = command_of(event)
        if command is None or not self._accepts(command):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return self._run_command(command)
