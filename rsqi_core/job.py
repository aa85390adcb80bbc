"""One raster in, its files out: what the worker and the command line both run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from affine import Affine

from . import pipeline
from .errors import Cancelled, OutputError, ParameterError
from .geopackage import write_geopackage
from .mask import write_mask
from .models import Model, load
from .parameters import Parameters, from_mapping
from .raster import Raster, open_raster
from .report import overview, write_report
from .shapefile import write_shapefile
from .strips.journal import Journal
from .strips.workspace import run_key, workspace

OVERVIEW = 1400  # px; longer side of the picture in the report


@dataclass(frozen=True)
class Job:
    """An inspection with its files.

    Attributes
    ----------
    raster : str
        What GDAL can open.
    output : pathlib.Path
        The GeoPackage to write; the others go beside it: ``<stem>_mask.tif``, ``<stem>.html``, ``<stem>.shp``.
    resume : bool
        Go on with an inspection of the same raster with the same model and parameters that was stopped hard.
    """

    raster: str
    output: Path
    mask: bool = False
    report: bool = False
    shapefile: bool = False
    parameters: Parameters = field(default_factory=Parameters)
    resume: bool = False

    def __post_init__(self) -> None:
        if self.output.suffix.lower() != ".gpkg":
            raise ParameterError(f"{self.output}: the output must end in .gpkg")
        if not self.output.parent.is_dir():
            raise OutputError(f"{self.output.parent}: no such folder; create it first")
        if not os.access(self.output.parent, os.W_OK):
            raise OutputError(f"{self.output.parent}: cannot write here; choose another folder")


def job_from_mapping(values: Mapping[str, Any]) -> Job:
    """Build a job from a worker's request.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    for key in ("raster", "output"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise ParameterError(f"the request has no '{key}'")
    flags = {name: bool(values.get(name, False)) for name in ("mask", "report", "shapefile", "resume")}
    parameters = from_mapping(values.get("parameters") or {})
    return Job(values["raster"], Path(values["output"]), parameters=parameters, **flags)


def run(
    job: Job,
    emit: Callable[..., None] = lambda event, **values: None,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
    model: Model | None = None,
) -> dict[str, Any]:
    """Inspect and write; every file appears whole or not at all.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``started``, ``warning`` and ``progress``.
    claim : callable
        Told the folder of unfinished files, for whoever has to remove it if this process is stopped hard; told None
        once the results move to their places and a stop would do harm.

    Returns
    -------
    dict
        ``outputs`` (paths by kind) and ``summary``.
    """
    output = job.output
    with open_raster(job.raster, job.parameters.bands) as raster:
        _refuse_overwriting(raster, output)
        emit("started", raster=job.raster, width=raster.width, height=raster.height)
        if model is None and "classify" in job.parameters.stages:
            model = load(job.parameters.model, job.parameters.device)
        for code, message in (*raster.warnings, *(model.warnings if model else ())):
            emit("warning", code=code, message=message)
        known = len(model.warnings) if model else 0
        with workspace(output, _key(job, raster, model), job.resume) as folder:
            claim(str(folder))
            found = pipeline.inspect(
                raster,
                job.parameters,
                folder,
                lambda p: emit("progress", **vars(p)),
                cancelled,
                model,
                Journal(folder),
            )
            for code, message in model.warnings[known:] if model else ():
                emit("warning", code=code, message=message)
            left_out = [code for code in job.parameters.types if code in found.score.not_inspected]
            if left_out:
                emit("warning", code="not_inspected", message=f"not inspected: {', '.join(left_out)}")
            staged = _stage(job, raster, found, folder)
            if cancelled():
                raise Cancelled("cancelled; nothing was written")
            claim(None)
            outputs = _commit(job, raster, found, staged, emit)
    return {"outputs": outputs, "summary": found.summary}


def _key(job: Job, raster: Raster, model: Model | None) -> str:
    return run_key(raster, model.hash if model else "", job.parameters.as_dict())


def _stage(job: Job, raster: Raster, found: pipeline.Inspection, folder: Path) -> dict[str, Path]:
    """Write into `folder` what takes long."""
    staged = {}
    if job.mask:
        staged["mask"] = folder / f"{job.output.stem}_mask.tif"
        write_mask(staged["mask"], raster, found.label_map.bands(), found.window)
    if job.report:
        staged["report"] = folder / f"{job.output.stem}.html"
        _write_report(staged["report"], raster, found)
    return staged


def _write_report(path: Path, raster: Raster, found: pipeline.Inspection) -> None:
    x, y, width, height = found.window
    shrink = max(width, height) / min(max(width, height), OVERVIEW)
    shape = (max(1, round(height / shrink)), max(1, round(width / shrink)))
    small, _ = raster.read(x, y, width, height, shape)
    transform = found.transform * Affine.scale(width / shape[1], height / shape[0])
    write_report(
        path,
        title=Path(raster.path).name,
        summary=found.summary,
        score=found.score,
        polygons=found.polygons,
        image_png=overview(small, found.polygons, transform),
        area_unit="m²" if raster.crs else "px²",
    )


def _commit(
    job: Job, raster: Raster, found: pipeline.Inspection, staged: dict[str, Path], emit: Callable[..., None]
) -> dict[str, str]:
    """Put every file in its place; each of these steps is whole or nothing."""
    emit("progress", stage="write", done=0, total=1, eta_s=None)
    outputs = {kind: str(_publish(file, job.output.parent)) for kind, file in staged.items()}
    if job.shapefile:
        outputs["shapefile"] = str(write_shapefile(job.output.with_suffix(".shp"), found.polygons, raster.crs)[0])
    write_geopackage(job.output, found.polygons, found.blocks, found.summary, raster.crs, found.transform, found.score)
    emit("progress", stage="write", done=1, total=1, eta_s=None)
    return {"errors": str(job.output), **outputs}


def _refuse_overwriting(raster: Raster, output: Path) -> None:
    if output.exists() and Path(raster.path).exists() and output.samefile(raster.path):
        raise OutputError(f"{output}: this is the raster itself; choose another output")


def _publish(file: Path, folder: Path) -> Path:
    """Move a finished file to where it belongs, over an older one."""
    target = folder / file.name
    try:
        return file.replace(target)
    except OSError as error:
        raise OutputError(f"{target}: in use or not writable ({error.strerror}); close it and try again") from error
