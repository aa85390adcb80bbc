"""One raster and some words in, places and a heat map out: what the worker and the command line both run."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import Cancelled, OutputError, ParameterError, RasterError
from ..files.atomic import whole_file
from ..files.clash import refuse_clashes
from ..files.earlier import refuse_earlier_file
from ..files.found_file import is_found, write_found
from ..files.heat_file import is_heat, write_heat
from ..files.inputs import files_of
from ..frame import frame_of
from ..limits import DEVICES, FIND_BLOCK, FIND_THRESHOLD, OVERLAP
from ..locate import absolute_path
from ..parameters import Parameters, from_mapping
from ..progress import Emit, Progress, no_events, to_events
from ..raster import open_raster
from ..request import need_texts
from ..strips.workspace import run_key, workspace
from ..text_search import Found, Search, TextModel

_READING = ("bands", "nodata", "extent", "area")


@dataclass(frozen=True)
class FindJob:
    """A search and its files.

    Attributes
    ----------
    raster : str
    output : pathlib.Path
        The GeoPackage.
    model : str
        A folder with a CLIPSeg, GroupViT, CLIP or SigLIP checkpoint.
    search : Search
    heat : pathlib.Path or None
        The heat map; None puts it beside as ``<stem>_heat.tif``.
    reading : Parameters
        Of these only how the raster is read, and which part of it.
    device : str
    overwrite : bool
        Replace files that RSQI has not written.
    """

    raster: str
    output: Path
    model: str
    search: Search
    heat: Path | None = None
    reading: Parameters = field(default_factory=Parameters)
    device: str = DEVICES[0]
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.output.suffix.lower() != ".gpkg":
            raise ParameterError(f"{self.output}: the output must end in .gpkg")
        if self.heat is not None and self.heat.suffix.lower() not in (".tif", ".tiff"):
            raise ParameterError(f"{self.heat}: the heat map must end in .tif")
        for folder in {self.output.parent, self.heat_map.parent}:
            if not folder.is_dir():
                raise OutputError(f"{folder}: no such folder; create it first")
        if not self.model.strip():
            raise ParameterError("model: give a folder with a CLIPSeg, GroupViT, CLIP or SigLIP model")

    @property
    def heat_map(self) -> Path:
        """Where the heat map goes."""
        return self.heat or self.output.with_name(f"{self.output.stem}_heat.tif")


def find_job_from_mapping(values: Mapping[str, Any]) -> FindJob:
    """Build a job from a worker's request.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    need_texts(values, "raster", "output", "model")
    if not values.get("text"):  # one, or a list
        raise ParameterError("the request has no 'text'")
    texts = [values["text"]] if isinstance(values["text"], str) else values["text"]
    given = values.get("parameters") or {}
    try:
        search = Search(
            tuple(part.strip() for text in texts for part in str(text).split(";") if part.strip()),
            float(values.get("threshold") or FIND_THRESHOLD),
            int(values.get("block") or FIND_BLOCK),
            float(OVERLAP if values.get("overlap") is None else values["overlap"]),
            int(values.get("least_pixels") or 0),
        )
    except ParameterError:
        raise
    except (TypeError, ValueError) as error:
        raise ParameterError(f"a value of the request makes no sense: {error}") from None
    return FindJob(
        str(values["raster"]),
        Path(values["output"]),
        str(values["model"]),
        search,
        Path(values["heat"]) if values.get("heat") else None,
        from_mapping({name: given[name] for name in _READING if given.get(name) is not None}),
        str(values.get("device") or DEVICES[0]),
        bool(values.get("overwrite")),
    )


def run(
    job: FindJob,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
) -> dict[str, Any]:
    """Look and write; every file appears whole or not at all.

    Returns
    -------
    dict
        ``outputs`` (``found`` and ``heat``), ``count``, ``best`` (score; None if nothing was found) and ``provider``.
    """
    progress, started = to_events(emit), time.monotonic()
    targets = {"found": job.output, "heat": job.heat_map}
    refuse_clashes(targets.values(), files_of(job.raster))
    refuse_earlier_file(job.output, is_found, job.overwrite)
    refuse_earlier_file(job.heat_map, is_heat, job.overwrite)
    model = TextModel(Path(job.model), job.search.texts, job.device)
    phrase = "; ".join(job.search.texts)
    with open_raster(job.raster, job.reading.bands, job.reading.nodata) as raster:
        emit("started", raster=job.raster, width=raster.width, height=raster.height)
        for code, message in (*raster.warnings, *model.warnings):
            emit("warning", code=code, message=message)
        known = len(model.warnings)
        frame = frame_of(raster, job.reading)
        found = Found(frame, model, job.search, progress, cancelled)
        with workspace(job.output, run_key(raster, phrase, job.reading.as_dict())) as folder:
            claim(str(folder))
            heat = folder / "heat.tif"
            write_heat(heat, raster, found.bands(), frame.window, phrase)
            if not found.valid_pixels:
                raise RasterError(f"{job.raster}: every pixel is nodata, nothing to look at; check its nodata value")
            for code, message in model.warnings[known:]:
                emit("warning", code=code, message=message)
            polygons = found.polygons
            row = {
                "raster": absolute_path(job.raster),
                "phrase": phrase,
                "model": model.checkpoint.folder.name,
                "architecture": model.checkpoint.architecture,
                "threshold": job.search.threshold,
                "block_size": job.search.block,
                "provider": model.provider,
                "searched_at": datetime.now().astimezone().isoformat(timespec="seconds"),
                "run_seconds": round(time.monotonic() - started, 2),
            }
            staged = folder / "found.gpkg"
            write_found(staged, polygons, phrase, row, raster.crs)
            if cancelled():
                raise Cancelled("cancelled; nothing was written")
            claim(None)
            for file, target in ((heat, job.heat_map), (staged, job.output)):
                with whole_file(target) as part:
                    shutil.move(file, part)  # perhaps to another disk
            progress(Progress("write", 1, 1))
    best = max((each.confidence for each in polygons), default=None)
    return {
        "outputs": {name: str(path) for name, path in targets.items()},
        "count": len(polygons),
        "best": best,
        "provider": model.provider,
    }
