"""Federated averaging with care: who stands apart from the others is left out, and nobody counts too much.

McMahan et al. 2017 for the mean; clipping to the median norm and leaving out by direction after Xu et al. 2020
(reputation) and Blanchard et al. 2017 (the majority is honest).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from .contribution import Contribution, ExchangeError, Limit

FEWEST = 3  # stations, under which nobody can tell who stands apart
FAR = 4.0  # times the median norm of the others, over which a change is no honest one
HEAVIEST = 2.0  # times the median number of blocks that a station counts at most
ENOUGH = 5  # blocks with a type, under which a station has no say in its threshold
FARTHEST = 4.0  # times the odds of a threshold may rise or fall


@dataclass(frozen=True)
class Merged:
    """The common change, and who had a part in it.

    Attributes
    ----------
    change : dict
        float32 arrays by name.
    shares : dict
        Share in the mean, by the number of the contribution.
    refused : dict
        Why another one was left out, by its number.
    """

    change: dict[str, np.ndarray]
    shares: dict[int, float]
    refused: dict[int, str]


def merge(contributions: Sequence[Contribution]) -> Merged:
    """Average changes of the same weights, all finite.

    One at a time the one that stands apart most is left out: too large, or pointing away from the median of the others.
    The rest are clipped to their median norm and weighed by their blocks.

    Raises
    ------
    ExchangeError
        Fewer than `FEWEST` remain.
    """
    vectors = np.array([_flat(each.change) for each in contributions])
    norms = np.linalg.norm(vectors, axis=1) if len(vectors) else np.zeros(0)
    staying, refused = list(range(len(contributions))), {}
    while len(staying) >= FEWEST:
        worst, reason = _apart(vectors[staying], norms[staying])
        if not reason:
            break
        refused[staying.pop(worst)] = reason
    if len(staying) < FEWEST:
        names = "; ".join(f"{contributions[n].station} {reason}" for n, reason in refused.items())
        raise ExchangeError(
            f"{len(staying)} contributions are left, at least {FEWEST} are needed" + (f" ({names})" if names else "")
        )
    typical = float(np.median(norms[staying]))
    clipped = vectors[staying] * np.minimum(1, typical / norms[staying])[:, None]
    blocks = np.array([max(contributions[n].blocks, 1) for n in staying], float)
    weights = np.minimum(blocks, HEAVIEST * np.median(blocks))
    weights /= weights.sum()
    change = _shaped(weights @ clipped, contributions[staying[0]].change)
    return Merged(change, dict(zip(staying, weights.tolist())), refused)


def merge_limits(
    base: Mapping[str, Limit | None], contributions: Sequence[Contribution]
) -> dict[str, tuple[float, float]]:
    """Return threshold and temperature of the types on which stations with enough blocks have a say.

    Each is the weighted median of the stations and the common model, which counts as much as the typical station; a
    threshold keeps within `FARTHEST` of its odds.

    Parameters
    ----------
    base : mapping
        Of the common model, by code; None for a type without a threshold, which gets none.
    """
    found = {}
    for code, common in base.items():
        told = [each.limits[code] for each in contributions if code in each.limits]
        told = [limit for limit in told if limit.blocks >= ENOUGH]
        if common is None or not told:
            continue
        typical = float(np.median([limit.blocks for limit in told]))
        weights = np.array([typical, *(min(limit.blocks, HEAVIEST * typical) for limit in told)])
        every = [common, *told]
        odds = _weighted_median(logit([limit.threshold for limit in every]), weights)
        middle, wide = logit(common.threshold), np.log(FARTHEST)
        found[code] = (
            round(float(expit(np.clip(odds, middle - wide, middle + wide))), 4),
            round(_weighted_median(np.array([limit.temperature for limit in every]), weights), 4),
        )
    return found


def _apart(vectors: np.ndarray, norms: np.ndarray) -> tuple[int, str]:
    """Return the one that stands apart most and why; an empty reason if none does."""
    others = [np.arange(len(norms)) != n for n in range(len(norms))]
    sizes = np.array([norms[n] / np.median(norms[rest]) for n, rest in enumerate(others)])
    if sizes.max() > FAR:
        n = int(sizes.argmax())
        return n, f"changes the weights {sizes[n]:.1f} times as much as the others"
    units = vectors / norms[:, None]
    cosines = np.array([_cosine(units[n], np.median(units[rest], 0)) for n, rest in enumerate(others)])
    n = int(cosines.argmin())
    if cosines[n] < 0:
        return n, f"points away from the others (cosine {cosines[n]:.2f})"
    return n, ""


def _cosine(unit: np.ndarray, other: np.ndarray) -> float:
    return float(unit @ other / max(np.linalg.norm(other), 1e-12))


def _flat(change: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([change[name].ravel() for name in sorted(change)]).astype(np.float64)


def _shaped(vector: np.ndarray, like: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    names = sorted(like)
    ends = np.cumsum([like[name].size for name in names])
    parts = np.split(vector, ends[:-1])
    return {name: part.reshape(like[name].shape).astype(np.float32) for name, part in zip(names, parts)}


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    return float(values[order][np.searchsorted(weights[order].cumsum(), weights.sum() / 2)])
