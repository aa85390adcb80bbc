"""How far a long task is: one record, from the innermost loop to the events of the worker.

A callback named ``progress`` takes a :class:`Progress`; one named ``emit`` takes the name of an event and its values as
keywords, as in ``emit("warning", code="device", message="...")``. Either may raise, which ends the task.
Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Callable

_WITH_SPEED = ("inspect", "polygons")  # stages whose events have the speed, if only as null


@dataclass(frozen=True)
class Progress:
    """How much of one stage of a task is done.

    Attributes
    ----------
    stage : str
        Such as ``"inspect"``, ``"write"`` or ``"train"``.
    done, total : int
        In a unit of the stage's own: blocks, pictures, steps.
    eta_s : float or None
        Seconds left, where known.
    mpx_per_s : float or None
        Megapixels of the raster a second so far, in an inspection.
    """

    stage: str
    done: int
    total: int
    eta_s: float | None = None
    mpx_per_s: float | None = None


OnProgress = Callable[[Progress], None]
Emit = Callable[..., None]


def as_event(progress: Progress) -> dict[str, Any]:
    """Return the values of the event ``progress``."""
    values = asdict(progress)
    if progress.stage not in _WITH_SPEED:
        del values["mpx_per_s"]
    return values


def to_events(emit: Emit) -> OnProgress:
    """Return a callback that passes progress on as events."""
    return lambda progress: emit("progress", **as_event(progress))


def no_progress(progress: Progress) -> None:
    """Take no notice of progress: the default of callbacks."""


def no_events(event: str, **values: Any) -> None:
    """Take no notice of events: the default of callbacks."""
