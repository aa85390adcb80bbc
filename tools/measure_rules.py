"""How well the pixel rules do: planted errors found, clean pictures marked, and speed, as Markdown tables.

    python tools/measure_rules.py DATA [--count 40] [--only stripe_noise] [--rule oriented] [--pictures FOLDER]

Training pictures only, unless ``--held-out``: thresholds are tuned here and judged once by the benchmark.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from rsqi_core.imagery import CLEAN, ImagerySet, files, read_rgb
from rsqi_core.rules import PIXEL_MISSING, STRIPE_NOISE
from rsqi_core.synthesis import nuisance, pixel_missing, stripe_noise
from rsqi_core.synthesis.defect import DEFECT, Defect, to_uint8

QUALITIES = (None, 95, 85, 75)  # of JPEG after the error; None is uncompressed
TILE = 512  # px
SHOWN = 12  # pictures of false alarms and of misses a rule
Plant = Callable[[np.ndarray, np.random.Generator], "Defect | None"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=40, help="tiles a kind of error")
    parser.add_argument("--clean", type=int, default=200, help="clean tiles a set")
    parser.add_argument("--only", choices=("stripe_noise", "pixel_missing"))
    parser.add_argument("--rule", help="this rule alone, by its name")
    parser.add_argument("--held-out", action="store_true", help="on the pictures that training never sees")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of false alarms and of misses")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    sets = (kind for kind in CLEAN if kind.folder.startswith("clean/"))
    clean = {kind.name: list(_tiles(options, kind)) for kind in sets}
    clean = {name: found for name, found in clean.items() if found}
    print("Clean tiles: " + ", ".join(f"{name} {len(found)}" for name, found in clean.items()) + ".\n")
    if options.only != "stripe_noise":
        print(_raw_extremes(clean))
    for code, rules in (("stripe_noise", STRIPE_NOISE), ("pixel_missing", PIXEL_MISSING)):
        if options.only in (None, code):
            for name, rule in rules.items():
                if options.rule in (None, name):
                    print(f"## {code}: {name}\n")
                    shown = options.pictures and options.pictures / f"{code}_{name}"
                    print(_planted(rule, VARIANTS[code], clean, options.count, shown))
                    print(_alarms(rule, clean, shown))
                    print(_scenes(rule, options.data / "scenes" / "naip", shown))
                    print(_speed(rule, clean))


def _tiles(options: argparse.Namespace, kind: ImagerySet) -> Iterator[np.ndarray]:
    """Tiles of one set, spread evenly over its files."""
    found = files(options.data, kind, validation=options.held_out)
    for file in found[:: max(1, len(found) // options.clean)][: options.clean]:
        yield from _cut(read_rgb(file))[: max(1, options.clean // len(found))]


def _cut(image: np.ndarray) -> list[np.ndarray]:
    """Cut an image into whole tiles; smaller images stay as they are."""
    h, w = image.shape[:2]
    if max(h, w) <= TILE:
        return [image]
    rows, columns = (range(0, max(n - TILE, 0) + 1, TILE) for n in (h, w))
    return [np.ascontiguousarray(image[y : y + TILE, x : x + TILE]) for y in rows for x in columns]


# Planted errors -----------------------------------------------------------------------------------------------------


def _line(
    image: np.ndarray, rng: np.random.Generator, width: int | None = None, grey: bool = False, free: bool = False
) -> Defect | None:
    """Draw three lines of exactly `width` px, 15-150 px long, in one or two channels or (`grey`) all."""
    change = np.zeros(image.shape, np.float32)
    h, w = image.shape[:2]
    for _ in range(3):
        channels = np.ones(3) if grey else rng.permutation([1.0, float(rng.integers(2)), 0.0])
        color = channels * rng.uniform(50, 140) * rng.choice([-1, 1])
        length, wide = int(rng.integers(15, 151)), width or int(rng.integers(1, 4))
        y, x = int(rng.integers(0, h - 1)), int(rng.integers(0, w - 1))
        angle = rng.uniform(0.2, 1.37) + np.pi / 2 * rng.integers(2) if free else np.pi / 2 * rng.integers(2)
        step = np.arange(0, length)[:, None]
        across = np.arange(wide)[None]
        along, aside = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
        columns = np.floor(x + along[0] * step + aside[0] * across).astype(int).ravel()
        rows = np.floor(y + along[1] * step + aside[1] * across).astype(int).ravel()
        inside = (rows >= 0) & (rows < h) & (columns >= 0) & (columns < w)
        change[rows[inside], columns[inside]] = color
    out = to_uint8(image + change)
    seen = np.abs(out.astype(np.int16) - image).max(-1)
    mask = np.where(seen > 20, 1, np.where(seen > 8, 255, 0)).astype(np.uint8)
    return Defect("stripe_noise", out, mask, "medium") if (mask == DEFECT).sum() >= 12 else None


def _packets(image: np.ndarray, rng: np.random.Generator) -> Defect | None:
    """Lose packets of 8 or 16 lines by 64-256 columns, as block decoders do."""
    mask = np.zeros(image.shape[:2], np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        high, wide = int(rng.choice([8, 16])), int(rng.integers(64, 257))
        y, x = (8 * int(rng.integers(0, n // 8)) for n in mask.shape)
        mask[y : y + high, x : x + wide] = 1
    out = image.copy()
    out[mask == 1] = 0 if rng.random() < 0.7 else 255
    return Defect("pixel_missing", out, mask, "medium")


VARIANTS: dict[str, dict[str, Plant]] = {
    "stripe_noise": {
        **{kind: partial(stripe_noise.apply, kind=kind) for kind in stripe_noise.KINDS},
        **{f"coloured, {width} px": partial(_line, width=width) for width in (1, 2, 3)},
        **{f"grey, {width} px": partial(_line, width=width, grey=True) for width in (1, 2, 3)},
        "coloured, diagonal": partial(_line, free=True),
        "grey, diagonal": partial(_line, free=True, grey=True),
    },
    "pixel_missing": {
        **{kind: partial(pixel_missing.apply, kind=kind) for kind in pixel_missing.KINDS},
        "packets": _packets,
    },
}


def _planted(rule, variants: dict[str, Plant], clean: dict[str, list], count: int, shown: Path | None) -> str:
    """Table of IoU, precision and recall over all pixels of a kind, by JPEG quality."""
    rows, missed = [], []
    for kind, plant in variants.items():
        cells = []
        for quality in QUALITIES:
            both, wanted, marked = 0, 0, 0
            for defect, image in _examples(plant, clean, count, quality):
                found = rule(image, np.ones(image.shape[:2], bool)) & (defect.mask <= 1)
                truth = defect.mask == DEFECT
                hits = int((found & truth).sum())
                both, wanted, marked = both + hits, wanted + int(truth.sum()), marked + int(found.sum())
                if shown:
                    missed.append((hits / truth.sum(), f"{kind}_{quality}", image, found, truth))
            iou = both / max(wanted + marked - both, 1)
            cells.append(f"{iou:.3f} ({both / max(marked, 1):.2f}/{both / max(wanted, 1):.2f})")
        rows.append([kind, *cells])
    if shown:
        for k, (_, name, *pictures) in enumerate(sorted(missed, key=lambda m: m[0])[:: len(missed) // (4 * SHOWN)]):
            _save(shown / f"planted_{k:02}_{name}.png", *pictures)
    header = ["planted: IoU (precision/recall)", *("uncompressed" if q is None else f"JPEG {q}" for q in QUALITIES)]
    return _table(header, rows)


def _examples(plant: Plant, clean: dict[str, list], count: int, quality: int | None):
    """Yield planted defects with their images, the same ones every time; sets take turns."""
    rng = np.random.default_rng(11)
    names = list(clean)
    for k in range(count):
        pool = clean[names[k % len(names)] if k % 2 else names[0]]
        image = nuisance.grain(nuisance.tone(pool[int(rng.integers(len(pool)))], rng), rng)
        defect = plant(image, rng)
        if defect is not None:
            yield defect, _jpeg(defect.image, quality)


def _jpeg(image: np.ndarray, quality: int | None) -> np.ndarray:
    if quality is None:
        return image
    _, code = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1])


# Clean pictures -----------------------------------------------------------------------------------------------------


def _alarms(rule, clean: dict[str, list], shown: Path | None) -> str:
    """Table of the clean tiles marked, as they are and after tone, noise and compression."""
    rows, worst = [], []
    for name, pictures in clean.items():
        row: list[object] = [name, len(pictures)]
        for aged in (False, True):
            rng = np.random.default_rng(12)
            areas = []
            for picture in pictures:
                image = nuisance.compress(nuisance.grain(nuisance.tone(picture, rng), rng), rng) if aged else picture
                found = rule(image, np.ones(image.shape[:2], bool))
                areas.append(found.mean())
                if found.any():
                    worst.append((found.sum(), f"{name}_{'aged' if aged else 'raw'}", image, found))
            row += [f"{100 * np.mean(np.array(areas) > 0):.1f} %", f"{100 * np.mean(areas):.4f} %"]
        rows.append(row)
    if shown:
        for k, (_, name, *pair) in enumerate(sorted(worst, key=lambda w: -w[0])[: 3 * SHOWN]):
            _save(shown / f"alarm_{k:02}_{name}.png", *pair)
    return _table(["clean set", "tiles", "marked", "area", "marked after tone, noise, JPEG", "area"], rows)


def _scenes(rule, folder: Path, shown: Path | None) -> str:
    """Table of what is marked on georeferenced scenes without known errors."""
    from rsqi_core.raster import open_raster

    rows = []
    for file in sorted(folder.glob("*.tif")):
        with open_raster(str(file)) as raster:
            image, valid = raster.read(0, 0, raster.width, raster.height)
        found = rule(image, valid)
        count = cv2.connectedComponents(found.view(np.uint8), connectivity=8)[0] - 1
        rows.append([file.stem, count, int(found.sum())])
        if shown and count:
            _save(shown / f"scene_{file.stem}.png", image, found)
    return _table(["NAIP scene", "objects marked", "px"], rows) if rows else ""


def _raw_extremes(clean: dict[str, list]) -> str:
    """Table of the clean tiles that hold a pixel of exactly (0, 0, 0) or (255, 255, 255)."""
    rows = []
    for name, pictures in [*clean.items(), ("all", [p for found in clean.values() for p in found])]:
        shares = [np.mean([(picture == value).all(-1).any() for picture in pictures]) for value in (0, 255)]
        rows.append([name, len(pictures), *(f"{100 * share:.1f} %" for share in shares)])
    return _table(["clean set", "tiles", "with black pixels", "with white pixels"], rows)


def _speed(rule, clean: dict[str, list]) -> str:
    """Megapixels a second on one core: median over tiles of each set."""
    rows = []
    for name, pictures in clean.items():
        rates = []
        for picture in pictures[:40]:
            valid = np.ones(picture.shape[:2], bool)
            started = time.process_time()
            rule(picture, valid)
            rates.append(valid.size / 1e6 / (time.process_time() - started))
        rows.append([name, f"{np.median(rates):.0f}"])
    return _table(["set", "Mpx/s on one core"], rows)


def _save(file: Path, image: np.ndarray, found: np.ndarray, truth: np.ndarray | None = None) -> None:
    """Write the picture beside itself with hits in green, false marks in red and misses in blue."""
    file.parent.mkdir(parents=True, exist_ok=True)
    marked = (0.6 * image).astype(np.uint8)
    truth = np.zeros_like(found) if truth is None else truth
    marked[found & ~truth], marked[found & truth], marked[truth & ~found] = (255, 0, 0), (0, 255, 0), (80, 80, 255)
    cv2.imwrite(str(file), np.hstack([image, marked])[..., ::-1])


def _table(header: list[str], rows: list[list[object]]) -> str:
    lines = [header, ["---"] * len(header), *([str(v) for v in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
