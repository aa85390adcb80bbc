"""Checks of a whole image: clipping, brightness, contrast, colour balance, noise and cloud.

The measures and limits are those of the European Commission's orthoimage specification for the LPIS (JRC). Everything
is computed in one pass: :func:`survey` has a :class:`Census` taken of the image, tile by tile at full resolution, and
:func:`checks` draws the conclusions. Imported inside QGIS as well: standard library and numpy, Python 3.9 syntax.

What the specification leaves to a person's eye is estimated here. *Neutral objects* are the greyish pixels of middle
to high brightness. *Uniform areas* are the calmest tenth of the 8 x 8 px windows of middle brightness; their standard
deviation is taken as noise, and never as less than that of rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import Callable, Iterator

import numpy as np

from .progress import OnProgress, Progress, no_progress
from .saturation import saturation

TILE = 512  # px; side of what is read at a time
MOST = 100_000_000  # px; of a larger image evenly spread tiles are looked at
GLANCE = 8  # the brightest value of deep data is looked for in every eighth row and column
GOLDEN = (math.sqrt(5) - 1) / 2
BINS = 256
TAIL = 5  # first and last bins of the histogram in which a pixel counts as clipped
WINDOW = 8  # px; side of the windows in which noise is measured
CALM = 0.1  # share of the windows that are taken as uniform
NEUTRAL_CHROMA, NEUTRAL_RANGE = 0.10, (0.30, 0.90)  # of the available grey levels
NEUTRAL_SHARE = 0.001  # of the pixels; fewer neutral ones say nothing
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)

PEAK_RANGE = (-15.0, 15.0)  # percent beside the middle
# Measure: unit, least and largest allowed value.
LIMITS = {
    "clipping_dark": ("%", None, 0.5),
    "clipping_bright": ("%", None, 0.5),
    "histogram_peak": ("%", *PEAK_RANGE),
    "contrast": ("%", 10.0, 20.0),
    "colour_balance": ("%", None, 2.0),
    "noise": ("", 5.0, None),
    "cloud_cover": ("%", None, 5.0),
}
NAMES = {
    "clipping_dark": {"zh": "暗部截断", "en": "Dark clipping"},
    "clipping_bright": {"zh": "亮部截断", "en": "Bright clipping"},
    "histogram_peak": {"zh": "直方图峰值", "en": "Histogram peak"},
    "contrast": {"zh": "反差", "en": "Contrast"},
    "colour_balance": {"zh": "色彩平衡", "en": "Colour balance"},
    "noise": {"zh": "信噪比", "en": "Signal to noise"},
    "cloud_cover": {"zh": "云覆盖率", "en": "Cloud cover"},
}
MEANINGS = {
    "clipping_dark": {"zh": "256 级中最暗 5 级的像素", "en": "Pixels in the five darkest of 256 levels"},
    "clipping_bright": {"zh": "256 级中最亮 5 级的像素", "en": "Pixels in the five brightest of 256 levels"},
    "histogram_peak": {
        "zh": "直方图峰值与中间灰度的距离",
        "en": "Distance of the histogram's peak from the middle level",
    },
    "contrast": {
        "zh": "亮度标准差占全部灰度级的比例",
        "en": "Standard deviation of the brightness, of all grey levels",
    },
    "colour_balance": {
        "zh": "灰色像素上红、绿、蓝均值的最大差，占全部灰度级的比例",
        "en": "Largest difference of red, green and blue on greyish pixels, of all grey levels",
    },
    "noise": {
        "zh": "均匀区域均值与标准差之比，取噪声最大的波段",
        "en": "Mean over standard deviation in uniform areas, of the noisiest band",
    },
    "cloud_cover": {"zh": "占有效面积的比例，由检查结果得出", "en": "Share of the valid area, from the errors found"},
}
STRICT = {"clipping_dark", "clipping_bright", "colour_balance", "noise", "cloud_cover"}  # the limit itself fails


@dataclass(frozen=True)
class Check:
    """One measure of an image against its limits.

    Attributes
    ----------
    code : str
        A key of :data:`LIMITS`.
    value : float or None
        In `unit`; None if it cannot be measured in this image.
    unit : str
    low, high : float or None
    """

    code: str
    value: float | None
    unit: str
    low: float | None
    high: float | None

    @property
    def passed(self) -> bool | None:
        """Whether the value keeps the limits; None if there is no value."""
        if self.value is None:
            return None
        if self.code in STRICT:
            return (self.low is None or self.value > self.low) and (self.high is None or self.value < self.high)
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)

    def value_text(self) -> str:
        """Return the value with its unit; a dash for none."""
        if self.value is None:
            return "–"
        return f"{self.value:.{2 if abs(self.value) < 10 else 1}f} {self.unit}".strip().replace("-", "−")

    def limit_text(self) -> str:
        """Return the limits as a reader of specifications expects them."""
        less, more = ("<", ">") if self.code in STRICT else ("≤", "≥")
        if self.low is None:
            return f"{less} {self.high:g} {self.unit}".strip()
        if self.high is None:
            return f"{more} {self.low:g} {self.unit}".strip()
        return f"{self.low:g} – {self.high:g} {self.unit}".strip().replace("-", "−")


class Census:
    """Counts what the checks need, tile by tile.

    Parameters
    ----------
    top : float
        The brightest value that the image can have; 0 is the darkest. See :mod:`rsqi_core.saturation`.
    """

    def __init__(self, top: float = 255.0):
        self.top = top
        self.pixels = 0
        self.histogram = np.zeros(BINS, np.int64)
        self._sum = self._squares = 0.0
        self._neutral = 0
        self._neutral_sums = np.zeros(3)
        self._windows: list[np.ndarray] = []  # rows of channel means and deviations
        self._bands = 0

    def add(self, planes: np.ndarray, valid: np.ndarray) -> None:
        """Count a tile.

        Parameters
        ----------
        planes : numpy.ndarray
            [3, H, W] red, green and blue, or [1, H, W] grey; 0 to `top`.
        valid : numpy.ndarray
            bool [H, W].
        """
        self._bands = len(planes)
        scaled = planes.astype(np.float32)
        scaled *= np.float32(1 / self.top)
        grey = scaled[0] if len(scaled) == 1 else np.tensordot(LUMINANCE, scaled, 1)
        values = grey[valid]
        self.pixels += values.size
        bins = np.clip(np.rint(values * (BINS - 1)), 0, BINS - 1).astype(np.intp)
        self.histogram += np.bincount(bins, minlength=BINS)
        self._sum += float(values.sum(dtype=np.float64))
        self._squares += float(np.square(values, dtype=np.float64).sum())
        if len(scaled) == 3:
            low, high = NEUTRAL_RANGE
            red, green, blue = scaled
            chroma = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
            neutral = valid & (chroma <= NEUTRAL_CHROMA) & (grey >= low) & (grey <= high)
            self._neutral += int(neutral.sum())
            self._neutral_sums += scaled[:, neutral].sum(1, dtype=np.float64)
        self._add_windows(scaled, valid)

    def _add_windows(self, scaled: np.ndarray, valid: np.ndarray) -> None:
        if min(valid.shape) < WINDOW:
            return
        scaled = np.where(valid, scaled, 0)  # values of nodata may be too large to be squared
        whole = _windows(valid.astype(np.float32)) == WINDOW**2
        means = _windows(scaled) / WINDOW**2
        deviations = np.sqrt(np.maximum(_windows(scaled * scaled) / WINDOW**2 - means**2, 0))
        low, high = NEUTRAL_RANGE
        fit = whole & (means >= low).all(0) & (means <= high).all(0)
        found = np.concatenate([means[:, fit], deviations[:, fit]])
        calm = np.argsort(found[self._bands :].mean(0))[: math.ceil(found.shape[1] * CALM)]
        self._windows.append(found[:, calm].astype(np.float32))

    def mean(self) -> float:
        """Mean brightness, 0-1."""
        return self._sum / self.pixels

    def deviation(self) -> float:
        """Standard deviation of the brightness, 0-1."""
        return math.sqrt(max(0.0, self._squares / self.pixels - self.mean() ** 2))

    def imbalance(self) -> float | None:
        """Difference of the largest and the smallest channel mean of the neutral pixels, 0-1."""
        if self._neutral < max(1, NEUTRAL_SHARE * self.pixels):
            return None
        means = self._neutral_sums / self._neutral
        return float(means.max() - means.min())

    def signal_to_noise(self) -> float | None:
        """Of the noisiest channel."""
        windows = np.concatenate(self._windows, 1) if self._windows else np.empty((2, 0))
        if not windows.shape[1]:
            return None
        means, deviations = windows[: self._bands], windows[self._bands :]
        noise = np.maximum(np.median(deviations, 1), 1 / (math.sqrt(12) * self.top))
        return float((means.mean(1) / noise).min())


Read = Callable[[int, int, int, int, int, int], "tuple[np.ndarray, np.ndarray]"]


def survey(
    read: Read, width: int, height: int, top: float | None = None, progress: OnProgress = no_progress
) -> tuple[Census, float]:
    """Take the census of an image.

    Parameters
    ----------
    read : callable
        ``read(x, y, width, height, rows, columns)`` gives planes and mask of a box in so many rows and columns, as
        :meth:`Census.add` takes them.
    width, height : int
        Of the image in pixels.
    top : float, optional
        As for :class:`Census`; else it is looked for, see :mod:`rsqi_core.saturation`.
    progress : callable
        Gets a `Progress` of the stage ``survey`` before each tile; its unit are tiles.

    Returns
    -------
    census : Census
    share : float
        Of the image that was looked at, 0-1.
    """
    tiles = list(spread(width, height))
    steps, done = len(tiles) * (2 if top is None else 1), 0
    if top is None:
        seen = []
        for done, (x, y, w, h) in enumerate(tiles, 1):
            progress(Progress("survey", done - 1, steps))
            planes, valid = read(x, y, w, h, -(-h // GLANCE), -(-w // GLANCE))
            seen.append(planes[:, valid].ravel())
        top = saturation(np.concatenate(seen) if seen else np.empty(0))
    census = Census(top)
    for place, (x, y, w, h) in enumerate(tiles, done):
        progress(Progress("survey", place, steps))
        census.add(*read(x, y, w, h, h, w))
    return census, sum(w * h for _, _, w, h in tiles) / (width * height)


def spread(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield tiles (x, y, width, height) of an image: all of a small one, else some that are evenly spread."""
    share = min(1.0, MOST / (width * height))
    boxes = ((x, y) for y in range(0, height, TILE) for x in range(0, width, TILE))
    for number, (x, y) in enumerate(boxes):
        if number * GOLDEN % 1 < share:
            yield x, y, min(TILE, width - x), min(TILE, height - y)


def checks(census: Census, cloud_share: float | None = None) -> tuple[Check, ...]:
    """Return all checks; without a valid pixel, or of what was not looked for, the values are None.

    Parameters
    ----------
    census : Census
    cloud_share : float, optional
        Of the valid area, 0-1, where clouds were looked for.
    """
    values: dict[str, float | None] = dict.fromkeys(LIMITS)
    if census.pixels:
        balance = census.imbalance()
        values.update(
            clipping_dark=100.0 * float(census.histogram[:TAIL].sum()) / census.pixels,
            clipping_bright=100.0 * float(census.histogram[-TAIL:].sum()) / census.pixels,
            histogram_peak=100.0 * (peak(census.histogram) - BINS / 2) / (BINS / 2),
            contrast=100.0 * census.deviation(),
            colour_balance=None if balance is None else 100.0 * balance,
            noise=census.signal_to_noise(),
        )
    if cloud_share is not None:
        values["cloud_cover"] = 100.0 * cloud_share
    return tuple(Check(code, value, *LIMITS[code]) for code, value in values.items())


def peak(histogram: np.ndarray) -> int:
    """Return the bin that the smoothed histogram is highest in."""
    return int(_smooth(histogram).argmax())


def _windows(values: np.ndarray) -> np.ndarray:
    """Sum over windows of [..., H, W], without what is left over at the right and at the bottom."""
    rows, cols = (side // WINDOW * WINDOW for side in values.shape[-2:])
    values = values[..., :rows, :cols]
    # By slices, which is faster than short inner sums.
    columns = reduce(np.add, (values[..., start::WINDOW] for start in range(WINDOW)))
    return reduce(np.add, (columns[..., start::WINDOW, :] for start in range(WINDOW)))


def _smooth(histogram: np.ndarray) -> np.ndarray:
    """Without the teeth that a stretch leaves, and without what is clipped."""
    inner = histogram.astype(float)
    inner[:TAIL] = inner[-TAIL:] = 0
    return np.convolve(inner, np.bartlett(11), "same")
