"""How far a whole batch is, and how long the rest will take: scenes weigh what their files weigh."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

# Where a stage begins within a scene, and how much of the scene it is. Others follow the last of these.
_STAGES = {"inspect": (0.0, 0.85), "seams": (0.85, 0.12)}
_REST = 0.97


class Overall:
    """The progress of a batch.

    Parameters
    ----------
    weights : sequence of int
        Of the scenes.
    clock : callable
        Gives seconds.
    """

    def __init__(self, weights: Sequence[int], clock: Callable[[], float] = time.monotonic):
        self._weights, self._clock = weights, clock
        self._shares = [0.0] * len(weights)
        self._worked = 0.0  # weight that inspections, not looks at what is there, have dealt with
        self._busy: dict[int, float] = {}
        self._started: float | None = None

    def begin(self, scene: int) -> None:
        """A worker has begun with a scene, perhaps once more."""
        self._shares[scene] = 0.0
        self._busy.pop(scene, None)
        if self._started is None:
            self._started = self._clock()

    def advance(self, scene: int, stage: str, done: int, total: int) -> None:
        """A worker is so far with a stage of a scene."""
        start, length = _STAGES.get(stage, (_REST, 0.0))
        self._shares[scene] = max(self._shares[scene], start + length * done / max(total, 1))
        self._busy[scene] = self._shares[scene]

    def end(self, scene: int, worked: bool) -> None:
        """A scene is over; `worked` says that it was inspected."""
        self._shares[scene] = 1.0
        self._busy.pop(scene, None)
        self._worked += self._weights[scene] * worked

    @property
    def share(self) -> float:
        """What is done of all, 0-1."""
        return self._done() / max(sum(self._weights), 1)

    @property
    def eta_s(self) -> float | None:
        """Seconds left at the speed so far; None before any scene was inspected in part."""
        worked = self._worked + sum(self._weights[scene] * share for scene, share in self._busy.items())
        if self._started is None or not worked:
            return None
        return (self._clock() - self._started) * (sum(self._weights) - self._done()) / worked

    def _done(self) -> float:
        return sum(weight * share for weight, share in zip(self._weights, self._shares))
