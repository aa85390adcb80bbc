"""One raster and given seamlines in, a result file out: what the worker and the command line both run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Cancelled, RasterError
from ..files.clash import refuse_clashes
from ..files.earlier import refuse_earlier_result
from ..files.geopackage import write_geopackage
from ..files.inputs import files_of
from ..findings import ErrorPolygon
from ..frame import Frame
from ..job import Job, files_read, publish
from ..locate import absolute_path
from ..notes import Note, message_fields
from ..parameters import Parameters, from_mapping
from ..progress import Emit, OnProgress, Progress, no_events, to_events
from ..raster import Raster, open_raster
from ..request import need_texts
from ..scoring import Score, load_scheme, score
from ..seams.errors import measured
from ..seams.measure import measure_line
from ..seams.record import error_of, seam_of
from ..seams.seamlines import read_seamlines
from ..strips.workspace import run_key, workspace
from ..summary import summary_row
from ..taxonomy import BOUNDARY_TYPES

_TYPES = tuple(t.code for t in BOUNDARY_TYPES)
_STRIP = 64  # MiB of a strip in which valid pixels are counted

_Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class SeamJob:
    """Lines of a file to be measured on a raster.

    Attributes
    ----------
    lines : str
        A vector file of lines or of polygons that meet along the seams.
    job : Job
        Raster, output, and of the parameters bands, nodata, scheme and mode of the score.
    layer : str, optional
        Of the file; by default the first with lines or polygons.
    """

    lines: str
    job: Job
    layer: str | None = None


def seam_job_from_mapping(values: Mapping[str, Any]) -> SeamJob:
    """Build a job from a worker's request: ``raster``, ``lines``, ``output``, perhaps ``layer`` and ``parameters``.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    need_texts(values, "raster", "lines", "output")
    parameters = parameters_of(values.get("parameters") or {})
    overwrite, targets = bool(values.get("overwrite")), dict(values.get("targets") or {})
    return SeamJob(
        values["lines"],
        Job(values["raster"], Path(values["output"]), parameters=parameters, overwrite=overwrite, targets=targets),
        values.get("layer") or None,
    )


def parameters_of(values: Mapping[str, Any]) -> Parameters:
    """Return the parameters of a measurement: both types of seams, and no other stage."""
    return from_mapping({**values, "types": list(_TYPES), "stages": ["rules"]})


def run(
    seam_job: SeamJob,
    emit: Emit = no_events,
    cancelled: _Cancelled = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
) -> dict[str, Any]:
    """Measure and write; the file appears whole or not at all.

    `emit`, `claim` and the result are as of :func:`rsqi_core.job.run`.
    """
    job, progress, started = seam_job.job, to_events(emit), time.monotonic()
    refuse_clashes(job.files().values(), [*files_read(job), *files_of(seam_job.lines)])
    refuse_earlier_result(job.output, job.raster, job.overwrite)
    scheme = load_scheme(job.parameters.scheme)
    with open_raster(job.raster, job.parameters.bands, job.parameters.nodata) as raster:
        emit("started", raster=job.raster, width=raster.width, height=raster.height)
        for code, message in raster.warnings:
            emit("warning", code=code, message=message)
        size = raster.width, raster.height
        frame = Frame(raster, (0, 0, *size))
        crs = frame.crs_of_areas
        given = read_seamlines(seam_job.lines, raster.transform, raster.crs, size, seam_job.layer)
        for note in given.notes:
            emit("warning", code=note.code, **message_fields(note))
        with workspace(job.output, run_key(raster, seam_job.lines, job.parameters.as_dict())) as folder:
            claim(str(folder))
            ground, valid_pixels = _ground(raster, progress, cancelled)
            seams = []
            for done, points in enumerate(given.lines, 1):
                _check(cancelled)
                found = measure_line(raster.read, size, points)
                if found is not None:
                    seams.append(seam_of(points, found, raster.transform, crs))
                elapsed = time.monotonic() - started
                progress(Progress("seams", done, len(given.lines), elapsed * (len(given.lines) - done) / done))
            if len(seams) < len(given.lines):
                text = "lines without valid pixels on both sides, left out: {count}"
                note = Note("seams_bare", text, count=len(given.lines) - len(seams))
                emit("warning", code=note.code, **message_fields(note))
            polygons, indices = _numbered([error_of(seam, raster.transform, crs, size) for seam in seams])
            lines = list(zip(seams, indices))
            shown = tuple((seam, index) for seam, index in lines if index is not None)
            records = measured(polygons, shown, raster.transform)
            image = ground.valid_area(valid_pixels), valid_pixels, ground.diagonal
            scored = score(records, scheme, *image, job.parameters.score_mode, _TYPES)
            seconds = time.monotonic() - started
            summary = _summary(seam_job, frame, ground, valid_pixels, scored, seconds)
            staged = folder / job.output.name
            write_geopackage(staged, polygons, [], summary, raster.crs, raster.transform, scored, lines)
            _check(cancelled)
            claim(None)
            written = publish(staged, job.output, job.raster, emit)
    displaced = sum(seam.measure.displaced for seam in seams)
    return {
        "outputs": {"errors": str(written)},
        "summary": summary,
        "seams": {"count": len(seams), "displaced": displaced, "visible": len(polygons)},
    }


def _ground(raster: Raster, progress: OnProgress, cancelled: _Cancelled) -> tuple[Frame, int]:
    """Return the part of a raster that holds valid pixels, and their number; read strip by strip."""
    rows = max(1, min(raster.height, (_STRIP << 20) // (4 * raster.width)))
    columns, count = np.zeros(raster.width, bool), 0
    lines: list[int] = []
    for top in range(0, raster.height, rows):
        _check(cancelled)
        height = min(rows, raster.height - top)
        _, valid = raster.read(0, top, raster.width, height)
        found, occupied = np.any(valid, 0), np.flatnonzero(np.any(valid, 1))
        columns |= found
        lines += [top + int(occupied[0]), top + int(occupied[-1])] if len(occupied) else []
        count += int(valid.sum())
        progress(Progress("read", top + height, raster.height))
    if not count:
        raise RasterError(f"{raster.path}: every pixel is nodata, nothing to measure; check its nodata value")
    left, right = np.flatnonzero(columns)[[0, -1]]
    box = int(left), lines[0], int(right - left + 1), lines[-1] - lines[0] + 1
    return Frame(raster, box), count


def _numbered(found: list[ErrorPolygon | None]) -> tuple[list[ErrorPolygon], list[int | None]]:
    """Return the errors, and for each seam the place of its error among them."""
    polygons: list[ErrorPolygon] = []
    indices: list[int | None] = []
    for polygon in found:
        indices.append(None if polygon is None else len(polygons))
        if polygon is not None:
            polygons.append(polygon)
    return polygons, indices


def _summary(
    seam_job: SeamJob, frame: Frame, ground: Frame, valid_pixels: int, scored: Score, seconds: float
) -> dict[str, Any]:
    row = summary_row(frame, ground, seam_job.job.parameters, None, valid_pixels, scored, seconds)
    noted = {**json.loads(row["parameters"]), "lines": absolute_path(seam_job.lines)}
    return {**row, "parameters": json.dumps(noted, ensure_ascii=False)}


def _check(cancelled: _Cancelled) -> None:
    if cancelled():
        raise Cancelled("cancelled; nothing was written")
