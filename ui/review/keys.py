"""The keys of the review: one table, which QGIS's shortcut manager lets a person change.

They are in force in the panel and on the map while it has the tool of the review, never in a text field.
"""

from __future__ import annotations

from typing import Callable

from qgis.gui import QgsGui
from qgis.PyQt.QtCore import QEvent, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QWidget

from ...bridge.compat import QAction, combined
from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy

MODIFIERS = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
)
DEFAULTS = {
    "accept": "A",
    "reject": "X",
    "next": "N",
    "previous": "P",
    "unreviewed": "U",
    "zoom": "Z",
    "peek": "H",
    "evidence": "W",
    "comment": "C",
    "undo": "Ctrl+Z",
    "redo": "Ctrl+Y",
    "draw": "D",
    "follow": "F",
    "outline": "O",
    "reshape": "E",
    "vertices": "V",
    "split": "S",
    "merge": "M",
    "delete": "Del",
    "copy": "Ctrl+Shift+C",
    "side": "L",
    "block": "B",
    "block_back": "Shift+B",
    **{f"type_{t.id}": str(t.id % 10) for t in taxonomy.TYPES},
    "leave": "Esc",
}
ALSO = {"redo": "Ctrl+Shift+Z"}  # as long as the first key of the command is the default
HELD = {"peek": "unpeek"}  # commands that last as long as their key is down, and what ends them

_actions: dict[str, QAction] = {}  # by command, while they are in QGIS's table of shortcuts


def command_texts() -> dict[str, str]:
    """Return what each command does, in the language of QGIS and in the order of the help."""
    texts = {
        "accept": tr("Accept: it is an error"),
        "reject": tr("Reject: it is none"),
        "next": tr("Next error"),
        "previous": tr("Previous error"),
        "unreviewed": tr("Next unreviewed error"),
        "zoom": tr("Zoom to the error and flash it"),
        "peek": tr("Hide all marks as long as the key is down"),
        "evidence": tr("Why: show where in its block the model saw it"),
        "comment": tr("Write a comment (Enter ends)"),
        "undo": tr("Undo"),
        "redo": tr("Redo"),
        "draw": tr("Draw a missed error"),
        "follow": tr("Follow a missed seam"),
        "outline": tr("Outline a missed error by a click inside it"),
        "reshape": tr("Reshape the outline with a line"),
        "vertices": tr("Move the vertices of the outline"),
        "split": tr("Split the error with a line"),
        "merge": tr("Merge the selected errors"),
        "delete": tr("Delete what you have drawn"),
        "copy": tr("Copy the coordinates of the error"),
        "side": tr("Show another image or date side by side"),
        "block": tr("Block seen: go to the next worst"),
        "block_back": tr("Back to the block before"),
        "leave": tr("End drawing or editing"),
    }
    types = {f"type_{t.id}": tr("Type: {name}").format(name=type_name(t)) for t in taxonomy.TYPES}
    return {**texts, **types}


def key_of(command: str) -> QKeySequence:
    """Return the key that gives a command: the default, or what a person has chosen in QGIS's table."""
    return _actions[command].shortcut() if command in _actions else QKeySequence(DEFAULTS[command])


def key_name(command: str) -> str:
    """Return what the key of a command is called; empty if a person has taken it away."""
    return key_of(command).toString(QKeySequence.SequenceFormat.NativeText)


def command_of(event) -> str | None:
    """Return the command that a key press gives."""
    held = [modifier for modifier in MODIFIERS if event.modifiers() & modifier]
    pressed = combined(event.key(), held)
    for command, default in DEFAULTS.items():
        keys = [key_of(command)]
        if command in ALSO and keys[0] == QKeySequence(default):
            keys.append(QKeySequence(ALSO[command]))
        if any(key.count() == 1 and combined(key[0]) == pressed for key in keys):
            return command
    return None


def with_key(text: str, command: str) -> str:
    """Return a tool tip that ends in the key."""
    name = key_name(command)
    return f"{text} ({name})" if name else text


class KeyTable(QObject):
    """The commands in *Settings > Keyboard Shortcuts* of QGIS. Its actions are in no window: they do nothing alone.

    Signals
    -------
    changed
        A person has chosen another key.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject):
        super().__init__(parent)
        texts = command_texts()
        self._actions: dict[str, QAction] = {}
        for command, key in DEFAULTS.items():
            action = QAction(tr("RSQI review: {text}").format(text=texts[command]), self)
            action.setObjectName(f"rsqiReviewKey_{command}")
            QgsGui.shortcutsManager().registerAction(action, key)
            action.changed.connect(self.changed)
            self._actions[command] = action
        _actions.update(self._actions)

    def stop(self) -> None:
        """Take the commands out of QGIS's table."""
        for command, action in self._actions.items():
            QgsGui.shortcutsManager().unregisterAction(action)
            action.changed.disconnect(self.changed)
            if _actions.get(command) is action:
                del _actions[command]
        self._actions.clear()


class KeyListener(QObject):
    """Watches the keys on some widgets and calls `run_command` with the command.

    A widget gets the press itself, not a shortcut: an accepted ShortcutOverride keeps QGIS from taking the key, and
    text fields, which are never watched, keep every letter.

    Parameters
    ----------
    run_command : callable
        Takes a command, returns whether it did something with it; if not, the press goes where it would have gone.
    accepts : callable
        Takes a command and the watched widget, returns whether its key is in force there now.
    """

    def __init__(self, run_command: Callable[[str], bool], accepts: Callable[[str, QWidget], bool], parent: QObject):
        super().__init__(parent)
        self._run_command, self._accepts = run_command, accepts
        self._watched: list[QWidget] = []
        self._held = ""

    def watch(self, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.installEventFilter(self)
            self._watched.append(widget)

    def unwatch(self, widget: QWidget) -> None:
        """Let go of a widget that is about to be gone."""
        if widget in self._watched:
            widget.removeEventFilter(self)
            self._watched.remove(widget)

    def stop(self) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched.clear()

    def eventFilter(self, watched, event):
        kind = event.type()
        if kind == QEvent.Type.FocusOut and self._held:
            self._end_held()
            return False
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        command = command_of(event)
        if kind == QEvent.Type.KeyRelease:
            if self._held and command == self._held and not event.isAutoRepeat():
                self._end_held()
            return False
        if command is None or not self._accepts(command, watched):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if command in HELD:
            if event.isAutoRepeat():
                return True
            self._held = command
        return self._run_command(command)

    def _end_held(self) -> None:
        command, self._held = self._held, ""
        self._run_command(HELD[command])
