"""raster -> blocks -> classify -> segment | rules -> constrain -> merge -> polygons -> score, on one screen."""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from affine import Affine

from . import __version__
from .blocks import Step, grid, walk_order
from .collect import Collector
from .errors import Cancelled, ParameterError, RasterError
from .examine import Examiner
from .findings import BlockResult, ErrorPolygon, Finding
from .locate import absolute_path
from .models import Model, load
from .parameters import Parameters
from .polygons import ellipsoidal_area, records
from .raster import Raster
from .scoring import Score, load_scheme, score
from .strips.footprint import footprint
from .strips.journal import Journal
from .strips.label_file import LabelFile
from .strips.prefetch import prefetch
from .strips.walk import walk
from .taxonomy import PIXEL_TYPES, TYPES

_READ_AHEAD = 16  # blocks read while the networks work: enough to bridge the decoding of a strip
_WAITING = 4  # blocks between the other stages


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    stage : {"inspect", "polygons", "write"}
    done, total : int
        Blocks.
    eta_s : float or None
        Seconds left.
    mpx_per_s : float or None
        Megapixels of the raster a second so far.
    """

    stage: str
    done: int
    total: int
    eta_s: float | None = None
    mpx_per_s: float | None = None


@dataclass(frozen=True)
class Inspection:
    """Everything found in one raster.

    Attributes
    ----------
    label_map : LabelFile
        Of the window.
    window : tuple of int
        Column, row, width and height inspected, in pixels.
    transform : affine.Affine
        Of the window.
    polygons : list of ErrorPolygon
    blocks : list of BlockResult
        In pixels of the window.
    score : Score
    summary : dict
        The row of the ``summary`` table.
    """

    label_map: LabelFile
    window: tuple[int, int, int, int]
    transform: Affine
    polygons: list[ErrorPolygon]
    blocks: list[BlockResult]
    score: Score
    summary: dict[str, Any]


def inspect(
    raster: Raster,
    parameters: Parameters,
    folder: Path,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    model: Model | None = None,
    journal: Journal | None = None,
    complete: Callable[[list[ErrorPolygon]], None] = lambda _: None,
) -> Inspection:
    """Inspect an open raster.

    Parameters
    ----------
    folder : pathlib.Path
        For the label map, which lies in a file so that a raster of any size fits; the caller removes it.
    progress, cancelled : callable
        Told and asked between blocks.
    model : Model, optional
        A model already open, to be shared between rasters; else `parameters` name one.
    journal : Journal, optional
        What it holds already is not looked at again; what is found is added to it.
    complete : callable
        Told the polygons as they become complete; whoever looks on sees the errors appear.

    Raises
    ------
    RsqiError
        With one line that says what is wrong; `Cancelled` if `cancelled` says so.
    """
    started = time.monotonic()
    if "classify" in parameters.stages:
        model = model or load(parameters.model, parameters.device)
    if parameters.area is not None:
        raster = raster.within(parameters.area)
    x, y, width, height = _window(raster, parameters)
    transform = raster.transform * Affine.translation(x, y)
    sizes = tuple(sorted(parameters.blocks))
    if "classify" not in parameters.stages:
        sizes = sizes[:1]  # the rules look at single pixels: coarser blocks would show them nothing new
    steps = walk_order([grid(width, height, size, parameters.overlap) for size in sizes])
    side = model.card.tile_size if model else sizes[0]
    missing = "rules" in parameters.stages and "pixel_missing" in parameters.types
    examiner = Examiner(model, parameters, footprint(raster, (x, y, width, height)) if missing else None)
    labels = LabelFile(folder / "labels", width)
    collector = Collector(width, height, sizes, transform, raster.crs, labels)
    findings = _findings(raster, (x, y, width, height), steps, examiner, side, journal)
    with closing(findings):
        for done, finding in enumerate(findings, 1):
            if cancelled():
                raise Cancelled("cancelled; nothing was written")
            if polygons := collector.add(finding):
                complete(polygons)
            known = journal.known if journal else 0
            progress(_rate(done, known, len(steps), width * height, time.monotonic() - started))
    progress(Progress("polygons", 0, 1))
    if not collector.valid_pixels:
        raise RasterError(
            f"{raster.path}: every pixel is nodata, nothing to inspect; check its nodata value or the extent"
        )
    polygons = collector.polygons()
    if cancelled():
        raise Cancelled("cancelled; nothing was written")
    inspected = inspected_types(parameters, model)
    size, valid_pixels = (width, height), collector.valid_pixels
    judged = _judge(raster, parameters, polygons, transform, size, valid_pixels, inspected)
    summary = _summary(raster, parameters, judged, size, valid_pixels, transform, inspected, model)
    summary["run_seconds"] = round(time.monotonic() - started, 2)
    return Inspection(labels, (x, y, width, height), transform, polygons, collector.blocks, judged, summary)


def _findings(
    raster: Raster,
    window: tuple[int, int, int, int],
    steps: Sequence[Step],
    examiner: Examiner,
    side: int,
    journal: Journal | None,
) -> Iterator[Finding]:
    """raster -> blocks -> classify -> segment | rules: what is known already, then stages that overlap."""
    for finding in journal.replay(steps) if journal else ():
        examiner.remember(finding)
        yield finding
    with ExitStack() as stages:

        def overlap(stage: Iterator, depth: int) -> Iterator:
            return stages.enter_context(closing(prefetch(stage, depth)))

        tiles = overlap(walk(raster, window, steps, side, journal.known if journal else 0), _READ_AHEAD)
        judged = overlap(examiner.judge(tiles), _WAITING)
        findings = overlap(examiner.find(judged), _WAITING)
        yield from journal.record(findings) if journal else findings


def inspected_types(parameters: Parameters, model: Model | None) -> tuple[str, ...]:
    """The wanted types that the chosen stages and the model can find at all."""
    by_rule = {t.code for t in PIXEL_TYPES} if "rules" in parameters.stages else set()
    by_model = {t.code for t in TYPES} - {t.code for t in PIXEL_TYPES} if "segment" in parameters.stages else set()
    if model:  # a threshold asks for types that the card leaves out, but not for what the network has no output for
        by_model -= set(model.blind if parameters.threshold is None else model.lacking)
    return tuple(code for code in parameters.types if code in by_rule | by_model)


def _window(raster: Raster, parameters: Parameters) -> tuple[int, int, int, int]:
    """The pixels to inspect: column, row, width, height."""
    within = raster.area.window if raster.area else (0, 0, raster.width, raster.height)
    if parameters.extent is None:
        return within
    xmin, ymin, xmax, ymax = parameters.extent
    corners = [~raster.transform * corner for corner in ((xmin, ymin), (xmin, ymax), (xmax, ymin), (xmax, ymax))]
    columns, rows = zip(*corners)
    left, top = max(0, math.floor(min(columns) + 1e-6)), max(0, math.floor(min(rows) + 1e-6))
    right, bottom = (min(raster.width, math.ceil(max(columns) - 1e-6)), min(raster.height, math.ceil(max(rows) - 1e-6)))
    if left >= right or top >= bottom:
        raise ParameterError(f"extent {parameters.extent} lies outside {raster.path}; give it in the raster's own CRS")
    left, top = max(left, within[0]), max(top, within[1])
    right, bottom = min(right, within[0] + within[2]), min(bottom, within[1] + within[3])
    if left >= right or top >= bottom:
        raise ParameterError(f"extent {parameters.extent} and the area to inspect have no pixel in common")
    return left, top, right - left, bottom - top


def _rate(done: int, known: int, total: int, pixels: int, elapsed: float) -> Progress:
    """Progress of a run that began with `known` blocks of an earlier one."""
    made = done - known
    if made <= 0:
        return Progress("inspect", done, total)
    return Progress("inspect", done, total, elapsed * (total - done) / made, pixels * made / total / 1e6 / elapsed)


def _judge(
    raster: Raster,
    parameters: Parameters,
    polygons: list[ErrorPolygon],
    transform: Affine,
    size: tuple[int, int],
    valid_pixels: int,
    inspected: tuple[str, ...],
) -> Score:
    return score(
        records(polygons, transform),
        load_scheme(parameters.scheme),
        valid_area(raster, transform, size, valid_pixels),
        valid_pixels,
        math.hypot(*size),
        parameters.score_mode,
        inspected,
    )


def valid_area(raster: Raster, transform: Affine, size: tuple[int, int], valid_pixels: int) -> float:
    """Area of the valid pixels in square metres, each with the mean ellipsoidal area of the window's pixels."""
    from shapely.geometry import Polygon

    width, height = size
    outline = Polygon([transform * corner for corner in ((0, 0), (width, 0), (width, height), (0, height))])
    return ellipsoidal_area(outline, raster.crs) * valid_pixels / (width * height)


def _summary(
    raster: Raster,
    parameters: Parameters,
    judged: Score,
    size: tuple[int, int],
    valid_pixels: int,
    transform: Affine,
    inspected: tuple[str, ...],
    model: Model | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "raster": absolute_path(raster.path),
        "inspected_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "width": size[0],
        "height": size[1],
        "valid_pixels": valid_pixels,
        "valid_area_m2": valid_area(raster, transform, size, valid_pixels),
        "diagonal_px": math.hypot(*size),
        "error_count": sum(t.count for t in judged.by_type.values()),
        "score": judged.value,
        "grade": judged.grade,
        "score_mode": judged.mode,
        "inspected": ",".join(inspected),
        "model_id": f"{model.card.id} {model.card.version}" if model else "",
        "model_hash": model.hash if model else "",
        "provider": model.provider if model else "",
    }
    for error_type in TYPES:
        found = judged.by_type.get(error_type.code)
        row[f"count_{error_type.code}"] = found.count if found else 0
        row[f"area_{error_type.code}"] = found.area_m2 if found else 0.0
    noted = {**parameters.as_dict(), "scheme": parameters.scheme and absolute_path(parameters.scheme)}
    row["parameters"] = json.dumps(noted, ensure_ascii=False)
    row["source"] = json.dumps(raster.describe(), ensure_ascii=False)
    row["versions"] = json.dumps(versions())
    return row


def versions() -> dict[str, str]:
    """Versions of RSQI, Python and the libraries that decide a result."""
    found = {"rsqi": __version__, "python": platform.python_version()}
    for name in ("numpy", "onnxruntime", "opencv-python-headless", "rasterio", "shapely", "pyproj"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    for name in ("torch", "transformers"):  # needed for Hugging Face checkpoints only
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
