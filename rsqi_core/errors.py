"""The one exception tree: every failure a user can cause has a class, a stable code and a one-line message."""

from __future__ import annotations


class RsqiError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is one line that names the thing and the remedy.

    Attributes
    ----------
    code : str
        Stable identifier that the user interface translates.
    """

    code = "error"


class ParameterError(RsqiError, ValueError):
    """A parameter is outside its range or contradicts another one."""

    code = "parameter"


class RasterError(RsqiError):
    """A raster cannot be opened, read or understood."""

    code = "raster"


class ModelError(RsqiError):
    """A model folder is missing, incomplete or does not match its card."""

    code = "model"


class OutputError(RsqiError):
    """A result cannot be written."""

    code = "output"


class InUse(OutputError):
    """Another run writes to the same output at this moment."""


class SchemeError(RsqiError):
    """A scoring scheme cannot be read, or what stands in it makes no sense."""

    code = "scheme"


class Cancelled(RsqiError):
    """The run was cancelled; nothing was written."""

    code = "cancelled"


def require(*rules: tuple[str, object, bool, str]) -> None:
    """Refuse the first of some values that is not what it must be.

    Parameters
    ----------
    *rules : tuple
        Name, value, whether it holds, and what it must be, in words that follow "must be".

    Raises
    ------
    ParameterError
    """
    for name, value, holds, text in rules:
        if not holds:
            raise ParameterError(f"{name} is {value}; it must be {text}")
