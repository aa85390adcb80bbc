"""The tables of a dataset: one row a block, one row a question."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..describe import QuestionAnswer, caption, question_answers
from ..taxonomy import CODES, TYPES
from .layout import IMAGE, MASK, QUESTIONS, TABLE
from .rows import SYNTHETIC
from .samples import Sample

_ALL = -1  # counts blocks, whatever they show
NEGATIVE_ANSWERS = 0.2  # share of the answers "no" that are kept (paper, section 2.3)


def description_columns(languages: Sequence[str]) -> dict[str, str]:
    """Return the columns of the descriptions and their languages; the first language has the plain name."""
    first, *others = languages
    return {"description": first, **{f"description_{language}": language for language in others}}


def write_tables(folder: Path, samples: Sequence[Sample], languages: Sequence[str], rng: np.random.Generator) -> int:
    """Write ``metadata.jsonl`` and ``qa.jsonl`` of one part; return the number of questions."""
    # Readers take the type of a column from its first rows: a list of labels there should not be empty.
    rows = sorted(samples, key=lambda sample: not sample.labels)
    _write_lines(folder / TABLE, (_row(sample, languages) for sample in rows))
    kept = retain([pair.positive for _, pair in _pairs(rows, languages)], NEGATIVE_ANSWERS, rng)
    pairs = zip(kept, _pairs(rows, languages))
    _write_lines(folder / QUESTIONS, (_question_row(*pair) for keep, pair in pairs if keep))
    return int(kept.sum())


def write_list(path: Path, parts: Mapping[str, Sequence[Sample]]) -> None:
    """Write which scene and raster went into which part, with numbers of blocks, in all and by type, as CSV."""
    counts: dict[tuple[str, str, str], Counter[int]] = {}
    for part, samples in parts.items():
        for sample in samples:
            counter = counts.setdefault((part, sample.scene, Path(sample.raster).name), Counter())
            counter.update((_ALL, *(sample.labels or (0,))))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["part", "scene", "raster", "blocks", "without error", *CODES])
        for place, counter in sorted(counts.items()):
            table.writerow([*place, *(counter[n] for n in (_ALL, 0, *(t.id for t in TYPES)))])


def retain(positive: Sequence[bool], share: float, rng: np.random.Generator) -> np.ndarray:
    """Choose answers: every positive one and a random `share` of the negative ones (paper, section 2.3); bool [N]."""
    kept = np.array(positive, bool)
    negative = np.flatnonzero(~kept)
    kept[rng.choice(negative, round(share * len(negative)), replace=False)] = True
    return kept


def _pairs(samples: Sequence[Sample], languages: Sequence[str]) -> Iterator[tuple[Sample, QuestionAnswer]]:
    for sample in samples:
        for language in languages if sample.has_mask else ():  # answers say where an error lies
            for pair in question_answers(sample.summaries, language):
                yield sample, pair


def _row(sample: Sample, languages: Sequence[str]) -> dict[str, Any]:
    return {
        "file_name": f"{IMAGE}/{sample.name}",
        **({"mask_file_name": f"{MASK}/{sample.name}"} if sample.has_mask else {}),
        "labels": list(sample.labels),
        **{column: caption(sample.summaries, language) for column, language in description_columns(languages).items()},
        "scene": sample.scene,
        "raster": Path(sample.raster).name,
        "x": sample.x,
        "y": sample.y,
        "size": sample.size,
        SYNTHETIC: "",
    }


def _question_row(sample: Sample, pair: QuestionAnswer) -> dict[str, Any]:
    return {
        "image": f"{IMAGE}/{sample.name}",
        "question": pair.question,
        "answer": pair.answer,
        "language": pair.language,
        "type": pair.type,
    }


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
