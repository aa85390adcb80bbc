"""The options that say who inspected an image for whom, the same for every command that takes them."""

from __future__ import annotations

import argparse

from ..particulars import PICTURES, TEXTS

_HELP = {
    "station": "who inspects, printed at the head of the report",
    "client": "for whom",
    "project": "in which project",
    "sheet": "number of the map sheet",
    "acceptance": "instrument of acceptance: contract, order or standard",
    "inspector": "who signs (who has edited the errors)",
    "logo": "picture of the station, PNG or JPEG",
    "signature": "picture of the inspector's signature, PNG or JPEG",
}


def add_particulars(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Add the options; `purpose` says what becomes of them."""
    group = parser.add_argument_group("particulars of the report", purpose)
    for name in TEXTS:
        names = [f"--{name}", "--reviewer"] if name == "inspector" else [f"--{name}"]
        group.add_argument(*names, dest=name, metavar="TEXT", help=_HELP[name])
    for name in PICTURES:
        group.add_argument(f"--{name}", metavar="FILE", help=_HELP[name])


def particulars_values(options: argparse.Namespace) -> dict[str, str | None]:
    """Return what was given, by name."""
    given = {name: getattr(options, name) for name in (*TEXTS, *PICTURES)}
    return {name: value for name, value in given.items() if value}
