"""A library that cannot be loaded, told in one line: which one, from where, and what to do.

Standard library only, as it is for when others fail.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_OURS = __name__.partition(".")[0]


def broken_import(error: BaseException) -> str | None:
    """Return a line on an error that arose while a library was being imported; None for any other error.

    Where PYTHONPATH leads to the library, the remedy is that: it goes before the environment of RSQI.
    """
    name, file = _library(error)
    if name is None:
        return None
    reason = " ".join(str(error).split()) or type(error).__name__
    folders = [Path(part).resolve() for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    if file and any(folder in Path(file).resolve().parents for folder in folders):
        remedy = f"PYTHONPATH leads to it ({file}): unset PYTHONPATH"
    else:
        remedy = "install RSQI and its libraries anew, or repair the environment in Set up"
    return f"the package {name} cannot be loaded ({reason}); {remedy}"


def _library(error: BaseException) -> tuple[str | None, str | None]:
    """Return name and file of the innermost library, not ours, whose import was going on."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        code, name = trace.tb_frame.f_code, str(trace.tb_frame.f_globals.get("__name__", ""))
        if code.co_name == "<module>" and not _is_ours(name):
            found = name.partition(".")[0], code.co_filename
        trace = trace.tb_next
    if found:
        return found
    if isinstance(error, ImportError) and error.name and not _is_ours(error.name):
        package = error.name.partition(".")[0]
        return package, error.path or getattr(sys.modules.get(package), "__file__", None)
    return None, None


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in (_OURS, "__main__")
