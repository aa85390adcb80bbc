"""One measurement in this process: ``measure.py WHAT RASTER WORK``; the last line printed is the result, in JSON."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import rasterio
import shapely
from rasterio.windows import Window
from review import waits
from watch import Watch, peak

from rsqi_core import job, merge, pipeline
from rsqi_core.blocks import grid, walk_order
from rsqi_core.examine import Examiner
from rsqi_core.imagery import Picture
from rsqi_core.limits import least_pixels
from rsqi_core.models import Model, load
from rsqi_core.parameters import Parameters
from rsqi_core.polygons import Outliner
from rsqi_core.raster import open_raster
from rsqi_core.raster.gdal import OPTIONS
from rsqi_core.rules import PIXEL_MISSING, STRIPE_NOISE
from rsqi_core.strips.footprint import footprint
from rsqi_core.strips.walk import walk
from rsqi_core.synthesis.compose import RECIPES, compose, draw_codes
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.tracer import Tracer

PROJECT = Path(__file__).resolve().parents[2]
SIDE = 256  # px of a synthesised crop
RULE_TILES = 60


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what")
    parser.add_argument("raster")
    parser.add_argument("work", type=Path)
    parser.add_argument("--spinning", choices=("0", "1"), default="0")
    options = parser.parse_args()
    if options.spinning == "1":
        _let_spin()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        found = globals()[options.what](options.raster, Path(folder))
    print(json.dumps(found))


def words(path: str, folder: Path) -> dict[str, Any]:
    """A search by words; its libraries are loaded for this alone."""
    from words import find

    return find(path, folder)


def inspect(path: str, folder: Path) -> dict[str, Any]:
    """An inspection with all its files; then its networks alone, on the same number of the same pictures."""
    model = load()
    side, batch = model.card.tile_size, model.batch
    picture = np.stack([landscape(side, seed) for seed in range(batch)])
    model.segment(picture, model.describe(picture))
    loaded = psutil.Process().memory_info().rss
    watch = Watch()
    started, cpu = time.perf_counter(), time.process_time()
    done = job.run(job.Job(path, folder / "found.gpkg", mask=True), model=model)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    highest = peak()
    watch.stop()
    summary = done["summary"]
    return {
        "width": summary["width"],
        "height": summary["height"],
        "valid": summary["valid_pixels"],
        "errors": summary["error_count"],
        "wall": wall,
        "cpu": cpu,
        "alone": _alone(model, watch.calls, picture),
        "classified": sum(n * k for (name, n), k in watch.calls.items() if name == "describe"),
        "segmented": sum(n * k for (name, n), k in watch.calls.items() if name == "segment"),
        "stages": watch.spent(cpu),
        "loaded_mib": loaded / 2**20,
        "peak_mib": highest / 2**20,
        "provider": summary["provider"],
    }


def _alone(model: Model, calls: Counter, pictures: np.ndarray) -> float:
    """Seconds that the networks take for so many batches of each size when nothing else runs."""
    spent = 0.0
    for (name, blocks), times in calls.items():
        given = (pictures[:blocks],) if name == "describe" else (pictures[:blocks], model.describe(pictures[:blocks]))
        started = time.perf_counter()
        for _ in range(times):
            getattr(model, name)(*given)
        spent += time.perf_counter() - started
    return spent


def limits(path: str, folder: Path) -> dict[str, float]:
    """Megapixels a second that the file can be decoded at, and that memory can be copied at, on one core."""
    with rasterio.Env(**OPTIONS, GDAL_NUM_THREADS=1), rasterio.open(path) as dataset:
        size = dataset.block_shapes[0][0] * 2
        buffer, cpu = np.empty((3, size, size), np.uint8), time.thread_time()
        for y in range(0, dataset.height, size):
            for x in range(0, dataset.width, size):
                shape = min(size, dataset.height - y), min(size, dataset.width - x)
                dataset.read(out=buffer[:, : shape[0], : shape[1]], window=Window(x, y, *shape[::-1]))
        decode = dataset.width * dataset.height / 1e6 / (time.thread_time() - cpu)
    source, target = np.ones((2, 3, 1 << 26), np.uint8)  # written, so that both are really there
    cpu = time.thread_time()
    for _ in range(4):
        np.copyto(target, source)
    return {"decode": decode, "copy": 4 * source.shape[1] / 1e6 / (time.thread_time() - cpu)}


def rules(path: str, folder: Path) -> dict[str, float]:
    """Megapixels a second of each rule on one core: median over blocks."""
    cv2.setNumThreads(1)
    found = {}
    with open_raster(path) as raster:
        blocks = grid(raster.width, raster.height, 512)
        blocks = blocks[:: max(1, len(blocks) // RULE_TILES)]
        tiles = [raster.read(b.x, b.y, b.width, b.height) for b in blocks]
    for kind, known in (("stripe noise", STRIPE_NOISE), ("pixel missing", PIXEL_MISSING)):
        for name, rule in known.items():
            rates = []
            for rgb, valid in tiles:
                started = time.process_time()
                rule(rgb, valid)
                rates.append(valid.size / 1e6 / (time.process_time() - started))
            found[f"{kind}: {name}"] = float(np.median(rates))
    return found


def strips(path: str, folder: Path) -> dict[str, int]:
    """The same raster in strips, and as one array: pixels and polygons that differ."""
    model, parameters = load(), Parameters()
    with open_raster(path) as raster:
        found = pipeline.inspect_raster(raster, parameters, folder, model=model)
        width, height = raster.width, raster.height
        sizes = tuple(sorted(parameters.blocks))
        steps = walk_order([grid(width, height, size, parameters.overlap) for size in sizes])
        examiner = Examiner(model, parameters, footprint(raster, (0, 0, width, height)))
        tiles = walk(raster, (0, 0, width, height), steps, model.card.tile_size, rows=height)
        mosaic = merge.Mosaic(width, sizes, rows=height)
        for finding in examiner.find(examiner.judge(tiles)):
            mosaic.add(finding.patch)
        (band,) = mosaic.take(height)
        tracer, outliner = Tracer(least_pixels), Outliner(raster.transform, raster.crs)
        for component in tracer.add(band, last=True):
            outliner.add(component)
    one, other = ({_outline(p.geometry) for p in each} for each in (found.polygons, outliner.polygons()))
    return {
        "pixels": width * height,
        "marked": int(np.count_nonzero(np.isin(band.label, range(1, 11)))),
        "pixels_differ": int(np.count_nonzero(found.label_map.label != band.label)),
        "polygons": len(found.polygons),
        "polygons_differ": len(one ^ other),
    }


def _outline(geometry: shapely.Geometry) -> str:
    """The same text for the same outline, wherever its rings begin, to a millionth of a unit."""
    return shapely.to_wkt(shapely.normalize(geometry), rounding_precision=6)


def fuzz(runs: str, folder: Path) -> dict[str, int]:
    """How so many damaged rasters were borne, by kind."""
    words = [sys.executable, PROJECT / "tools" / "fuzz.py", "--runs", runs, "--jobs", str(_cores())]
    said = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    header = next(i for i, line in enumerate(said) if line.startswith(" " * 14))
    kinds = [said[header][k : k + 15].strip() for k in range(14, len(said[header]), 15)]
    return dict(zip(kinds, map(int, said[-1].split()[1:])))


def synthesis(_: str, folder: Path, crops: int = 400, draws: int = 60) -> dict[str, Any]:
    """Crops a second of the mix that training sees, milliseconds a recipe takes and share that can be seen."""
    cv2.setNumThreads(1)
    backgrounds = [landscape(SIDE, seed) for seed in range(8)]
    rng = np.random.default_rng(0)
    started = time.process_time()
    for k in range(crops):
        compose(Picture(backgrounds[k % len(backgrounds)]), rng, draw_codes(rng))
    found: dict[str, Any] = {"crops_per_s": crops / (time.process_time() - started), "recipes": {}}
    for code, recipe in RECIPES.items():
        started = time.process_time()
        planted = sum(recipe.apply(backgrounds[k % len(backgrounds)], rng) is not None for k in range(draws))
        found["recipes"][code] = 1000 * (time.process_time() - started) / draws, planted / draws
    return found


def review(count: str, folder: Path) -> dict[str, Any]:
    """What a person waits for in the review of so many errors; needs QGIS and xvfb-run."""
    return {**waits(int(count), folder), "load": os.getloadavg()[0]}


SCENES, SCENE_SIDE = 8, 1000  # of a lot, and px


def speed(count: str, folder: Path) -> dict[str, Any]:
    """A lot on so many workers of one thread, with scheduler and client on the same so many cores."""
    from rsqi_core.batch.run import Batch, run
    from rsqi_core.cluster.connect import Scheduler
    from rsqi_core.cluster.crew import ClusterCrew
    from rsqi_core.cluster.local import local_cluster

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(count)])
    scenes = [_lone_scene(folder / f"scene_{n}.tif", n) for n in range(SCENES)]
    with local_cluster(int(count)) as address:

        def lot(chosen: list[str], out: Path) -> float:
            started = time.perf_counter()
            batch = Batch(tuple(chosen), out, Parameters())
            done = run(batch, hire=lambda each: ClusterCrew(Scheduler(address), each.folder, each.parameters))
            if done["done"] != len(chosen):
                raise RuntimeError(f"{done}")
            return time.perf_counter() - started

        lot(scenes[: 2 * int(count)], folder / "warm")  # each loads its libraries and its model
        wall = lot(scenes, folder / "out")
    return {"workers": int(count), "scenes": SCENES, "side": SCENE_SIDE, "wall": wall, "load": os.getloadavg()[0]}


def _lone_scene(path: Path, seed: int) -> str:
    rgb = landscape(SCENE_SIDE, seed=seed)
    profile = {"driver": "GTiff", "width": SCENE_SIDE, "height": SCENE_SIDE, "count": 3, "dtype": "uint8"}
    with rasterio.open(path, "w", tiled=True, **profile) as dataset:
        dataset.write(np.moveaxis(rgb, -1, 0))
    return str(path)


def sleeping(_: str, folder: Path) -> dict[str, Any]:
    """What it takes to hand out ten thousand scenes."""
    from sleeping import hand_out

    return hand_out(folder)


def _cores() -> int:
    return len(psutil.Process().cpu_affinity())


def _let_spin() -> None:
    """Let idle threads of onnxruntime wait busily, as they do by default."""
    import onnxruntime

    class Options(onnxruntime.SessionOptions):
        def add_session_config_entry(self, key: str, value: str) -> None:
            super().add_session_config_entry(key, "1" if key == "session.intra_op.allow_spinning" else value)

    onnxruntime.SessionOptions = Options


if __name__ == "__main__":
    main()
