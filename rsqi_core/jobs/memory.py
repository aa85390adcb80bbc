"""A folder of clean images in, a memory of them out: what the worker and the command line both run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..batch.scenes import find_scenes
from ..blocks import grid
from ..errors import Cancelled, ParameterError, RasterError
from ..files.clash import refuse_clashes
from ..files.earlier import refuse_earlier_file
from ..limits import DEVICES, MEMORY_PATCHES, MEMORY_PATCHES_RANGE, MODEL
from ..memory.learn import HELD, Learner, check_model
from ..memory.memory_file import SUFFIX, is_memory, need_library, write_memory
from ..models import load
from ..progress import Emit, Progress, no_events, to_events
from ..raster import open_raster

BLOCKS = 600  # that are looked at, evenly over all images; more tell little more
_LEAST_SIDE = 64  # px of an image


@dataclass(frozen=True)
class MemoryJob:
    """What to remember, and where.

    Attributes
    ----------
    folder : str
        Of clean images, searched with all folders in it.
    output : pathlib.Path
        The memory, a file that ends in .safetensors.
    model : str
        Whose features are remembered: inspections with the memory must use it.
    device : str
    patches : int
        That are remembered at most.
    overwrite : bool
        Replace a file that is no memory.
    """

    folder: str
    output: Path
    model: str = MODEL
    device: str = DEVICES[0]
    patches: int = MEMORY_PATCHES
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.output.suffix.lower() != SUFFIX:
            raise ParameterError(f"{self.output}: a memory is a file that ends in {SUFFIX}")
        if not self.output.parent.is_dir():
            raise ParameterError(f"{self.output.parent}: no such folder; create it first")
        if not Path(self.folder).is_dir():
            raise ParameterError(f"{self.folder}: no such folder; give one with clean images")
        least, most = MEMORY_PATCHES_RANGE
        if not least <= self.patches <= most:
            raise ParameterError(f"patches must be {least} to {most}, not {self.patches}")


def memory_job_from_mapping(values: Mapping[str, Any]) -> MemoryJob:
    """Build a job from a worker's request: ``folder``, ``output``, and what else `MemoryJob` has.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    for key in ("folder", "output"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise ParameterError(f"the request has no '{key}'")
    given = {name: values[name] for name in ("model", "device", "patches") if values.get(name)}
    return MemoryJob(values["folder"], Path(values["output"]), overwrite=bool(values.get("overwrite")), **given)


def run(
    job: MemoryJob,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
) -> dict[str, Any]:
    """Look at the images and write the memory; it appears whole or not at all.

    Returns
    -------
    dict
        ``output``, ``images``, ``blocks``, ``patches`` and ``bytes``.
    """
    progress, started = to_events(emit), time.monotonic()

    def advance(stage: str, done: int, total: int, eta: float | None = None) -> None:
        if cancelled():
            raise Cancelled("cancelled; nothing was written")
        progress(Progress(stage, done, total, eta))

    need_library()
    scenes = find_scenes([job.folder])
    refuse_clashes([job.output], [Path(scene) for scene in scenes])
    refuse_earlier_file(job.output, is_memory, job.overwrite)
    model = load(job.model, job.device)
    check_model(model)
    side = model.card.tile_size
    scenes, places = _places(scenes, side, emit)
    learner = Learner(model)
    done = 0
    for number, (scene, blocks) in enumerate(zip(scenes, places)):
        with open_raster(scene) as raster:
            for k, block in enumerate(blocks):
                rgb, valid = raster.read(block.x, block.y, block.width, block.height)
                held = (number if len(scenes) >= HELD else k) % HELD == HELD - 1
                learner.add(rgb, None if valid.all() else valid, held)
                done += 1
                elapsed, total = time.monotonic() - started, sum(map(len, places))
                advance("memory", done, total, elapsed * (total - done) / done)
    notes = {"images": len(scenes), "model": f"{model.card.id} {model.card.version}", "block": side}
    memory = learner.memory(job.patches, lambda chosen: advance("patches", chosen, job.patches), notes)
    claim(None)
    write_memory(job.output, memory)
    progress(Progress("write", 1, 1))
    return {
        "output": str(job.output),
        "images": len(scenes),
        "blocks": learner.blocks,
        "patches": len(memory.prototypes),
        "bytes": job.output.stat().st_size,
    }


def _places(scenes: list[str], side: int, emit: Emit) -> tuple[list[str], list[list[Any]]]:
    """Return the images that are large enough, and of each the blocks to look at."""
    kept, grids = [], []
    for scene in scenes:
        with open_raster(scene) as raster:
            width, height = raster.width, raster.height
        if min(width, height) < _LEAST_SIDE:
            text = f"{scene}: {width} x {height} px are too small to learn from; {_LEAST_SIDE} px are needed"
            emit("warning", code="too_small", message=text)
            continue
        kept.append(scene)
        grids.append(list(grid(width, height, side, 0.0)))
    if not kept:
        raise RasterError(f"{Path(scenes[0]).parent}: all images are smaller than {_LEAST_SIDE} px; give larger ones")
    most = max(1, BLOCKS // len(kept))
    return kept, [_evenly(blocks, most) for blocks in grids]


def _evenly(items: list[Any], most: int) -> list[Any]:
    if len(items) <= most:
        return items
    return [items[i] for i in np.linspace(0, len(items) - 1, most).round().astype(int)]
