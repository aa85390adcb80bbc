"""The seams of a result: how many there are, where they lie, the tone across the worst, and a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..files.seam_layer import StoredSeam
from ..taxonomy import by_id
from . import pictures
from .content import Card, Cell, Column, Gallery, Heading, Paragraph, Row, Table, Text
from .seam_plot import mean_tones, plot
from .subject import Subject
from .texts import Words, number

LISTED = 50  # the rest is in the GeoPackage
PLOTTED = 3
_UNSEEN = "#9aa5ad"


def section(subject: Subject, words: Words, source: pictures.Source | None) -> Iterator[Any]:
    """Tell of the seams, the worst first; nothing where no lines were measured."""
    if not subject.seams:
        return
    worst = ranked(subject)
    yield Heading(words("seams"))
    displaced = sum(seam.displaced for seam in worst)
    yield Paragraph(words("seams_count", len(subject.seams), len(worst), displaced))
    if source is not None:
        yield _net(subject, worst, words, source)
        cards = [_card(seam, n, subject, words, source) for n, seam in enumerate(worst[:PLOTTED], 1)]
        if any(cards):
            yield Paragraph(words("seams_plots"), "note")
            yield Gallery(tuple(card for card in cards if card is not None))
    if worst:
        yield Paragraph(words("seams_note"), "note")
        yield _table(worst[:LISTED], subject, words)
    if len(worst) > LISTED:
        yield Paragraph(words("seams_more", len(worst) - LISTED), "note")


def ranked(subject: Subject) -> list[StoredSeam]:
    """Return the seams that show, the worst first: by severity, then by offset and step."""
    severities = {error.number: error.severity for error in subject.errors}

    def rank(seam: StoredSeam) -> tuple[str, float, float]:
        offset = (seam.offset_px or 0.0) if seam.displaced else 0.0
        return severities.get(seam.error_id or 0) or "E", -offset, -seam.largest_step

    return sorted((seam for seam in subject.seams if seam.error_id is not None), key=rank)


def _net(subject: Subject, worst: list[StoredSeam], words: Words, source: pictures.Source) -> Any:
    unseen = [seam for seam in subject.seams if seam.error_id is None]
    lines = [(seam.geometry, _UNSEEN, 1.5) for seam in unseen]
    lines += [(seam.geometry, by_id(seam.category_id).color, 4.0) for seam in reversed(worst)]
    labels = [(seam.geometry, str(n)) for n, seam in enumerate(worst[:PLOTTED], 1)]
    return pictures.net(source, lines, labels, words("seams_net"))


def _card(seam: StoredSeam, n: int, subject: Subject, words: Words, source: pictures.Source) -> Card | None:
    tones = mean_tones(source.raster, seam.geometry)
    if tones is None:
        return None
    error_type = by_id(seam.category_id)
    title = tuple(f"{n}  {name}" for name in words.name(error_type))
    facts = (
        words("seam_card_step", *_steps(seam), f"{seam.delta_e:.1f}"),
        _offset_words(seam, words),
        words("seam_card_length", number(seam.length_m), _unit(subject)),
    )
    return Card(
        plot(tones, title[:1]),
        error_type.color,
        (title[0], *words.name(error_type)[1:]),
        tuple(fact[0] for fact in facts),
    )


def _table(seams: list[StoredSeam], subject: Subject, words: Words) -> Table:
    severities = {error.number: error.severity for error in subject.errors}
    rows = []
    for n, seam in enumerate(seams, 1):
        error_type = by_id(seam.category_id)
        values = (
            severities.get(seam.error_id or 0) or "–",
            " ".join(_steps(seam)),
            f"{seam.delta_e:.1f}",
            f"{seam.sharpness_ratio:.2f}",
            _offset(seam),
            number(seam.length_m),
        )
        label = Cell(words.name(error_type), error_type.color)
        rows.append(Row((Cell((str(n),)), label, *[Cell((value,)) for value in values])))
    heads = (
        ("number", 5, False), ("type", 21, False), ("severity", 9, True), ("seam_step", 16, True), ("delta_e", 9, True),
        ("sharpness", 11, True), ("seam_offset", 17, True), ("seam_length", 12, True),
    )  # fmt: skip
    columns = tuple(Column(words(key, _unit(subject)), wide, right) for key, wide, right in heads)
    return Table(columns, tuple(rows))


def _steps(seam: StoredSeam) -> list[str]:
    return [f"{value:+.0f}".replace("-", "−") for value in seam.step_dn]


def _offset(seam: StoredSeam) -> str:
    """Say the offset with its significance; in brackets one that may be chance."""
    if seam.offset_px is None:
        return "–"
    text = f"{seam.offset_px:.1f}"
    return f"{text}, {seam.offset_significance or 0:.1f}" if seam.displaced else f"({text})"


def _offset_words(seam: StoredSeam, words: Words) -> Text:
    if seam.offset_px is None:
        return words("seam_card_unknown")
    if not seam.displaced:
        return words("seam_card_aligned")
    return words("seam_card_offset", f"{seam.offset_px:.1f}", f"{seam.offset_significance or 0:.1f}")


def _unit(subject: Subject) -> str:
    return "px" if subject.crs is None else "m"
