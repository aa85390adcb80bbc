"""A question about a result in, an answer out: from what was measured, else from a model that is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..ask.answer import MODEL, NONE, answer, weight
from ..ask.facts import Facts, read_facts
from ..ask.words import WORDS
from ..describe import language_of, position_words
from ..errors import Cancelled, ParameterError, RasterError
from ..limits import DEVICES
from ..models.vision_language import VisionLanguage
from ..progress import Emit, no_events
from ..raster import open_raster
from ..report.inspected_image import as_inspected, frame_in, noted_image
from ..report.subject import read_summary
from ..request import need_texts

_LONGEST = 896  # px of the longer side of a picture for the model
_BLOCK = 512  # px, as the blocks that models learn from
_CLOSER = 3  # blocks, beside the overview

Shown = tuple[tuple[int, int] | None, np.ndarray]  # row and column of the grid of nine, None of the overview; uint8 RGB


@dataclass(frozen=True)
class AskJob:
    """A question.

    Attributes
    ----------
    result : str
        The GeoPackage of an inspection.
    question : str
    model : str or None
        Folder of a model that answers what measurements do not.
    raster : str or None
        The image, if it is not where the inspection noted it; only a model looks at it.
    device : str
    """

    result: str
    question: str
    model: str | None = None
    raster: str | None = None
    device: str = DEVICES[0]

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ParameterError("question: ask something, such as 'how many clouds are there?'")


def ask_job_from_mapping(values: Mapping[str, Any]) -> AskJob:
    """Build a job from a worker's request.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    need_texts(values, "result", "question")
    model, raster = (str(values[name]) if values.get(name) else None for name in ("model", "raster"))
    return AskJob(values["result"], values["question"], model, raster, str(values.get("device") or DEVICES[0]))


def run(
    job: AskJob,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
) -> dict[str, Any]:
    """Answer; nothing is written.

    Returns
    -------
    dict
        ``text``, ``fids`` of the errors that it speaks of, ``source`` (`rsqi_core.ask.answer.Answer`), and ``model``,
        the name of the one that said it; empty where it was measured. Where a part was measured and the rest is said
        by a model, ``said`` are the model's words; else it is empty.
    """
    facts = read_facts(job.result)
    found = answer(facts, job.question)
    rest = job.question if found.source == NONE else found.rest
    measured = {"text": found.text, "fids": list(found.fids), "source": found.source, "model": "", "said": ""}
    if not rest or not job.model:
        return measured
    model = VisionLanguage(Path(job.model), job.device)
    shown = _pictures(job, facts)
    if cancelled():
        raise Cancelled("cancelled; nothing was written")
    said = _say(model, shown, rest)
    if found.source == NONE:
        return {"text": said, "fids": [], "source": MODEL, "model": model.name, "said": ""}
    # What nobody measured is said now, so that the text need not name it.
    text = answer(facts, job.question, with_rest=False).text
    return measured | {"text": text, "model": model.name, "said": said}


def _say(model: VisionLanguage, shown: Sequence[Shown], question: str) -> str:
    """Return a model's words on the overview and on blocks, each for itself where it sees one picture at a time."""
    language = language_of(question)
    words, places = WORDS[language], position_words(language)
    named = [words["whole"] if place is None else places[place[0]][place[1]] for place, _ in shown]
    pictures = [picture for _, picture in shown]
    if not model.takes_questions:
        return words["described"].format(text=model.answer(pictures[:1], question))
    if len(shown) == 1:
        return model.answer(pictures, question)
    if model.takes_several:
        told = words["picture"].format(places=words["comma"].join(named[1:]))
        return model.answer(pictures, f"{told} {question}")
    said = [model.answer([picture], question) for picture in pictures]
    return words["apart"].join(f"{name}{words['colon']}{text}" for name, text in zip(named, said))


def _pictures(job: AskJob, facts: Facts) -> list[Shown]:
    """Return the image as a whole, then the blocks around the worst errors."""
    summary = read_summary(job.result)
    source = job.raster or noted_image(summary, job.result)
    if not source:
        raise RasterError(f"{job.result}: does not say which image it is of; give the image")
    with open_raster(source, *as_inspected(summary)) as raster:
        x, y, width, height = frame_in(raster, summary)
        windows: list[tuple[tuple[int, int] | None, tuple[int, int, int, int]]] = [(None, (x, y, width, height))]
        side = (min(_BLOCK, width), min(_BLOCK, height))
        if side != (width, height):
            windows += [(place, (x + left, y + top, *side)) for place, left, top in _blocks(facts, width, height, side)]
        return [(place, raster.read(*window, _fitting(*window[2:]))[0]) for place, window in windows]


def _blocks(facts: Facts, width: int, height: int, side: tuple[int, int]) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Yield place in the grid of nine and left upper corner of blocks around the worst errors, none of them twice."""
    taken: list[tuple[int, int]] = []
    for each in sorted(facts.errors, key=weight):
        left, top = (
            min(max(0, round(middle - length / 2)), whole - length)
            for middle, length, whole in ((each.x, side[0], width), (each.y, side[1], height))
        )
        if all(max(abs(left - x), abs(top - y)) >= _BLOCK // 2 for x, y in taken):
            taken.append((left, top))
            yield (each.row, each.column), left, top
        if len(taken) == _CLOSER:
            return


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _LONGEST / max(width, height))
    return max(1, round(height * scale)), max(1, round(width * scale))
