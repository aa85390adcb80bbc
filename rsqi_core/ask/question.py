"""What a question in Chinese or English asks for, as far as measurements can answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..dataset.vocabulary import named_types
from ..describe import language_of

# What is asked for, the more special first; the second says whether it makes sense of any thing, or of errors alone.
_KINDS = (
    ("why", r"为什么|为何|原因|扣分|扣了|why|deduct|reason|lose|lost", "score"),
    ("score", r"得分|分数|评分|打分|多少分|等级|合格|\bscored?\b|\bgrade|\bpass(?:es)?\b|qualified|acceptable", ""),
    ("not_inspected", r"(?:未|没有?)检查|not (?:been )?inspected|not looked for", ""),
    ("unreviewed", r"(?:未|没有?|待)(?:审核|复核|核查|检核)|unreviewed|not (?:yet )?reviewed|left to review", ""),
    ("worst", r"最(?:严重|差|糟)|worst|most severe|severest|most serious", ""),
    ("largest", r"最大|largest|biggest", "error"),
    ("area", r"面积|多大|占比|占多少|比例|百分|how (?:large|big|much)|\barea|share|per ?cent|cover", "error"),
    ("count", r"多少|几[处个块条]|数量|个数|how many|number of|count", "error"),
    ("where", r"哪里|哪儿|在哪|何处|什么位置|位置|where|position|location|place", "error"),
    ("which", r"哪些|什么|何种|哪种|有哪|list|what|which|wrong with|describe|描述", "error"),
    ("any", r"是否|有没有|有无|存在|吗|is there|are there|does|has|have|\bany\b|contain|show", "error"),
)
_ERROR_WORDS = r"错误|问题|缺陷|质量|毛病|瑕疵|errors?|problems?|defects?|faults?|quality|mistakes?|wrong|issues?"
_SCORE_WORDS = r"分|等级|合格|score|grade|points?|deduct|lose|lost|pass|reject"
_PLACES = (
    (r"左上|upper left|top left|north-?west|西北", 0, 0), (r"右上|upper right|top right|north-?east|东北", 0, 2),
    (r"左下|lower left|bottom left|south-?west|西南", 2, 0), (r"右下|lower right|bottom right|south-?east|东南", 2, 2),
    (r"中央|中间|中心|cent(?:er|re)|middle", 1, 1), (r"上[方部边]|顶部|\btop\b|\bupper\b|\bnorth\b|北", 0, 1),
    (r"下[方部边]|底部|\bbottom\b|\blower\b|\bsouth\b|南", 2, 1),
    (r"左[侧边部]|\bleft\b|\bwest\b|西", 1, 0), (r"右[侧边部]|\bright\b|\beast\b|东", 1, 2),
)  # fmt: skip
_CUTS = r"([?？。；;，,、!！]|\band\b|\balso\b|以及|并且|还有|同时|和|且)"
# What may be left of a question that only refers to the one before.
_EMPTY_WORDS = (
    r"\b(?:is|are|it|they|them|there|do|does|in|all|each|total|of|the|lie|located|one|ones|so|was|were|be|these|those)\b"
    r"|它们?|里|这些|那些|分别|各自|各|都|总共|一共|总|共|的|了|呢|在|有|是|又|还|请问|其|处|一[处个]|哪[处个]|为"
)


@dataclass(frozen=True)
class Question:
    """A question that was understood.

    Attributes
    ----------
    kind : str
        ``why``, ``score``, ``worst``, ``largest``, ``area``, ``count``, ``where``, ``which``, ``any``,
        ``not_inspected`` or ``unreviewed``.
    language : {"zh", "en"}
    category_ids : frozenset of int
        Types that it names; none: all.
    place : tuple of int or None
        Row and column of the grid of nine that it names.
    """

    kind: str
    language: str
    category_ids: frozenset[int] = frozenset()
    place: tuple[int, int] | None = None


def understand(text: str) -> Question | None:
    """Return what is asked for; None where measurements have no answer, as to a question about houses."""
    named = frozenset(named_types(text))
    of_errors = bool(named) or _has(text, _ERROR_WORDS)
    admitted = {"": True, "error": of_errors, "score": of_errors or _has(text, _SCORE_WORDS)}
    place = next(((row, column) for pattern, row, column in _PLACES if _has(text, pattern)), None)
    kind = next((kind for kind, pattern, needs in _KINDS if _has(text, pattern) and admitted[needs]), None)
    if kind is None:
        kind = "any" if named else None
    return None if kind is None else Question(kind, language_of(text), named, place)


def understand_all(text: str) -> list[tuple[str, Question | None]]:
    """Return the questions in a text, each with its words; one alone, understood or not, for most texts.

    A text is cut at marks and at *and* where both sides ask for something. What only refers to the question before, as
    in "how many clouds are there and where are they", is about the same types and place.
    """
    found: list[tuple[str, Question | None]] = []
    for part in _parts(text):
        question = understand(part)
        before = found[-1][1] if found else None
        if question is None and before is not None and (kind := _referring(part)):
            question = replace(before, kind=kind)
        found.append((part, question))
    if len(found) > 1 and all(question is None for _, question in found):
        return [(text, understand(text))]
    # Why the score is so says the score.
    reasons = {question.category_ids for _, question in found if question and question.kind == "why"}
    return [each for each in found if not (each[1] and each[1].kind == "score" and frozenset() in reasons)]


def _parts(text: str) -> list[str]:
    """Cut a text where another thing is asked for; parts that ask for nothing belong to the one before or after."""
    parts: list[str] = []
    pending = ""
    for piece in re.split(_CUTS, text, flags=re.IGNORECASE):
        if not piece or re.fullmatch(_CUTS, piece, re.IGNORECASE):
            pending += piece or ""
        elif parts and not (_asks(piece) and _asks(parts[-1])):
            parts[-1] += pending + piece
            pending = ""
        else:
            pending = ""
            parts.append(piece)
    return [part.strip(" ,，、") for part in parts if part.strip(" ,，、")]


def _asks(text: str) -> bool:
    return any(_has(text, pattern) for _, pattern, _ in _KINDS)


def _referring(part: str) -> str:
    """Return the kind of a question that names nothing itself; empty for one that does."""
    for kind, pattern, _ in _KINDS:
        rest = re.sub(pattern, "", part, flags=re.IGNORECASE)
        if rest != part and not re.sub(_EMPTY_WORDS, "", rest, flags=re.IGNORECASE).strip(" ?？。.,，、"):
            return kind
    return ""


def _has(text: str, pattern: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
