"""The demo scene: a georeferenced procedural landscape with all ten error types planted, and the truth about them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rasterio
from rasterio.transform import from_origin

from ..errors import OutputError, ParameterError
from ..files.atomic import whole_files
from ..files.earlier import refuse_foreign
from ..taxonomy import IGNORED, by_code
from . import (
    blur,
    cloud,
    distortion,
    pixel_missing,
    shadow,
    spectral_overflow,
    stitching_misalignment,
    stitching_trace,
    stretching_blur,
    stripe_noise,
)
from .defect import AMBIGUOUS, DEFECT, Defect
from .fields import coordinates, fractal, smoothstep
from .landscape import landscape

CRS = "EPSG:4545"  # CGCS2000 / 3-degree Gauss-Kruger CM 108E, Guizhou
ORIGIN = (498_730.0, 2_943_480.0)  # easting and northing of the upper left corner, metres
REFERENCE = 4096  # the size for which counts and window sizes below are meant
CELL = 16  # pixels of a cell in the plan of what is taken
MIN_SIZE = 1024
Plant = Callable[[np.ndarray, np.random.Generator], Defect | None]


@dataclass(frozen=True)
class Scene:
    """Paths of the files of a demo scene.

    Attributes
    ----------
    raster : Path
        ``scene.tif``: uint8 RGB with an internal mask band; black outside the footprint.
    truth : Path
        ``truth.tif``: one uint8 band on the same grid, 1..10 error, 0 clean, 255 not to be judged.
    planted : Path
        ``planted.json``: a list of ``{code, severity, bbox, pixels, parameters}``; ``bbox`` is x, y, width, height.
    """

    raster: Path
    truth: Path
    planted: Path

    def is_own(self) -> bool:
        """Are the files that lie there those of a demo scene?"""
        try:
            listed = json.loads(self.planted.read_text(encoding="utf-8"))
            with rasterio.open(self.raster) as raster, rasterio.open(self.truth) as truth:
                same = raster.shape == truth.shape and raster.crs == truth.crs == rasterio.CRS.from_string(CRS)
        except (OSError, ValueError, rasterio.errors.RasterioError):
            return False
        return (
            same and isinstance(listed, list) and all({"code", "severity", "bbox"} <= entry.keys() for entry in listed)
        )


@dataclass(frozen=True)
class _Recipe:
    """How often one type is planted, in windows of what size, and what an acceptable result is."""

    code: str
    count: int
    window: tuple[int, int]
    plant: Plant
    pixels: tuple[int, int]  # of the error, in the reference size


def _cloud(image: np.ndarray, rng: np.random.Generator) -> Defect | None:
    """A cloud that thins out before the window ends."""
    shape = image.shape[:2]
    x, y = coordinates(shape)
    angle, stretch = rng.uniform(0, np.pi), rng.uniform(1.0, 1.5)
    u, v = (x / shape[1] - 0.5) * 2, (y / shape[0] - 0.5) * 2
    radius = np.hypot((u * np.cos(angle) + v * np.sin(angle)), (v * np.cos(angle) - u * np.sin(angle)) * stretch)
    density = 1.5 - 2.4 * radius + 0.5 * fractal(shape, rng, rng.uniform(1.7, 2.2), cells=4)
    low = rng.uniform(0.1, 0.4)
    matte = smoothstep(density, low, low + rng.uniform(0.5, 1.2)) * (1 - smoothstep(radius, 0.8, 0.97))
    return cloud.apply(image, rng, matte=(matte * rng.uniform(0.8, 0.99)).astype(np.float32))


def _of_kind(apply: Callable[..., Defect | None], *kinds: str) -> Plant:
    return lambda image, rng: apply(image, rng, kind=str(rng.choice(kinds)))


RECIPES = (
    _Recipe("cloud", 3, (650, 1150), _cloud, (30_000, 700_000)),
    _Recipe("blur", 3, (600, 1000), blur.apply, (40_000, 500_000)),
    _Recipe("shadow", 4, (450, 900), _of_kind(shadow.apply, "cloud", "cloud", "terrain"), (15_000, 400_000)),
    _Recipe("stretching_blur", 4, (350, 700), stretching_blur.apply, (6_000, 160_000)),
    _Recipe("distortion", 4, (350, 700), distortion.apply, (5_000, 160_000)),
    _Recipe("spectral_overflow", 4, (250, 600), spectral_overflow.apply, (1_500, 120_000)),
    _Recipe("stripe_noise", 5, (300, 600), _of_kind(stripe_noise.apply, "lines", "lines", "dashes"), (60, 20_000)),
    _Recipe(
        "pixel_missing", 5, (96, 150), _of_kind(pixel_missing.apply, "pixels", "clusters", "line", "block"), (4, 6_000)
    ),
)
CORNERS = (
    ("stitching_trace", (0, 0)),
    ("stitching_misalignment", (1, 1)),
    ("stitching_trace", (1, 0)),
    ("stitching_misalignment", (0, 1)),
)
TRIES = 60  # of one error, before its type is given up
LAYOUTS = 4  # of a scene


def make_scene(folder: str | Path, size: int = REFERENCE, seed: int = 0, resolution: float = 0.5) -> Scene:
    """Write a scene with planted errors, its truth and the list of what was planted.

    Parameters
    ----------
    folder : str or Path
        Where the three files go; created if missing.
    size : int
        Height and width in pixels, at least 1024.
    seed : int
        The same arguments give the same scene.
    resolution : float
        Ground resolution in metres a pixel.

    Returns
    -------
    Scene
        Paths of the files.

    Raises
    ------
    ParameterError
        If `size` is too small for all ten types.
    OutputError
        If a file cannot be written, or one lies there that is of no demo scene.
    """
    if size < MIN_SIZE:
        raise ParameterError(f"scene size {size} is too small for ten error types; give at least {MIN_SIZE} pixels")
    folder = Path(folder)
    scene = Scene(*(folder / name for name in ("scene.tif", "truth.tif", "planted.json")))
    refuse_foreign((scene.raster, scene.truth, scene.planted), lambda _: scene.is_own())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder cannot be made ({error.strerror}); choose another") from error
    ground = landscape(size, seed, resolution)
    for layout in range(LAYOUTS):
        rng = np.random.default_rng([seed, 1954, *([layout] if layout else [])])
        valid = _footprint(size, rng)
        image, truth = ground.copy(), np.zeros((size, size), np.uint8)
        try:
            planted = _plant_seams(image, truth, valid, rng) + _plant_windows(image, truth, valid, rng)
            break
        except ParameterError:  # a small scene may be full before the last type has its place
            if layout == LAYOUTS - 1:
                raise
    image[~valid] = 0
    truth[~valid] = IGNORED
    _write(scene, image, truth, valid, planted, resolution)
    return scene


def _footprint(size: int, rng: np.random.Generator) -> np.ndarray:
    """Valid pixels, bool [size, size]: a slightly turned square with stepped edges, as flight strips leave it."""
    inset, turn = 0.025 * size, np.deg2rad(rng.choice([-1, 1]) * rng.uniform(0.8, 1.6))
    half = size / 2 - inset - size * abs(np.sin(turn)) / 2
    square = ((-half, -half), (half, -half), (half, half), (-half, half))
    shapes = [(square, 1)]
    for side in range(4):
        for start in rng.uniform(-0.9, 0.5, 2) * half:
            end, depth = start + rng.uniform(0.2, 0.5) * half, half - rng.uniform(0.004, 0.02) * size
            notch = np.array(((start, -size), (end, -size), (end, -depth), (start, -depth)))
            cosine, sine = (1, 0, -1, 0)[side], (0, 1, 0, -1)[side]
            shapes.append((notch @ np.array(((cosine, sine), (-sine, cosine))), 0))
    turned = np.array(((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))))
    valid = np.zeros((size, size), np.uint8)
    for shape, value in shapes:
        cv2.fillPoly(valid, [np.round(np.array(shape) @ turned + size / 2).astype(np.int32)], value)
    return valid.astype(bool)


def _plant_seams(
    image: np.ndarray, truth: np.ndarray, valid: np.ndarray, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Cut off corners of the scene by seams, as if they came from other photos; in place."""
    size = image.shape[0]
    planted = []
    corners = CORNERS if size >= REFERENCE // 2 else CORNERS[:2]
    for code, (down, right) in corners:
        module = stitching_trace if code == "stitching_trace" else stitching_misalignment
        for _ in range(TRIES):
            distance = _corner(size, rng)
            if right:
                distance = distance[:, ::-1]
            if down:
                distance = distance[::-1]
            height, width = distance.shape
            y, x = down * (size - height), right * (size - width)
            defect = module.apply(image[y : y + height, x : x + width], rng, distance=np.ascontiguousarray(distance))
            if defect and _plain_to_see(defect):
                planted.append(_paste(image, truth, valid, defect, x, y))
                break
        else:
            raise ParameterError(f"no place for {code} in a scene of {size} pixels; try another seed or size")
    return planted


def _corner(size: int, rng: np.random.Generator) -> np.ndarray:
    """Signed distance in pixels to a wavering line that cuts off the upper left corner, positive beyond it."""
    a, b = rng.uniform(0.27, 0.40, 2) * size
    sway = 0.012 * size
    shape = (int(b + 4 * sway), int(a + 4 * sway))
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    line = (1 - x / a - y / b) * (a * b / np.hypot(a, b))
    return (line + np.clip(sway * fractal(shape, rng, 3.2, cells=4), -1.5 * sway, 1.5 * sway)).astype(np.float32)


def _plain_to_see(defect: Defect) -> bool:
    """Seams of the demo are neither hair's breadth nor grotesque."""
    if defect.code == "stitching_trace":
        return 7 <= defect.parameters["step"] <= 18
    return defect.parameters["offset_px"] >= 5


def _plant_windows(
    image: np.ndarray, truth: np.ndarray, valid: np.ndarray, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Plant the other types in windows that neither overlap nor leave the footprint; in place."""
    size = image.shape[0]
    scale = (min(size, REFERENCE) / REFERENCE) ** 0.7
    taken = cv2.dilate((truth > 0).astype(np.uint8), np.ones((9, 9), np.uint8)) | ~valid
    taken = cv2.resize(taken.astype(np.uint8), None, fx=1 / CELL, fy=1 / CELL, interpolation=cv2.INTER_AREA) > 0
    planted = []
    for recipe in RECIPES:
        count = max(1, round(recipe.count * (min(size, REFERENCE) / REFERENCE) ** 0.8))
        done = 0
        for attempt in range(TRIES * count):
            shrink = 1 - 0.4 * attempt / (TRIES * count)  # the later, the more modest
            side = int(max(80, rng.uniform(*recipe.window) * scale * shrink))
            spot = _free(taken, side, rng)
            if spot is None:
                continue
            x, y = spot
            defect = recipe.plant(image[y : y + side, x : x + side].copy(), rng)
            if defect is None or not _whole(defect, image[y : y + side, x : x + side], recipe, scale):
                continue
            planted.append(_paste(image, truth, valid, defect, x, y))
            taken[y // CELL : (y + side) // CELL + 1, x // CELL : (x + side) // CELL + 1] = True
            done += 1
            if done == count:
                break
        if not done:
            raise ParameterError(f"no place for {recipe.code} in a scene of {size} pixels; try another seed or size")
    return planted


def _free(taken: np.ndarray, side: int, rng: np.random.Generator) -> tuple[int, int] | None:
    """Upper left pixel of a free window, or None if none was found."""
    cells = side // CELL + 2
    sums = cv2.integral(taken.astype(np.uint8))
    busy = sums[cells:, cells:] - sums[:-cells, cells:] - sums[cells:, :-cells] + sums[:-cells, :-cells]
    rows, columns = np.nonzero(busy == 0)
    if rows.size == 0:
        return None
    k = int(rng.integers(rows.size))
    return int(columns[k]) * CELL + CELL // 2, int(rows[k]) * CELL + CELL // 2


def _whole(defect: Defect, before: np.ndarray, recipe: _Recipe, scale: float) -> bool:
    """Does the error end inside its window, so that no straight cut shows, and has it a plausible size?"""
    pixels = int((defect.mask == DEFECT).sum())
    low, high = (bound * scale**2 for bound in recipe.pixels)
    if not min(low, 4_000) <= pixels <= max(high, 2_000):
        return False
    if recipe.code in ("stripe_noise", "pixel_missing"):
        return True
    seen = (np.abs(defect.image.astype(np.int16) - before).max(-1) > 10) | (defect.mask == DEFECT)
    rim = np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]])
    return rim.mean() < 0.01


def _paste(image: np.ndarray, truth: np.ndarray, valid: np.ndarray, defect: Defect, x: int, y: int) -> dict[str, Any]:
    """Put one error into the scene and its truth in place; return its entry for the list."""
    height, width = defect.mask.shape
    window = (slice(y, y + height), slice(x, x + width))
    image[window] = defect.image
    label = truth[window]
    label[(defect.mask == AMBIGUOUS) & (label == 0)] = IGNORED
    inside = (defect.mask == DEFECT) & valid[window]  # seams run on under the collar
    label[inside] = by_code(defect.code).id
    left, top, box_width, box_height = cv2.boundingRect(inside.astype(np.uint8))
    return {
        "code": defect.code,
        "severity": defect.severity,
        "bbox": [x + left, y + top, box_width, box_height],
        "pixels": int(inside.sum()),
        "parameters": defect.parameters,
    }


def _write(
    scene: Scene,
    image: np.ndarray,
    truth: np.ndarray,
    valid: np.ndarray,
    planted: list[dict[str, Any]],
    resolution: float,
) -> None:
    """Write the three files; each appears whole or not at all."""
    size = image.shape[0]
    profile = {
        "driver": "GTiff", "width": size, "height": size, "dtype": "uint8", "crs": CRS,
        "transform": from_origin(*ORIGIN, resolution, resolution),
        "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate",
    }  # fmt: skip
    with whole_files(scene.raster, what="the demo scene", errors=(rasterio.errors.RasterioError,)) as folder:
        parts = [folder / path.name for path in (scene.raster, scene.truth, scene.planted)]
        # A mask band, not a nodata value: lost pixels inside the footprint are black as well and must stay valid.
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(parts[0], "w", count=3, photometric="RGB", predictor=2, **profile) as raster,
        ):
            for band in range(3):
                raster.write(image[..., band], band + 1)
            raster.write_mask(valid)
        with rasterio.open(parts[1], "w", count=1, **profile) as raster:
            raster.write(truth, 1)
        parts[2].write_text(json.dumps(planted, indent=1), encoding="utf-8")
