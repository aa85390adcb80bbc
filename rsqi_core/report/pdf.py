"""What tells a printed report from other PDF files; QGIS prints it, and the worker looks before any work.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

from pathlib import Path

CREATOR = "RSQI report"  # begins the name of the creator
_END = b"%%EOF"


def is_as_printed(path: Path) -> bool:
    """Tell whether a file is a report as it was printed: whoever signs a PDF or writes on it appends to it."""
    data = path.read_bytes()
    return CREATOR.encode("utf-16-be") in data and data.count(_END) == 1
