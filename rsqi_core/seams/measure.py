"""What is measured of a line: its pieces, each from a profile, put together to one record.

A drawn line, one of a file and a traced one go through `measure_line`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ..taxonomy import by_code
from .offset import NEAR, Offset, measure_offset
from .profile import Profile, Read, profiles
from .tone import Tones, measure_tones

TRACE, MISALIGNMENT = by_code("stitching_trace").id, by_code("stitching_misalignment").id
VISIBLE_SHARE = 0.3  # of a line, from which it is an error: in places any line follows a border of fields
_PIECES = 8  # one displaced piece in so many is not chance, however long the line


@dataclass(frozen=True)
class SeamMeasure:
    """What is measured along one line. Left and right are seen in the direction of the line.

    Attributes
    ----------
    step_dn : (float, float, float)
        By how many grey levels of 0-255 red, green and blue are brighter on the right; the middle value of its pieces.
    delta_e : float
        The difference in colour as it is seen, CIEDE2000.
    sharpness_ratio : float
        Detail on the right over detail on the left; 1 where both are alike.
    offset_px : float or None
        Displacement of the sides against each other; None where nothing that crosses the line tells.
    offset_significance : float or None
        From 1 on the displacement is more than chance.
    visible_share : float
        Share 0-1 of the line at which a step or a displacement shows.
    length_px : float
    length_m : float
        On the ellipsoid; 0 until the line is known in map units.
    displaced : bool
        Is the displacement significant, and at least a pixel?
    """

    step_dn: tuple[float, float, float]
    delta_e: float
    sharpness_ratio: float
    offset_px: float | None
    offset_significance: float | None
    visible_share: float
    length_px: float
    length_m: float = 0.0
    displaced: bool = False

    @property
    def category_id(self) -> int:
        """Misalignment where the sides are displaced, else trace."""
        return MISALIGNMENT if self.displaced else TRACE

    @property
    def largest_step(self) -> float:
        """Of the three bands, without sign."""
        return max(map(abs, self.step_dn))

    @property
    def is_error(self) -> bool:
        """Does the line show?"""
        return self.displaced or self.visible_share >= VISIBLE_SHARE


@dataclass(frozen=True)
class PieceMeasure:
    """What one profile gives."""

    length: int
    tones: Tones
    offset: Offset | None


def measure_line(read: Read, size: tuple[int, int], points: np.ndarray) -> SeamMeasure | None:
    """Measure a polyline float [N, 2] in pixels of a raster; None where no pixel beside it is valid.

    `read` and `size` are as :func:`rsqi_core.seams.profile.profiles` takes them.
    """
    return combine(map(measure_piece, profiles(read, size, points)))


def measure_piece(profile: Profile) -> PieceMeasure:
    """Measure one profile."""
    return PieceMeasure(len(profile.rgb), measure_tones(profile), measure_offset(profile))


def combine(pieces: Iterable[PieceMeasure]) -> SeamMeasure | None:
    """Put the pieces of a line together; None if nothing was measured in any."""
    pieces = [each for each in pieces if len(each.tones.left)]
    if not pieces:
        return None
    weights = np.array([len(each.tones.left) for each in pieces], float)
    sharpness = np.concatenate([each.tones.sharpness for each in pieces])
    red, green, blue = (float(value) for value in np.median([each.tones.step for each in pieces], 0))
    shares = []
    displaced, found = _offset([each.offset for each in pieces])
    for each in pieces:
        share = float(each.tones.visible.mean())
        if displaced and each.offset is not None and each.offset.displaced:
            share = max(share, float(each.offset.agreeing.mean()))
        shares.append(share)
    measured = SeamMeasure(
        step_dn=(red, green, blue),
        delta_e=float(np.average([each.tones.delta_e for each in pieces], weights=weights)),
        sharpness_ratio=float(np.exp(np.median(sharpness))),
        offset_px=None,
        offset_significance=None,
        visible_share=float(np.average(shares, weights=weights)),
        length_px=float(sum(each.length for each in pieces)),
        displaced=displaced,
    )
    if found is None:
        return measured
    return replace(measured, offset_px=found[0], offset_significance=found[1])


def _offset(offsets: list[Offset | None]) -> tuple[bool, tuple[float, float] | None]:
    """Return whether a line is displaced, and its displacement with its significance.

    The largest displacement counts, as that is what is seen. The more pieces, the more of them chance displaces.
    """
    known = [each for each in offsets if each is not None]
    if not known:
        return False, None
    needed = math.ceil(len(known) / _PIECES)
    displaced = sorted((each for each in known if each.displaced), key=lambda each: each.px)
    if len(displaced) >= needed:
        return True, (displaced[-needed].px, max(each.significance for each in displaced))
    aligned = [each for each in known if not each.displaced]
    pixels = float(np.median([each.px for each in aligned])) if aligned else NEAR
    return False, (pixels, max((each.significance for each in aligned), default=0.0))
