"""Measure the engine and write what came out: time, memory, and that the result is the same however it is made.

    python tools/bench                                    everything; an hour on two idle cores
    python tools/bench --parts inspect --sides 500,1000   a try

Each measurement runs in a process of its own and is kept in ``results.json`` of the work folder as soon as it is done,
so that a run that was stopped goes on where it was. ``--again`` measures anew. The page is written after each part.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import page
import psutil
import rasters

from rsqi_core.summary import versions

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PARTS = ("inspect", "wide", "vast", "spinning", "limits", "rules", "strips", "fuzz", "synthesis", "review", "cluster",
         "words")  # fmt: skip
SIDES = (1000, 2000, 5000, 10_000, 20_000)
WIDE = 60_000  # px, a sparse raster
VAST = 200_000  # px, a raster with a few patches only
WORDS = 5000  # px, the most that is searched by words
MOSAIC = (5, 2)  # times the largest side up to 10 000 px: 3 GB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--sides", default=",".join(map(str, SIDES)), help="of the square rasters, in pixels")
    parser.add_argument("--wide", type=int, default=WIDE, help="side of the sparse raster, in pixels")
    parser.add_argument("--vast", type=int, default=VAST, help="side of the raster with a few patches, in pixels")
    parser.add_argument("--fuzz", type=int, default=500, help="damaged rasters")
    parser.add_argument("--errors", default="20000,100000", help="errors of the layers that are reviewed")
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared" / "data")
    parser.add_argument("--work", type=Path, default=PROJECT / "build" / "bench")
    parser.add_argument("--page", type=Path, default=PROJECT / "docs" / "bench.md")
    parser.add_argument("--again", action="store_true", help="measure what is known already, too")
    options = parser.parse_args()
    options.parts = options.parts.split(",")
    options.sides = sorted(int(side) for side in options.sides.split(","))
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    options.work.mkdir(parents=True, exist_ok=True)
    results = Results(options.work / "results.json", options.again)
    for part in options.parts:
        globals()[f"_{part}"](results, options)
        page.write(results.known, options.page)
    print(f"{options.page} is written")


class Results:
    """What has been measured, by name, on disk after each measurement."""

    def __init__(self, path: Path, again: bool):
        self._path, self._again = path, again
        self.known: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.known["machine"] = _machine()

    def measure(self, name: str, *words: str | Path) -> None:
        """Run a measurement that is not known yet; what it prints last is its result, in JSON."""
        if name in self.known and not self._again:
            return
        print(name, flush=True)
        done = subprocess.run(
            [sys.executable, HERE / "measure.py", *map(str, words)], stdout=subprocess.PIPE, text=True, check=True
        )
        self.known[name] = json.loads(done.stdout.splitlines()[-1])
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(self.known, indent=1), encoding="utf-8")
        part.replace(self._path)


def _machine() -> dict[str, Any]:
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": model[0].split(":", 1)[1].strip() if model else platform.processor(),
        "cores": len(psutil.Process().cpu_affinity()),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "versions": versions(),
    }


def _texture(options: argparse.Namespace, side: int) -> Path:
    return rasters.texture(options.work / f"texture-{side}.tif", side, side, options.data)


def _usual(options: argparse.Namespace) -> int:
    """The side at which stages are compared: 10 000 px, or the largest below."""
    return max((side for side in options.sides if side <= 10_000), default=options.sides[0])


def _inspect(results: Results, options: argparse.Namespace) -> None:
    for side in options.sides:
        results.measure(f"inspect {side}", "inspect", _texture(options, side), options.work)


def _wide(results: Results, options: argparse.Namespace) -> None:
    """Sizes that no memory would hold."""
    sparse = rasters.sparse(options.work / f"sparse-{options.wide}.tif", options.wide, options.data)
    results.measure(f"sparse {options.wide}", "inspect", sparse, options.work)
    usual = _usual(options)
    mosaic = rasters.mosaic(options.work / f"mosaic-{usual}.vrt", _texture(options, usual), usual, MOSAIC)
    results.measure(f"mosaic {MOSAIC[0] * usual} x {MOSAIC[1] * usual}", "inspect", mosaic, options.work)


def _vast(results: Results, options: argparse.Namespace) -> None:
    raster = rasters.sparse(options.work / f"sparse-{options.vast}.tif", options.vast, options.data, options.vast // 4)
    results.measure(f"sparse {options.vast}", "inspect", raster, options.work)


def _spinning(results: Results, options: argparse.Namespace) -> None:
    raster = _texture(options, min(options.sides[-1], 5000))
    for spins in ("0", "1"):
        results.measure(f"spinning {spins}", "inspect", raster, options.work, "--spinning", spins)


def _limits(results: Results, options: argparse.Namespace) -> None:
    side = _usual(options)
    results.measure(f"limits {side}", "limits", _texture(options, side), options.work)


def _rules(results: Results, options: argparse.Namespace) -> None:
    results.measure("rules", "rules", _texture(options, min(options.sides[-1], 5000)), options.work)


def _strips(results: Results, options: argparse.Namespace) -> None:
    side = min(options.sides[-1], 5000)
    raster = rasters.texture(options.work / f"errors-{side}.tif", side, side, options.data, planted=3)
    results.measure(f"strips {side}", "strips", raster, options.work)


def _fuzz(results: Results, options: argparse.Namespace) -> None:
    results.measure(f"fuzz {options.fuzz}", "fuzz", str(options.fuzz), options.work)


def _synthesis(results: Results, options: argparse.Namespace) -> None:
    results.measure("synthesis", "synthesis", "-", options.work)


def _review(results: Results, options: argparse.Namespace) -> None:
    for count in map(int, options.errors.split(",")):
        results.measure(f"review {count}", "review", str(count), options.work)


def _cluster(results: Results, options: argparse.Namespace) -> None:
    for workers in (1, 2, 4):
        if workers <= len(psutil.Process().cpu_affinity()):
            results.measure(f"cluster {workers}", "speed", str(workers), options.work)
    results.measure("sleeping", "sleeping", "-", options.work)


def _words(results: Results, options: argparse.Namespace) -> None:
    side = max((side for side in options.sides if side <= WORDS), default=options.sides[0])
    results.measure(f"words {side}", "words", _texture(options, side), options.work)


if __name__ == "__main__":
    main()
