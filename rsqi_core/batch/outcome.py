"""What came of one scene of a batch: what a worker answers, the state keeps and the report shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Mapping

from ..scoring import UNSCORED

DONE, SKIPPED, FAILED = "done", "skipped", "failed"
BROKEN = "broken"  # failed in a way that need not happen again: never in the state or the report

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a scene.

    Attributes
    ----------
    status : str
        `DONE`, `SKIPPED` (done by an earlier batch) or `FAILED`.
    reason : str
        Why it failed, in one line.
    marker : str
        Hash of raster, model and parameters that the result was found with.
    stamp : str
        Of the result's file as it was read last; another one says that somebody has worked on it.
    score : float or None
    grade : str
    counts : mapping of str to int
        Errors by type code.
    severities : mapping of str to int
        Charged errors by A to D.
    seconds : float
        What the inspection took.
    footprint : tuple of (float, float)
        Corners of the image, in degrees of longitude and latitude; empty if it lies nowhere.
    second : tuple of (int, int)
        What two people say of the errors that both have judged (`rsqi_core.files.second_review`).
    """

    status: str
    reason: str = ""
    marker: str = ""
    stamp: str = ""
    score: float | None = None
    grade: str = UNSCORED
    counts: Mapping[str, int] = field(default_factory=dict)
    severities: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    footprint: Ring = ()
    second: tuple[tuple[int, int], ...] = ()

    @property
    def errors(self) -> int:
        """Errors of all types."""
        return sum(self.counts.values())

    def as_mapping(self) -> dict[str, Any]:
        """Return plain JSON-ready values."""
        return asdict(self)


def outcome_of(values: Mapping[str, Any]) -> Outcome:
    """Build an outcome from JSON values.

    Raises
    ------
    TypeError, ValueError
        These are no values of an outcome.
    """
    known = {f.name for f in fields(Outcome)}
    given = {name: value for name, value in values.items() if name in known}
    corners = tuple((float(x), float(y)) for x, y in given.pop("footprint", ()))
    second = tuple((int(one), int(other)) for one, other in given.pop("second", ()))
    return Outcome(**given, footprint=corners, second=second)
