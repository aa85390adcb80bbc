"""Time and memory of an inspection of the demo scene, stage by stage; time of synthesis, error type by error type.

Without arguments both parts run; `inspection` or `synthesis` names one.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from rsqi_core import examine, pipeline
from rsqi_core.parameters import Parameters
from rsqi_core.raster import Raster, open_raster
from rsqi_core.strips import collect
from rsqi_core.synthesis.compose import RECIPES, compose, draw_codes
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.synthesis.scene import make_scene

DEMO = Path(__file__).resolve().parent.parent / "build" / "demo"


SIDE = 256  # px of a synthesised crop


def main() -> None:
    for part in sys.argv[1:] or ("inspection", "synthesis"):
        {"inspection": inspection, "synthesis": synthesis}[part]()


def inspection() -> None:
    if not (DEMO / "scene.tif").exists():
        make_scene(DEMO)
    spent: dict[str, float] = defaultdict(float)
    _watch(spent, Raster, "read")
    for name in ("classify", "segment", "labels", "dilate"):
        _watch(spent, examine, name)
    _watch(spent, examine.Examiner, "_rules")
    _watch(spent, collect.Collector, "_trace")
    with open_raster(str(DEMO / "scene.tif")) as raster, tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        found = pipeline.inspect(raster, Parameters(), Path(folder))
        total = time.perf_counter() - started
        megapixels = raster.width * raster.height / 1e6
    print(f"{'stage':16}{'seconds':>9}{'Mpx/s':>9}")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{name.strip('_'):16}{seconds:9.2f}{megapixels / seconds:9.1f}")
    print(f"{'all':16}{total:9.2f}{megapixels / total:9.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{megapixels:.1f} Mpx, {len(found.blocks)} blocks, {len(found.polygons)} errors, peak memory {peak:.0f} MiB")


def synthesis(crops: int = 400, draws: int = 60) -> None:
    """Crops a second of the mix that training sees, and milliseconds a recipe takes, on one core."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    backgrounds = [landscape(SIDE, seed) for seed in range(8)]
    rng = np.random.default_rng(0)
    started = time.process_time()
    for k in range(crops):
        compose(backgrounds[k % len(backgrounds)], rng, draw_codes(rng))
    print(f"{'mix':24}{crops / (time.process_time() - started):7.0f} crops of {SIDE} px a second")
    for code, recipe in RECIPES.items():
        started = time.process_time()
        planted = sum(recipe.apply(backgrounds[k % len(backgrounds)], rng) is not None for k in range(draws))
        spent = 1000 * (time.process_time() - started) / draws
        print(f"{code:24}{spent:7.2f} ms, {100 * planted / draws:3.0f} % can be seen")
    cv2.setNumThreads(threads)


def _watch(spent: dict[str, float], owner: object, name: str) -> None:
    """Add the time that calls of `owner.name` take to `spent`."""
    function = getattr(owner, name)

    def timed(*arguments, **named):
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] += time.perf_counter() - started

    setattr(owner, name, timed)


if __name__ == "__main__":
    main()
