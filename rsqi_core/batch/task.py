"""One scene of a batch, from its raster to its outcome: what a worker does."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyproj

from ..errors import RsqiError
from ..files.atomic import reason
from ..files.earlier import read_earlier
from ..files.geopackage import read_errors
from ..files.second_review import read_drawn
from ..imports import broken_import
from ..job import Job, key_of, run
from ..models import Model
from ..progress import Emit
from ..raster import UNPLACED, Raster, open_raster
from ..scoring import load_scheme, score
from .outcome import BROKEN, DONE, FAILED, SKIPPED, Outcome, Ring


class Interrupted(RsqiError):
    """The batch is stopped; what has been found of the scene is kept for the next one."""

    code = "interrupted"


@dataclass(frozen=True)
class Task:
    """A job of a batch, and what an earlier batch has noted of it."""

    job: Job
    known: Outcome | None = None


def carry_out(
    task: Task,
    model: Model | None,
    emit: Emit,
    cancelled: Callable[[], bool],
    status_of: Callable[[RsqiError], str] = lambda error: FAILED,
    found: Path | None = None,
) -> Outcome:
    """Inspect a scene, unless an earlier batch has done so with the same raster, model and parameters.

    Whatever it fails for is an outcome; only `Interrupted`, which `emit` and `cancelled` may raise, passes.

    Parameters
    ----------
    status_of : callable
        Says what a failure makes of the scene: `FAILED`, unless it need not happen again or elsewhere.
    found : pathlib.Path, optional
        Folder of what others have found of the scene already (`rsqi_core.strips.journal.Journal`).
    """
    footprint: Ring = ()
    try:
        with open_raster(task.job.raster, task.job.parameters.bands, task.job.parameters.nodata) as raster:
            footprint, marker = _footprint(raster), _marker(task.job, raster, model)
        if task.known and _holds(task, marker):
            return replace(_as_it_is_now(task.job, task.known), status=SKIPPED)
        run(task.job, emit, cancelled, model=model, found=found)
        return _read(task.job, Outcome(DONE, marker=marker, footprint=footprint))
    except Interrupted:
        raise
    except RsqiError as error:
        return Outcome(status_of(error), reason(error), footprint=footprint)
    except MemoryError:
        return Outcome(BROKEN, "out of memory; inspect with fewer workers", footprint=footprint)
    except Exception as error:
        text = broken_import(error) or f"internal error: {type(error).__name__}: {reason(error)}"
        return Outcome(BROKEN, text, footprint=footprint)


def is_done(task: Task, raster: Raster, model: Model | None) -> bool:
    """Tell whether what is known of a scene, whose raster is open, still holds."""
    return _holds(task, _marker(task.job, raster, model))


def _holds(task: Task, marker: str) -> bool:
    return task.known is not None and task.known.marker == marker and _is_there(task.job)


def _marker(job: Job, raster: Raster, model: Model | None) -> str:
    """Hash of all that decides what is in the files of a job: more than what decides what is found."""
    scheme = Path(job.parameters.scheme).read_bytes() if job.parameters.scheme else b""
    language = job.language if job.report else ""
    return hashlib.sha256("\n".join((key_of(job, raster, model), language)).encode() + scheme).hexdigest()


def _is_there(job: Job) -> bool:
    """Are all files of a job there, and is the first of them still a result?"""
    files = job.files()
    if not all(path.is_file() for path in files.values()):
        return False
    found = read_earlier(files["output"])
    return found is not None and {"errors", "summary"} <= found.tables


def _as_it_is_now(job: Job, known: Outcome) -> Outcome:
    """Return what is known of a result, scored again if somebody has worked on it since."""
    return known if known.stamp == _stamp(job.output) else _read(job, known)


def _read(job: Job, outcome: Outcome) -> Outcome:
    stamp, stored = _stamp(job.output), read_errors(job.output)
    image = stored.valid_area_m2, stored.valid_pixels, stored.diagonal_px
    rules, mode = load_scheme(job.parameters.scheme), job.parameters.score_mode
    found = score(stored.records, rules, *image, mode, stored.inspected)
    return replace(
        outcome,
        stamp=stamp,
        score=found.value,
        grade=found.grade,
        counts={code: part.count for code, part in found.by_type.items() if part.count},
        severities=dict(found.severities),
        seconds=float(stored.summary.get("run_seconds") or 0),
        second=tuple(
            (each.first.category_id, each.second.category_id)
            for each in read_drawn(job.output)
            if each.second is not None
        ),
    )


def _stamp(path: Path) -> str:
    """Time and size of a file, and of the journal in which a program that has it open keeps its edits."""
    files = [path, path.with_name(f"{path.name}-wal")]
    status = [file.stat() for file in files if file.is_file() and (file == path or file.stat().st_size)]
    return " ".join(f"{each.st_mtime_ns}:{each.st_size}" for each in status)


def _footprint(raster: Raster) -> Ring:
    if raster.crs is None or raster.transform == UNPLACED:
        return ()
    corners = (0, 0), (raster.width, 0), (raster.width, raster.height), (0, raster.height)
    x, y = zip(*(raster.transform * corner for corner in corners))
    try:
        longitude, latitude = _to_degrees(raster.crs.to_wkt()).transform(x, y, errcheck=True)
    except pyproj.exceptions.ProjError:  # it lies beside the earth
        return ()
    return tuple((round(a, 7), round(b, 7)) for a, b in zip(longitude, latitude))


@functools.lru_cache(maxsize=64)
def _to_degrees(crs: str) -> pyproj.Transformer:
    """Return what leads from a system to degrees; to look for the way takes a third of a second."""
    return pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
