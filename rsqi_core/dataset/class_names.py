"""Names of classes, as folders and annotation tools have them, become error types, or are told with the nearest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ..errors import RsqiError
from ..taxonomy import BACKGROUND, TYPES, by_id
from .vocabulary import Vocabulary

_CLEAN = {
    "clean", "clear", "good", "ok", "normal", "negative", "negatives", "none", "background", "qualified", "no_error",
    "no_errors", "without_error", "正常", "合格", "无错误", "无误", "无问题", "干净", "背景", "完好",
}  # fmt: skip
_AND = re.compile(r"[+&,，、]")
_NAMES = {name: t for t in TYPES for name in (t.code, t.zh, t.en.lower())}


class UnknownClass(RsqiError):
    """Names of classes that stand for no error type."""

    code = "class"


def types_of(name: str, vocabulary: Vocabulary | None = None) -> tuple[int, ...] | None:
    """Return the types that a name stands for, rising: none for ``clean``; None if it is not understood.

    Several are joined by ``+``, ``&`` or a comma. A word that a vocabulary has as an error that is none of the ten is
    not understood either.
    """
    vocabulary = vocabulary or Vocabulary()
    if re.sub(r"[\s-]+", "_", name.strip().lower()) in _CLEAN:
        return ()
    found = [_exactly(part) or vocabulary.category_of(part) for part in _AND.split(name) if part.strip()]
    return tuple(sorted({n for n in found if n})) if found and all(found) else None


def category_ids(labels: Iterable[int | str]) -> tuple[int, ...]:
    """Return the labels of a row, ids or names, as ids in rising order.

    Raises
    ------
    UnknownClass
        If one of them is none.
    """
    found: set[int] = set()
    for label in labels:
        if isinstance(label, int) and not isinstance(label, bool):
            found.add(by_id(label).id)
            continue
        ids = types_of(str(label))
        if ids is None:
            raise UnknownClass(unknown_line([str(label)]))
        found |= set(ids)
    return tuple(sorted(found - {BACKGROUND}))


def unknown_line(names: Sequence[str]) -> str:
    """Say in one line which names are none, each with the type of the nearest name."""
    said = []
    for name in names:
        near = get_close_matches(name.lower().replace(" ", "_"), _NAMES, n=1, cutoff=0.4)
        said.append(f"'{name}'" + (f" (nearest: {_NAMES[near[0]].code})" if near else ""))
    codes = ", ".join(t.code for t in TYPES)
    return f"unknown class {', '.join(said)}; choose from {codes} or clean, or name it in --words"


def _exactly(name: str) -> int:
    """Return the type with this code or name; 0 if there is none."""
    found = _NAMES.get(re.sub(r"[\s-]+", "_", name.strip().lower())) or _NAMES.get(name.strip().lower())
    return found.id if found else 0
