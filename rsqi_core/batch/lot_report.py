"""What a batch says of its lot: the scenes from the worst to the best, the verdict, and the report of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..report.content import Cell, Column, Facts, Heading, Legend, Paragraph, Report, Row, Table, Text
from ..report.texts import Words
from ..scoring import GRADE_COLORS, GRADE_NAMES, GRADES, UNSCORED, lot, score_text
from ..scoring.agreement import agree
from ..taxonomy import CODES, by_code
from .lot_map import draw_map
from .outcome import FAILED, Outcome

LISTED = 500  # scenes of the table in the report; all are in the CSV and the workbook
_NAMED = 20  # rejected scenes that are named
_ORDER = {grade: n for n, grade in enumerate((UNSCORED, *reversed(GRADES)))}


@dataclass(frozen=True)
class Scene:
    """A raster, the result that belongs to it, and what came of it."""

    raster: str
    result: Path
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """What a batch says of its lot, or of the lots that it has to be split into.

    Attributes
    ----------
    parts : tuple of (int, rsqi_core.scoring.lot.Verdict)
        Size and verdict of each lot.
    """

    parts: tuple[tuple[int, lot.Verdict], ...]

    @property
    def grade(self) -> str | None:
        """Of the worst lot; None while any has none, and none is rejected."""
        grades = [verdict.grade for _, verdict in self.parts]
        if "rejected" in grades:
            return "rejected"
        found = [grade for grade in grades if grade is not None]
        return min(found, key=_ORDER.__getitem__) if len(found) == len(grades) else None

    @property
    def mean(self) -> float | None:
        """Score of the lot; None without one, and of several."""
        return self.parts[0][1].mean if len(self.parts) == 1 else None


def judge(scenes: Sequence[Scene], lot_size: int | None) -> Verdict:
    """Judge the lot that these scenes are a sample of, or all of: then it is split where it is too large for one."""
    units = [lot.Unit(s.result.stem, s.outcome.score, s.outcome.grade, s.outcome.severities) for s in scenes]
    if lot_size is not None:
        return Verdict(((lot_size, lot.judge(units, lot_size)),))
    parts, start = [], 0
    for size in lot.split(len(units)):
        parts.append((size, lot.judge(units[start : start + size], size)))
        start += size
    return Verdict(tuple(parts))


def worst_first(scenes: Sequence[Scene]) -> list[Scene]:
    """Return scenes by rising grade and score; those that failed, or were not scored, come first."""

    def rank(scene: Scene) -> tuple[bool, int, float, str]:
        found = scene.outcome
        return found.status != FAILED, _ORDER[found.grade], found.score or 0.0, scene.raster

    return sorted(scenes, key=rank)


def compose(scenes: Sequence[Scene], verdict: Verdict, words: Words, folder: Path, made: datetime) -> Report:
    """Compose the report; `scenes` are the worst first."""
    failed = sum(scene.outcome.status == FAILED for scene in scenes)
    sections = (_verdict(verdict, failed, words), _second(scenes, words), _map(scenes, words), _table(scenes, words))
    grade = verdict.grade or UNSCORED
    return Report(
        lang=words.languages[0],
        title=words("lot_title"),
        subject=folder.absolute().name,
        lines=(
            words("lot_count", len(scenes), len(scenes) - failed, failed),
            words("made", f"{made:%Y-%m-%d %H:%M}"),
        ),
        value=score_text(verdict.mean),
        grade=grade,
        grade_name=words("lot_open") if verdict.grade is None else words.of(GRADE_NAMES[grade]),
        blocks=tuple(block for section in sections for block in section),
        footer=words("footer", __version__)[0],
    )


def _verdict(verdict: Verdict, failed: int, words: Words) -> Iterator[Any]:
    yield Heading(words("lot_verdict"))
    if failed:
        yield Paragraph(words("lot_broken", failed), "alarm")
    several = len(verdict.parts) > 1
    if several:
        yield Paragraph(words("lot_split"), "note")
    for n, (size, part) in enumerate(verdict.parts, 1):
        if several:
            yield Paragraph(words("lot_part", n))
        yield Facts(tuple(_facts(size, part, words)))


def _facts(size: int, part: lot.Verdict, words: Words) -> Iterator[tuple[Text, Text]]:
    yield words("lot_plan"), words("lot_plan_value", size, part.needed, part.inspected)
    if part.mean is not None:
        yield words("lot_mean"), (f"{part.mean:.1f}",)
        shares = f"{part.good_share:.0%}", f"{part.excellent_share:.0%}"
        yield words("lot_shares"), words("lot_shares_value", *shares)
    if part.failed:
        names = ", ".join(part.failed[:_NAMED]) + (" …" if len(part.failed) > _NAMED else "")
        yield words("lot_rejected"), words("lot_names", len(part.failed), names)
    open_ = words("lot_open_value", part.needed - part.inspected)
    yield words("lot_grade"), open_ if part.grade is None else words.of(GRADE_NAMES[part.grade])


def _second(scenes: Sequence[Scene], words: Words) -> Iterator[Any]:
    found = agree([pair for scene in scenes for pair in scene.outcome.second])
    if found is None:
        return
    yield Heading(words("lot_second"))
    judged = sum(bool(scene.outcome.second) for scene in scenes)
    kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
    facts = (
        (words("lot_second_count"), words("lot_second_count_value", found.count, judged)),
        (words("lot_equal"), (f"{found.equal:.0%}",)),
        (words("lot_kappa"), (kappa,)),
    )
    yield Facts(facts)
    yield Paragraph(words("lot_second_note"), "note")


def _map(scenes: Sequence[Scene], words: Words) -> Iterator[Any]:
    yield Heading(words("lot_map"))
    figure = draw_map([(scene.result.stem, scene.outcome) for scene in scenes], words("lot_map"))
    if figure is not None:
        yield figure
        present = {scene.outcome.grade: 0 for scene in scenes}
        for scene in scenes:
            present[scene.outcome.grade] += 1
        entries = [(grade, present[grade]) for grade in (*GRADES, UNSCORED) if grade in present]
        yield Legend(tuple((GRADE_COLORS[g], words("legend", words.of(GRADE_NAMES[g]), count)) for g, count in entries))
        yield Paragraph(words("lot_map_note"), "note")
    if unplaced := sum(not scene.outcome.footprint for scene in scenes):
        yield Paragraph(words("lot_unplaced", unplaced), "note")


def _table(scenes: Sequence[Scene], words: Words) -> Iterator[Any]:
    yield Heading(words("lot_scenes"))
    columns = (
        Column(words("number"), 5),
        Column(words("lot_scene"), 26),
        Column(words("lot_value_grade"), 10),
        Column(words("lot_value"), 8, True),
        Column(words("lot_errors"), 8, True),
        Column(words("lot_what"), 34),
        Column(words("lot_seconds"), 9, True),
    )
    yield Table(columns, tuple(_row(n, scene, words) for n, scene in enumerate(scenes[:LISTED], 1)))
    if len(scenes) > LISTED:
        yield Paragraph(words("lot_more", len(scenes) - LISTED), "note")


def _row(number: int, scene: Scene, words: Words) -> Row:
    found = scene.outcome
    failed = found.status == FAILED
    what = (found.reason,) if failed else _types(found, words)
    grade = words("lot_failed") if failed else words.of(GRADE_NAMES[found.grade])
    cells = (
        Cell((str(number),)),
        Cell((scene.result.stem,)),
        Cell(grade, GRADE_COLORS[found.grade]),
        Cell((score_text(found.score),)),
        Cell(("–" if failed else str(found.errors),)),
        Cell(what),
        Cell(("–" if failed else f"{found.seconds:.1f}",)),
    )
    return Row(cells)


def _types(found: Outcome, words: Words) -> Text:
    parts = [
        tuple(f"{name} {found.counts[code]}" for name in words.name(by_code(code)))
        for code in CODES
        if found.counts.get(code)
    ]
    return words.join(parts) if parts else words("none")
