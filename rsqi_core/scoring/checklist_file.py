"""The list of what no image shows, as a JSON file beside the scoring scheme: ``NAME.checklist.json`` for ``NAME.json``.

A scheme without one has the list that ships with the program. Imported inside QGIS as well: standard library only,
Python 3.9 syntax.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Mapping, Sequence

from .. import resources
from ..errors import OutputError, SchemeError
from ..files.atomic import reason, write_whole
from ..notes import Note
from .checklist import BOUNDS, CLASSES, AlgorithmCheck, Item

FORMAT = 1
ENDING = ".checklist.json"
DEFAULT_LIST = resources.path("checklists", "default.json")
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_LANGUAGES = ("en", "zh")


def list_beside(scheme: Path | str | None) -> Path:
    """Return the file of the list that belongs to a scheme; the one that ships with the program where it has none."""
    own = None if scheme is None else Path(scheme).with_name(Path(scheme).stem + ENDING)
    return own if own is not None and own.is_file() else DEFAULT_LIST


def load_list(path: Path | str | None = None) -> tuple[Item, ...]:
    """Read and check a list; None is the one that ships with the program.

    Raises
    ------
    SchemeError
        The file is unreadable, not JSON, or a value in it is wrong; the message names it.
    """
    source = Path(path or DEFAULT_LIST)
    try:
        data = json.loads(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        text = "{source}: cannot read the checklist ({reason}); check the path"
        raise SchemeError(Note("list_unreadable", text, source=str(source), reason=reason(error))) from error
    except ValueError as error:
        text = "{source}: the checklist is not valid JSON ({reason}); correct the file"
        raise SchemeError(Note("list_no_json", text, source=str(source), reason=str(error))) from error
    return parse_list(data, source)


def parse_list(data: Any, source: Path | str = "") -> tuple[Item, ...]:
    """Check the JSON of a list.

    Raises
    ------
    SchemeError
    """
    return _Reader(str(source)).items(data)


def write_list(path: Path | str, items: Sequence[Item]) -> None:
    """Write a list, whole or not at all.

    Raises
    ------
    OutputError
        The file cannot be written.
    SchemeError
        Two items have the same code, or a value is wrong.
    """
    data = {"format": FORMAT, "items": [as_mapping(item) for item in items]}
    parse_list(data, path)
    try:
        write_whole(Path(path), (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))
    except OutputError as error:
        text = "{path}: cannot write the checklist ({reason}); check the folder"
        why = reason(error.__cause__ or error)
        raise OutputError(Note("list_unwritable", text, path=str(path), reason=why)) from error


def as_mapping(item: Item) -> dict[str, Any]:
    """Return an item as JSON takes it."""
    found: dict[str, Any] = {
        "code": item.code,
        "element": dict(item.element),
        "text": dict(item.text),
        "severity": item.severity,
    }
    if item.check is not None:
        found["algorithm"] = {"id": item.check.id, "parameters": dict(item.check.parameters)}
        if item.check.output:
            found["algorithm"]["met"] = {"output": item.check.output, item.check.bound: item.check.limit}
    return found


class _Reader:
    """Turns JSON into items; every complaint names the file and the item."""

    def __init__(self, source: str):
        self.source = source

    def fail(self, key: str, problem: Note) -> SchemeError:
        if not self.source:
            return SchemeError(Note("list_at", "{key}: {problem}", key=key, problem=problem))
        text = "{source}: checklist, {key}: {problem}"
        return SchemeError(Note("list_in", text, source=self.source, key=key, problem=problem))

    def mapping(self, data: Any, key: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise self.fail(key, Note("no_object", "expected an object {{...}}"))
        return data

    def items(self, data: Any) -> tuple[Item, ...]:
        found = self.mapping(data, "top level")
        if found.get("format") != FORMAT:
            text = "{found} is not {format}, the format this program reads"
            shown = json.dumps(found.get("format"))
            raise self.fail("format", Note("other_format", text, found=shown, format=FORMAT))
        if not isinstance(found.get("items"), list):
            raise self.fail("items", Note("no_list", "expected a list [...]"))
        items = tuple(self.item(each, f"items[{n}]") for n, each in enumerate(found["items"]))
        codes = [item.code for item in items]
        for code in codes:
            if codes.count(code) > 1:
                raise self.fail(code, Note("code_twice", "two items have this code"))
        return items

    def item(self, data: Any, key: str) -> Item:
        found = self.mapping(data, key)
        code = found.get("code")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            text = Note("no_code", "expected up to 40 small letters, digits and underscores")
            raise self.fail(f"{key}.code", text)
        severity = found.get("severity", "C")
        if severity not in CLASSES:
            shown, allowed = json.dumps(severity), ", ".join(CLASSES)
            note = Note("not_one_of", "{found} is not one of {allowed}", found=shown, allowed=allowed)
            raise self.fail(f"{code}.severity", note)
        check = found.get("algorithm")
        return Item(
            code,
            self.texts(found.get("element"), f"{code}.element"),
            self.texts(found.get("text"), f"{code}.text"),
            severity,
            None if check is None else self.check(self.mapping(check, f"{code}.algorithm"), f"{code}.algorithm"),
        )

    def texts(self, data: Any, key: str) -> Mapping[str, str]:
        found = self.mapping(data, key)
        if not all(isinstance(found.get(lang), str) and found[lang].strip() for lang in _LANGUAGES):
            raise self.fail(key, Note("no_text_both", "expected a text in 'en' and one in 'zh'"))
        return {lang: found[lang] for lang in _LANGUAGES}

    def check(self, data: Mapping[str, Any], key: str) -> AlgorithmCheck:
        if not isinstance(data.get("id"), str) or not data["id"]:
            raise self.fail(key, Note("missing", "'{name}' is missing", name="id"))
        parameters = self.mapping(data.get("parameters", {}), f"{key}.parameters")
        if data.get("met") is None:
            return AlgorithmCheck(data["id"], parameters)
        met = self.mapping(data["met"], f"{key}.met")
        bounds = [bound for bound in BOUNDS if bound in met]
        if not isinstance(met.get("output"), str) or not met["output"] or len(bounds) != 1:
            text = "expected an 'output' and one of {bounds}"
            raise self.fail(f"{key}.met", Note("no_bound_of", text, bounds=", ".join(BOUNDS)))
        return AlgorithmCheck(data["id"], parameters, met["output"], bounds[0], met[bounds[0]])
