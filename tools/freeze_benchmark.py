"""Draw the benchmark's blocks, scenes and real pictures and write the lists that freeze them; with --check compare.

Drawing anew makes every figure measured before worthless for comparison.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from rsqi_core import imagery
from rsqi_core.evaluation.benchmark import blocks, frozen, real, scenes
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.evaluation.calibration import calibration_blocks
from rsqi_core.imagery import MATTES, clean_files, files, read_rgb, twins
from rsqi_core.taxonomy import CODES

LISTS = Path(__file__).resolve().parent.parent / "resources" / "benchmark"
COMMENT = "Names, seeds and hashes of the frozen benchmark; drawn by tools/freeze_benchmark.py."
SEVERITIES = ("subtle", "medium", "strong")
EACH = 10  # blocks of a type and severity
SECOND_TYPE = 0.2  # share of them with a second type
CLEAN = 200
DECOYS = 10  # blocks of a type imitated
DATES = 20
VEILS = 40
SETS = ("rsscn7", "epfl_road", "odm_seneca")  # clean ones of blocks.csv and scenes.csv; later ones are in real.csv
WINDOW = 512  # px; real pictures that are larger are cut up
LEFT_OUT = {  # held-out real pictures that a look at them has ruled out
    "rice1_google/84": "nobody sees the seam",
    "rice1_google/84h": "nobody sees the seam",
    "rice1_haze/409_hazy": "no haze to be seen",
    "rice1_haze/423_hazy": "no haze to be seen without the clear twin",
    "rice2_veil/561_cloudy": "the same as its clear twin",
    "rice2_veil/608_cloudy": "no veil to be seen without the clear twin",
}
DRAWS = 200  # pictures and seeds tried until an error can be seen

Picture = tuple[str, int]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--check", action="store_true", help="compose everything again and count what differs")
    parser.add_argument("--real", action="store_true", help="draw real.csv alone; the other lists stay as they are")
    options = parser.parse_args()
    if options.check:
        return check(options.data)
    if not options.real:
        draw_planted(options.data)
    left_out = [f"# left out: {name}: {reason}" for name, reason in LEFT_OUT.items()]
    frozen.write(LISTS / frozen.REAL, draw_real(options.data), "\n".join([COMMENT, *left_out]))
    return 0


def draw_planted(data: Path) -> None:
    """Write the lists of planted errors; real.csv has to be drawn after them."""
    frozen.write(LISTS / frozen.BLOCKS, draw_blocks(data), COMMENT)
    frozen.write(LISTS / frozen.SCENES, draw_scenes(data), COMMENT)


def check(data: Path) -> int:
    """Compose all lists and print what differs from its hash."""
    total, differing = 0, []
    for file, module in ((frozen.BLOCKS, blocks), (frozen.SCENES, scenes), (frozen.REAL, real)):
        for entry in frozen.read(file):
            total += 1
            made = module.compose(entry, data)
            if made is None or module.digest_of(made) != entry.digest:
                differing.append(entry.name)
    print(f"{len(differing)} of {total} differ {' '.join(differing[:20])}")
    return bool(differing)


def draw_blocks(data: Path) -> Iterator[Entry]:
    """Yield the entries of blocks.csv."""
    rng = np.random.default_rng(2026)
    pictures = test_pictures(data)
    naip = sorted(f"naip/{file.stem}" for file in (data / "scenes" / "naip").glob("*.tif"))
    pairs = [f"sen12_pairs/{a.stem.removesuffix('_cloudy')}" for a, _ in twins(data, MATTES[0], validation=True)]
    landsat = sorted(f"landsat8_bqa/{file.stem}" for file in (data / "cloud/landsat8_bqa/annotations").glob("*.png"))
    clouds = [settle(blank(f"cloud-{n.split('/')[1]}", "cloud", (n, 256)), data) for n in pairs + landsat[::4]]
    mattes = [
        e.source for e in clouds if e.source in pairs and (blocks.compose(e, data).segmentation == 1).mean() > 0.1
    ]

    def anywhere() -> dict[str, Any]:
        source, side = pictures[int(rng.integers(len(pictures)))]
        return {"source": source, "side": side, "seed": int(rng.integers(1 << 31))}

    def two_dates() -> dict[str, Any]:
        one, other = rng.choice(naip, 2, replace=False)
        place = f"@{rng.integers(0, 934 - 512)},{rng.integers(0, 724 - 512)}"
        seed = int(rng.integers(1 << 31))
        return {"source": one + place, "second": other + place, "side": 512, "seed": seed}

    for code in CODES:
        for severity in SEVERITIES:
            for k in range(EACH):
                codes = (code,)
                if rng.random() < SECOND_TYPE:
                    codes += (str(rng.choice([other for other in CODES if other != code])),)
                second = str(rng.choice(mattes)) if code == "cloud" and k % 2 else ""
                wish = Entry(f"{code}-{severity}-{k:02}", "defect", "", second, codes, severity, 0, 0)
                yield settle(wish, data, anywhere)
    for k in range(CLEAN):
        yield settle(replace(blank(f"clean-{k:03}", "clean", pictures[k % len(pictures)]), seed=k), data)
    for code in CODES:
        for k in range(DECOYS):
            yield settle(replace(blank(f"decoy-{code}-{k:02}", "decoy"), codes=(code,)), data, anywhere)
    for k in range(DATES):
        wish = replace(blank(f"dates-{k:02}", "dates"), codes=("stitching_trace",), severity="medium")
        yield settle(wish, data, two_dates)
    yield from clouds
    veils = sorted(f"rsicb_cloudy/{file.stem}" for file in (data / "cloud/rsicb_cloudy").iterdir())
    veils = veils[:: len(veils) // VEILS][:VEILS]
    veils += sorted(f"haze1k/{file.stem}" for file in (data / "cloud/haze1k").glob("*_input_*"))
    for name in veils:
        side = 512 if name.startswith("haze1k") else 256
        yield settle(blank(f"veil-{name.split('/')[1]}", "veil", (name, side)), data)


def draw_scenes(data: Path) -> Iterator[Entry]:
    """Yield the entries of scenes.csv: every whole picture with many errors, with one or two, and as it is."""
    photos = sorted({source.partition("@")[0] for source, _ in test_pictures(data) if source.startswith("odm")})
    naip = sorted(f"naip/{file.stem}" for file in (data / "scenes" / "naip").glob("*.tif"))
    for k, source in enumerate([*photos, *naip, *(f"landscape/{60_000 + k}x2048" for k in range(4))]):
        for part in scenes.PARTS:
            entry = Entry(f"{part}-{source.replace('/', '-')}", part, source, "", (), "", 0, 1000 + k)
            yield replace(entry, digest=scenes.digest_of(scenes.compose(entry, data)))


def draw_real(data: Path) -> Iterator[Entry]:
    """Yield the entries of real.csv: held-out pictures as they are, in windows where they are large.

    Of the clean ones those that neither set a threshold nor lie under the planted errors.
    """
    taken = {name_of(file) for file in calibration_blocks.pictures(data)}
    taken |= {entry.source.partition("@")[0] for file in (frozen.BLOCKS, frozen.SCENES) for entry in frozen.read(file)}
    chosen = [(part_of(kind), file) for kind in imagery.REAL for file in files(data, kind, validation=True)]
    chosen += [(real.UNSPOILT, file) for file in clean_files(data, validation=True) if name_of(file) not in taken]
    for part, file in chosen:
        if name_of(file) not in LEFT_OUT:
            yield from windows(data, part, file)


def part_of(kind: imagery.ImagerySet) -> str:
    return real.WHOLE if kind.whole else real.SEAM if "seam" in kind.outlined else real.OUTLINED


def windows(data: Path, part: str, file: Path) -> Iterator[Entry]:
    """Yield a picture, or the windows of it that show most of it and share little."""
    height, width = read_rgb(file).shape[:2]
    small = max(height, width) <= WINDOW
    for y, x in product(starts(height), starts(width)):
        source = name_of(file) if small else f"{name_of(file)}@{x},{y}"
        wish = Entry(f"{part}-{re.sub('[/@,]', '-', source)}", part, source, "", (), "", 0 if small else WINDOW, 0)
        picture = real.compose(wish, data)
        present = real.labels_of(picture, part) == 1
        codes = tuple(code for code, there in zip(CODES, present) if there)
        yield replace(wish, codes=codes, digest=real.digest_of(picture))


def starts(length: int) -> list[int]:
    """First pixels of the windows along one axis; a single one lies in the middle."""
    count, room = max(1, round(length / WINDOW)), max(0, length - WINDOW)
    return [room // 2] if count == 1 else [k * room // (count - 1) for k in range(count)]


def name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def test_pictures(data: Path) -> list[Picture]:
    """Windows of the held-out pictures that no threshold was set on, with their sides in pixels."""
    pictures: list[Picture] = []
    shown = [file for file in clean_files(data, validation=True) if file.parent.name in SETS]
    for file in shown[1::2]:
        name = f"{file.parent.name}/{file.stem}"
        if file.parent.name.startswith("odm"):  # 1620 x 1215 px at least; few windows, as they look alike
            pictures += [(f"{name}@{place}", 512) for place in ("0,0", "1100,690")]
        else:
            pictures.append((name, 384))
    pictures += [(f"haze1k/{file.stem}", 512) for file in sorted((data / "cloud/haze1k").glob("*_target_*"))]
    pictures += [
        (f"naip/{file.stem}@{x},100", 512) for file in sorted((data / "scenes/naip").glob("*.tif")) for x in (0, 420)
    ]
    return pictures + [(f"landscape/{50_100 + k}", 512) for k in range(16)]


def blank(name: str, part: str, picture: Picture = ("", 0)) -> Entry:
    return Entry(name, part, picture[0], "", (), "", picture[1], 0)


def settle(wish: Entry, data: Path, draw: Callable[[], dict[str, Any]] = dict) -> Entry:
    """Draw pictures and seeds until the wished error can be seen; return the entry with its hash."""
    for _ in range(DRAWS):
        entry = replace(wish, **draw())
        if sample := blocks.compose(entry, data):
            return replace(entry, digest=blocks.digest_of(sample))
    raise SystemExit(f"{wish.name}: no picture found on which it can be seen")


if __name__ == "__main__":
    sys.exit(main())
