"""raster -> blocks -> classify -> segment | rules -> constrain -> merge -> polygons -> score, on one screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

from .blocks import Step, grid, walk_order
from .collect import Collector
from .errors import Cancelled, RasterError
from .examine import Examiner
from .findings import ErrorPolygon, ErrorRecord, Finding
from .frame import Frame, frame_of
from .inspection import Inspection
from .memory.memory_file import memory_for
from .models import Model, load
from .parameters import Parameters
from .progress import OnProgress, Progress, no_progress
from .raster import Raster
from .scoring import Scheme, Score, load_scheme, score
from .seams.errors import among, measured, seam_errors
from .strips.footprint import footprint
from .strips.journal import Journal
from .strips.label_file import LabelFile
from .strips.prefetch import prefetch
from .strips.walk import walk
from .summary import summary_row
from .taxonomy import PIXEL_TYPES, TYPES
from .unusual import UnusualMap

_Item = TypeVar("_Item")
_DEFAULTS = Parameters()
_ONE_COLOUR = "all valid pixels are of one colour: there is nothing to inspect, and no score; check bands and nodata"
_READ_AHEAD = 16  # blocks read while the networks work: enough to bridge the decoding of a strip
_WAITING = 4  # blocks between the other stages


def inspect_raster(
    raster: Raster,
    parameters: Parameters = _DEFAULTS,
    folder: Path | None = None,
    progress: OnProgress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
    model: Model | None = None,
    journal: Journal | None = None,
    complete: Callable[[list[ErrorPolygon]], None] = lambda _: None,
) -> Inspection:
    """Inspect an open raster. The worker and the command line do it by this function as well.

    Parameters
    ----------
    folder : pathlib.Path, optional
        For the label map, which lies in a file so that a raster of any size fits; the caller removes it. Without one it
        lies among the system's temporary files until the result is no longer used.
    progress : callable
        Gets a `Progress` after each block, of the stages ``inspect`` and ``polygons``.
    cancelled : callable
        Asked after each block whether to stop.
    model : Model, optional
        A model already open, to be shared between rasters; else `parameters` name one.
    journal : Journal, optional
        What it holds already is not looked at again; what is found is added to it.
    complete : callable
        Gets the polygons as they become complete, long before the inspection ends.

    Raises
    ------
    RsqiError
        With one line that says what is wrong; `Cancelled` if `cancelled` says so.
    """
    started = time.monotonic()
    scheme = load_scheme(parameters.scheme)  # a fault in it is told before the work, not after
    if "classify" in parameters.stages:
        model = model or load(parameters.model, parameters.device)
    frame, sizes = frame_of(raster, parameters), _sizes(parameters)
    steps = steps_of(frame, parameters)
    labels = LabelFile(folder and folder / "labels", frame.width)
    unusual = UnusualMap(frame, sizes[0], folder) if parameters.memory else None
    collector = Collector(frame, sizes, parameters.min_area, labels, parameters.tolerance, unusual)
    with closing(findings(frame, steps, parameters, model, journal)) as found_there:
        for done, finding in enumerate(found_there, 1):
            if cancelled():
                raise Cancelled("cancelled; nothing was written")
            if polygons := collector.add(finding):
                complete(polygons)
            known = journal.known if journal else 0
            progress(_progress(done, known, len(steps), frame.pixels, time.monotonic() - started))
    progress(Progress("polygons", 0, 1))
    if not collector.valid_pixels:
        raise RasterError(
            f"{raster.path}: every pixel is nodata, nothing to inspect; check its nodata value or the extent"
        )
    found = seam_errors(frame, parameters, model, progress, cancelled)
    complete([band for _, band in found or ()])
    polygons, seams = among(collector.polygons(), found)
    if cancelled():
        raise Cancelled("cancelled; nothing was written")
    warnings = () if polygons or collector.shows else (("one_colour", _ONE_COLOUR),)
    inspected = () if warnings else inspected_types(parameters, model)
    judged = measured(polygons, seams, frame.transform)
    scored = _score(collector.ground, scheme, parameters.score_mode, judged, collector.valid_pixels, inspected)
    seconds = time.monotonic() - started
    summary = summary_row(frame, collector.ground, parameters, model, collector.valid_pixels, scored, seconds)
    placed = labels, frame.window, frame.transform
    return Inspection(*placed, polygons, collector.blocks, scored, summary, warnings, seams, unusual)


def steps_of(frame: Frame, parameters: Parameters) -> tuple[Step, ...]:
    """Return the blocks of an inspection in their order."""
    return walk_order([grid(frame.width, frame.height, size, parameters.overlap) for size in _sizes(parameters)])


def findings(
    frame: Frame,
    steps: Sequence[Step],
    parameters: Parameters,
    model: Model | None,
    journal: Journal | None,
    first: int = 0,
) -> Generator[Finding, None, None]:
    """raster -> blocks -> classify -> segment | rules -> constrain: what is known, then stages that overlap.

    Parameters
    ----------
    first : int
        Steps to pass over, as others look at them; the journal begins there as well.
    """
    missing = "rules" in parameters.stages and "pixel_missing" in parameters.types
    memory = memory_for(Path(parameters.memory), model) if parameters.memory else None
    examiner = Examiner(model, parameters, footprint(frame.raster, frame.window) if missing else None, memory)
    for finding in journal.replay(steps) if journal else ():
        examiner.remember(finding)
        yield finding
    side = model.card.tile_size if model else min(parameters.blocks)
    with ExitStack() as stages:

        def overlap(stage: Iterator[_Item], depth: int) -> Iterator[_Item]:
            return stages.enter_context(closing(prefetch(stage, depth)))

        known = first + (journal.known if journal else 0)
        tiles = overlap(walk(frame.raster, frame.window, steps, side, known), _READ_AHEAD)
        judged = overlap(examiner.judge(tiles), _WAITING)
        found = overlap(examiner.find(judged), _WAITING)
        yield from journal.record(found) if journal else found


def _sizes(parameters: Parameters) -> tuple[int, ...]:
    """Block sizes, from the finest on."""
    sizes = tuple(sorted(parameters.blocks))
    return sizes if "classify" in parameters.stages else sizes[:1]  # coarser blocks show the rules nothing new


def inspected_types(parameters: Parameters, model: Model | None) -> tuple[str, ...]:
    """The wanted types that the chosen stages and the model can find at all."""
    by_rule = {t.code for t in PIXEL_TYPES} if "rules" in parameters.stages else set()
    by_model = {t.code for t in TYPES} - {t.code for t in PIXEL_TYPES} if "segment" in parameters.stages else set()
    if model:  # a threshold asks for types that the card leaves out, but not for what the network has no output for
        by_model -= set(model.blind if parameters.threshold is None else model.lacking)
    return tuple(code for code in parameters.types if code in by_rule | by_model)


def _progress(done: int, known: int, total: int, pixels: int, elapsed: float) -> Progress:
    """Progress of a run that began with `known` blocks of an earlier one."""
    made = done - known
    if made <= 0:
        return Progress("inspect", done, total)
    return Progress("inspect", done, total, elapsed * (total - done) / made, pixels * made / total / 1e6 / elapsed)


def _score(
    ground: Frame,
    scheme: Scheme,
    mode: str,
    judged: list[ErrorRecord],
    valid_pixels: int,
    inspected: tuple[str, ...],
) -> Score:
    return score(
        judged,
        scheme,
        ground.valid_area(valid_pixels),
        valid_pixels,
        ground.diagonal,
        mode,
        inspected,
    )
