"""A model folder whose thresholds are fitted to reviewed results, and the way back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from ..dataset.reviewed import REJECTED, UNREVIEWED, read_reviewed
from ..errors import ModelError, OutputError, ParameterError, RsqiError
from ..files.atomic import reason, whole_folder
from ..files.layer import OGR_ERRORS, read_layer
from ..models import load
from ..models.card import CARD, Card, graphs_of, model_hash, read_card, write_card
from ..notes import Note
from ..taxonomy import CODES
from .station_thresholds import MOVED, NOTE, WORTH, Refit, Verdicts, refit, undo

ADDED = "added"
Seen = Callable[[int, int], None]


class OtherModel(RsqiError):
    """A result that another model has found, whose probabilities tell nothing of this one."""

    code = "other_model"


def fit_station(
    results: Sequence[Path],
    model: str,
    output: Path | None,
    worth: float = WORTH,
    seen: Seen = lambda done, total: None,
    left_out: Callable[[OtherModel], None] = lambda error: None,
) -> tuple[Refit, ...]:
    """Fit the thresholds of a model to reviewed results, and write it with them if any has moved.

    Parameters
    ----------
    results : sequence of pathlib.Path
        GeoPackages of inspections, reviewed; those with another model are left out.
    model : str
        ``"default"`` or a model folder.
    output : pathlib.Path, optional
        Folder of the new model, which must not exist; nothing is written without it.
    worth : float
        As of `refit`.
    seen : callable
        Gets the number of results read, and of all.
    left_out : callable
        Gets the error that tells of a result of another model.

    Raises
    ------
    RsqiError
        There are too few verdicts, no result is of this model, or something cannot be read or written.
    """
    if not 0 < worth < 1:
        raise ParameterError(f"worth is {worth}; it must be between 0 and 1")
    _refuse_existing(output)
    folder = _folder_of(model)
    card = read_card(folder)
    known = {model_hash(folder), *(card.training.get(NOTE) or {}).get("of", ())}
    found, others = [], []
    for n, path in enumerate(results):
        seen(n, len(results))
        try:
            found.append(read_verdicts(path, known))
        except OtherModel as error:
            others.append(error)
    seen(len(results), len(results))
    if not found:
        raise others[0] if others else ParameterError("no reviewed result was given")
    for other in others:
        left_out(other)
    together = Verdicts(
        *(np.concatenate([getattr(each, name) for each in found]) for name in ("category_ids", "p", "real", "drawn"))
    )
    new, rows = refit(card, together, worth)
    if output is not None and any(row.outcome == MOVED for row in rows):
        note = {**new.training[NOTE], "of": sorted(known)}
        before = (card.training.get(NOTE) or {}).get("before", {})
        note["before"] = {**note["before"], **before}  # the way back leads to what was trained
        _write(folder, output, replace(new, training={**new.training, NOTE: note}))
    return rows


def undo_station(model: Path, output: Path) -> Card:
    """Write a model whose thresholds were fitted to a station with those that it had before; return its card.

    Raises
    ------
    RsqiError
        They were not fitted, or something cannot be read or written.
    """
    _refuse_existing(output)
    folder = _folder_of(str(model))
    card = undo(read_card(folder))
    _write(folder, output, card)
    return card


def read_verdicts(path: Path, hashes: set[str]) -> Verdicts:
    """Read what people have decided on the errors of a result, with the blocks' probabilities of their types.

    Parameters
    ----------
    hashes : set of str
        Of the models whose probabilities count.

    Raises
    ------
    RsqiError
        It is no result, or one of another model.
    """
    reviewed = read_reviewed(path)
    if str(reviewed.stored.summary.get("model_hash") or "") not in hashes:
        name = reviewed.stored.summary.get("model_id") or "no model"
        text = "{path}: was inspected with {name}, not with the model whose thresholds are to be fitted"
        raise OtherModel(Note("other_model", text, path=str(path), name=str(name)))
    names = [f"p_{code}" for code in CODES]
    try:
        meta, _, outlines, columns = read_layer(path, "blocks", columns=names)
    except (*OGR_ERRORS, OSError) as error:
        raise OutputError(f"{path}: has no layer of blocks ({reason(error)}); inspect the image again") from error
    stored = dict(zip(meta["fields"], columns))
    if missing := [name for name in names if name not in stored]:
        raise OutputError(f"{path}: its blocks have no '{missing[0]}'; inspect the image again")
    statuses, ids = reviewed.statuses, reviewed.category_ids
    seen = np.stack([stored[name] for name in names], 1).astype(float)
    p = _highest(reviewed.geometries, ids, shapely.from_wkb(outlines), seen)
    judged = (statuses != UNREVIEWED) & np.isfinite(p)
    return Verdicts(ids[judged], p[judged], statuses[judged] != REJECTED, statuses[judged] == ADDED)


def _highest(errors: np.ndarray, ids: np.ndarray, blocks: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the highest probability of each error's type among the blocks that touch it; NaN without one."""
    found = np.full(len(errors), np.nan)
    if not len(errors) or not len(blocks):
        return found
    error, block = shapely.STRtree(blocks).query(errors, "intersects")
    np.fmax.at(found, error, p[block, ids[error] - 1])
    return found


def _folder_of(model: str) -> Path:
    folder = load(model, "cpu").folder
    if not (folder / CARD).exists():
        raise ModelError(f"{folder}: has no {CARD}, whose thresholds could be fitted")
    return folder


def _refuse_existing(output: Path | None) -> None:
    if output is not None and os.path.lexists(output):
        raise OutputError(f"{output} exists already; choose another name for the new model")


def _write(folder: Path, output: Path, card: Card) -> None:
    with whole_folder(output, "the model") as new:
        for name in graphs_of(card):
            shutil.copyfile(folder / name, new / name)
        write_card(new, replace(card, id=output.name))
