"""What a station gives: how its heads differ from the common model's, and what its thresholds have come to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ParameterError, RsqiError
from ..taxonomy import CODES

FORMAT = "rsqi-exchange-1"
_FAILURE = 1e-5  # probability with which the privacy that `Noise.epsilon` states may fail


class ExchangeError(RsqiError):
    """A station's contribution that cannot be trusted; says why in one line."""

    code = "exchange"


@dataclass(frozen=True)
class Limit:
    """What a station knows of one type: threshold and temperature, and on how many blocks with it they were checked."""

    threshold: float
    temperature: float
    blocks: int


@dataclass(frozen=True)
class Noise:
    """Gaussian noise on a change that was clipped before, so that less can be told from it (Abadi et al. 2016).

    Attributes
    ----------
    clip : float
        Largest norm of the change, before.
    sigma : float
        Deviation of each number over `clip`.
    """

    clip: float
    sigma: float

    def __post_init__(self) -> None:
        if not (0 < self.clip < math.inf and 0 < self.sigma < math.inf):
            raise ParameterError(f"noise {self.sigma} at norm {self.clip}: both must be finite numbers above 0")

    @property
    def epsilon(self) -> float:
        """The privacy of the station's whole dataset, one change given: smaller is more private, over 10 is little.

        By the Gaussian mechanism, which proves it up to 1 only; beyond, it is a rule of thumb.
        """
        return 2 * math.sqrt(2 * math.log(1.25 / _FAILURE)) / self.sigma  # two datasets differ by up to twice the clip


@dataclass(frozen=True)
class Contribution:
    """One station's part.

    Attributes
    ----------
    station : str
    base : str
        Hash of the common model.
    change : mapping
        float32 arrays by name of the weight: the station's less the common ones.
    limits : mapping
        `Limit` by code of the type.
    blocks : int
        Labelled blocks that the station has compared both models on; 0 if none is known.
    noise : Noise, optional
    """

    station: str
    base: str
    change: Mapping[str, np.ndarray]
    limits: Mapping[str, Limit] = field(default_factory=dict)
    blocks: int = 0
    noise: Noise | None = None

    def as_card(self) -> dict[str, Any]:
        """Return all but the arrays as plain values."""
        return {
            "format": FORMAT,
            "station": self.station,
            "base": self.base,
            "blocks": self.blocks,
            "limits": {code: dict(limit.__dict__) for code, limit in self.limits.items()},
            "noise": None if self.noise is None else dict(self.noise.__dict__),
        }


def from_card(card: Mapping[str, Any], change: Mapping[str, np.ndarray]) -> Contribution:
    """Build a contribution of plain values.

    Raises
    ------
    ExchangeError
        They are not those of `Contribution.as_card`.
    """
    try:
        if card["format"] != FORMAT:
            raise ValueError(f"its format is {card['format']}, not {FORMAT}")
        limits = {code: Limit(float(v["threshold"]), float(v["temperature"]), int(v["blocks"]))
                  for code, v in card["limits"].items()}  # fmt: skip
        for code, limit in limits.items():
            if code not in CODES or not (0 < limit.threshold < 1 and 0.1 <= limit.temperature <= 10):
                raise ValueError(f"its threshold or temperature of '{code}' makes no sense")
        noise = None if card["noise"] is None else Noise(float(card["noise"]["clip"]), float(card["noise"]["sigma"]))
        return Contribution(str(card["station"]), str(card["base"]), change, limits, max(int(card["blocks"]), 0), noise)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ExchangeError(f"no valid card: {error}") from error


def with_noise(change: Mapping[str, np.ndarray], noise: Noise, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Clip a change to the norm of the noise, and add it."""
    shrink = min(1.0, noise.clip / max(norm(change), 1e-12))
    spread = noise.sigma * noise.clip
    return {
        name: (values * shrink + rng.normal(0, spread, values.shape)).astype(np.float32)
        for name, values in change.items()
    }


def norm(change: Mapping[str, np.ndarray]) -> float:
    """Euclidean norm of all numbers of a change."""
    return math.sqrt(sum(float(np.square(values, dtype=np.float64).sum()) for values in change.values()))


def refuse_unfit(contribution: Contribution, base: str, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a change that does not fit the common model.

    Parameters
    ----------
    base : str
        Hash of the model.
    shapes : mapping
        Of the weights of its heads, by name.

    Raises
    ------
    ExchangeError
    """
    if contribution.base != base:
        raise ExchangeError(f"is a change of model {contribution.base}, not of {base}")
    if {name: values.shape for name, values in contribution.change.items()} != dict(shapes):
        raise ExchangeError("its weights are not those of the heads of this model")
    for name, values in contribution.change.items():
        if values.dtype != np.float32 or not np.isfinite(values).all():
            raise ExchangeError(f"has values in {name} that are not finite numbers")
    if not norm(contribution.change):
        raise ExchangeError("changes nothing")
