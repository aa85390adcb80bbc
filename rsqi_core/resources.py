"""Where the files lie that ship with the program: styles, scoring schemes, models, report templates."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
# Beside the package in the plugin folder and in a checkout, inside it when installed as a wheel.
_ROOTS = (_HERE.parent / "resources", _HERE / "_resources")


def path(*parts: str) -> Path:
    """Return the path of a resource, for example ``path("schemes", "default.json")``; it need not exist."""
    candidates = [root.joinpath(*parts) for root in _ROOTS]
    return next((candidate for candidate in candidates if candidate.exists()), candidates[0])
