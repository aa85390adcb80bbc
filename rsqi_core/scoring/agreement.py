"""How far two people agree who have judged the same errors, each without the other.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Agreement:
    """What two people make of the same errors.

    Attributes
    ----------
    count : int
        Errors that both have judged.
    equal : float
        Share of them that both judge alike, 0-1.
    kappa : float or None
        Cohen's kappa: 1 is agreement, 0 what chance would bring, below 0 less than that; None where chance alone would
        bring agreement, as both say the same of every error.
    """

    count: int
    equal: float
    kappa: Optional[float]


def agree(pairs: Sequence[tuple[int, int]]) -> Agreement | None:
    """Measure the agreement of pairs of answers; None if there are none.

    Parameters
    ----------
    pairs : sequence of (int, int)
        What the first and the second say of an error: the id of its type, 0 for none.

    Notes
    -----
    J. Cohen, A coefficient of agreement for nominal scales, 1960: ``(p_o - p_e) / (1 - p_e)``, unweighted.
    """
    count = len(pairs)
    if not count:
        return None
    equal = sum(first == second for first, second in pairs) / count
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(firsts[answer] * seconds[answer] for answer in firsts) / count**2
    return Agreement(count, equal, None if chance == 1 else (equal - chance) / (1 - chance))
