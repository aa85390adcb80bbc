"""One raster in, its files out: what the worker and the command line both run."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from .errors import Cancelled, OutputError, ParameterError
from .files.atomic import whole_file
from .files.clash import refuse_clashes
from .files.earlier import keep_earlier, refuse_earlier_file, refuse_earlier_result
from .files.geopackage import release, write_geopackage
from .files.heat_file import is_heat, write_heat
from .files.inputs import files_of
from .files.mask import is_mask, write_mask
from .files.shapefile import is_as_written, write_shapefile
from .findings import ErrorPolygon
from .inspection import Inspection
from .memory.memory_file import hash_of
from .models import Model, load
from .notes import Note, message_fields
from .parameters import Parameters, from_mapping
from .pipeline import inspect_raster
from .progress import Emit, OnProgress, Progress, no_events, to_events
from .raster import Raster, open_raster
from .raster.gdal import refuse_pipe
from .report.html import is_report
from .report.texts import Words
from .report.write import write_inspection
from .request import need_texts
from .strips.journal import Journal
from .strips.workspace import run_key, workspace

_FLAGS = ("mask", "report", "shapefile", "resume", "preview", "overwrite", "heat")
_IS_OWN = {"mask": is_mask, "heat": is_heat, "report": is_report, "shapefile": is_as_written}
PREVIEWED = 20_000  # polygons; more would slow QGIS down and show no more of the scene


@dataclass(frozen=True)
class Job:
    """An inspection with its files.

    Attributes
    ----------
    raster : str
        What GDAL can open.
    output : pathlib.Path
        The GeoPackage to write.
    mask, report, shapefile : bool
        Whether to write ``<stem>_mask.tif``, ``<stem>.html`` and ``<stem>.shp`` as well.
    extras : pathlib.Path or None
        Folder for these three; None is that of the GeoPackage.
    preview : bool
        Send the polygons as they become complete, the first `PREVIEWED` of them.
    language : {"zh", "en", "both"}
        Of the report.
    resume : bool
        Go on with an inspection of the same raster with the same model and parameters that was stopped hard, and keep
        what was found if this one breaks off.
    overwrite : bool
        Replace an older result that was reviewed or is of another image, which is kept beside as ``<stem>.bak.gpkg``,
        and files at the other places that RSQI has not written.
    targets : mapping of str to str
        Where the caller moves outputs to afterwards, by kind; other kinds are files that the caller writes.
    heat : bool
        Whether to write ``<stem>_unusual_heat.tif`` as well: how unlike anything clean each pixel is. It needs a memory
        among the parameters.
    """

    raster: str
    output: Path
    mask: bool = False
    report: bool = False
    shapefile: bool = False
    parameters: Parameters = field(default_factory=Parameters)
    resume: bool = False
    extras: Path | None = None
    preview: bool = False
    language: str = "both"
    overwrite: bool = False
    targets: Mapping[str, str] = field(default_factory=dict)
    heat: bool = False

    def __post_init__(self) -> None:
        if self.heat and not self.parameters.memory:
            raise ParameterError("a heat map of what is unusual needs a memory of clean images")
        Words(self.language)  # which refuses what it does not speak
        if self.output.suffix.lower() != ".gpkg":
            raise ParameterError(f"{self.output}: the output must end in .gpkg")
        if not self.output.parent.is_dir():
            raise OutputError(f"{self.output.parent}: no such folder; create it first")
        if not os.access(self.output.parent, os.W_OK):
            raise OutputError(f"{self.output.parent}: cannot write here; choose another folder")

    def files(self) -> dict[str, Path]:
        """Return the files that appear, by kind: of the job itself, and those that the caller makes of them."""
        folder, stem = self.extras or self.output.parent, self.output.stem
        names = {"mask": f"{stem}_mask.tif", "report": f"{stem}.html", "shapefile": f"{stem}.shp"}
        names["heat"] = f"{stem}_unusual_heat.tif"
        own = {kind: folder / name for kind, name in names.items() if getattr(self, kind)}
        return {"output": self.output, **own, **{kind: Path(path) for kind, path in self.targets.items()}}


def job_from_mapping(values: Mapping[str, Any]) -> Job:
    """Build a job from a worker's request.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    need_texts(values, "raster", "output")
    flags = {name: bool(values.get(name, False)) for name in _FLAGS}
    parameters = from_mapping(values.get("parameters") or {})
    extras = Path(values["extras"]) if values.get("extras") else None
    language = str(values.get("language") or "both")
    return Job(
        values["raster"],
        Path(values["output"]),
        parameters=parameters,
        extras=extras,
        language=language,
        targets=dict(values.get("targets") or {}),
        **flags,
    )


def refuse_outputs_that_are_read(jobs: Iterable[Job]) -> None:
    """Refuse jobs, before any of them begins, of which one would write what this or another one reads or writes.

    Raises
    ------
    ParameterError
        Names both files.
    """
    jobs = list(jobs)
    read = [file for job in jobs for file in files_read(job)]
    refuse_clashes([file for job in jobs for file in job.files().values()], read)


def files_read(job: Job) -> list[Path]:
    """Return the files that a job reads; a pipe among them is refused, as to open it could wait for ever."""
    raster = files_of(job.raster)
    for file in raster:
        refuse_pipe(file)
    return [*raster, *(Path(file) for file in (job.parameters.scheme, job.parameters.memory) if file)]


def _refuse_earlier(job: Job) -> None:
    """Refuse to write over what is not RSQI's or has been worked on; nothing has been done yet."""
    files = job.files()
    refuse_earlier_result(files["output"], job.raster, job.overwrite)
    for kind, is_own in _IS_OWN.items():
        if kind in files:
            refuse_earlier_file(files[kind], is_own, job.overwrite)


def run(
    job: Job,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
    model: Model | None = None,
    found: Path | None = None,
) -> dict[str, Any]:
    """Inspect and write; every file appears whole or not at all.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``started``, ``warning``, ``progress`` and ``errors``.
    claim : callable
        Gets the folder of unfinished files, which must be removed if this process is ended by force; None once the
        results move to their places and a stop would do harm.
    found : pathlib.Path, optional
        Folder of a `Journal` of the same raster, model and parameters, which only is read.

    Returns
    -------
    dict
        ``outputs`` (paths by kind) and ``summary``.
    """
    output, progress = job.output, to_events(emit)
    refuse_outputs_that_are_read([job])
    _refuse_earlier(job)
    with open_raster(job.raster, job.parameters.bands, job.parameters.nodata) as raster:
        emit("started", raster=job.raster, width=raster.width, height=raster.height)
        if model is None and "classify" in job.parameters.stages:
            model = load(job.parameters.model, job.parameters.device)
        for code, message in (*raster.warnings, *(model.warnings if model else ())):
            emit("warning", code=code, message=message)
        known = len(model.warnings) if model else 0
        with workspace(output, key_of(job, raster, model), job.resume) as folder:
            claim(str(folder))
            inspected = inspect_raster(
                raster,
                job.parameters,
                folder,
                progress,
                cancelled,
                model,
                Journal(folder, also=found),
                _Preview(emit) if job.preview else lambda polygons: None,
            )
            for code, message in (*(model.warnings[known:] if model else ()), *inspected.warnings):
                emit("warning", code=code, message=message)
            left_out = [code for code in job.parameters.types if code in inspected.score.not_inspected]
            if left_out and not inspected.warnings:
                emit("warning", code="not_inspected", message=f"not inspected: {', '.join(left_out)}", types=left_out)
            progress(Progress("write", 0, 1))
            staged = _stage(job, raster, inspected, folder)
            if cancelled():
                raise Cancelled("cancelled; nothing was written")
            claim(None)
            outputs = _commit(job, raster, inspected, staged, progress, emit)
    return {"outputs": outputs, "summary": inspected.summary}


def key_of(job: Job, raster: Raster, model: Model | None) -> str:
    """Return the hash of all that decides what a job finds in its raster, which is open."""
    memory = hash_of(Path(job.parameters.memory)) if job.parameters.memory else ""
    return run_key(raster, (model.hash if model else "") + memory, job.parameters.as_dict())


def _stage(job: Job, raster: Raster, found: Inspection, folder: Path) -> dict[str, Path]:
    """Write into `folder` what takes long."""
    staged = {}
    if job.mask:
        staged["mask"] = folder / f"{job.output.stem}_mask.tif"
        write_mask(staged["mask"], raster, found.labels(), found.window)
    if job.heat and found.unusual:
        staged["heat"] = folder / f"{job.output.stem}_unusual_heat.tif"
        write_heat(staged["heat"], raster, found.unusual.heat(), found.window, "unlike anything clean")
    if job.report:
        staged["report"] = folder / f"{job.output.stem}.html"
        write_inspection(staged["report"], raster, found, job.language)
    staged["errors"] = folder / job.output.name
    write_geopackage(
        staged["errors"],
        found.polygons,
        found.blocks,
        found.summary,
        raster.crs,
        found.transform,
        found.score,
        found.seams,
        found.unusual.places() if found.unusual else None,
    )
    return staged


class _Preview:
    """Sends polygons as they become complete: type, confidence, and outline as WKB in hexadecimal digits."""

    def __init__(self, emit: Emit):
        self._emit, self._left = emit, PREVIEWED

    def __call__(self, polygons: list[ErrorPolygon]) -> None:
        polygons = polygons[: self._left]
        self._left -= len(polygons)
        if polygons:
            self._emit("errors", errors=[_preview(polygon) for polygon in polygons])


def _preview(polygon: ErrorPolygon) -> dict[str, Any]:
    return {
        "category_id": polygon.category_id,
        "confidence": round(polygon.confidence, 3),
        "area_m2": polygon.area_m2,
        "wkb": polygon.geometry.wkb_hex,
    }


def _commit(
    job: Job, raster: Raster, found: Inspection, staged: dict[str, Path], progress: OnProgress, emit: Emit
) -> dict[str, str]:
    """Put every file in its place, the GeoPackage last; each of these steps is whole or nothing."""
    extras, outputs = job.extras or job.output.parent, {}
    if job.shapefile:
        shapefile = extras / f"{job.output.stem}.shp"
        outputs["shapefile"] = str(write_shapefile(shapefile, found.polygons, raster.crs)[0])
    for kind, file in staged.items():
        outputs[kind] = str(publish(file, job.output if kind == "errors" else extras / file.name, job.raster, emit))
    progress(Progress("write", 1, 1))
    return outputs


def publish(file: Path, target: Path, raster: str, emit: Emit) -> Path:
    """Move a finished file to where it belongs, over an older one; a reviewed result is kept."""
    with whole_file(target, errors=(sqlite3.Error,)) as part:
        if target.suffix == ".gpkg":
            release(target)
            if kept := keep_earlier(target, raster):
                emit("warning", code="kept", **message_fields(_kept_note(kept)))
        shutil.move(file, part)  # perhaps to another disk
    return target


def _kept_note(kept: Path) -> Note:
    return Note("earlier_kept", "the earlier result is kept as {path}", path=str(kept))
