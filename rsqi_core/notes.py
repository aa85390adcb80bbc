"""Lines for a person that an interface can say in another language: English, with a code and the values in them.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

from typing import Any


class Note(str):
    """A line of text; also the message of an error: ``raise ParameterError(Note(...))``.

    Parameters
    ----------
    code : str
        Stable name of the line.
    text : str
        English, with ``{gaps}`` for the values.
    **values
        Numbers and texts; a note may be part of another one.
    """

    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, text: str, /, **values: Any) -> Note:
        """Fill the values into the text."""
        note = super().__new__(cls, text.format(**values))
        note.code, note.values = code, values
        return note

    def as_mapping(self) -> dict[str, Any]:
        """Return the note as JSON takes it, notes within it too."""
        values = {name: v.as_mapping() if isinstance(v, Note) else v for name, v in self.values.items()}
        return {"code": self.code, "text": str(self), "values": values}


def message_of(error: Exception) -> str:
    """Return the message of an error, as a note if it is one."""
    return error.args[0] if error.args and isinstance(error.args[0], Note) else str(error)


def message_fields(text: str) -> dict[str, Any]:
    """Return the values of an event that carry a line of text: ``message``, and ``note`` if the text is one."""
    return {"message": str(text), "note": text.as_mapping()} if isinstance(text, Note) else {"message": str(text)}
