"""How well seams are measured: planted truth on real pictures, and photos of one place joined as they are.

    python tools/measure_seams.py --data ../shared/data [--lines 120] [--seed 1]

Lines are straight, broken or of 40 vertices; tone, gamma, haze and sharpness of one side change at random.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rsqi_core.imagery.picture_file import read_rgb
from rsqi_core.seams.measure import measure_line
from rsqi_core.synthesis.overlap import displacement, register, twins

SETS = {
    "clean/rsscn7": 400, "clean/epfl_road": 400, "clean/odm_toledo": 800, "clean/dubai": 500,
    "clean/heziro_overlapping_photos": 800, "clean/odm_seneca": 800, "clean/zy3_wuhan": 700,
}  # fmt: skip
PAIRED = ("clean/odm_toledo", "clean/heziro_overlapping_photos")
KINDS = {"straight": 2, "broken": 5, "40 vertices": 40}
TONES = ("none", "gain", "gamma", "haze", "soft")


def pictures(data, count, rng):
    """Yield squares of real pictures."""
    files = {name: sorted((data / name).glob("*.webp")) for name in SETS}
    files = {name: found for name, found in files.items() if found}
    for _ in range(count):
        name = rng.choice(list(files))
        image = read_rgb(files[name][rng.integers(len(files[name]))])
        side = min(SETS[name], *image.shape[:2])
        y, x = (rng.integers(length - side + 1) for length in image.shape[:2])
        yield np.ascontiguousarray(image[y : y + side, x : x + side])


def draw_line(side, rng, vertices):
    """A line from one border to the opposite one, float [vertices, 2]."""
    along, ends = np.linspace(0, side, vertices), rng.uniform(0.2, 0.8, 2) * side
    across = np.linspace(*ends, vertices)
    if vertices == 5:
        across[1:-1] += rng.normal(0, 0.06 * side, 3)
    elif vertices > 5:
        wander = rng.normal(0, 1, vertices).cumsum()
        across += 0.012 * side * (wander - np.linspace(wander[0], wander[-1], vertices))
        across[1:-1] += rng.normal(0, 2, vertices - 2)
    line = np.stack([np.clip(across, 40, side - 40), along], 1)
    line = line[:, ::-1] if rng.random() < 0.5 else line
    return np.ascontiguousarray(line[::-1] if rng.random() < 0.5 else line)


def right_of(line, side):
    """Share of each pixel right of a line through a square, float32 [side, side]."""
    before, after = (a + 60 * (a - b) / np.hypot(*(a - b)) for a, b in ((line[0], line[1]), (line[-1], line[-2])))
    course = line[-1] - line[0]
    away = 4 * side * np.array([-course[1], course[0]]) / np.hypot(*course)
    outline = np.concatenate([[before], line, [after], [after + away], [before + away]])
    canvas = np.zeros((side, side), np.uint8)
    cv2.fillPoly(canvas, [np.round((outline - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


def moved(image, dx, dy):
    """The image, moved."""
    matrix = np.array([[1, 0, dx], [0, 1, dy]], float)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def toned(image, tone, rng):
    """The image in another tone, or softer."""
    values = image.astype(np.float32)
    if tone == "gain":
        values = values * np.exp(rng.normal(0, 0.1, 3)) + rng.normal(0, 6, 3)
    elif tone == "gamma":
        values = 255 * (values / 255) ** np.exp(rng.normal(0, 0.25))
    elif tone == "haze":
        veil = rng.uniform(0.08, 0.3)
        values = values * (1 - veil) + 215 * veil
    elif tone == "soft":
        values = cv2.GaussianBlur(values, (0, 0), rng.uniform(0.6, 1.2))
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def measured(near, far, line):
    """Join two pictures along a line and measure it; also the band along it, bool."""
    share = right_of(line, len(near))
    image = cv2.blendLinear(near, far, 1 - share, share)

    def read(x, y, width, height):
        return image[y : y + height, x : x + width], np.ones((height, width), bool)

    inside = (share > 0.5).astype(np.uint8)
    away = cv2.distanceTransform(inside, cv2.DIST_L2, 5) + cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    return measure_line(read, image.shape[1::-1], line), (away > 2) & (away < 7)


def planted(data, count, seed, displaced):
    """Yield planted displacement, true step, tone, kind of line and what was measured."""
    rng = np.random.default_rng(seed)
    for number, image in enumerate(pictures(data, count, rng)):
        kind, tone = list(KINDS)[number % len(KINDS)], TONES[rng.integers(len(TONES))]
        line = draw_line(len(image), rng, KINDS[kind])
        offset, angle = rng.uniform(2, 10) * displaced, rng.uniform(0, 2 * np.pi)
        shift = offset / 2 * np.array([np.cos(angle), np.sin(angle)])
        near, plain = (moved(image, *-shift), moved(image, *shift)) if displaced else (image, image)
        far = toned(plain, tone, rng)
        found, band = measured(near, far, line)
        step = np.median(far[band].astype(float) - plain[band], 0)
        yield offset, step, tone, kind, found


def joined(data, seed):
    """Yield, of photos that overlap, the displacement along their seam by dense flow, and what was measured."""
    rng = np.random.default_rng(seed)
    for name in PAIRED:
        files = sorted((data / name).glob("*.webp"))
        for first, second in zip(files, files[1:]):
            near, far = read_rgb(first), read_rgb(second)
            homography = register(near, far)
            for square in twins(near, far, homography, 600)[:4] if homography is not None else ():
                near_part, far_part = np.ascontiguousarray(square[..., :3]), np.ascontiguousarray(square[..., 3:])
                found, band = measured(near_part, far_part, draw_line(600, rng, 2))
                flow, _, trust = displacement(near_part, far_part)
                sure = band & trust
                if sure.sum() > 500:
                    yield float(np.hypot(*np.median(flow[sure], 0))), found


def row(name, *values):
    print(f"{name:34}" + "".join(f"{value:>12}" for value in values), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    moved_lines = list(planted(options.data, options.lines, options.seed, True))
    aligned = list(planted(options.data, options.lines, options.seed + 1, False))
    row("planted px", "lines", "found", "median error")
    for low, high in ((2, 4), (4, 7), (7, 10), (2, 10)):
        these = [(offset, m) for offset, *_, m in moved_lines if low <= offset <= high]
        found = [abs(m.offset_px - offset) for offset, m in these if m.displaced]
        row(f"{low}-{high}", len(these), len(found), f"{np.median(found):.2f}" if found else "-")
    row("aligned", "lines", "displaced", "without sign", "visible")
    for kind in (*KINDS, *TONES, "all"):
        these = [m for *_, tone, shape, m in aligned if kind in (tone, shape, "all")]
        false = np.mean([m.displaced for m in these]) if these else 0
        known = np.mean([m.offset_px is None for m in these]) if these else 0
        shown = np.mean([m.is_error for m in these]) if these else 0
        row(kind, len(these), f"{false:.1%}", f"{known:.0%}", f"{shown:.0%}")
    row("step", "lines", "median error", "true median")
    for tone in ("gain", "gamma", "haze", "none"):
        these = [(step, m) for _, step, kind, _, m in (*moved_lines, *aligned) if kind == tone]
        errors = np.concatenate([np.abs(np.array(m.step_dn) - step) for step, m in these])
        row(tone, len(these), f"{np.median(errors):.2f}", f"{np.median([np.abs(s).max() for s, _ in these]):.1f}")
    pairs = list(joined(options.data, options.seed))
    both = [(true, m) for true, m in pairs if m.displaced]
    even = [m.displaced for true, m in pairs if true < 0.5]
    row("photos of one place, flow", "lines", "displaced", "median error")
    errors = f"{np.median([abs(true - m.offset_px) for true, m in both]):.2f}" if both else "-"
    row("all", len(pairs), len(both), errors)
    row("flow under 0.5 px", len(even), sum(even))


if __name__ == "__main__":
    main()
