"""A subject becomes a report: which sections there are and what they say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .. import __version__
from ..limits import least_pixels
from ..progress import OnProgress, Progress, no_progress
from ..raster import Raster
from ..scoring import GRADE_NAMES, SEVERITIES, score_text
from ..taxonomy import CODES, by_code, by_id
from . import image_checks, pictures, seams
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
    Signatures,
    Table,
    Text,
)
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
) -> Report:
    """Compose the whole report.

    Parameters
    ----------
    raster : Raster, optional
        For the pictures; without it there are none.
    reviewer : str
        Who signs; by default those whose names the errors bear.
    made : datetime, optional
        Now by default.
    progress : callable
        Gets a `Progress` of the stage ``report`` before each picture; its unit are pictures.
    checked : Whole, optional
        What the checks of the whole image have found; None: they could not be made.
    """
    made = made or datetime.now()
    reviewer = reviewer or ", ".join(sorted({error.edited_by for error in subject.errors if error.edited_by}))
    source = None if raster is None else pictures.Source(raster, subject)
    sections = (
        # What is signed stands on one page: the verdict, how it arises, and what it does not cover.
        _score(subject, words, checked),
        _types(subject, words),
        _not_inspected(subject, words),
        _sign(words, reviewer),
        _pictures(subject, words, source, progress),
        _cards(subject, words, source, progress),
        seams.section(subject, words, source),
        image_checks.section(checked, words),
        _list(subject, words),
        _conditions(subject, words),
    )
    score = subject.score
    return Report(
        lang=words.languages[0],
        title=words("title"),
        subject=subject.name,
        lines=(
            _size(subject, words),
            *_inspected(subject, words),
            *_reviewed(subject, words, reviewer),
            words("made", f"{made:%Y-%m-%d %H:%M}"),
        ),
        value=score_text(score.value),
        grade=score.grade,
        grade_name=words.of(GRADE_NAMES[score.grade]),
        blocks=tuple(block for section in sections for block in section),
        footer=words("footer", __version__)[0],
    )


def _inspected(subject: Subject, words: Words) -> Iterator[Text]:
    if when := subject.inspected_at:
        yield words("inspected", f"{when:%Y-%m-%d %H:%M}")


def _reviewed(subject: Subject, words: Words, reviewer: str) -> Iterator[Text]:
    if not reviewer:
        return
    edited = [error.edited_at for error in subject.errors if error.edited_at]
    yield words("reviewed", reviewer, f"{max(edited):%Y-%m-%d %H:%M}") if edited else words("reviewed_by", reviewer)


def _size(subject: Subject, words: Words) -> Text:
    if ground := subject.metres_per_pixel:
        return words("size_ground", *subject.size, f"{ground:.3g}")
    return words("size_value", *subject.size)


def _score(subject: Subject, words: Words, checked: image_checks.ImageChecks | None) -> Iterator[Any]:
    score, scheme = subject.score, subject.score.scheme
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
    limits = [f"{scheme.grades[grade]:g}" for grade in ("excellent", "good", "qualified")]
    rules = [words(f"mode_{score.mode}"), words("grades" if scheme.a_rejects else "grades_only", *limits)]
    yield Paragraph(words.join(rules, {"zh": "", "en": " "}), "note")
    yield Paragraph(words("neighbours", f"{scheme.merge_distance_m:g}"), "note")
    yield Paragraph(words("scheme", words.of(scheme.name), scheme.version, words.of(scheme.note)), "note")
    counted = [(words(f"status_{name}"), subject.statuses[name]) for name in _STATUSES if subject.statuses.get(name, 0)]
    facts = []
    if counted:
        parts = [tuple(f"{word} {count}" for word in text) for text, count in counted]
        facts.append((words("review"), words.join(parts, {"zh": " · ", "en": " · "})))
    if checked:
        facts.append((words("whole"), image_checks.brief(checked, words)))
    if facts:
        yield Facts(tuple(facts))


def _reason(reason: str, subject: Subject, words: Words) -> Text:
    kind, _, code = reason.partition(":")
    if kind == "a_error":
        return words(kind, words.name(by_code(code)))
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
        " ".join(f"{s}×{score.severities[s]}" for s in SEVERITIES if score.severities[s]) or "–",
        points(sum(p.penalty for p in parts)),
    )
    rows.append(Row((Cell(words("total")), *[Cell((value,)) for value in total]), "total"))
    heads = ("count", "errors", "area", "share", "charged", "penalty")
    numbers = [Column(words(key, subject.unit), wide, True) for key, wide in zip(heads, (10, 10, 17, 15, 14, 10))]
    return Table((Column(words("type"), 24), *numbers), tuple(rows))


def _types(subject: Subject, words: Words) -> Iterator[Any]:
    yield Heading(words("by_type"))
    yield types_table(subject, words)


def _cards(subject: Subject, words: Words, source: pictures.Source | None, progress: OnProgress) -> Iterator[Any]:
    shown = subject.errors[: pictures.CARDS]
    if source is None or not shown:
        return
    yield Heading(words("main"))
    if len(subject.errors) > 1:
        yield Paragraph(words("main_note", len(shown), len(subject.errors)), "note")
    cards = []
    for n, error in enumerate(shown, 1):
        progress(Progress("report", n, pictures.count(subject)))
        cards.append(_card(error, n, words, source))
    yield Gallery(tuple(cards))


def _card(error: Reported, n: int, words: Words, source: pictures.Source) -> Card:
    error_type = by_id(error.category_id)
    title = tuple(f"{n}  {name}" for name in words.name(error_type))
    facts = [words("card_area", number(error.area_m2), source.subject.unit)[0]]
    if not math.isnan(error.confidence) and error.source in ("model", "evidence"):
        facts.append(words("card_confidence", f"{error.confidence:.2f}")[0])
    lines = [_verdict(error, words)[0], " · ".join((*facts, words(f"status_{error.status}")[0]))]
    if error.comment:
        lines.append(error.comment)
    figure = pictures.card(source, error, title[:1])
    return Card(figure, error_type.color, (title[0], *words.name(error_type)[1:]), tuple(lines))


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


def _conditions(subject: Subject, words: Words) -> Iterator[Any]:
    summary, source = subject.summary, mapping(subject.summary.get("source"))
    rows = [("raster", _same(summary.get("raster"))), ("size", _size(subject, words)), ("crs", _crs(subject, words))]
    if source.get("data_type"):
        bands = ", ".join(str(band) for band in source.get("bands") or ())
        values = source["data_type"], source.get("band_count"), bands
        stretch = source.get("stretch")
        rows.append(
            (
                "data",
                words("stretch_value", *values, *(f"{v:g}" for v in stretch))
                if stretch
                else words("data_value", *values),
            )
        )
    if source.get("nodata") is not None:
        rows.append(("left_out_value", _same(f"{source['nodata']:.9g}")))
    rows.append(("valid_area", _same(f"{number(subject.valid_area_m2)} {subject.unit}")))
    for key, column in (("model", "model_id"), ("model_hash", "model_hash"), ("provider", "provider")):
        rows.append((key, _same(summary.get(column))))
    if summary.get("run_seconds"):
        rows.append(("seconds", words("seconds_value", f"{float(summary['run_seconds']):.1f}")))
    rows += [(key, _same(_settings(summary.get(key)))) for key in ("parameters", "versions")]
    yield Heading(words("conditions"))
    yield Facts(tuple((words(key), text) for key, text in rows if text[0]))


def _sign(words: Words, reviewer: str) -> Iterator[Any]:
    yield Signatures(((words("inspector"), reviewer), (words("rechecker"), ""), (words("date"), "")))


def _crs(subject: Subject, words: Words) -> Text:
    if subject.crs is None:
        return words("no_crs")
    from pyproj import CRS

    crs = CRS.from_user_input(subject.crs)
    code = crs.to_authority()
    return _same(f"{crs.name} ({':'.join(code)})" if code else crs.name)


def _same(value: Any) -> Text:
    """Return a value that is no word: it is printed once, whatever the languages."""
    return ("" if value is None else str(value),)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, or JSON text of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def _settings(value: Any) -> str:
    """Return a mapping, or JSON text of one, as ``key = value`` pairs; what is open, or all types, is left out."""
    pairs = mapping(value)
    if not pairs:
        return str(value or "")
    shown = {key: item for key, item in pairs.items() if item not in (None, "", list(CODES))}
    return " · ".join(f"{key} = {_setting(item)}" for key, item in shown.items())


def _setting(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_setting, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
