"""The table ``checklist`` of a result: the verdicts of a person on what no image shows, one row an item.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable

from ..scoring.checklist import CLASSES, MOST, VERDICTS, Item, JudgedItem
from ..scoring.checklist_file import as_mapping
from .attribute_table import WAIT_S, read_rows, store_rows

TABLE = "checklist"
_COLUMNS = {
    "code": "TEXT",
    "element": "TEXT",
    "element_en": "TEXT",
    "item": "TEXT",
    "item_en": "TEXT",
    "verdict": "TEXT",
    "severity": "TEXT",
    "defects": "INTEGER",
    "comment": "TEXT",
    "algorithm": "TEXT",
    "outcome": "TEXT",
    "judged_by": "TEXT",
    "judged_at": "TEXT",
}


def read_checklist(path: Path | str) -> tuple[JudgedItem, ...]:
    """Return the items that a result holds, with their verdicts; none where it has no such table.

    A verdict that makes no sense counts as none.

    Raises
    ------
    OutputError
        The file is no database.
    """
    return tuple(_judged(row) for row in read_rows(path, TABLE) if row.get("code"))


def store_checklist(path: Path | str, judged: Iterable[JudgedItem], wait: float = WAIT_S) -> None:
    """Put items with their verdicts into a result, each in place of the one with the same code.

    Raises
    ------
    OutputError
        The file is in use or cannot be written.
    """
    store_rows(path, TABLE, _COLUMNS, [_row(each) for each in judged], "code", wait)


def _row(judged: JudgedItem) -> dict[str, Any]:
    item = judged.item
    check = as_mapping(item).get("algorithm")
    return {
        "code": item.code,
        "element": item.element["zh"],
        "element_en": item.element["en"],
        "item": item.text["zh"],
        "item_en": item.text["en"],
        "verdict": judged.verdict or None,
        "severity": judged.severity or None,
        "defects": judged.count if judged.verdict == "defect" else None,
        "comment": judged.comment or None,
        "algorithm": json.dumps(check, ensure_ascii=False) if check else None,
        "outcome": judged.outcome or None,
        "judged_by": judged.judged_by or None,
        "judged_at": judged.judged_at or None,
    }


def _judged(row: dict[str, Any]) -> JudgedItem:
    def text(name: str, other: str = "") -> str:
        return str(row.get(name) or row.get(other) or "")

    item = Item(
        text("code"),
        {"zh": text("element", "element_en"), "en": text("element_en", "element")},
        {"zh": text("item", "item_en"), "en": text("item_en", "item")},
        text("severity") if text("severity") in CLASSES else "C",
    )
    said: dict[str, Any] = {name: text(name) for name in ("comment", "outcome", "judged_by", "judged_at")}
    verdict, severity, count = text("verdict"), text("severity"), row.get("defects")
    if verdict == "defect" and severity in CLASSES and isinstance(count, int) and 1 <= count <= MOST:
        return JudgedItem(item, verdict, severity, count, **said)
    return JudgedItem(item, verdict if verdict in VERDICTS and verdict != "defect" else "", **said)
