"""Generated pictures among which a person chooses, and the way of those kept into a dataset's training part.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError, ParameterError, RsqiError
from ..files.atomic import reason, write_whole
from .layout import IMAGE, MASK, TABLE, TEST, TRAIN
from .rows import SYNTHETIC, as_lines, read_rows

CANDIDATES = "candidates.jsonl"  # the best first
DECISIONS = "decisions.json"  # name of a candidate: is it kept?
CANDIDATE_SHEET = "candidates.png"
WANTED = 200  # that a person keeps (paper, section 2.4: of 1000)
_FIGURES = ("type", "probability", "distance")  # columns beside those of a dataset


@dataclass(frozen=True)
class Candidate:
    """One generated picture.

    Attributes
    ----------
    folder : pathlib.Path
        Of the candidates.
    row : dict
        Of a dataset's table.
    type : str
        Code of the type that was painted.
    probability : float
        That a classifier gives this type, 0-1.
    distance : float
        To the nearest real example, in median distances between real ones.
    """

    folder: Path
    row: dict[str, Any]
    type: str
    probability: float
    distance: float

    @property
    def name(self) -> str:
        """Its number."""
        return self.image.stem

    @property
    def image(self) -> Path:
        """Its picture."""
        return self.folder / self.row["file_name"]

    @property
    def mask(self) -> Path:
        """Where its error is."""
        return self.folder / self.row["mask_file_name"]

    @property
    def line(self) -> dict[str, Any]:
        """Row of the table of candidates."""
        return {**self.row, **{name: getattr(self, name) for name in _FIGURES}}


def read_candidates(folder: Path) -> list[Candidate]:
    """Return the candidates in a folder, the best first.

    Raises
    ------
    RsqiError
        There are none, or their table cannot be understood.
    """
    table = folder / CANDIDATES
    if not table.is_file():
        raise RsqiError(f"{folder}: no generated pictures here; make some with `rsqi augment sample`")
    try:
        rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
        found = [Candidate(folder, row, *(row.pop(name) for name in _FIGURES)) for row in rows]
        for each in found:
            float(each.probability), float(each.distance), each.name, each.mask, each.row[SYNTHETIC]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RsqiError(f"{table}: not the table of generated pictures: {error!r}") from error
    return found


def read_decisions(folder: Path) -> dict[str, bool]:
    """Return what a person has decided so far, by the name of the candidate; nothing if there is nothing.

    Raises
    ------
    RsqiError
        The file cannot be understood.
    """
    file = folder / DECISIONS
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): bool(kept) for name, kept in found.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise RsqiError(f"{file}: not what was decided on generated pictures: {error!r}") from error


def write_decisions(folder: Path, decisions: Mapping[str, bool]) -> None:
    """Write what a person has decided so far."""
    write_whole(folder / DECISIONS, json.dumps(dict(decisions), indent=0).encode("utf-8"))


def take(candidates: Iterable[Candidate], dataset: Path) -> int:
    """Add candidates to the training part of the dataset that they were painted into; return how many are new.

    Raises
    ------
    RsqiError
        They belong to another dataset, or it cannot be written.
    """
    rows, chosen = read_rows(dataset, TRAIN), list(candidates)
    own = {row.get("file_name") for row in rows if not row.get(SYNTHETIC)}
    for each in chosen:
        if each.row[SYNTHETIC] not in own:
            raise ParameterError(
                f"{each.image}: was not painted into a block of the training part of {dataset}; name the dataset that "
                f"`rsqi augment sample` was given"
            )
    read_rows(dataset, TEST)  # is it as it should be?
    known = {row.get("file_name") for row in rows}
    new = [(each, row) for each in chosen if (row := _row(each))["file_name"] not in known]
    written: list[Path] = []
    try:
        for each, row in new:
            for source, name in ((each.image, row["file_name"]), (each.mask, row["mask_file_name"])):
                target = dataset / TRAIN / name
                target.parent.mkdir(exist_ok=True)
                written.append(target)
                shutil.copyfile(source, target)
        marked = [{**row, SYNTHETIC: row.get(SYNTHETIC, "")} for row in rows]
        write_whole(dataset / TRAIN / TABLE, as_lines([*marked, *(row for _, row in new)]).encode("utf-8"))
    except BaseException as error:
        for file in written:
            file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"{dataset}: cannot be written: {reason(error)}") from error
        raise
    return len(new)


def _row(candidate: Candidate) -> dict[str, Any]:
    """Return the row of the dataset that a candidate becomes; folders of candidates keep names apart."""
    name = f"{SYNTHETIC}-{candidate.folder.resolve().name}-{candidate.image.name}"
    return {**candidate.row, "file_name": f"{IMAGE}/{name}", "mask_file_name": f"{MASK}/{name}"}
