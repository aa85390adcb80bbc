"""What no image shows and a person judges: a list of items by quality element, and the verdicts on them.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.

The list is a file beside the scoring scheme (`checklist_file`). An item may name a Processing algorithm that gives its
verdict: what it is run with, and what its result has to be. A defect costs what the scheme charges for its class.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Mapping, Sequence

from ..errors import ParameterError
from ..notes import Note

VERDICTS = ("met", "defect", "none")  # none: it does not apply
CLASSES = ("A", "B", "C", "D")
MOST = 999  # defects of one item
BOUNDS = ("equals", "differs", "above", "from", "below", "to")


@dataclass(frozen=True)
class AlgorithmCheck:
    """A Processing algorithm that judges an item.

    Attributes
    ----------
    id : str
        Such as ``native:rasterlayerproperties``.
    parameters : mapping
        The texts ``@raster``, ``@errors`` and ``@geopackage`` stand for the image, the layer of errors and its file.
    output, bound, limit : str, str, Any
        The item is met if this result ``equals`` or ``differs`` from the limit, lies ``above`` it (>), is at it or
        above (``from``), ``below`` it (<) or at it or below (``to``); without an output it is if the run ends well.
    """

    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    bound: str = ""
    limit: Any = None

    def is_met(self, results: Mapping[str, Any]) -> bool:
        """Tell whether the results of a run meet the bound.

        Raises
        ------
        ParameterError
            There is no such result, or it cannot be compared.
        """
        if not self.output:
            return True
        if results.get(self.output) is None:
            text = "{id} has given no {output}"
            raise ParameterError(Note("check_no_output", text, id=self.id, output=self.output))
        value = results[self.output]
        if self.bound in ("equals", "differs"):
            return _same(value, self.limit) == (self.bound == "equals")
        try:
            number, limit = float(value), float(self.limit)
        except (TypeError, ValueError):
            text = "{output} of {id} is no number: {found}"
            raise ParameterError(
                Note("check_no_number", text, id=self.id, output=self.output, found=str(value))
            ) from None
        return {"above": number > limit, "from": number >= limit, "below": number < limit, "to": number <= limit}[
            self.bound
        ]


@dataclass(frozen=True)
class Item:
    """One thing that a person looks at.

    Attributes
    ----------
    code : str
        Stable name, by which its verdict is stored.
    element, text : mapping
        The quality element and what has to be met, by language.
    severity : str
        A to D: the class of a defect, unless the person chooses another.
    check : AlgorithmCheck, optional
    """

    code: str
    element: Mapping[str, str]
    text: Mapping[str, str]
    severity: str = "C"
    check: AlgorithmCheck | None = None


@dataclass(frozen=True)
class JudgedItem:
    """An item with its verdict.

    Attributes
    ----------
    item : Item
    verdict : str
        One of :data:`VERDICTS`; empty while nobody has judged it.
    severity : str
        Of its defects; empty without one.
    count : int
        Number of defects.
    comment, outcome : str
        What the person says, and what the algorithm gave.
    judged_by, judged_at : str
    """

    item: Item
    verdict: str = ""
    severity: str = ""
    count: int = 0
    comment: str = ""
    outcome: str = ""
    judged_by: str = ""
    judged_at: str = ""

    @property
    def defects(self) -> int:
        """Defects that cost points."""
        return self.count if self.verdict == "defect" else 0


def judge(judged: JudgedItem, verdict: str, severity: str = "", count: int = 1) -> JudgedItem:
    """Return an item with another verdict; a defect has the class of the item unless one is given.

    Raises
    ------
    ParameterError
        There is no such verdict or class.
    """
    if verdict not in ("", *VERDICTS):
        raise ParameterError(f"verdict '{verdict}' is not one of {', '.join(VERDICTS)}")
    if verdict != "defect":
        return replace(judged, verdict=verdict, severity="", count=0)
    severity = severity or judged.item.severity
    if severity not in CLASSES or not 1 <= count <= MOST:
        raise ParameterError(f"a defect has a class of A to D and a number of 1 to {MOST}, not {severity} {count}")
    return replace(judged, verdict=verdict, severity=severity, count=count)


def merged(items: Sequence[Item], stored: Iterable[JudgedItem]) -> tuple[JudgedItem, ...]:
    """Return the items of a list with their stored verdicts; one that has been judged and left the list stays."""
    known = {each.item.code: each for each in stored}
    shown = [replace(known.pop(item.code), item=item) if item.code in known else JudgedItem(item) for item in items]
    return (*shown, *(each for each in known.values() if each.verdict))


def merged_verdicts(stored: Iterable[JudgedItem], new: Iterable[JudgedItem]) -> tuple[JudgedItem, ...]:
    """Return stored items and new ones in one list; a new verdict goes before the stored one, no verdict does not."""
    found = {each.item.code: each for each in stored}
    for each in new:
        if each.verdict or each.item.code not in found:
            found[each.item.code] = each
    return tuple(found.values())


def _same(value: Any, limit: Any) -> bool:
    try:
        return float(value) == float(limit)
    except (TypeError, ValueError):
        return str(value) == str(limit)
