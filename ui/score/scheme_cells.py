"""What can be edited in a scoring scheme, as tables of cells; no widgets.

A scheme is edited as the JSON that it is stored as. A cell knows where its value lies in there and how a person reads
and writes it; whether a new value makes sense is asked of `rsqi_core.scoring` for the scheme as a whole.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...bridge.texts import grade_name, type_name
from ...rsqi_core.errors import SchemeError
from ...rsqi_core.scoring import GRADES, MEASURES, SEVERITIES, parse_scheme
from ...rsqi_core.taxonomy import by_code

SHARES = ("share", "total_share", "length_share")


class InvalidValue(Exception):
    """A value that makes no sense; says why."""


@dataclass(frozen=True)
class Cell:
    """One value of a scheme.

    Attributes
    ----------
    path : tuple
        Keys and indices that lead to the value; empty for a fixed text.
    text : str
        The fixed text.
    kind : str
        ``text``, ``number``, ``percent`` (stored as a share), ``count`` (may be empty: no limit), ``choice``.
    choices : tuple of (value, text)
    """

    path: tuple = ()
    text: str = ""
    kind: str = "text"
    choices: tuple[tuple[Any, str], ...] = ()

    def display(self, data: Any) -> str:
        """Return the value as a person reads it."""
        if not self.path:
            return self.text
        value = value_at(data, self.path)
        if self.kind == "choice":
            return dict(self.choices).get(value, str(value))
        if value is None:
            return ""
        if self.kind == "percent":
            return f"{round(100 * value, 10):g}"
        return f"{value:g}" if isinstance(value, (int, float)) else str(value)

    def parse(self, text: Any) -> Any:
        """Return the value that a person wrote.

        Raises
        ------
        Refused
            It is no number.
        """
        if self.kind in ("choice", "text"):
            return text if self.kind == "choice" else str(text).strip()
        plain = str(text).replace("%", "").replace("，", ".").replace(",", ".").strip()
        if self.kind == "count" and not plain:
            return None
        try:
            number = float(plain)
        except ValueError:
            raise InvalidValue(tr("'{text}' is not a number.").format(text=text)) from None
        if number < 0:
            raise InvalidValue(tr("A negative number makes no sense here."))
        if self.kind == "percent":
            number = round(number / 100, 12)
        return int(number) if number == int(number) else number


def value_at(data: Any, path: tuple) -> Any:
    """Return the value at a path, None if there is none."""
    for key in path:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def with_value(data: Any, path: tuple, value: Any) -> Any:
    """Return a checked copy of a scheme with another value; a None takes an optional one away.

    Raises
    ------
    Refused
        The scheme makes no sense with it.
    """
    made = copy.deepcopy(data)
    place = made
    for key in path[:-1]:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    if value is None and path[-2:-1] == ("max_errors",):
        place.pop(path[-1], None)
    elif path[-1] == "comparison":
        place[value] = place.pop("from" if "from" in place else "above")
    else:
        place[path[-1]] = value
    return checked(made)


def checked(data: Any) -> Any:
    """Return the scheme if it makes sense.

    Raises
    ------
    Refused
    """
    try:
        parse_scheme(data)
    except SchemeError as error:
        grades = data["grades"]
        if not grades["excellent"] > grades["good"] > grades["qualified"]:
            raise InvalidValue(tr("The limits of the grades have to fall: excellent, good, qualified.")) from error
        if not data["t"] > 0:
            raise InvalidValue(tr("t has to be above 0.")) from error
        raise InvalidValue(error_message(error)) from error
    return data


def general(data: Any) -> list[list[Cell]]:
    """Return rows of (name, value)."""
    yes_no = ((True, tr("yes")), (False, tr("no")))
    rows = [
        [Cell(text=tr("Name (Chinese)")), Cell(("name", "zh"))],
        [Cell(text=tr("Name (English)")), Cell(("name", "en"))],
    ]
    for severity in SEVERITIES:
        text = tr("Points for an error of severity {severity}").format(severity=severity)
        rows.append([Cell(text=text), Cell(("deductions", severity), kind="number")])
    rows += [
        [Cell(text=tr("Adjustment t: divides the points of B, C and D")), Cell(("t",), kind="number")],
        [Cell(text=tr("An A error rejects the image")), Cell(("a_rejects",), kind="choice", choices=yes_no)],
    ]
    for grade in GRADES[:-1]:
        text = tr("{grade}: from a score of").format(grade=grade_name(grade))
        rows.append([Cell(text=text), Cell(("grades", grade), kind="number")])
    text = tr("Errors of one type closer than this count once (m)")
    rows.append([Cell(text=text), Cell(("merge_distance_m",), kind="number")])
    return rows


def rules(data: Any) -> list[list[Cell]]:
    """Return rows of (type, severity, measure, comparison, limit), in the order in which they are tried."""
    names = measure_names()
    severities = tuple((severity, severity) for severity in SEVERITIES)
    measures = tuple((measure, names[measure]) for measure in MEASURES)
    comparisons = (("above", ">"), ("from", "≥"))
    rows = []
    for code, part in data["types"].items():
        for number, rule in enumerate(part["rules"]):
            path = ("types", code, "rules", number)
            comparison = "from" if "from" in rule else "above"
            kind = "percent" if rule["measure"] in SHARES else "number"
            rows.append(
                [
                    Cell(text="" if number else type_name(by_code(code))),
                    Cell((*path, "severity"), kind="choice", choices=severities),
                    Cell((*path, "measure"), kind="choice", choices=measures),
                    Comparison((*path, "comparison"), kind="choice", choices=comparisons),
                    Cell((*path, comparison), kind=kind),
                ]
            )
    return rows


def types(data: Any) -> list[list[Cell]]:
    """Return rows of (type, otherwise, unmeasured, most A, B, C, D, basis, weight, cap)."""
    severities = ((None, tr("none")), *((severity, severity) for severity in SEVERITIES))
    bases = (("area", tr("area")), ("length", tr("length")))
    rows = []
    for code in data["types"]:
        path = ("types", code)
        rows.append(
            [
                Cell(text=type_name(by_code(code))),
                Cell((*path, "otherwise"), kind="choice", choices=severities),
                Cell((*path, "unmeasured"), kind="choice", choices=severities),
                *(Cell((*path, "max_errors", severity), kind="count") for severity in SEVERITIES),
                Cell((*path, "area", "basis"), kind="choice", choices=bases),
                Cell((*path, "area", "weight"), kind="number"),
                Cell((*path, "area", "cap"), kind="number"),
            ]
        )
    return rows


class Comparison(Cell):
    """Whether a rule holds above its limit or from it on: which of two keys the rule has."""

    def display(self, data: Any) -> str:
        return dict(self.choices)["from" if "from" in value_at(data, self.path[:-1]) else "above"]


def measure_names() -> dict[str, str]:
    """Return what every measure is called, with its unit."""
    return {
        "share": tr("error area, %"),
        "total_share": tr("type area, %"),
        "pixels": tr("pixels"),
        "count": tr("errors"),
        "length_share": tr("length, % diagonal"),
        "offset_px": tr("shift, px"),
        "offset_m": tr("shift, m"),
        "step_dn": tr("tone step, DN"),
    }


def with_rule(data: Any, row: int) -> Any:
    """Return the scheme with the rule of a row doubled."""
    code, number = _rule_at(data, row)
    made = copy.deepcopy(data)
    made["types"][code]["rules"].insert(number, copy.deepcopy(made["types"][code]["rules"][number]))
    return checked(made)


def without_rule(data: Any, row: int) -> Any:
    """Return the scheme without the rule of a row."""
    code, number = _rule_at(data, row)
    made = copy.deepcopy(data)
    del made["types"][code]["rules"][number]
    return checked(made)


def with_rule_moved(data: Any, row: int, by: int) -> Any:
    """Return the scheme with a rule tried earlier (-1) or later (1) within its type."""
    code, number = _rule_at(data, row)
    made = copy.deepcopy(data)
    found = made["types"][code]["rules"]
    if 0 <= number + by < len(found):
        found[number], found[number + by] = found[number + by], found[number]
    return made


def _rule_at(data: Any, row: int) -> tuple[str, int]:
    return [(code, number) for code, part in data["types"].items() for number in range(len(part["rules"]))][row]
