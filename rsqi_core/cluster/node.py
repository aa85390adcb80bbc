"""What runs on a worker: look whether it is fit for the batch, then inspect a scene or a strip of one."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..batch.outcome import BROKEN, DONE, FAILED, SKIPPED, Outcome
from ..batch.task import Interrupted, Task, carry_out
from ..errors import InUse, ModelError, OutputError, RsqiError
from ..models import Model, load
from ..raster.sources import container, missing_source
from . import notes, strips
from .request import BLIND, PART, UNFIT, Answer, Request, from_text, version_of

TOPIC = "rsqi"  # under which workers tell of their progress
_OFTEN = 1.0  # seconds between two messages about the progress of a scene

_lock = threading.Lock()
_idle: dict[tuple[str, str], list[Model]] = {}


@dataclass(frozen=True)
class Place:
    """Where a request runs: the worker, the thing to be done, and the ways to talk about it and to be stopped."""

    name: str
    address: str
    key: str
    worker: Any = None

    def tell(self, event: str, **values: Any) -> None:
        """Tell the client of an event."""
        if self.worker is not None:
            self.worker.log_event(TOPIC, {"key": self.key, "event": event, "worker": self.name, "values": values})

    def is_over(self) -> bool:
        """Tell whether nobody waits for this any more: it was taken back, its client is gone, or the worker ends."""
        if self.worker is None:
            return False
        task = self.worker.state.tasks.get(self.key)
        return task is None or task.state == "cancelled" or self.worker.status.name not in ("running", "paused")


def serve(text: str) -> str:
    """Do what a request asks for; the one function that a batch submits.

    Parameters
    ----------
    text : str
        Of `rsqi_core.cluster.request.to_text`.

    Returns
    -------
    str
        Of an `Answer`, whatever goes wrong.
    """
    from distributed import get_worker

    worker = get_worker()
    key = str(worker.get_current_task())
    name = f"worker {worker.name} at {socket.gethostname()}"
    place = Place(name, str(worker.address), key, worker)
    place.tell("begin")
    return answer(text, place).as_text()


def answer(text: str, place: Place) -> Answer:
    """Answer a request at a place."""

    def say(status: str, reason: str = "", outcome: Outcome | None = None) -> Answer:
        told = outcome or Outcome(FAILED, f"{place.name}: {reason}")
        return Answer(status, place.name, place.address, told)

    try:
        if (version := version_of(text)) != __version__:
            return say(UNFIT, f"has rsqi {__version__}, and this batch is of rsqi {version}")
        request = from_text(text)
        if blind := unseen(request):
            return say(BLIND, blind)
        with _model(request) as model:
            if request.part is not None:
                strips.inspect_strip(request, _known(request), model, place.is_over)
                return say(PART, outcome=Outcome(DONE))
            outcome = _inspect(request, model, place)
    except (Interrupted, MemoryError) as error:
        return say(BROKEN, str(error) or "out of memory")
    except ModelError as error:
        return say(UNFIT, str(error))
    except (InUse, OutputError) as error:
        return say(BLIND, str(error))
    except RsqiError as error:
        return say(FAILED, outcome=Outcome(FAILED, str(error)))
    except Exception as error:
        return say(BROKEN, f"internal error: {type(error).__name__}: {error}")
    return say(outcome.status, outcome=outcome if outcome.status != BLIND else _named(outcome, place))


def unseen(request: Request) -> str:
    """Return what of the files of a request this machine does not see, or cannot write to; empty if all is there."""
    job = request.task.job
    if not request.folder.is_dir():
        return f"does not see the folder of the results, {request.folder}"
    if not os.access(request.folder, os.W_OK):
        return f"cannot write to the folder of the results, {request.folder}"
    if Path(job.raster).is_absolute() and container(job.raster) is None:
        return f"does not see {job.raster}"
    if missing := missing_source(job.raster):
        return f"does not see {missing}, a part of {job.raster}"
    if job.parameters.scheme and not Path(job.parameters.scheme).is_file():
        return f"does not see {job.parameters.scheme}"
    return ""


def _inspect(request: Request, model: Model | None, place: Place) -> Outcome:
    """Inspect a scene whole, unless that is done; what strips have found of it is not looked for again."""
    job, known, noted = request.task.job, request.task.known, notes.read(request.task.job.output)

    def stopped() -> bool:
        if place.is_over():
            raise Interrupted("the batch does not wait for it any more")
        return False

    def status_of(error: RsqiError) -> str:
        no_room = isinstance(error, OutputError) and error.__cause__ is not None
        if isinstance(error, InUse) or no_room or unseen(request):
            return BLIND  # another run is at it, or the disk is full or gone: not the fault of the scene
        return BROKEN if isinstance(error.__cause__, OSError) else FAILED  # a share may be back when one looks

    found = strips.folder_of(request, model) if request.parts > 1 else None
    outcome = carry_out(Task(job, _known(request)), model, _Talk(place).emit, stopped, status_of, found)
    if outcome.status == SKIPPED and noted and not (known and known.marker == noted.marker):
        outcome = replace(outcome, status=DONE)  # by this batch, though its client has not heard of it
    if outcome.status == DONE:
        notes.leave(job.output, outcome)
    if found is not None and outcome.status in (DONE, SKIPPED):
        strips.remove(found)
    return outcome


def _known(request: Request) -> Outcome | None:
    """Return the last that was noted of a scene."""
    return notes.read(request.task.job.output) or request.task.known


def _named(outcome: Outcome, place: Place) -> Outcome:
    return replace(outcome, reason=f"{place.name}: {outcome.reason}")


class _Talk:
    """What an inspection says to the client, seldom enough for thousands of them to do so at once."""

    def __init__(self, place: Place):
        self._place, self._last = place, 0.0

    def emit(self, event: str, **values: Any) -> None:
        now = time.monotonic()
        if event == "progress":
            if now - self._last < _OFTEN:
                return
            self._last = now
        if event in ("progress", "warning"):
            self._place.tell(event, **values)


@contextlib.contextmanager
def _model(request: Request) -> Iterator[Model | None]:
    """Lend the model of a request, which is loaded once for each thread of this worker that inspects.

    Raises
    ------
    ModelError
        It cannot be loaded here, or is not that of the client.
    """
    parameters = request.task.job.parameters
    if "classify" not in parameters.stages:
        yield None
        return
    which = parameters.model, parameters.device
    with _lock:
        model = _idle[which].pop() if _idle.get(which) else None
    model = model or load(*which)
    if model.hash != request.model_hash:  # nor is it kept: somebody may put the right one in its place
        raise ModelError(f"its model {model.folder} ({model.hash}) is not that of the batch ({request.model_hash})")
    try:
        yield model
    finally:
        with _lock:
            _idle.setdefault(which, []).append(model)
