"""One raster in, its files out: what the worker and the command line both run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from . import pipeline
from .errors import Cancelled, OutputError, ParameterError
from .models import Model
from .parameters import Parameters, from_mapping
from .raster import Raster, open_raster


@dataclass(frozen=True)
class Job:
    """An inspection with its files.

    Attributes
    ----------
    raster : str
        What GDAL can open.
    output : pathlib.Path
        The GeoPackage to write; the others go beside it: ``<stem>_mask.tif``, ``<stem>.html``, ``<stem>.shp``.
    """

    raster: str
    output: Path
    mask: bool = False
    report: bool = False
    shapefile: bool = False
    parameters: Parameters = field(default_factory=Parameters)

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
    flags = {name: bool(values.get(name, False)) for name in ("mask", "report", "shapefile")}
    parameters = from_mapping(values.get("parameters") or {})
    return Job(values["raster"], Path(values["output"]), parameters=parameters, **flags)


def run(
    job: Job,
    emit: Callable[..., None] = lambda event, **values: None,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str], None] = lambda folder: None,
    model: Model | None = None,
) -> dict[str, Any]:
    """Inspect and write; every file appears whole or not at all.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``started``, ``warning`` and ``progress``.
    claim : callable
        Told the folder of unfinished files, for whoever has to remove it if this process is stopped hard.

    Returns
    -------
    dict
        ``outputs`` (paths by kind) and ``summary``.
    """
    output = job.output
    with open_raster(job.raster) as raster:
        _refuse_overwriting(raster, output)
        emit("started", raster=job.raster, width=raster.width, height=raster.height)
        for code, message in raster.warnings:
            emit("warning", code=code, message=message)
        try:
            folder = tempfile.TemporaryDirectory(prefix=".rsqi-", dir=output.parent)
        except OSError as error:
            raise OutputError(f"{output.parent}: cannot write here: {error.strerror}") from error
        with folder as name:
            claim(name)
            found = pipeline.inspect(
                raster,
                job.parameters,
                Path(name),
                lambda p: emit("progress", stage=p.stage, done=p.done, total=p.total, eta_s=p.eta_s),
                cancelled,
                model,
            )
            try:
                written = _write(job, raster, found, Path(name), emit)
                if cancelled():
                    raise Cancelled("cancelled; nothing was written")
                outputs = {kind: _publish(files, output.parent) for kind, files in written.items()}
            finally:
                found.label_map.close()
    return {"outputs": outputs, "summary": found.summary}


def _write(
    job: Job, raster: Raster, found: pipeline.Inspection, folder: Path, emit: Callable[..., None]
) -> dict[str, list[Path]]:
    """Write the wanted files into `folder`; the first of each kind is the one to name."""
    stem = job.output.stem
    steps: dict[str, Callable[[], list[Path]]] = {"errors": lambda: _geopackage(folder / f"{stem}.gpkg", raster, found)}
    if job.mask:
        steps["mask"] = lambda: _mask(folder / f"{stem}_mask.tif", raster, found)
    if job.shapefile:
        steps["shapefile"] = lambda: _shapefile(folder / f"{stem}.shp", raster, found)
    if job.report:
        steps["report"] = lambda: _report(folder / f"{stem}.html", raster, found)
    written = {}
    for done, (kind, step) in enumerate(steps.items()):
        emit("progress", stage="write", done=done, total=len(steps), eta_s=None)
        written[kind] = step()
    emit("progress", stage="write", done=len(steps), total=len(steps), eta_s=None)
    return written


def _refuse_overwriting(raster: Raster, output: Path) -> None:
    if output.exists() and Path(raster.path).exists() and output.samefile(raster.path):
        raise OutputError(f"{output}: this is the raster itself; choose another output")


def _publish(files: list[Path], folder: Path) -> str:
    """Move finished files to where they belong, over older ones; return the first."""
    for file in files:
        target = folder / file.name
        try:
            file.replace(target)
        except OSError as error:
            raise OutputError(f"{target}: in use or not writable ({error.strerror}); close it and try again") from error
    return str(folder / files[0].name)
