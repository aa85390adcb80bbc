"""Feed damaged rasters to ``rsqi inspect``, each in a process of its own, and count how it bears them.

    python tools/fuzz.py --runs 500 --seed 1

Run k takes one of the formats, and its damage, from the random numbers [seed, k]: the same numbers, the same files.
A result, or a refusal in one line that leaves no file, is as it should be. Anything else is kept in ``--keep``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

PROJECT = Path(__file__).resolve().parents[1]
PLACE = {"transform": Affine(0.5, 0, 500_000, 0, -0.5, 3_000_000), "crs": "EPSG:32648"}
COMMAND = (sys.executable, "-m", "rsqi_core", "inspect")
MEMORY = 6 * 2**30  # bytes of address space: more than that for a raster of a few kilobytes is a defect
PATIENCE = 10  # times its processor time is what a run may take on a busy machine
GOOD, BAD = ("result", "refused"), ("untidy", "internal error", "traceback", "crash", "hang")


@dataclass(frozen=True)
class Original:
    """An undamaged raster: the folder of its files, the one to be damaged, and what is opened."""

    name: str
    folder: Path
    target: str
    opened: str = ""  # of {folder}; the target itself by default


@dataclass(frozen=True)
class Outcome:
    """How one run ended: one of `GOOD` or `BAD`, and what it said."""

    kind: str
    text: str


def originals(folder: Path) -> Iterator[Original]:
    """Write a small raster in every format that stations meet."""
    tiled = {"tiled": True, "blockxsize": 64, "blockysize": 64}
    rgb = ("R", "G", "B")
    yield _write(folder, "plain.tif", "uint8")
    yield _write(folder, "planes.tif", "uint8", interleave="band", compress="lzw", predictor=2, **tiled)
    yield _write(folder, "deflate.tif", "uint16", compress="deflate", predictor=2, **tiled)
    yield _write(folder, "zstd.tif", "float32", compress="zstd", predictor=3, nodata=-9999, **tiled)
    yield _write(folder, "ycbcr.tif", "uint8", compress="jpeg", photometric="ycbcr", **tiled)
    yield _write(folder, "lerc.tif", "float64", compress="lerc", **tiled)
    yield _write(folder, "webp.tif", "uint8", compress="webp", **tiled)
    yield _write(folder, "big.tif", "int32", bigtiff="yes", nodata=-1, **tiled)
    yield _write(folder, "alpha.tif", "uint8", ("R", "G", "B", "A"), compress="packbits")
    yield _write(folder, "palette.tif", "uint8", ("P",), compress="lzw")
    yield _write(folder, "masked.tif", "uint8", rgb, mask=True, **tiled)
    yield _write(folder, "cog.tif", "uint8", driver="COG", compress="deflate", blocksize=128)
    yield _write(folder, "photo.png", "uint8", driver="PNG")
    yield _write(folder, "photo.jpg", "uint8", driver="JPEG", world=True)
    yield _write(folder, "wave.jp2", "uint8", driver="JP2OpenJPEG")
    yield _write(folder, "erdas.img", "uint16", driver="HFA", compressed="yes")
    yield _write(folder, "flat.bmp", "uint8", driver="BMP")
    yield _write(folder, "pci.pix", "uint8", driver="PCIDSK")
    yield _write(folder, "raw.dat", "uint16", driver="ENVI")
    raw = _write(folder, "header.dat", "uint16", driver="ENVI")
    yield Original("header.hdr", raw.folder, "header.hdr", "{folder}/header.dat")
    yield _mosaic(folder)
    yield _archive(folder)


def _write(folder: Path, name: str, dtype: str, bands: tuple[str, ...] = ("R", "G", "B"), **options) -> Original:
    """Write one raster into a folder of its own; `bands` are R, G, B, A or P for a palette."""
    home = folder / name
    home.mkdir(parents=True)
    height, width = 150, 170
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[:height, :width]
    ground = 120 + 60 * np.sin(rows / 17) * np.cos(columns / 13) + rng.normal(0, 8, (len(bands), height, width))
    data = (ground * (1 if dtype == "uint8" else 9)).clip(1, 250 if dtype == "uint8" else 4000).astype(dtype)
    data[:, 40:60, 50:90] = 0
    profile = {"driver": "GTiff"} | PLACE | options
    masked, world = profile.pop("mask", False), profile.pop("world", False)
    if world:
        profile = {k: v for k, v in profile.items() if k not in PLACE}
    with rasterio.open(home / name, "w", dtype=dtype, count=len(bands), height=height, width=width, **profile) as out:
        if bands == ("P",):
            out.write_colormap(1, {i: (i, 255 - i, i // 2, 255) for i in range(256)})
        elif "A" in bands:
            out.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
            data[3] = 255
        out.write(data)
        if masked:
            out.write_mask(columns > 20)
    if world:
        (home / name).with_suffix(".jgw").write_text("0.5\n0\n0\n-0.5\n500000\n3000000\n", encoding="ascii")
    return Original(name, home, name)


def _mosaic(folder: Path) -> Original:
    source = _write(folder, "mosaic.tif", "uint8")
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{b}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">mosaic.tif</SourceFilename><SourceBand>{b}</SourceBand>'
        f'<SrcRect xOff="0" yOff="0" xSize="170" ySize="150"/><DstRect xOff="20" yOff="30" xSize="340" ySize="300"/>'
        "</SimpleSource></VRTRasterBand>"
        for b in (1, 2, 3)
    )
    place = "<SRS>EPSG:32648</SRS><GeoTransform>500000, 0.5, 0, 3000000, 0, -0.5</GeoTransform>"
    text = f'<VRTDataset rasterXSize="400" rasterYSize="360">{place}{bands}</VRTDataset>'
    (source.folder / "mosaic.vrt").write_text(text, encoding="utf-8")
    return Original("mosaic.vrt", source.folder, "mosaic.vrt")


def _archive(folder: Path) -> Original:
    inside = _write(folder, "archive.tif", "uint8")
    with zipfile.ZipFile(inside.folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inside.folder / "archive.tif", "archive.tif")
    (inside.folder / "archive.tif").unlink()
    return Original("archive.zip", inside.folder, "archive.zip", "/vsizip/{folder}/archive.zip/archive.tif")


def damage(data: bytes, rng: np.random.Generator) -> tuple[bytes, str]:
    """Return a damaged copy and what was done to it."""
    spoiled = np.frombuffer(data, np.uint8).copy()
    size = len(spoiled)
    kind = rng.choice(["truncated", "bits", "header", "tail", "blank", "noise", "doubled"])
    start = int(rng.integers(size))
    length = int(rng.integers(1, max(2, size // 4)))
    if kind == "truncated":
        return data[:start], f"cut after {start} of {size} bytes"
    if kind == "doubled":
        return data[:start] + data[start : start + length] + data[start:], f"{length} bytes doubled at {start}"
    if kind in ("bits", "header", "tail"):
        # Headers lie at the beginning of most files, directories at the end of some.
        first, last = {"bits": (0, size), "header": (0, min(size, 512)), "tail": (max(0, size - 512), size)}[kind]
        where = rng.integers(first, last, int(rng.integers(1, 17)))
        np.bitwise_xor.at(spoiled, where, (1 << rng.integers(0, 8, len(where))).astype(np.uint8))
        return spoiled.tobytes(), f"{len(where)} bits flipped in {first}..{last}"
    part = spoiled[start : start + length]
    part[:] = 0 if kind == "blank" else rng.integers(0, 256, len(part))
    return spoiled.tobytes(), f"{len(part)} bytes {kind} at {start}"


def inspect(raster: str, output: Path, seconds: int) -> Outcome:
    """Run ``rsqi inspect`` on what may be damaged; say how it ended."""
    words = [*COMMAND, raster, "--output", str(output), "--stages", "rules", "--blocks", "128", "--progress", "none"]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))

    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=PATIENCE * seconds, cwd=PROJECT,
            check=False, preexec_fn=limit, env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Outcome("hang", f"still there after {PATIENCE * seconds} s")
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return Outcome("hang", f"still busy after {seconds} s of processor time")
    said = [line for line in done.stderr.splitlines() if not line.startswith("rsqi: warning: ")]
    left = sorted(file.name for file in output.parent.iterdir())
    if done.returncode < 0:
        return Outcome("crash", f"signal {-done.returncode}: {done.stderr[-300:]}")
    if "Traceback" in done.stderr:
        return Outcome("traceback", done.stderr[-2000:])
    if "internal error" in done.stderr:
        return Outcome("internal error", done.stderr)
    if done.returncode == 0:
        return Outcome("result" if left == [output.name] and not said else "untidy", f"{said} {left}")
    clean = done.returncode in (1, 2) and len(said) == 1 and said[0].startswith("rsqi: ") and not left
    return Outcome("refused" if clean else "untidy", done.stderr if clean else f"{done.stderr} {left}")


def run(source: Original, rng: np.random.Generator, seconds: int, keep: Path | None = None) -> tuple[Outcome, str]:
    """Damage a copy of `source` and inspect it; keep the copy where that ends badly."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name) / "in"
        shutil.copytree(source.folder, folder)
        (Path(name) / "out").mkdir()
        spoiled, what = damage((folder / source.target).read_bytes(), rng)
        (folder / source.target).write_bytes(spoiled)
        before = _fingerprint(folder)
        opened = (source.opened or f"{{folder}}/{source.target}").format(folder=folder)
        outcome = inspect(opened, Path(name) / "out" / "found.gpkg", seconds)
        if outcome.kind in GOOD and _fingerprint(folder) != before:
            outcome = Outcome("untidy", "the folder of the raster was changed")
        if keep and outcome.kind in BAD:
            shutil.copytree(folder, keep, dirs_exist_ok=True)
            (keep / "outcome.txt").write_text(f"{outcome.kind}: {what}\n{outcome.text}\n", encoding="utf-8")
    return outcome, what


def _fingerprint(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=30, help="of processor time, then a run counts as hung (30)")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="K", help="repeat this one run")
    parser.add_argument("--keep", type=Path, default=PROJECT / "build" / "fuzz")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        sources = list(originals(Path(name)))

        def one(k: int) -> tuple[int, Original, Outcome, str]:
            rng = np.random.default_rng([options.seed, k])
            source = sources[int(rng.integers(len(sources)))]
            keep = options.keep / f"{options.seed}-{k}-{source.name}"
            return k, source, *run(source, rng, options.seconds, keep)

        runs = [options.only] if options.only is not None else range(options.runs)
        with ThreadPoolExecutor(options.jobs) as pool:
            try:
                for k, source, outcome, what in pool.map(one, runs):
                    counts.setdefault(source.name, Counter())[outcome.kind] += 1
                    if outcome.kind in BAD or options.only is not None:
                        print(f"run {k} {source.name}, {what}: {outcome.kind}: {outcome.text.strip()}", flush=True)
            except KeyboardInterrupt:  # what has been counted so far is worth having
                pool.shutdown(cancel_futures=True)
    _print_table(counts)
    return int(any(counter[kind] for counter in counts.values() for kind in BAD))


def _print_table(counts: dict[str, Counter[str]]) -> None:
    kinds = (*GOOD, *BAD)
    print(f"{'':14}" + "".join(f"{kind:>15}" for kind in kinds))
    for name, counter in sorted(counts.items()):
        print(f"{name:14}" + "".join(f"{counter[kind]:15}" for kind in kinds))
    total = sum(counts.values(), Counter())
    print(f"{'all':14}" + "".join(f"{total[kind]:15}" for kind in kinds))


if __name__ == "__main__":
    sys.exit(main())
