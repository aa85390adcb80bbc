"""Errors become deductions, a score and a grade, by an editable scheme (GB/T 24356-2023).

Imported inside QGIS as well: standard library only, Python 3.9 syntax.

How a scheme judges
-------------------
1. Rejected polygons never count. Errors of one type whose boxes are not farther apart than ``merge_distance_m`` are one
   error: their areas, pixels and lengths add up.
2. An error gets the severity of the first of its type's ``rules`` that holds, else ``otherwise`` (``null``: no error).
   A rule compares a measure with a limit, ``above`` (>) or ``from`` (>=):

   ``share``         area of the error / valid area              ``total_share``  the same for the whole type
   ``pixels``        pixels of the error                         ``count``        polygons of the type
   ``length_share``  length of the error / diagonal of the image
   ``offset_px``, ``offset_m``  displacement               ``step_dn``  step of tone along a seam, grey levels 0-255

   An error whose measure is unknown passes over the rule, and gets ``unmeasured`` where no other rule holds.
3. At most ``max_errors[severity]`` errors of a severity are charged in one type, the largest first. A type judged by
   its total is *one* error from C upwards, and its D errors never cost more than that one C: more cloud can then never
   cost less, and thirty small clouds are no catastrophe.
4. Mode ``count`` (6.2.4.1.2, equation 4): ``100 - (12 B + 4 C + 1 D) / t - 42 A``.
   Mode ``area`` (the paper makes areas the basis of the deduction, without a formula; this one is ours): a type costs
   ``min(cap, weight * 100 * share) / t`` with share = area / valid area or, with basis ``length``, length / diagonal.
   Severities are those of mode ``count``, and an A rejects as well.
5. A score lies between 0 and 100, however much is deducted. Any A (6.2.1.2) or a score under the lowest grade's limit
   rejects; limits belong to the better grade (6.2.5: >=).
6. A defect that a person has found beside the image, by the checklist, costs the points of its class in either mode,
   A not divided by t, and an A rejects as well; no limit of a type holds it down.
7. Where nobody looked for anything, and nobody has drawn an error, there is no score; the grade is :data:`UNSCORED`.
"""

from __future__ import annotations

from typing import Iterable, Sequence

from ..findings import ErrorRecord
from .checklist import JudgedItem
from .scheme import Scheme
from .scores import Score
from .tally import Tally


def score(
    records: Sequence[ErrorRecord],
    scheme: Scheme,
    valid_area_m2: float,
    valid_pixels: int,
    diagonal_px: float,
    mode: str = "count",
    inspected: Iterable[str] | None = None,
    checks: Iterable[JudgedItem] = (),
) -> Score:
    """Judge the errors of one image.

    Parameters
    ----------
    records : sequence of ErrorRecord
    scheme : Scheme
    valid_area_m2, valid_pixels : float, int
        Of the image without nodata.
    diagonal_px : float
        Of the whole image.
    mode : {"count", "area"}
    inspected : codes, optional
        The types that were looked for; all ten by default, none if it is empty.
    checks : iterable of JudgedItem
        What a person has judged beside the image.

    Raises
    ------
    ParameterError
        Unknown mode, type or status, or an image without a valid pixel.
    """
    tally = Tally(scheme, valid_area_m2, valid_pixels, diagonal_px, mode, inspected)
    tally.checks = tuple(checks)
    for key, record in enumerate(records):
        tally.put(key, record)
    return tally.score()
