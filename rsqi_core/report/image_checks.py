"""The checks of the whole image: taken when the report is written, shown as a table under the histogram."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..image_checks import BINS, MEANINGS, NAMES, PEAK_RANGE, TAIL, Check, checks, peak, survey
from ..progress import OnProgress, no_progress
from ..raster import Raster
from ..taxonomy import noted_codes
from .content import Cell, Column, Figure, Heading, Paragraph, Row, Table, Text
from .subject import Subject
from .texts import Words

WIDTH, HEIGHT = 1000, 190  # units of the histogram's figure
_LEFT, _TOP, _BASE = 10, 10, 160
_COLORS = {True: "#1a7f4b", False: "#b3261e", None: "#93a1af"}
_RESULTS = {True: "met", False: "not_met", None: "unmeasured"}


@dataclass(frozen=True)
class ImageChecks:
    """What the checks have found.

    Attributes
    ----------
    checks : tuple of Check
    histogram : numpy.ndarray
        int [256]; pixels by brightness.
    top : float
        Brightness of the last bin.
    share : float
        Of the image that was looked at, 0-1.
    """

    checks: tuple[Check, ...]
    histogram: np.ndarray
    top: float
    share: float


def check_image(raster: Raster, subject: Subject, progress: OnProgress = no_progress) -> ImageChecks:
    """Check the whole image, even if only a part of it was inspected.

    Parameters
    ----------
    progress : callable
        As for :func:`rsqi_core.image_checks.survey`.
    """

    def read(x: int, y: int, width: int, height: int, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        return raster.values(x, y, width, height, (rows, columns))

    census, share = survey(read, raster.width, raster.height, 255.0 if raster.stretch is None else None, progress)
    looked_for = "cloud" in (noted_codes(subject.summary) or ())
    cloud = subject.score.by_type["cloud"].share if looked_for else None
    return ImageChecks(checks(census, cloud), census.histogram, census.top, share)


def brief(found: ImageChecks, words: Words) -> Text:
    """Say in a line how the checks ended."""
    measured = [check for check in found.checks if check.passed is not None]
    failed = [words.of(NAMES[check.code]) for check in measured if not check.passed]
    parts = [words("whole_failed", len(measured), len(failed), words.join(failed))] if failed else []
    parts = parts or [words("whole_met", len(measured))]
    if others := [words.of(NAMES[check.code]) for check in found.checks if check.passed is None]:
        parts.append(words("whole_unmeasured", words.join(others)))
    return words.join(parts, {"zh": "；", "en": "; "})


def section(found: ImageChecks | None, words: Words) -> Iterator[Any]:
    """Compose the section."""
    yield Heading(words("whole"))
    if found is None:
        yield Paragraph(words("whole_not_done"), "note")
        return
    yield table(found, words)
    notes = [words("whole_source")]
    notes += [words(f"no_{check.code}") for check in found.checks if check.value is None and check.code in _WHY]
    if found.share < 1:
        notes.append(words("whole_share", f"{100 * found.share:.0f} %"))
    yield Paragraph(words.join(notes, {"zh": "", "en": " "}), "note")
    if found.histogram.any():
        yield histogram(found, words("histogram"))
        yield Paragraph(words("histogram_note", f"{found.top:g}"), "note")


_WHY = ("colour_balance", "noise", "cloud_cover")  # what can be missing although the image has pixels


def table(found: ImageChecks, words: Words) -> Table:
    """Return what was measured, the limits and whether they are met."""
    heads = (("check", 18), ("meaning", 42), ("value", 11), ("limit", 14), ("result", 15))
    columns = tuple(Column(words(key), wide) for key, wide in heads)
    return Table(columns, tuple(_row(check, words) for check in found.checks))


def _row(check: Check, words: Words) -> Row:
    texts = words.of(NAMES[check.code]), words.of(MEANINGS[check.code]), (check.value_text(),), (check.limit_text(),)
    result = Cell(words(_RESULTS[check.passed]), _COLORS[check.passed])
    return Row((*(Cell(text) for text in texts), result), "faint" if check.passed is None else "plain")


def histogram(found: ImageChecks, text: Text) -> Figure:
    """Draw the histogram: what counts as clipped in red, the band in which the peak has to lie in green."""
    counts = found.histogram
    most = counts[TAIL:-TAIL].max() or counts.max()  # a pile at an end must not flatten all others
    tops = _BASE - (_BASE - _TOP) * np.minimum(counts / most, 1)
    steps = "".join(f"L{_x(n):.1f} {y:.1f}H{_x(n + 1):.1f}" for n, y in enumerate(tops))
    low, high = (BINS / 2 * (1 + percent / 100) for percent in PEAK_RANGE)
    top = peak(counts) + 0.5
    parts = [
        f'<path d="M{_LEFT} {_BASE}{steps}V{_BASE}Z" fill="#8c99a6"/>',
        _strip(low, high, "#1a7f4b", 0.22),
        _strip(0, TAIL, "#b3261e", 0.3),
        _strip(BINS - TAIL, BINS, "#b3261e", 0.3),
        f'<path d="M{_x(top):.1f} {_TOP}V{_BASE}" stroke="#14202c" stroke-width="1.5" stroke-dasharray="5 4"/>',
        f'<path d="M{_LEFT} {_BASE}H{_x(BINS):.1f}" stroke="#14202c" stroke-width="1.5"/>',
    ]
    for place, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        parts.append(
            f'<text x="{_x(BINS * place):.1f}" y="{_BASE + 22}" font-size="17" text-anchor="{anchor}" fill="#14202c">'
            f"{found.top * place:{'.0f' if found.top > 1 else 'g'}}</text>"
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )
    return Figure(svg, WIDTH, HEIGHT, text)


def _x(level: float) -> float:
    return _LEFT + (WIDTH - 2 * _LEFT) * level / BINS


def _strip(first: float, end: float, color: str, opacity: float) -> str:
    return (
        f'<rect x="{_x(first):.1f}" y="{_TOP}" width="{_x(end) - _x(first):.1f}" height="{_BASE - _TOP}" '
        f'fill="{color}" fill-opacity="{opacity}"/>'
    )
