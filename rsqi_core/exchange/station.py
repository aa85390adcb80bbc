"""What a station does: give its part of what it has learnt, and take the common part if it is better at home."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..dataset.labelled_blocks import read_part
from ..dataset.layout import TEST
from ..errors import ModelError, OutputError, ParameterError, RsqiError
from ..files.atomic import PREFIX
from ..learning.comparison import Comparison, compare
from ..learning.holdout import FEWEST as FEWEST_BLOCKS
from ..learning.predictions import predict
from ..learning.unfinished import VERDICT, move_to
from ..models import Model, load
from ..models.card import CARD, Card, model_hash, write_card
from ..models.checkpoints import read_json
from ..models.heads import read_heads, same_body, write_heads
from ..progress import Emit, Progress, no_events, to_events
from ..taxonomy import CODES
from .contribution import Contribution, ExchangeError, Limit, Noise, refuse_unfit, with_noise
from .merge import merge, merge_limits
from .signed_file import read_contribution, write_contribution


@dataclass(frozen=True)
class Exchange:
    """A merger of contributions.

    Attributes
    ----------
    files : sequence of pathlib.Path
        Of `export_contribution`, by several stations.
    trusted : sequence of pathlib.Path
        Public keys of the stations; each may give one contribution.
    base : str
        The common model: ``"default"`` or a model folder.
    output : pathlib.Path
        Folder of the new model, which must not exist.
    dataset : pathlib.Path, optional
        This station's, whose test part decides whether the new model is better.
    keep : bool
        Write the new model even if it is not better, or nobody can tell.
    """

    files: Sequence[Path]
    trusted: Sequence[Path]
    base: str
    output: Path
    dataset: Path | None = None
    keep: bool = False

    def __post_init__(self) -> None:
        if self.dataset is None and not self.keep:
            raise ParameterError("a dataset of the station is needed to tell whether the new model is better")
        if os.path.lexists(self.output):
            raise OutputError(f"{self.output} exists already; choose another name for the new model")


@dataclass(frozen=True)
class Outcome:
    """What became of a merger: shares and refusals by file, and the comparison if there was one."""

    shares: dict[Path, float]
    refused: dict[Path, str]
    limits: tuple[str, ...]
    comparison: Comparison | None
    written: bool


def export_contribution(
    model: Path, base: str, key: Path, station: str, output: Path, noise: Noise | None = None
) -> Contribution:
    """Write how a model's heads and thresholds differ from the common model's, signed.

    Raises
    ------
    ModelError
        The model was not made of the common one by training its heads alone.
    RsqiError
        Something cannot be read or written.
    """
    if os.path.lexists(output):
        raise OutputError(f"{output} exists already; choose another name")
    common, own = _opened(base), _opened(str(model))
    old, new = read_heads(common.folder), read_heads(own.folder)
    if not same_body(common.folder, own.folder):
        raise ModelError(
            f"{model}: differs from {common.card.id} in more than its heads; train it with `rsqi finetune --heads`"
        )
    change = {name: new[name] - old[name] for name in old}
    if noise is not None:
        change = with_noise(change, noise, np.random.default_rng())
    verdict = read_json(own.folder / VERDICT) if (own.folder / VERDICT).exists() else {}
    found = Contribution(
        station, model_hash(common.folder), change, _limits(own.card), int(verdict.get("blocks") or 0), noise
    )
    refuse_unfit(found, found.base, {name: values.shape for name, values in old.items()})
    write_contribution(output, found, key)
    return found


def merge_contributions(job: Exchange, emit: Emit = no_events) -> Outcome:
    """Merge contributions into the common model, and write it if it is better on the station's own blocks.

    A contribution that cannot be trusted is left out and told.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``refused`` with file and reason, and ``progress`` of the stage ``compare``.

    Raises
    ------
    RsqiError
        Too few contributions are left, or something cannot be read or written.
    """
    common = _opened(job.base)
    heads = read_heads(common.folder)
    found, refused = _read(job, common, {name: values.shape for name, values in heads.items()})
    for file, why in refused.items():
        emit("refused", file=str(file), reason=why)
    files = list(found)
    merged = merge(list(found.values()))
    for n, why in merged.refused.items():
        refused[files[n]] = why
        emit("refused", file=str(files[n]), reason=why)
    taken = {files[n]: share for n, share in merged.shares.items()}
    limits = merge_limits({code: _limit(common.card, code, 0) for code in CODES}, [found[file] for file in taken])
    card = replace(
        common.card,
        id=job.output.name,
        version="1",
        thresholds={**common.card.thresholds, **{code: t for code, (t, _) in limits.items()}},
        temperatures={**common.card.temperatures, **{code: t for code, (_, t) in limits.items()}},
        training=_training(common, {found[file].station: share for file, share in taken.items()}),
        quality={},
    )
    job.output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=job.output.parent))
    try:
        model = folder / "model"
        model.mkdir()
        write_heads(common.folder, model, {name: heads[name] + merged.change[name] for name in heads})
        write_card(model, card)
        comparison = _compared(common, Model(model, "cpu"), job.dataset, emit) if job.dataset else None
        written = job.keep or (comparison is not None and comparison.better)
        if written and comparison is not None:
            move_to(job.output, model, comparison)
        elif written:
            model.rename(job.output)
    except OSError as error:
        raise OutputError(f"{job.output}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(taken, refused, tuple(limits), comparison, written)


def _read(
    job: Exchange, common: Model, shapes: dict[str, tuple[int, ...]]
) -> tuple[dict[Path, Contribution], dict[Path, str]]:
    """Return the contributions that fit the model by file, and why the other files are refused."""
    found: dict[Path, Contribution] = {}
    refused: dict[Path, str] = {}
    signers: set[Path] = set()
    for file in job.files:
        try:
            contribution, signer = read_contribution(file, job.trusted)
            refuse_unfit(contribution, model_hash(common.folder), shapes)
            if signer in signers:
                raise ExchangeError(f"is the second one that is signed with {signer.name}")
            signers.add(signer)
            found[file] = contribution
        except ExchangeError as error:
            refused[file] = str(error)
    return found, refused


def _compared(old: Model, new: Model, dataset: Path, emit: Emit) -> Comparison:
    test = read_part(dataset, TEST)
    if sum(bool(block.labels) for block in test) < FEWEST_BLOCKS:
        raise RsqiError(f"{dataset}: its test part has fewer than {FEWEST_BLOCKS} blocks with errors to compare on")
    progress = to_events(emit)

    def counter(part: int) -> Any:
        return lambda done, total: progress(Progress("compare", part * total + done, 2 * total))

    before, after = predict(old, test, counter(0)), predict(new, test, counter(1))
    return compare(old.card, before, new.card, after)


def _training(common: Model, shares: dict[str, float]) -> dict[str, Any]:
    return {
        "data": ["changes of the heads by several stations"],
        "start": f"{common.card.id} {common.card.version} ({model_hash(common.folder)})",
        "stations": {name: round(share, 4) for name, share in shares.items()},
    }


def _opened(model: str) -> Model:
    opened = load(model, "cpu")
    if not (opened.folder / CARD).exists():
        raise ModelError(f"{opened.folder}: no model folder with {CARD} and ONNX files, whose heads could be exchanged")
    return opened


def _limits(card: Card) -> dict[str, Limit]:
    found = {}
    for code in CODES:
        figures = card.quality.get(code)
        blocks = figures.get("blocks") if isinstance(figures, dict) else None
        limit = _limit(card, code, blocks if isinstance(blocks, int) else 0)
        if limit is not None:
            found[code] = limit
    return found


def _limit(card: Card, code: str, blocks: int) -> Limit | None:
    threshold = card.thresholds[code]
    return None if threshold is None else Limit(threshold, card.temperatures[code], blocks)
