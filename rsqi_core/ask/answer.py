"""The answer that measurements give to a question, and the errors that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..describe import language_of, position_words
from ..scoring import GRADE_NAMES
from ..taxonomy import TYPES, ErrorType, by_code, by_id
from .facts import UNREVIEWED, ErrorFact, Facts
from .question import Question, understand_all
from .words import WORDS

MEASURED, MODEL, NONE = "measured", "model", "none"
SHOWN = 3  # deductions and worst errors that are told one by one
_SEVERITIES = "ABCD"


@dataclass(frozen=True)
class Answer:
    """What is said.

    Attributes
    ----------
    text : str
    fids : tuple of int
        Errors that it speaks of, the most important first.
    source : {"measured", "model", "none"}
        ``none``: the text says what can be asked.
    rest : str
        What was asked beside that and nobody measured; the text says so.
    """

    text: str
    fids: tuple[int, ...] = ()
    source: str = MEASURED
    rest: str = ""


def answer(facts: Facts, text: str, with_rest: bool = True) -> Answer:
    """Answer a question, or several in one text, from what was measured.

    What measurements do not cover gets what can be asked instead; beside something measured it is named, unless
    `with_rest` is false.
    """
    words = WORDS[language_of(text)]
    questions = understand_all(text)
    if all(question is None for _, question in questions):
        return Answer(words["unknown"], (), NONE)
    found = [_Speaker(facts, question).answer() for _, question in questions if question]
    rest = words["gap"].join(part for part, question in questions if question is None)
    said = [*(each.text for each in found), *([words["not_measured"].format(what=rest)] if rest and with_rest else [])]
    fids = dict.fromkeys(fid for each in found for fid in each.fids)
    return Answer(words["gap"].join(dict.fromkeys(said)), tuple(fids), MEASURED, rest)


class _Speaker:
    def __init__(self, facts: Facts, question: Question):
        self._facts, self._question, self._words = facts, question, WORDS[question.language]
        wanted, place = question.category_ids, question.place
        self._errors = [
            each
            for each in facts.errors
            if (not wanted or each.error_type.id in wanted) and (place is None or place == (each.row, each.column))
        ]

    def answer(self) -> Answer:
        text, about = getattr(self, f"_{self._question.kind}")()
        missing = self._not_looked_for() if self._question.kind not in ("score", "not_inspected") else ""
        return Answer(
            self._words["gap"].join(part for part in (text, missing) if part), tuple(each.fid for each in about)
        )

    # One method a kind: a sentence, and the errors that it speaks of.

    def _score(self) -> tuple[str, Sequence[ErrorFact]]:
        if self._facts.score is None:
            return self._words["no_score"], ()
        grade = GRADE_NAMES.get(self._facts.grade, {}).get(self._question.language, self._facts.grade)
        return self._words["score"].format(score=self._facts.score, grade=grade), self._charged()[:SHOWN]

    def _why(self) -> tuple[str, Sequence[ErrorFact]]:
        charged = self._charged()
        if not charged:
            return self._words["no_deduction"].format(what=self._what()), ()
        told = []
        for t in self._types(charged):
            mine = [each for each in charged if each.error_type is t]
            classes = self._joined(f"{s} × {n}" for s in _SEVERITIES if (n := sum(each.severity == s for each in mine)))
            points = sum(each.penalty for each in mine)
            told.append(self._words["charge"].format(name=self._name(t), points=points, classes=classes))
        text = self._words["why"].format(told=self._words["apart"].join(told))
        if not self._question.category_ids:
            text = f"{self._score()[0]}{self._words['gap']}{text}"
        return text, charged

    def _worst(self) -> tuple[str, Sequence[ErrorFact]]:
        return self._told("worst", sorted(self._errors, key=weight))

    def _largest(self) -> tuple[str, Sequence[ErrorFact]]:
        return self._told("largest", sorted(self._errors, key=lambda each: -each.area_m2))

    def _area(self) -> tuple[str, Sequence[ErrorFact]]:
        if not self._errors:
            return self._nothing(), ()
        area = sum(each.area_m2 for each in self._errors)
        share = min(1.0, area / self._facts.valid_area_m2) if self._facts.valid_area_m2 > 0 else 0.0
        values = {"what": self._what(), "area": _area_text(area), "share": share}
        return self._words["area"].format(**values), self._by_size()

    def _count(self) -> tuple[str, Sequence[ErrorFact]]:
        if not self._errors:
            return self._nothing(), ()
        text = self._words["count"].format(what=self._what(), count=len(self._errors))
        types = self._types(self._errors)
        if len(types) > 1:
            told = (f"{self._name(t)} {sum(each.error_type is t for each in self._errors)}" for t in types)
            text += self._words["of_these"].format(told=self._joined(told))
        return text + self._words["end"], self._by_size()

    def _where(self) -> tuple[str, Sequence[ErrorFact]]:
        if not self._errors:
            return self._nothing(), ()
        places: dict[tuple[int, int], int] = {}
        for each in self._errors:
            places[each.row, each.column] = places.get((each.row, each.column), 0) + 1
        ordered = sorted(places.items(), key=lambda item: (-item[1], item[0]))
        one = len(self._errors) == 1
        told = (
            self._place(*place) if one else self._words["at"].format(place=self._place(*place), count=count)
            for place, count in ordered
        )
        return self._words["where"].format(what=self._what(), told=self._joined(told)), self._by_size()

    def _which(self) -> tuple[str, Sequence[ErrorFact]]:
        if not self._errors:
            return self._nothing(), ()
        told = []
        for t in self._types(self._errors):
            mine = [each for each in self._errors if each.error_type is t]
            largest = max(mine, key=lambda each: each.area_m2)
            values = {"name": self._name(t), "count": len(mine), "place": self._place(largest.row, largest.column)}
            told.append(self._words["type"].format(area=_area_text(sum(each.area_m2 for each in mine)), **values))
        return self._words["which"].format(told=self._words["apart"].join(told)), self._by_size()

    def _any(self) -> tuple[str, Sequence[ErrorFact]]:
        if not self._errors:
            return self._nothing(), ()
        text, about = self._which()
        return f"{self._words['yes']}{text[0].lower() + text[1:]}", about

    def _unreviewed(self) -> tuple[str, Sequence[ErrorFact]]:
        waiting = [each for each in self._errors if each.status == UNREVIEWED]
        return self._words["unreviewed"].format(count=len(waiting), total=len(self._errors)), waiting

    def _not_inspected(self) -> tuple[str, Sequence[ErrorFact]]:
        missing = [by_code(code) for code in self._facts.not_inspected]
        if not missing:
            return self._words["all_inspected"], ()
        return self._words["not_inspected"].format(names=self._joined(map(self._name, missing))), ()

    # Parts

    def _told(self, word: str, ordered: list[ErrorFact]) -> tuple[str, Sequence[ErrorFact]]:
        if not ordered:
            return self._nothing(), ()
        told = []
        for each in ordered[:SHOWN]:
            bears = self._words["class"].format(severity=each.severity, points=each.penalty) if each.severity else ""
            values = {"name": self._name(each.error_type), "fid": each.fid, "bears": bears}
            place = self._place(each.row, each.column)
            told.append(self._words["one"].format(area=_area_text(each.area_m2), place=place, **values))
        return self._words[word].format(told=self._words["apart"].join(told)), ordered[:SHOWN]

    def _charged(self) -> list[ErrorFact]:
        return sorted((each for each in self._errors if each.penalty > 0 or each.severity == "A"), key=weight)

    def _by_size(self) -> list[ErrorFact]:
        return sorted(self._errors, key=lambda each: -each.area_m2)

    def _nothing(self) -> str:
        asked = self._question.category_ids
        if asked and all(by_id(n).code in self._facts.not_inspected for n in asked):
            return ""  # nobody looked: that is said alone
        return self._words["none"].format(what=self._what())

    def _not_looked_for(self) -> str:
        """Say which of the types that were asked for nobody looked for, so that silence is not taken for quality."""
        asked = [by_id(n) for n in sorted(self._question.category_ids)] or list(TYPES)
        missing = [t for t in asked if t.code in self._facts.not_inspected]
        if not missing or self._question.kind in ("worst", "largest", "unreviewed", "why"):
            return ""
        return self._words["not_inspected"].format(names=self._joined(map(self._name, missing)))

    def _what(self) -> str:
        """Return what is spoken of, such as "cloud, shadow in the upper left corner"."""
        names = [self._name(by_id(n)) for n in sorted(self._question.category_ids)]
        what = self._joined(names) or self._words["errors"]
        place = self._question.place
        return what if place is None else self._words["what_at"].format(what=what, place=self._place(*place))

    def _place(self, row: int, column: int) -> str:
        return position_words(self._question.language)[row][column]

    def _name(self, error_type: ErrorType) -> str:
        return error_type.zh if self._question.language == "zh" else error_type.en.lower()

    def _types(self, errors: Sequence[ErrorFact]) -> list[ErrorType]:
        present = {each.error_type for each in errors}
        return [t for t in TYPES if t in present]

    def _joined(self, parts: Iterable[str]) -> str:
        return self._words["comma"].join(parts)


def weight(each: ErrorFact) -> tuple[int, float, float]:
    """Order errors from the worst on: by class, points and size."""
    known = _SEVERITIES.find(each.severity) if each.severity else len(_SEVERITIES)
    return known, -each.penalty, -each.area_m2


def _area_text(area: float) -> str:
    if area >= 1e6:
        return f"{area / 1e6:,.2f} km²"
    return f"{area:,.0f} m²" if area >= 10 else f"{area:.2f} m²"
