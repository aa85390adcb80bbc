"""Strips of a very large scene: each worker writes down what it finds of its own, and one puts it all together.

What a strip holds are entries of a `rsqi_core.strips.journal.Journal`: the same ones that an inspection of the whole
scene would write to go on from. The one that puts them together replays them, as if it had been stopped after the last
step, and so the result is that of one machine by the way in which it is made.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from ..batch.outcome import Outcome
from ..batch.task import Interrupted, Task, is_done
from ..blocks import Step
from ..errors import OutputError
from ..files.atomic import PREFIX, reason
from ..frame import frame_of
from ..job import key_of
from ..models import Model
from ..parameters import Parameters
from ..pipeline import findings, steps_of
from ..raster import open_raster
from ..strips.journal import Journal
from .request import Request


def can_split(parameters: Parameters, model: Model | None) -> bool:
    """Tell whether a strip can be inspected without those above it.

    It cannot where coarse blocks must know the seams that finer ones have found: a model without a network for seams.
    """
    return model is None or "segment" not in parameters.stages or bool(model.card.seams)


def bounds(steps: Sequence[Step], parts: int) -> list[int]:
    """Return where the strips begin and end, `parts` + 1 numbers of steps; each ends with steps that are due together.

    A strip may be empty.
    """
    ends = [n for n, step in enumerate(steps, 1) if step.last]
    inner = [min(ends, key=lambda end: abs(end - len(steps) * k / parts)) for k in range(1, parts)]
    return [0, *inner, len(steps)]


def inspect_strip(request: Request, known: Outcome | None, model: Model | None, is_over: Callable[[], bool]) -> None:
    """Inspect a strip, from where it was left, unless what is known of the scene still holds.

    Raises
    ------
    Interrupted
        Nobody waits for it any more; what was found stays.
    RsqiError
    """
    job = request.task.job
    with open_raster(job.raster, job.parameters.bands, job.parameters.nodata) as raster:
        if is_done(Task(job, known), raster, model):
            return
        frame = frame_of(raster, job.parameters)
        steps = steps_of(frame, job.parameters)
        folder = folder_of(request, model)
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{folder}: cannot make this folder ({reason(error)})") from error
        limits = bounds(steps, request.parts)
        first, end = limits[request.part or 0], limits[(request.part or 0) + 1]
        if first == end:
            return
        with closing(findings(frame, steps[:end], job.parameters, model, Journal(folder, first), first)) as found:
            for _ in found:
                if is_over():
                    raise Interrupted("the batch does not wait for it any more")


def folder_of(request: Request, model: Model | None) -> Path:
    """Return where the strips of a scene write what they find with this model and these parameters.

    Raises
    ------
    RasterError
        The scene cannot be read.
    """
    job = request.task.job
    with open_raster(job.raster, job.parameters.bands, job.parameters.nodata) as raster:
        key = key_of(job, raster, model)
    return job.output.parent / f"{PREFIX}{job.output.stem}.{key[:16]}"


def remove(folder: Path) -> None:
    """Remove what the strips of a scene have written down."""
    shutil.rmtree(folder, ignore_errors=True)
