"""The parameters of an inspection: one frozen record that the command line, the worker and the summary share."""

from __future__ import annotations

import math
import operator
from dataclasses import asdict, dataclass, fields
from typing import Any, Collection, Mapping

from . import limits
from .errors import ParameterError
from .taxonomy import CODES, parse_codes


@dataclass(frozen=True)
class Parameters:
    """How to inspect.

    Attributes
    ----------
    types : tuple of str
        Type codes to look for.
    model : str
        ``"default"`` or a model folder.
    device : str
        One of `rsqi_core.limits.DEVICES`.
    constraint : str or None
        Mode of equation 3, or on the input side of a segmenter that is told in words what to look for
        (`rsqi_core.limits.ALL_CONSTRAINTS`); None takes the model card's.
    alpha : float
        Coefficient of equation 3.
    threshold : float or None
        Probability 0-1 from which a block holds a type; None takes the card's threshold of each type.
    sensitivity : float
        The odds of every threshold are divided by it: 1 leaves them, 4 finds more errors, and more that are none. A
        type that the card leaves out stays out.
    blocks : tuple of int
        Sides of the blocks in pixels, within `rsqi_core.limits.BLOCK_SIZE_RANGE`.
    overlap : float
        Share of a block's side that it shares with the next, within `rsqi_core.limits.OVERLAP_RANGE`.
    min_area : float or None
        Region errors of fewer square metres are dropped (square units of the raster where these are unknown); None
        drops those under 0.01 % of a block of the size that found them, `rsqi_core.limits.least_pixels`.
    tolerance : float
        Pixels by which the outlines of region errors may leave the edges of pixels to be smooth and simple, within
        `rsqi_core.limits.TOLERANCE_RANGE`; 0 keeps these edges. The mask does not depend on it.
    bands : tuple of int or str, or None
        One band (grey) or three (red, green, blue), by number from 1, name or colour; None takes what the raster itself
        says.
    nodata : float or None
        Pixels that have this value in all bands are left out, besides what the raster declares; None looks for such a
        value.
    extent : tuple of float or None
        xmin, ymin, xmax, ymax in the raster's CRS (pixels for a raster without one).
    area : str or None
        Polygons as WKT, in the coordinates of `extent`; what lies outside is not inspected.
    stages : tuple of str
        Subset of `rsqi_core.limits.STAGES`. Without ``classify`` the rules run on every block.
    stripe_rule, missing_rule : str
        Names in `rsqi_core.rules`.
    scheme : str or None
        Scoring scheme file; None is the default scheme.
    score_mode : str
        ``"count"`` or ``"area"``.
    memory : str or None
        File of a memory of clean images that was made with the same model (`rsqi_core.memory`): what is unlike all of
        them is marked as well, apart from the errors.
    """

    types: tuple[str, ...] = CODES
    model: str = limits.MODEL
    device: str = limits.DEVICES[0]
    constraint: str | None = None
    alpha: float = limits.ALPHA
    threshold: float | None = None
    sensitivity: float = limits.SENSITIVITY
    blocks: tuple[int, ...] = limits.BLOCK_SIZES
    overlap: float = limits.OVERLAP
    min_area: float | None = None
    tolerance: float = limits.TOLERANCE
    bands: tuple[int | str, ...] | None = None
    nodata: float | None = None
    extent: tuple[float, float, float, float] | None = None
    area: str | None = None
    stages: tuple[str, ...] = limits.STAGES
    stripe_rule: str = limits.STRIPE_RULES[0]
    missing_rule: str = limits.MISSING_RULES[0]
    scheme: str | None = None
    score_mode: str = limits.SCORE_MODES[0]
    memory: str | None = None

    def __post_init__(self) -> None:
        self._check_choices()
        self._check_numbers()

    def _check_choices(self) -> None:
        _choice("device", self.device, limits.DEVICES)
        _choice("score_mode", self.score_mode, limits.SCORE_MODES)
        _choice("stripe_rule", self.stripe_rule, limits.STRIPE_RULES)
        _choice("missing_rule", self.missing_rule, limits.MISSING_RULES)
        if self.constraint is not None:
            _choice("constraint", self.constraint, limits.ALL_CONSTRAINTS)
        for stage in self.stages:
            _choice("stages", stage, limits.STAGES)
        if "segment" in self.stages and "classify" not in self.stages:
            raise ParameterError("stages: 'segment' works under the classifier's constraint and needs 'classify'")
        if self.memory is not None and "classify" not in self.stages:
            raise ParameterError("memory: what is unusual shows in the classifier's features; it needs 'classify'")
        if not self.stages:
            raise ParameterError("stages: at least one is needed")

    def _check_numbers(self) -> None:
        least, most = limits.BLOCK_SIZE_RANGE
        if not self.blocks or any(not least <= side <= most for side in self.blocks):
            raise ParameterError(f"blocks: sides must be {least} to {most} px, not {list(self.blocks)}")
        low, high = limits.OVERLAP_RANGE
        if not low <= self.overlap <= high:
            raise ParameterError(f"overlap must be {low:g} to {high:g}, not {self.overlap}")
        if self.min_area is not None and not 0 <= self.min_area < math.inf:
            raise ParameterError(f"min_area must be a finite number of at least 0 m2, but is {self.min_area}")
        low, high = limits.TOLERANCE_RANGE
        if not low <= self.tolerance <= high:
            raise ParameterError(f"tolerance must be {low:g} to {high:g} px, not {self.tolerance}")
        if self.bands is not None and (len(self.bands) not in (1, 3) or not all(map(_is_band, self.bands))):
            raise ParameterError(f"bands: one or three numbers from 1, or names, are needed, not {list(self.bands)}")
        if self.nodata is not None and not math.isfinite(self.nodata):
            raise ParameterError("nodata must be a finite number; what is no number is left out anyway")
        if self.threshold is not None and not self.threshold >= 0:
            raise ParameterError(f"threshold must not be negative, but is {self.threshold}")
        if not 0 < self.sensitivity < math.inf:
            raise ParameterError(f"sensitivity must be a finite number above 0, but is {self.sensitivity}")
        if not 0 <= self.alpha < math.inf:
            raise ParameterError(f"alpha must be a finite number of at least 0, but is {self.alpha}")
        if self.extent is not None:
            xmin, ymin, xmax, ymax = self.extent
            if not (-math.inf < xmin < xmax < math.inf and -math.inf < ymin < ymax < math.inf):
                raise ParameterError(
                    f"extent must be xmin,ymin,xmax,ymax with xmin < xmax and ymin < ymax: {self.extent}"
                )

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}


def from_mapping(values: Mapping[str, Any]) -> Parameters:
    """Build parameters from JSON values; missing keys take their defaults.

    Raises
    ------
    ParameterError
        For an unknown key, a wrong type or a value out of range.
    """
    known = {f.name for f in fields(Parameters)}
    if unknown := sorted(set(values) - known):
        raise ParameterError(f"unknown parameter '{unknown[0]}'; known are {', '.join(sorted(known))}")
    given = dict(values)
    try:
        if "types" in given:
            given["types"] = parse_codes(given["types"] or ())
        if "blocks" in given:
            given["blocks"] = tuple(sorted({int(side) for side in given["blocks"]}))
        if "stages" in given:
            wanted = given["stages"]
            given["stages"] = tuple(stage for stage in limits.STAGES if stage in wanted) or tuple(wanted)
        if given.get("bands") is not None:
            given["bands"] = tuple(_band(band) for band in given["bands"])
        if given.get("extent") is not None:
            given["extent"] = tuple(float(v) for v in given["extent"])
        for name in ("alpha", "overlap", "threshold", "sensitivity", "min_area", "tolerance", "nodata"):
            if given.get(name) is not None:
                given[name] = float(given[name])
        return Parameters(**given)
    except (TypeError, ValueError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(f"parameters: {error}") from error


def _band(value: Any) -> int | str:
    """Return a number as one, also if it came as text, and a name as it is."""
    text = value.strip() if isinstance(value, str) else None
    return operator.index(value) if text is None else int(text) if text.isdecimal() else text


def _is_band(band: int | str) -> bool:
    return bool(band) if isinstance(band, str) else band >= 1


def _choice(name: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise ParameterError(f"{name}: '{value}' is not one of {', '.join(allowed)}")
