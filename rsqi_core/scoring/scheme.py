"""The scoring scheme: one JSON file whose every limit may be edited; read and checked here, applied in deductions.py.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Collection, Iterable, Mapping, Sequence

from .. import resources
from ..errors import OutputError, SchemeError
from ..files.atomic import reason, write_whole
from ..notes import Note
from ..taxonomy import CODES

SEVERITIES = ("A", "B", "C", "D")
GRADES = ("excellent", "good", "qualified", "rejected")
MEASURES = ("share", "total_share", "pixels", "count", "length_share", "offset_px", "offset_m", "step_dn")
FORMAT = 1
TIE = 1e-6  # relative difference up to which two measures are equal: QGIS and pyproj differ in the areas of a polygon
DEFAULT = resources.path("schemes", "default.json")


@dataclass(frozen=True)
class Rule:
    """``severity`` if ``measure`` is above `limit` (at the limit too if `inclusive`)."""

    severity: str
    measure: str
    limit: float
    inclusive: bool

    def holds(self, value: float) -> bool:
        """Tell whether a value reaches the limit."""
        return exceeds(value, self.limit, self.inclusive)


@dataclass(frozen=True)
class TypeRules:
    """How one error type is judged; the text of deductions.py says what each value does."""

    rules: tuple[Rule, ...]
    otherwise: str | None
    unmeasured: str | None
    max_errors: Mapping[str, int]
    area_basis: str
    area_weight: float
    area_cap: float


@dataclass(frozen=True)
class Scheme:
    """A checked scoring scheme."""

    name: Mapping[str, str]
    version: str
    note: Mapping[str, str]
    deductions: Mapping[str, float]
    t: float
    a_rejects: bool
    grades: Mapping[str, float]
    merge_distance_m: float
    types: Mapping[str, TypeRules]
    not_covered: Mapping[str, Sequence[str]]


def exceeds(value: float, limit: float, inclusive: bool = False) -> bool:
    """Whether `value` is above `limit`, or at it if `inclusive`; what differs by no more than `TIE` is at it.

    Every comparison of a measure with a limit is made here, so that whoever measures comes to the same severity.
    """
    return inclusive if math.isclose(value, limit, rel_tol=TIE) else value > limit


def load_scheme(path: str | Path | None = None) -> Scheme:
    """Read and check a scheme; None is the default that ships with the program.

    Raises
    ------
    SchemeError
        The file is unreadable, not JSON, or a value is missing or out of range; the message names the key.
    """
    return parse_scheme(read_scheme(path), path or DEFAULT)


def read_scheme(path: str | Path | None = None) -> Any:
    """Return the JSON of a scheme as it is, to be edited; nothing in it is checked yet.

    Raises
    ------
    SchemeError
        The file is unreadable or not JSON.
    """
    source = Path(path or DEFAULT)
    try:
        return json.loads(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        text = "{source}: cannot read the scoring scheme ({reason}); check the path"
        raise SchemeError(
            Note("scheme_unreadable", text, source=str(source), reason=error.strerror or str(error))
        ) from error
    except ValueError as error:
        text = "{source}: the scoring scheme is not valid JSON ({reason}); correct the file"
        raise SchemeError(Note("scheme_no_json", text, source=str(source), reason=str(error))) from error


def parse_scheme(data: Any, source: str | Path = "") -> Scheme:
    """Check the JSON of a scheme; `source` is named in complaints.

    Raises
    ------
    SchemeError
        A value is missing or out of range; the message names the key.
    """
    return _Reader(str(source)).scheme(data)


def write_scheme(path: str | Path, data: Any) -> None:
    """Check the JSON of a scheme and write it, whole or not at all.

    Raises
    ------
    SchemeError
        A value is wrong.
    OutputError
        The file cannot be written.
    """
    path = Path(path)
    parse_scheme(data, path)
    try:
        write_whole(path, (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))
    except OutputError as error:
        text = "{path}: cannot write the scoring scheme ({reason}); check the folder"
        why = reason(error.__cause__ or error)
        raise OutputError(Note("scheme_unwritable", text, path=str(path), reason=why)) from error


class _Reader:
    """Turns JSON into a Scheme; every complaint names the file and the key."""

    def __init__(self, source: str):
        self.source = source

    def fail(self, key: str, problem: Note) -> SchemeError:
        if not self.source:
            return SchemeError(Note("scheme_at", "{key}: {problem}", key=key, problem=problem))
        text = "{source}: scoring scheme, {key}: {problem}"
        return SchemeError(Note("scheme_in", text, source=self.source, key=key, problem=problem))

    def number(self, data: Any, key: str, low: float = 0.0, above: bool = False) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)) or not math.isfinite(data):
            raise self.fail(key, Note("no_number", "expected a number, found {found}", found=_shown(data)))
        if data < low or (above and data == low):
            value, least = f"{data:g}", f"{low:g}"
            if above:
                raise self.fail(key, Note("not_above", "{value} must be above {low}", value=value, low=least))
            raise self.fail(key, Note("under", "{value} must be at least {low}", value=value, low=least))
        return float(data)

    def mapping(
        self, data: Any, key: str, required: Iterable[str] = (), allowed: Collection[str] | None = None
    ) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise self.fail(key, Note("no_object", "expected an object {{...}}"))
        for name in required:
            if name not in data:
                raise self.fail(key, Note("missing", "'{name}' is missing", name=name))
        for name in data:
            if allowed is not None and name not in allowed:
                text = "'{name}' is unknown; allowed are {allowed}"
                raise self.fail(key, Note("unknown", text, name=name, allowed=", ".join(allowed)))
        return data

    def choice(self, data: Any, key: str, allowed: Sequence[str | None]) -> Any:
        if data not in allowed:
            names = ", ".join("null" if name is None else name for name in allowed)
            raise self.fail(
                key, Note("not_one_of", "{found} is not one of {allowed}", found=_shown(data), allowed=names)
            )
        return data

    def texts(self, data: Any, key: str, kind: type) -> dict[str, Any]:
        texts = self.mapping(data, key, ("en", "zh"))
        for lang in ("en", "zh"):
            parts = [texts[lang]] if kind is str else texts[lang]
            if not isinstance(texts[lang], kind) or not all(isinstance(part, str) for part in parts):
                text = Note("no_text", "expected a text")
                raise self.fail(f"{key}.{lang}", text if kind is str else Note("no_texts", "expected a list of texts"))
        return texts

    def scheme(self, data: Any) -> Scheme:
        required = ("format", "version", "name", "deductions", "t", "grades", "types")
        allowed = (*required, "note", "a_rejects", "merge_distance_m", "not_covered")
        self.mapping(data, "top level", required, allowed)
        if data["format"] != FORMAT:
            text = "{found} is not {format}, the format this program reads"
            raise self.fail("format", Note("other_format", text, found=_shown(data["format"]), format=FORMAT))
        if not isinstance(data["version"], str):
            raise self.fail("version", Note("no_version", 'expected a text such as "1.0"'))
        deductions = self.mapping(data["deductions"], "deductions", SEVERITIES, SEVERITIES)
        named = GRADES[:-1]
        grades = self.mapping(data["grades"], "grades", named, named)
        limits = [self.number(grades[g], f"grades.{g}") for g in named]
        if not limits[0] > limits[1] > limits[2]:
            raise self.fail("grades", Note("grade_order", "excellent > good > qualified is required"))
        if not isinstance(data.get("a_rejects", True), bool):
            raise self.fail("a_rejects", Note("no_boolean", "expected true or false"))
        types = self.mapping(data["types"], "types", CODES, CODES)
        return Scheme(
            name=self.texts(data["name"], "name", str),
            version=data["version"],
            note=self.texts(data.get("note", {"en": "", "zh": ""}), "note", str),
            deductions={s: self.number(deductions[s], f"deductions.{s}") for s in SEVERITIES},
            t=self.number(data["t"], "t", above=True),
            a_rejects=data.get("a_rejects", True),
            grades=dict(zip(named, limits)),
            merge_distance_m=self.number(data.get("merge_distance_m", 0), "merge_distance_m"),
            types={code: self.type_rules(types[code], f"types.{code}") for code in CODES},
            not_covered=self.texts(data.get("not_covered", {"en": [], "zh": []}), "not_covered", list),
        )

    def type_rules(self, data: Any, key: str) -> TypeRules:
        self.mapping(data, key, ("rules", "area"), ("rules", "otherwise", "unmeasured", "max_errors", "area"))
        if not isinstance(data["rules"], list):
            raise self.fail(f"{key}.rules", Note("no_list", "expected a list [...]"))
        maxima = self.mapping(data.get("max_errors", {}), f"{key}.max_errors", (), SEVERITIES)
        area = self.mapping(data["area"], f"{key}.area", ("basis", "weight", "cap"), ("basis", "weight", "cap"))
        return TypeRules(
            rules=tuple(self.rule(rule, f"{key}.rules[{n}]") for n, rule in enumerate(data["rules"])),
            otherwise=self.choice(data.get("otherwise"), f"{key}.otherwise", (*SEVERITIES, None)),
            unmeasured=self.choice(data.get("unmeasured"), f"{key}.unmeasured", (*SEVERITIES, None)),
            max_errors={s: int(self.number(n, f"{key}.max_errors.{s}")) for s, n in maxima.items()},
            area_basis=self.choice(area["basis"], f"{key}.area.basis", ("area", "length")),
            area_weight=self.number(area["weight"], f"{key}.area.weight"),
            area_cap=self.number(area["cap"], f"{key}.area.cap"),
        )

    def rule(self, data: Any, key: str) -> Rule:
        self.mapping(data, key, ("severity", "measure"), ("severity", "measure", "above", "from"))
        if ("above" in data) == ("from" in data):
            raise self.fail(key, Note("no_bound", "needs either 'above' or 'from'"))
        inclusive = "from" in data
        return Rule(
            severity=self.choice(data["severity"], f"{key}.severity", SEVERITIES),
            measure=self.choice(data["measure"], f"{key}.measure", MEASURES),
            limit=self.number(data["from" if inclusive else "above"], key),
            inclusive=inclusive,
        )


def _shown(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
