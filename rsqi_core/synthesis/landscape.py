"""The procedural landscape: hills, fields, woods, water, roads and villages as an aerial camera would see them."""

from __future__ import annotations

import cv2
import numpy as np

from ..errors import ParameterError
from .farmland import Farmland, farmland
from .fields import smoothstep
from .routes import RoadClass, network, pave, river
from .settlement import build, complex_of, village
from .terrain import cast_shadow, fractal, lay, strips, sunlight
from .vegetation import plant, scatter

WOODS = np.array(
    [(58, 70, 46), (66, 77, 50), (76, 85, 54), (50, 62, 44), (84, 90, 60), (70, 74, 48), (96, 98, 66), (62, 66, 46)],
    np.float32,
)
SKY = np.array((0.345, 0.37, 0.41), np.float32)
SUNSHINE = np.array((0.643, 0.63, 0.597), np.float32)


def landscape(size: int, seed: int, resolution: float = 0.5) -> np.ndarray:
    """Draw an aerial image of a place that does not exist.

    Parameters
    ----------
    size : int
        Height and width in pixels, at least 64.
    seed : int
        The same seed, size and resolution give the same image.
    resolution : float
        Ground resolution in metres a pixel, 0.1 to 2.

    Returns
    -------
    numpy.ndarray
        uint8 [size, size, 3] RGB, values 3..250: never the black or white of missing pixels.

    Raises
    ------
    ParameterError
        If `size` or `resolution` is out of range.
    """
    if size < 64:
        raise ParameterError(f"landscape size {size} is too small; give at least 64 pixels")
    if not 0.1 <= resolution <= 2:
        raise ParameterError(f"resolution {resolution} m is outside 0.1..2")
    metre = 1 / resolution
    rng = np.random.default_rng([seed, 4711])
    upland = fractal(size, 900 * metre, rng, octaves=6, gain=0.5) + rng.normal(0, 0.45)
    grain = _grain(size, rng)
    land = farmland(size, rng, metre)
    albedo = land.albedo
    wood = _wood(upland, land, rng, metre)
    _uncultivated(albedo, upland, wood, land, rng, metre)
    shore = _shore(size, rng, metre)
    water = _water(albedo, shore, rng, metre)

    surface = np.zeros((size, size), np.float32)
    crown = np.zeros((size, size), np.uint8)
    lines = network(size, rng, metre)
    worn = 1 + 0.02 * grain + 0.035 * fractal(size, 25 * metre, rng, octaves=3)
    roads = np.zeros((size, size), np.float32)
    for road, courses in lines:
        if courses:
            np.maximum(roads, pave(albedo, courses, road, worn, rng, metre), out=roads)
    water *= 1 - roads  # bridges
    blocked = ((shore < 4) | (roads > 0.4)).astype(np.uint8)
    homes = _settle(albedo, surface, blocked, lines, rng, metre)
    built = blocked.copy()
    _vegetate(surface, crown, upland, wood, land, homes, built, shore, rng, metre)
    return _photograph(albedo, surface, crown, upland, water, roads, grain, rng, metre)


def _grain(size: int, rng: np.random.Generator) -> np.ndarray:
    """Ground texture from single pixels to some metres, unit deviation."""
    grain = rng.standard_normal((size, size), dtype=np.float32)
    soft = cv2.GaussianBlur(grain, (0, 0), 1.1) * 3.9
    broad = fractal(size, 14, rng, octaves=2)
    return 0.45 * grain + 0.65 * soft + 0.6 * broad


def _wood(upland: np.ndarray, land: Farmland, rng: np.random.Generator, metre: float) -> np.ndarray:
    """Opacity 0-1 of woodland: hills wholly, and now and then a parcel below."""
    size = upland.shape[0]
    per_parcel = rng.normal(0, 0.55, land.angle.size).astype(np.float32)[land.parcel]
    score = upland + 0.55 * per_parcel + 0.25 * fractal(size, 70 * metre, rng, octaves=5, gain=0.6)
    return smoothstep(score, 0.55, 0.75)


def _uncultivated(
    albedo: np.ndarray, upland: np.ndarray, wood: np.ndarray, land: Farmland, rng: np.random.Generator, metre: float
) -> None:
    """Scrub and grass on slopes, litter under trees, tracks through the fields; in place."""
    patches = fractal(upland.shape[0], 30 * metre, rng, octaves=6, gain=0.7)
    lay(albedo, 0.75 * smoothstep(upland, 0.15, 0.6), (112, 110, 78), 1 + 0.13 * patches)
    lay(albedo, 0.9 * wood, (84, 82, 58), 1 + 0.15 * patches)
    lay(albedo, 0.85 * land.track * (1 - wood), (160, 145, 119), 1 + 0.07 * patches)


def _shore(size: int, rng: np.random.Generator, metre: float) -> np.ndarray:
    """Signed distance in metres to the nearest water, negative in it."""
    noise = fractal(size, 60 * metre, rng, octaves=5, gain=0.55)
    shore = np.full((size, size), 1e4, np.float32)
    if rng.random() < max(0.18, min(size / metre / 1500, 1.0)):
        shore = np.minimum(shore, river(size, rng, metre, noise))
    for _ in range(rng.poisson((size / metre / 420) ** 2)):
        cx, cy = rng.uniform(0, size, 2)
        long, short = rng.uniform(9, 40), rng.uniform(6, 20)
        turn, reach = rng.uniform(0, np.pi), int(70 * metre)
        y0, x0 = max(int(cy) - reach, 0), max(int(cx) - reach, 0)
        part = (slice(y0, int(cy) + reach), slice(x0, int(cx) + reach))
        y, x = np.mgrid[y0 : y0 + shore[part].shape[0], x0 : x0 + shore[part].shape[1]].astype(np.float32)
        u = ((x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)) / metre
        v = (-(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)) / metre
        pond = (np.sqrt((u / long) ** 2 + (v / short) ** 2) - 1) * short + 1.8 * noise[part]
        shore[part] = np.minimum(shore[part], pond)
    return shore


def _water(albedo: np.ndarray, shore: np.ndarray, rng: np.random.Generator, metre: float) -> np.ndarray:
    """Paint banks and water in place; return the opacity 0-1 of the water."""
    size = albedo.shape[0]
    ripples = fractal(size, 6 * metre, rng, octaves=3, gain=0.7)
    tone = fractal(size, 200 * metre, rng, octaves=3)
    near = 0.8 * np.exp(-np.square(np.clip(shore, 0, 30) / 2.5))
    near[shore > 12] = 0
    lay(albedo, near, (138, 128, 102), 1 + 0.08 * ripples)
    water = smoothstep(-shore, -0.4, 0.6)
    tone = 1 + 0.012 * ripples + 0.05 * tone
    lay(albedo, water, (104, 108, 88), tone)
    lay(albedo, water * smoothstep(-shore, 0, 7), (70, 84, 78), tone)
    return water


def _settle(
    albedo: np.ndarray,
    surface: np.ndarray,
    blocked: np.ndarray,
    lines: list[tuple[RoadClass, list[np.ndarray]]],
    rng: np.random.Generator,
    metre: float,
) -> np.ndarray:
    """Villages, single farms, halls and greenhouses along the roads; return the houses' centres [N, 2]."""
    size = albedo.shape[0]
    homes = []
    for road, line in ((road, line) for road, courses in lines for line in courses):
        inside = ((line > 0) & (line < size)).all(1)
        spots = np.flatnonzero(inside[1:-1]) + 1
        if spots.size == 0:
            continue
        length = spots.size * 6 / 1000  # kilometres
        for _ in range(rng.poisson(length * {"dirt": 0.7, "concrete": 2.2, "asphalt": 1.6}[road.name] + 0.1)):
            k = int(rng.choice(spots))
            angle = float(np.arctan2(*(line[k + 1] - line[k - 1])[::-1]))
            away = rng.normal(0, 22) * metre
            center = line[k] + away * np.array([-np.sin(angle), np.cos(angle)])
            houses = int(np.clip(np.exp(rng.normal(2.6, 0.9)), 1, 90))
            homes.append(village(albedo, surface, blocked, center, angle, houses, rng, metre))
        _traffic(albedo, surface, road, line, rng, metre)
        for form, rate in (("hall", 0.7), ("tunnel", 0.6)):
            for _ in range(rng.poisson(length * rate * (road.name != "dirt"))):
                k = int(rng.choice(spots))
                angle = float(np.arctan2(*(line[k + 1] - line[k - 1])[::-1]))
                away = rng.choice([-1, 1]) * rng.uniform(35, 90) * metre
                center = line[k] + away * np.array([-np.sin(angle), np.cos(angle)])
                complex_of(albedo, surface, blocked, center, angle, form, rng, metre)
    return np.concatenate(homes) if homes else np.zeros((0, 2), np.float32)


def _traffic(
    albedo: np.ndarray, surface: np.ndarray, road: RoadClass, line: np.ndarray, rng: np.random.Generator, metre: float
) -> None:
    """Cars on their lanes; in place."""
    steps = np.diff(line, axis=0)
    for k in np.flatnonzero(rng.random(len(steps)) < {"dirt": 0.003, "concrete": 0.03, "asphalt": 0.09}[road.name]):
        angle = float(np.arctan2(steps[k, 1], steps[k, 0]))
        lane = rng.choice([-1, 1]) * 0.22 * road.width * metre
        spot = (line[k, 0] - lane * np.sin(angle), line[k, 1] + lane * np.cos(angle))
        truck = rng.random() < 0.12
        half = (rng.uniform(3, 5) * metre, 1.2 * metre) if truck else (rng.uniform(2.0, 2.4) * metre, 0.9 * metre)
        build(albedo, surface, spot, half, angle, 2.6 if truck else 0.9, "flat" if truck else "car", rng, metre)


def _vegetate(
    surface: np.ndarray,
    crown: np.ndarray,
    upland: np.ndarray,
    wood: np.ndarray,
    land: Farmland,
    homes: np.ndarray,
    built: np.ndarray,
    shore: np.ndarray,
    rng: np.random.Generator,
    metre: float,
) -> None:
    """Woods, scrub, hedges, banks, gardens and single trees; in place."""
    size = surface.shape[0]
    kinds = fractal(size, 120 * metre, rng, octaves=4)
    openings = smoothstep(fractal(size, 45 * metre, rng, octaves=4), 1.0, 1.6)
    stands = (
        (wood * (1 - 0.85 * openings) * 0.95, 4.6, 2.4, 0.28),
        (wood * (1 - 0.5 * openings) * 0.85, 3.0, 1.5, 0.25),
        (smoothstep(upland, 0.0, 0.7) * 0.35 + 0.01, 6.0, 1.3, 0.35),
        (0.5 * np.exp(-np.square((shore - 5) / 4)), 4.5, 1.9, 0.35),
    )
    groups = []
    for density, spacing, radius, spread in stands:
        points = scatter(density.astype(np.float32), spacing * metre, rng)
        groups.append((points, radius * np.exp(rng.normal(0, spread, len(points)))))
    groups.append((land.hedge, np.exp(rng.normal(0.35, 0.4, len(land.hedge)))))
    around = homes.repeat(6, 0) + rng.normal(0, 12 * metre, (6 * len(homes), 2))
    around = around[((around >= 0) & (around < size)).all(1)].astype(np.float32)
    groups.append((around, np.exp(rng.normal(0.4, 0.45, len(around)))))

    points = np.concatenate([group[0] for group in groups])
    radii = np.concatenate([group[1] for group in groups]) * metre
    clear = cv2.dilate(built, np.ones((3, 3), np.uint8))
    column, row = points.astype(int).T
    keep = (clear[row, column] == 0) & (shore[row, column] > 0.8)
    points, radii, column, row = points[keep], radii[keep], column[keep], row[keep]
    species = (kinds[row, column] * 1.6 + rng.normal(0, 1.3, len(points))).round().astype(int) % len(WOODS)
    tones = 1 + species * 31 + rng.integers(0, 31, len(points))
    plant(surface, crown, points, radii.astype(np.float32), tones.astype(np.uint8), rng)


def _photograph(
    albedo: np.ndarray,
    surface: np.ndarray,
    crown: np.ndarray,
    upland: np.ndarray,
    water: np.ndarray,
    roads: np.ndarray,
    grain: np.ndarray,
    rng: np.random.Generator,
    metre: float,
) -> np.ndarray:
    """Light the scene and expose it: sun, sky, haze, lens, sensor."""
    size = surface.shape[0]
    light, sky = _light(surface, upland, water, rng, metre)
    tone = np.arange(256)
    table = WOODS[np.minimum((tone - 1) // 31, len(WOODS) - 1)] * (0.82 + 0.012 * ((tone - 1) % 31))[:, None]
    drift = fractal(size, 1200 * metre, rng, octaves=2)
    exposure = (rng.uniform(1.0, 1.14) * (1 + rng.normal(0, 0.01, 3))).astype(np.float32)
    haze = np.array((15, 18, 22), np.float32) * np.float32(rng.uniform(0.5, 1.3))  # lifts the dark
    for part in strips(size):
        color, leaves = albedo[part], crown[part] > 0
        color[leaves] = table[crown[part][leaves]].astype(np.float32)
        texture = np.where(leaves, np.float32(0.10), np.float32(0.05)) * (1 - 0.8 * water[part])
        color *= (1 + texture * (1 - 0.6 * roads[part]) * grain[part] + 0.025 * drift[part])[..., None]
        color *= sky[part][..., None] * SKY + light[part][..., None] * SUNSHINE
        color *= exposure
        color += haze
    albedo = cv2.GaussianBlur(albedo, (0, 0), rng.uniform(0.45, 0.6))
    image = np.empty((size, size, 3), np.uint8)
    sigma = np.float32(rng.uniform(1.5, 3.0))
    for part in strips(size):
        noisy = albedo[part] + sigma * rng.standard_normal(albedo[part].shape, dtype=np.float32)
        image[part] = np.clip(noisy + 0.5, 3, 250)
    return image


def _light(
    surface: np.ndarray, upland: np.ndarray, water: np.ndarray, rng: np.random.Generator, metre: float
) -> tuple[np.ndarray, np.ndarray]:
    """Direct sunlight and the share of the open sky, both float32 [H, W] about 1 on open level ground."""
    size = surface.shape[0]
    ridges = 1.2 - np.sqrt(np.square(fractal(size, 520 * metre, rng, octaves=3, gain=0.45)) + 0.02)
    hills = (42 * ridges + 7 * fractal(size, 170 * metre, rng, octaves=5, gain=0.45)) * metre
    # Only the broad lie of the land: its fine detail would turn into stains of light and dark.
    small = (-(-size // 16), -(-size // 16))
    broad = cv2.GaussianBlur(cv2.resize(upland, small, interpolation=cv2.INTER_AREA), (0, 0), 5 * metre)
    hills *= cv2.resize(smoothstep(broad, -0.6, 1.2), (size, size), interpolation=cv2.INTER_CUBIC)
    hills += fractal(size, 30 * metre, rng, octaves=4, gain=0.6) * 0.22 * metre
    ground = np.clip(sunlight(hills), 0.3, 1.4)
    ground += water * (1 - ground)
    light = np.minimum(sunlight(surface), 1.5)
    light *= ground
    light *= 1 - cv2.GaussianBlur(cast_shadow(surface, reach=int(24 * metre)), (0, 0), 0.5)
    sky = 1 - np.clip((cv2.blur(surface, (9, 9)) - surface) / (6 * metre), 0, 0.5)
    return light, sky
