"""A subject becomes a report: which sections there are and what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from .. import __version__
from ..evidence import EvidenceMap
from ..limits import least_pixels
from ..particulars import data_uri
from ..progress import OnProgress, Progress, no_progress
from ..raster import Raster
from ..scoring import GRADE_NAMES, SEVERITIES, score_text
from ..taxonomy import CODES, by_code, by_id
from . import checklist, conditions, image_checks, particulars, pictures, seams, unusual
from .conditions import mapping, size_text
from .content import (
    Card,
    Cell,
    Column,
    Facts,
    Gallery,
    Heading,
    Legend,
    Paragraph,
    Report,
    Row,
    Table,
    Text,
)
from .evidence import EvidenceOf
from .subject import UNREVIEWED, Reported, Subject
from .texts import Words, number, points, share

LISTED = 200  # the list is for reading; everything is in the record and in the GeoPackage
_STATUSES = ("accepted", "corrected", "added", "rejected", UNREVIEWED)


def compose(
    subject: Subject,
    words: Words,
    raster: Raster | None = None,
    reviewer: str = "",
    made: datetime | None = None,
    progress: OnProgress = no_progress,
    checked: image_checks.ImageChecks | None = None,
    evidence: EvidenceOf | None = None,
) -> Report:
    """Compose the whole report.

    Parameters
    ----------
    raster : Raster, optional
        For the pictures; without it there are none.
    reviewer : str
        Who signs; by default the inspector of the particulars, else those whose names the errors bear.
    made : datetime, optional
        Now by default.
    progress : callable
        Gets a `Progress` of the stage ``report`` before each picture; its unit are pictures.
    checked : Whole, optional
        What the checks of the whole image have found; None: they could not be made.
    evidence : callable, optional
        Returns where the model saw an error; asked for the `pictures.EVIDENCE` dearest.
    """
    made = made or datetime.now()
    reviewer = signer(subject, reviewer)
    source = None if raster is None else pictures.Source(raster, subject)
    sections = (
        # What is signed comes first, so that verdict and signature stand on one page however much there is to say.
        particulars.facts(subject, words),
        _score(subject, words, checked),
        particulars.signatures(subject, words, reviewer),
        _rules(subject, words),
        _not_inspected(subject, words),
        _types(subject, words),
        particulars.description(subject, words),
        checklist.section(subject, words),
        _pictures(subject, words, source, progress),
        _cards(subject, words, source, progress, evidence),
        seams.section(subject, words, source),
        unusual.section(subject, words),
        image_checks.section(checked, words),
        _list(subject, words),
        conditions.section(subject, words),
    )
    score = subject.score
    return Report(
        lang=words.languages[0],
        title=words("title"),
        subject=subject.name,
        lines=(
            size_text(subject, words),
            *_inspected(subject, words),
            *_reviewed(subject, words, reviewer),
            words("made", f"{made:%Y-%m-%d %H:%M}"),
        ),
        value=score_text(score.value),
        grade=score.grade,
        grade_name=words.of(GRADE_NAMES[score.grade]),
        blocks=tuple(block for section in sections for block in section),
        footer=words("footer", __version__)[0],
        station=subject.particulars.station,
        logo=data_uri(subject.particulars.logo),
    )


def signer(subject: Subject, reviewer: str) -> str:
    """Return who signs: the one that was named, the inspector of the particulars, or who has edited the errors."""
    editors = sorted({error.edited_by for error in subject.errors if error.edited_by})
    return reviewer or subject.particulars.inspector or ", ".join(editors)


def _inspected(subject: Subject, words: Words) -> Iterator[Text]:
    if when := subject.inspected_at:
        yield words("inspected", f"{when:%Y-%m-%d %H:%M}")


def _reviewed(subject: Subject, words: Words, reviewer: str) -> Iterator[Text]:
    if not reviewer:
        return
    edited = [error.edited_at for error in subject.errors if error.edited_at]
    yield words("reviewed", reviewer, f"{max(edited):%Y-%m-%d %H:%M}") if edited else words("reviewed_by", reviewer)


def _score(subject: Subject, words: Words, checked: image_checks.ImageChecks | None) -> Iterator[Any]:
    score = subject.score
    yield Heading(words("score"))
    if waiting := subject.statuses.get(UNREVIEWED, 0):
        yield Paragraph(words("provisional", waiting), "alarm")
    sums = dict.fromkeys(score.arithmetic(lang) for lang in words.languages)  # count mode has no words
    for text in sums if score.value is not None else ():
        yield Paragraph((text.replace(" - ", " − "),), "formula")
    for code in score.reasons:
        yield Paragraph(_reason(code, subject, words), "alarm")
    if score.value is None:
        return
    if score.deducted > 100:
        yield Paragraph(words("bounded", f"{score.deducted:.6g}"), "note")
    counted = [(words(f"status_{name}"), subject.statuses[name]) for name in _STATUSES if subject.statuses.get(name, 0)]
    facts = []
    if counted:
        parts = [tuple(f"{word} {count}" for word in text) for text, count in counted]
        facts.append((words("review"), words.join(parts, {"zh": " · ", "en": " · "})))
    if checked:
        facts.append((words("whole"), image_checks.brief(checked, words)))
    if any(each.verdict for each in score.checks):
        facts.append((words("checks"), checklist.brief(score.checks, words)))
    if facts:
        yield Facts(tuple(facts))


def _rules(subject: Subject, words: Words) -> Iterator[Any]:
    """Say by which rules the score comes about."""
    score, scheme = subject.score, subject.score.scheme
    if score.value is None:
        return
    limits = [f"{scheme.grades[grade]:g}" for grade in ("excellent", "good", "qualified")]
    rules = [words(f"mode_{score.mode}"), words("grades" if scheme.a_rejects else "grades_only", *limits)]
    yield Paragraph(words.join(rules, {"zh": "", "en": " "}), "note")
    yield Paragraph(words("neighbours", f"{scheme.merge_distance_m:g}"), "note")
    yield Paragraph(words("scheme", words.of(scheme.name), scheme.version, words.of(scheme.note)), "note")


def _reason(reason: str, subject: Subject, words: Words) -> Text:
    kind, _, code = reason.partition(":")
    if kind == "a_error":
        return words(kind, words.name(by_code(code)))
    if kind == "a_check":
        item = next(each.item for each in subject.score.checks if each.item.code == code)
        return words(kind, words.of(item.text))
    if kind == "nothing_inspected":
        return words(kind)
    return words(kind, f"{subject.score.scheme.grades['qualified']:g}")


def _pictures(subject: Subject, words: Words, source: pictures.Source | None, progress: OnProgress) -> Iterator[Any]:
    yield Heading(words("overview"))
    if source is None:
        yield Paragraph(words("no_picture"), "note")
        return
    progress(Progress("report", 0, pictures.count(subject)))
    yield pictures.overview(source, pictures.CARDS, words("overview"))
    counts = {code: subject.score.by_type[code].count for code in CODES if code in subject.score.by_type}
    entries = [
        (by_code(code).color, words("legend", words.name(by_code(code)), count))
        for code, count in counts.items()
        if count
    ]
    if entries:
        yield Legend(tuple(entries))
        yield Paragraph(words("overview_note"), "note")


def types_table(subject: Subject, words: Words) -> Table:
    """Return the sums of every type."""
    score = subject.score
    rows = []
    for code in CODES:
        part, left_out = score.by_type.get(code), code in subject.not_inspected
        label = Cell(words.name(by_code(code)), by_code(code).color)
        if part is None or left_out:
            rows.append(Row((label, Cell(words("not_inspected_cell"), span=6)), "faint"))
            continue
        charged = " ".join(f"{s}×{n}" for s, n in part.severities.items() if n) or "–"
        values = str(part.count), str(part.errors), number(part.area_m2), share(part.share), charged
        cells = [Cell((value,)) for value in (*values, points(part.penalty))]
        rows.append(Row((label, *cells), "plain" if part.count else "faint"))
    parts = score.by_type.values()
    total = (
        str(sum(p.count for p in parts)),
        str(sum(p.errors for p in parts)),
        number(sum(p.area_m2 for p in parts)),
        share(sum(p.share for p in parts)),
        " ".join(f"{s}×{score.charged_errors[s]}" for s in SEVERITIES if score.charged_errors[s]) or "–",
        points(sum(p.penalty for p in parts)),
    )
    rows.append(Row((Cell(words("total")), *[Cell((value,)) for value in total]), "total"))
    heads = ("count", "errors", "area", "share", "charged", "penalty")
    numbers = [Column(words(key, subject.unit), wide, True) for key, wide in zip(heads, (10, 10, 17, 15, 14, 10))]
    return Table((Column(words("type"), 24), *numbers), tuple(rows))


def _types(subject: Subject, words: Words) -> Iterator[Any]:
    yield Heading(words("by_type"))
    yield types_table(subject, words)


def _cards(
    subject: Subject,
    words: Words,
    source: pictures.Source | None,
    progress: OnProgress,
    evidence: EvidenceOf | None,
) -> Iterator[Any]:
    shown = subject.errors[: pictures.CARDS]
    if source is None or not shown:
        return
    yield Heading(words("main"))
    if len(subject.errors) > 1:
        yield Paragraph(words("main_note", len(shown), len(subject.errors)), "note")
    cards = []
    for n, error in enumerate(shown, 1):
        progress(Progress("report", n, pictures.count(subject)))
        found = evidence(error) if evidence is not None and n <= pictures.EVIDENCE else None
        cards.append(_card(error, n, words, source, found))
    if any(card.second for card in cards):
        yield Paragraph(words("evidence_note", pictures.EVIDENCE), "note")
    yield Gallery(tuple(cards))


def _card(error: Reported, n: int, words: Words, source: pictures.Source, found: EvidenceMap | None) -> Card:
    error_type = by_id(error.category_id)
    title = tuple(f"{n}  {name}" for name in words.name(error_type))
    facts = [words("card_area", number(error.area_m2), source.subject.unit)[0]]
    if not math.isnan(error.confidence) and error.source in ("model", "evidence"):
        facts.append(words("card_confidence", f"{error.confidence:.2f}")[0])
    lines = [_verdict(error, words)[0], " · ".join((*facts, words(f"status_{error.status}")[0]))]
    if error.comment:
        lines.append(error.comment)
    figure, second = pictures.card(source, error, title[:1]), None
    if found is not None:
        lines.append(words("evidence_line", f"{found.probability:.2f}", max(found.window[2:]))[0])
        second = pictures.evidence_card(source, error, found, title[:1])
    return Card(figure, error_type.color, (title[0], *words.name(error_type)[1:]), tuple(lines), second)


def _verdict(error: Reported, words: Words) -> Text:
    if error.severity is None:
        return words("card_free")
    if not error.penalty:
        return words("card_joined", error.severity)
    return words("card_points", error.severity, points(error.penalty))


def _list(subject: Subject, words: Words) -> Iterator[Any]:
    yield Heading(words("list"))
    if not subject.errors:
        yield Paragraph(words("nothing" if subject.score.value is not None else "nothing_inspected"))
        return
    rows = []
    for n, error in enumerate(subject.errors[:LISTED], 1):
        error_type = by_id(error.category_id)
        point = error.geometry.representative_point()
        digits = 5 if max(abs(subject.transform.a), abs(subject.transform.b)) < 0.01 else 1
        confidence = "–" if math.isnan(error.confidence) else f"{error.confidence:.2f}"
        values = (
            (error.severity or "–",), (points(error.penalty),), (number(error.area_m2),), (confidence,),
            words(f"status_{error.status}"), (f"{point.x:.{digits}f}, {point.y:.{digits}f}",),
        )  # fmt: skip
        label = Cell(words.name(error_type), error_type.color)
        rows.append(Row((Cell((str(n),)), label, *[Cell(value) for value in values])))
    columns = [
        Column(words(key, subject.unit), wide, right)
        for key, wide, right in (
            ("number", 5, False),
            ("type", 21, False),
            ("severity", 9, True),
            ("penalty", 11, True),
            ("area", 13, True),
            ("confidence", 9, True),
            ("status", 12, True),
            ("place", 21, True),
        )
    ]
    yield Table(tuple(columns), tuple(rows))
    if len(subject.errors) > LISTED:
        yield Paragraph(words("more", len(subject.errors) - LISTED), "note")


def _not_inspected(subject: Subject, words: Words) -> Iterator[Any]:
    left_out = words.join([words.name(by_code(code)) for code in subject.not_inspected])
    if not subject.not_inspected:
        left_out = words("none") if subject.summary.get("inspected") else words("unknown_types")
    covered = subject.score.scheme.not_covered
    rows = [(words("types_left_out"), left_out)]
    source, parameters = mapping(subject.summary.get("source")), mapping(subject.summary.get("parameters"))
    if "min_area" in parameters:  # results of earlier versions had another limit
        rows.append((words("too_small"), _least(parameters, subject, words)))
    extent = parameters.get("extent")
    if extent and (source.get("width"), source.get("height")) != subject.size:
        rows.append(
            (words("part"), words("part_value", ", ".join(f"{value:.6f}".rstrip("0").rstrip(".") for value in extent)))
        )
    if any(covered.values()):
        marks = {"zh": "、", "en": ", "}
        rows.append((words("not_covered"), tuple(marks[lang].join(covered[lang]) for lang in words.languages)))
    yield Heading(words("not_inspected"))
    yield Facts(tuple(rows))


def _least(parameters: Mapping[str, Any], subject: Subject, words: Words) -> Text:
    """Say under which size region errors were dropped."""
    if parameters["min_area"] is not None:
        return words("least_area", number(parameters["min_area"]), subject.unit)
    sizes = [words("least_of_block", least_pixels(side), side) for side in parameters.get("blocks") or ()]
    return words("least_pixels", words.join(sizes))
