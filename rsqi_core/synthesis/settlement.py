"""Buildings of the procedural landscape: houses, halls and greenhouses with their yards."""

from __future__ import annotations

import cv2
import numpy as np

from .terrain import fractal, lay

# roof form, colours to draw from
ROOFS = {
    "gable": ((96, 92, 88), (110, 104, 98), (128, 96, 80), (138, 104, 86), (84, 86, 90)),
    "hip": ((104, 98, 94), (130, 100, 84), (92, 92, 94)),
    "flat": ((172, 168, 160), (186, 181, 170), (156, 153, 147), (196, 190, 180)),
    "hall": ((172, 182, 190), (126, 146, 168), (188, 186, 180), (150, 110, 98), (206, 206, 202)),
    "car": ((214, 214, 212), (60, 62, 66), (150, 152, 154), (128, 52, 46), (66, 84, 118)),
    "tunnel": ((206, 208, 204), (196, 199, 196), (182, 188, 186)),
}


def build(
    albedo: np.ndarray,
    surface: np.ndarray,
    center: tuple[float, float],
    half: tuple[float, float],
    angle: float,
    height: float,
    form: str,
    rng: np.random.Generator,
    metre: float,
) -> None:
    """Put one building on colours [H, W, 3] and surface [H, W] in place.

    Parameters
    ----------
    center, half : tuple of float
        Centre (column, row) and half length and half width in pixels.
    angle : float
        Direction of the ridge in radians.
    height : float
        Height of the eaves in metres.
    form : str
        Key of `ROOFS`.
    """
    long, short = half
    reach = int(np.hypot(long, short)) + 3
    left, top = int(center[0]) - reach, int(center[1]) - reach
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + 2 * reach, albedo.shape[1]), min(top + 2 * reach, albedo.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    dx, dy = x - center[0], y - center[1]
    u = dx * np.cos(angle) + dy * np.sin(angle)
    v = -dx * np.sin(angle) + dy * np.cos(angle)
    inside = np.minimum(long - np.abs(u), short - np.abs(v))
    alpha = np.clip(inside + 0.5, 0, 1)
    roof, tone = _roof(u, v, inside, half, form, rng, metre)
    color = np.array(ROOFS[form][rng.integers(len(ROOFS[form]))], np.float32)
    color = color * rng.uniform(0.85, 1.1) + rng.normal(0, 3, 3).astype(np.float32)
    window = albedo[y0:y1, x0:x1]
    window += alpha[..., None] * (color * tone[..., None] - window)
    ground = surface[y0:y1, x0:x1]
    np.maximum(ground, alpha * (height * metre + roof), out=ground)  # sloping rims: no staircase in the light


def _roof(
    u: np.ndarray,
    v: np.ndarray,
    inside: np.ndarray,
    half: tuple[float, float],
    form: str,
    rng: np.random.Generator,
    metre: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Height above the eaves in pixels and the tone of the covering."""
    grain = rng.standard_normal(u.shape).astype(np.float32)
    stains = cv2.GaussianBlur(grain, (0, 0), 1.8 * metre) * 1.8 * metre * 3
    tone = 1 + 0.035 * grain + 0.03 * stains
    long, short = half
    if form in ("gable", "hall"):
        pitch = rng.uniform(0.35, 0.6) if form == "gable" else rng.uniform(0.06, 0.16)
        roof = (short - np.abs(v)) * pitch
        tone += 0.10 * np.exp(-((v / 0.6) ** 2))  # the ridge catches light
        period = 0.55 * metre if form == "gable" else 2.2 * metre
        tone += 0.035 * np.sin(2 * np.pi * u / max(period, 2.3))
        if form == "hall" and rng.random() < 0.6:
            skylight = (np.mod(u, 7 * metre) < 0.9 * metre) & (np.abs(v) < 0.75 * short)
            tone = np.where(skylight, tone * rng.uniform(1.06, 1.18), tone)
    elif form == "hip":
        roof = np.maximum(np.minimum(short - np.abs(v), long - np.abs(u)), 0) * rng.uniform(0.4, 0.6)
        tone += 0.03 * np.sin(2 * np.pi * u / 2.4)
    elif form == "car":
        roof = np.where(np.abs(u + 0.1 * long) < 0.55 * long, 0.5 * metre, 0.0)
        tone = np.where(np.abs(np.abs(u + 0.1 * long) - 0.5 * long) < 0.14 * long, 0.6, tone)
    elif form == "tunnel":
        roof = np.sqrt(np.maximum(1 - (v / short) ** 2, 0)) * short * 0.6
        tone += 0.05 * np.cos(2 * np.pi * u / max(1.5 * metre, 2.3)) + 0.05 * stains
    else:
        parapet = np.clip((0.8 * metre - inside) / 0.8, 0, 1)
        roof = 0.35 * metre * parapet
        tone += 0.03 * parapet + 0.05 * stains
        if rng.random() < 0.6:  # stair head or water tank
            a, b = rng.uniform(-0.5, 0.5) * long, rng.uniform(-0.5, 0.5) * short
            box = (np.abs(u - a) < rng.uniform(0.8, 1.8) * metre) & (np.abs(v - b) < rng.uniform(0.8, 1.6) * metre)
            roof = np.where(box, rng.uniform(1.5, 2.6) * metre, roof)
    return roof.astype(np.float32), tone.astype(np.float32)


def village(
    albedo: np.ndarray,
    surface: np.ndarray,
    blocked: np.ndarray,
    center: np.ndarray,
    angle: float,
    houses: int,
    rng: np.random.Generator,
    metre: float,
) -> np.ndarray:
    """Put a cluster of houses where `blocked` uint8 [H, W] is 0, in place; return their centres float32 [N, 2]."""
    size = albedo.shape[0]
    spread = 11 * np.sqrt(houses) * metre
    placed: list[tuple[float, float]] = []
    _ground(albedo, blocked, center, angle, spread, rng, metre)
    flat_share = rng.uniform(0.2, 0.8)
    for _ in range(houses * 3):
        if len(placed) >= houses:
            break
        offset = rng.normal(0, 0.5, 2) * spread * np.array([1.5, 0.8])
        turn = angle + rng.normal(0, 0.10)
        x = center[0] + offset[0] * np.cos(angle) - offset[1] * np.sin(angle)
        y = center[1] + offset[0] * np.sin(angle) + offset[1] * np.cos(angle)
        long, short = rng.uniform(4.5, 9) * metre, rng.uniform(3.4, 5.5) * metre
        if rng.random() < 0.3:
            turn += np.pi / 2
        footprint = np.round(cv2.boxPoints(((x, y), (2 * long + 3 * metre, 2 * short + 3 * metre), np.degrees(turn))))
        reach = int(np.hypot(long, short)) + 2
        x0, y0, x1, y1 = max(int(x) - reach, 0), max(int(y) - reach, 0), int(x) + reach, int(y) + reach
        if x1 <= 0 or y1 <= 0 or x0 >= size or y0 >= size:
            continue
        test = np.zeros((min(y1, size) - y0, min(x1, size) - x0), np.uint8)
        cv2.fillConvexPoly(test, (footprint - (x0, y0)).astype(np.int32), 1)
        if (test & blocked[y0:y1, x0:x1]).any():
            continue
        _yard(albedo, blocked, (x, y), (long, short), turn, rng, metre)
        blocked[y0:y1, x0:x1] |= test
        flat = rng.random() < flat_share
        form = "flat" if flat else str(rng.choice(["gable", "hip"], p=[0.8, 0.2]))
        height = rng.uniform(6, 11) if flat else rng.uniform(3.5, 7.5)
        build(albedo, surface, (x, y), (long, short), turn, height, form, rng, metre)
        if rng.random() < 0.45:  # a lower wing
            side = rng.choice([-1, 1])
            wing = (short * rng.uniform(0.5, 0.8), short * rng.uniform(0.4, 0.6))
            along = (long - wing[1]) * rng.choice([-1, 1])
            across = side * (short + wing[0] * 0.8)
            spot = (x + along * np.cos(turn) - across * np.sin(turn), y + along * np.sin(turn) + across * np.cos(turn))
            build(albedo, surface, spot, wing, turn + np.pi / 2, height * 0.5, form, rng, metre)
        placed.append((x, y))
    return np.array(placed, np.float32).reshape(-1, 2)


def _ground(
    albedo: np.ndarray,
    blocked: np.ndarray,
    center: np.ndarray,
    angle: float,
    spread: float,
    rng: np.random.Generator,
    metre: float,
) -> None:
    """Trodden soil, rubble and gardens between the houses, fading outwards; in place."""
    reach = int(2.2 * spread) + 4
    x0, y0 = max(int(center[0]) - reach, 0), max(int(center[1]) - reach, 0)
    part = (slice(y0, max(int(center[1]) + reach, 0)), slice(x0, max(int(center[0]) + reach, 0)))
    window = albedo[part]
    if window.size == 0:
        return
    y, x = np.mgrid[y0 : y0 + window.shape[0], x0 : x0 + window.shape[1]].astype(np.float32)
    u = (x - center[0]) * np.cos(angle) + (y - center[1]) * np.sin(angle)
    v = (y - center[1]) * np.cos(angle) - (x - center[0]) * np.sin(angle)
    side = max(window.shape[:2])
    patches = fractal(side, 14 * metre, rng, octaves=5, gain=0.7)[: window.shape[0], : window.shape[1]]
    near = np.exp(-np.square(u / (0.9 * spread)) - np.square(v / (0.55 * spread)))
    opacity = np.clip(1.3 * near + 0.35 * patches - 0.45, 0, 0.7) * _open(blocked[part])
    lay(window, opacity, tuple(np.array((139, 130, 108)) * rng.uniform(0.9, 1.08)), 1 + 0.08 * patches)


def _open(blocked: np.ndarray) -> np.ndarray:
    """Opacity 0-1 of what may be covered: neither roads, nor water, nor other houses."""
    return 1 - cv2.GaussianBlur(blocked.astype(np.float32), (0, 0), 0.8)


def _yard(
    albedo: np.ndarray,
    blocked: np.ndarray,
    center: tuple[float, float],
    half: tuple[float, float],
    angle: float,
    rng: np.random.Generator,
    metre: float,
) -> None:
    """A concrete or trodden yard on one side of a house, with ragged edges."""
    grow = rng.uniform(2, 6) * metre
    shift = rng.uniform(0.3, 1.0) * grow * rng.choice([-1, 1])
    spot = (center[0] - shift * np.sin(angle), center[1] + shift * np.cos(angle))
    reach = int(np.hypot(*half) + grow) + 3
    x0, y0 = max(int(spot[0]) - reach, 0), max(int(spot[1]) - reach, 0)
    part = (slice(y0, max(int(spot[1]) + reach, 0)), slice(x0, max(int(spot[0]) + reach, 0)))
    window = albedo[part]
    if window.size == 0:
        return
    alpha = np.zeros(window.shape[:2], np.uint8)
    extent = (2 * half[0] + 1.4 * grow, 2 * half[1] + 1.6 * grow)
    box = cv2.boxPoints(((spot[0] - x0, spot[1] - y0), extent, np.degrees(angle)))
    cv2.fillConvexPoly(alpha, np.round(box * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    soil = rng.random() < 0.4
    color = np.array((146, 130, 108) if soil else (168, 163, 152), np.float32) * rng.uniform(0.85, 1.08)
    grain = cv2.GaussianBlur(rng.standard_normal(alpha.shape).astype(np.float32), (0, 0), 1.2)
    opacity = cv2.GaussianBlur(alpha.astype(np.float32) / 255, (0, 0), 1.5 if soil else 0.7)
    opacity = (opacity * _open(blocked[part]))[..., None]
    window += opacity * 0.9 * (color * (1 + 0.09 * grain)[..., None] - window)


def complex_of(
    albedo: np.ndarray,
    surface: np.ndarray,
    blocked: np.ndarray,
    center: np.ndarray,
    angle: float,
    form: str,
    rng: np.random.Generator,
    metre: float,
) -> None:
    """A row of industrial halls or of greenhouses, where nothing stands yet; all in place."""
    count = int(rng.integers(1, 5)) if form == "hall" else int(rng.integers(5, 22))
    long = rng.uniform(14, 45) * metre if form == "hall" else rng.uniform(18, 40) * metre
    short = rng.uniform(7, 16) * metre if form == "hall" else rng.uniform(3.2, 4.5) * metre
    gap = rng.uniform(3, 9) * metre if form == "hall" else rng.uniform(0.8, 2.0) * metre
    extent = (2 * long + 8 * metre, count * (2 * short + gap) + 8 * metre)
    reach = int(np.hypot(*extent) / 2) + 4
    x0, y0 = max(int(center[0]) - reach, 0), max(int(center[1]) - reach, 0)
    part = (slice(y0, max(int(center[1]) + reach, 0)), slice(x0, max(int(center[0]) + reach, 0)))
    test = np.zeros(blocked[part].shape, np.uint8)
    if test.size == 0:
        return
    box = cv2.boxPoints(((float(center[0]) - x0, float(center[1]) - y0), extent, np.degrees(angle)))
    cv2.fillConvexPoly(test, np.round(box).astype(np.int32), 1)
    if (test & blocked[part]).any() or not test.any():
        return
    blocked[part] |= test
    color = np.array((158, 152, 142) if form == "hall" else (140, 130, 106), np.float32) * rng.uniform(0.85, 1.05)
    grain = cv2.GaussianBlur(rng.standard_normal(test.shape).astype(np.float32), (0, 0), 1.5)
    opacity = cv2.GaussianBlur(test.astype(np.float32), (0, 0), 1.2)[..., None] * 0.85
    albedo[part] += opacity * (color * (1 + 0.10 * grain)[..., None] - albedo[part])
    for k in range(count):
        offset = (k - (count - 1) / 2) * (2 * short + gap)
        spot = (center[0] - offset * np.sin(angle), center[1] + offset * np.cos(angle))
        height = rng.uniform(6, 10) if form == "hall" else 0.8
        build(albedo, surface, spot, (long * rng.uniform(0.92, 1), short), angle, height, form, rng, metre)
