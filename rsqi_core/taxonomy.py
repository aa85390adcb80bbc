"""The ten error types: id, code, names, class and colour. Everything that names a type asks this module."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Iterable, Mapping

from .errors import ParameterError

BACKGROUND = 0
IGNORED = 255  # nodata and pixels outside the image


class ErrorClass(str, Enum):
    """How an error is localised (paper, section 3.3)."""

    REGION = "region"
    BOUNDARY = "boundary"
    PIXEL = "pixel"


@dataclass(frozen=True)
class ErrorType:
    """One of the ten error types (paper, tables 1 and 2).

    Attributes
    ----------
    id : int
        Mask value and ``category_id``, 1..10.
    code : str
        Stable identifier in snake case.
    zh, en : str
        Chinese and English name.
    error_class : ErrorClass
        Region, boundary or pixel.
    color : str
        ``#rrggbb``, chosen to be told apart over imagery.
    """

    id: int
    code: str
    zh: str
    en: str
    error_class: ErrorClass
    color: str


TYPES = (
    ErrorType(1, "cloud", "云", "Cloud", ErrorClass.REGION, "#00c8ff"),
    ErrorType(2, "shadow", "阴影", "Shadow", ErrorClass.REGION, "#7a5cff"),
    ErrorType(3, "stretching_blur", "拉花", "Stretching Blur Pattern", ErrorClass.REGION, "#ff9500"),
    ErrorType(4, "blur", "模糊", "Blur", ErrorClass.REGION, "#ffe600"),
    ErrorType(5, "spectral_overflow", "光谱溢出", "Spectral Overflow", ErrorClass.REGION, "#ff2d95"),
    ErrorType(6, "distortion", "扭曲", "Distortion", ErrorClass.REGION, "#00e676"),
    ErrorType(7, "stitching_trace", "拼接痕迹", "Stitching Trace", ErrorClass.BOUNDARY, "#ffffff"),
    ErrorType(8, "stitching_misalignment", "拼接错误", "Stitching Misalignment", ErrorClass.BOUNDARY, "#ff6b4a"),
    ErrorType(9, "stripe_noise", "条状噪声", "Stripe Noise", ErrorClass.PIXEL, "#ff0000"),
    ErrorType(10, "pixel_missing", "像素缺失", "Pixel Missing", ErrorClass.PIXEL, "#c6ff00"),
)
CODES = tuple(t.code for t in TYPES)
REGION_TYPES = tuple(t for t in TYPES if t.error_class is ErrorClass.REGION)
BOUNDARY_TYPES = tuple(t for t in TYPES if t.error_class is ErrorClass.BOUNDARY)
PIXEL_TYPES = tuple(t for t in TYPES if t.error_class is ErrorClass.PIXEL)

_BY_CODE = {t.code: t for t in TYPES}


def by_id(category_id: int) -> ErrorType:
    """Return the type whose mask value is `category_id` (1..10)."""
    if not 1 <= category_id <= len(TYPES):
        raise ParameterError(f"category_id {category_id} is not one of 1..{len(TYPES)}")
    return TYPES[category_id - 1]


def by_code(code: str) -> ErrorType:
    """Return the type named `code`, for example ``"cloud"``."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise ParameterError(f"unknown error type '{code}'; choose from {', '.join(CODES)}") from None


def noted_codes(summary: Mapping[str, object]) -> tuple[str, ...] | None:
    """Return the types that the row of a table ``summary`` says were looked for; None if it does not say.

    An empty note says that nobody looked for anything.
    """
    if "inspected" not in summary:
        return None
    noted = str(summary["inspected"] or "").split(",")
    return tuple(code for code in CODES if code in noted)


def parse_codes(text: str | Iterable[str]) -> tuple[str, ...]:
    """Return type codes in taxonomy order from ``"cloud,shadow"`` or an iterable; empty means all ten."""
    wanted = text.split(",") if isinstance(text, str) else list(text)
    chosen = {by_code(code.strip()).code for code in wanted if code.strip()}
    return tuple(code for code in CODES if code in chosen) if chosen else CODES
