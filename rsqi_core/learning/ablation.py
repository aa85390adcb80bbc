"""What augmentation, crops and flips, and negatives are worth: one model trained with and without each (Table 4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..dataset.layout import TABLE, TEST, TRAIN
from ..dataset.rows import is_synthetic, read_rows
from ..errors import OutputError
from ..files.atomic import PREFIX, write_whole
from ..models.card import file_hash
from ..progress import Emit, no_events
from .finetune import fine_tune
from .order import FineTuning
from .unfinished import remove


@dataclass(frozen=True)
class Trained:
    """A model on the test part: what its training lacked, mean F1 and IoU, and the share of clean blocks marked.

    Attributes
    ----------
    name : str
        Of the row.
    f1, iou, alarms : float
        0-1, as in `Comparison`.
    sure : float or None
        Share of the resamples in which it is ahead of the model before training; None of that one itself.
    """

    name: str
    f1: float
    iou: float
    alarms: float
    sure: float | None = None


def variants(job: FineTuning) -> Iterator[tuple[str, FineTuning]]:
    """Yield the trainings that are compared, each with its name: as it is usual, and with one thing changed."""
    yield "as usual", job
    if job.synthetic and any(is_synthetic(row) for row in read_rows(job.dataset, TRAIN)):
        yield "without generated images", replace(job, synthetic=False)
    if not job.of_checkpoints:
        if job.rehearse or job.pool:
            yield "without synthesised errors", replace(job, rehearse=False, pool=None)
        yield "without crops and flips", replace(job, augment=False)
        yield "without negatives", replace(job, negatives=False)
        return
    yield "without crops and flips", replace(job, augment=False)
    yield "negatives for neither network", replace(job, negatives=False)
    yield "negatives for both networks", replace(job, negatives=True)


def ablate(job: FineTuning, page: Path, emit: Emit = no_events) -> list[Trained]:
    """Train all `variants` and measure them; what an earlier call has finished for the same page is not done again.

    Parameters
    ----------
    job : FineTuning
        Its output is not used: no model is kept.
    page : pathlib.Path
        Beside it lies the hidden folder of unfinished work.
    emit : callable
        Gets the events of each training, and ``variant`` with the ``name`` of each before it begins.

    Raises
    ------
    RsqiError
        As `fine_tune` does.
    """
    work = page.parent / f"{PREFIX}{page.stem}-trainings"
    rows: list[Trained] = []
    for name, variant in variants(job):
        emit("variant", name=name)
        verdict = _verdict(replace(variant, output=work / "model", keep=False), work, emit)
        if not rows:
            rows.append(Trained("before training", verdict["old_f1"], verdict["old_iou"], verdict["old_alarms"]))
        rows.append(Trained(name, *(verdict[key] for key in ("new_f1", "new_iou", "new_alarms", "sure"))))
    remove(work)
    return rows


def _verdict(job: FineTuning, work: Path, emit: Emit) -> dict[str, Any]:
    """Train one variant, or take what was found before."""
    tables = [job.dataset / part / TABLE for part in (TRAIN, TEST)]
    course = {name: str(value) for name, value in asdict(job).items() if name != "device"}
    course |= {str(n): file_hash(table) for n, table in enumerate(tables) if table.exists()}
    file = work / f"{hashlib.sha256(json.dumps(course, sort_keys=True).encode()).hexdigest()[:16]}.json"
    if file.exists():
        return dict(json.loads(file.read_text(encoding="utf-8")))
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{work}: cannot be written: {error.strerror}") from error
    verdict = fine_tune(job, emit).as_mapping()
    remove(job.output)
    write_whole(file, json.dumps(verdict).encode("utf-8"))
    return verdict
