"""A question about a result in, an answer out: from what was measured, else from a model that is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .ask.answer import MODEL, NONE, answer
from .ask.facts import Facts, read_facts
from .errors import Cancelled, ParameterError, RasterError
from .limits import DEVICES
from .models.vision_language import VisionLanguage
from .progress import Emit, no_events
from .raster import open_raster
from .report.inspected_image import as_inspected, frame_in, noted_image
from .report.subject import read_summary

_LONGEST = 896  # px of the longer side of a picture for the model
_CLOSER = 2  # pictures of the places with most errors, beside the overview


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
    for key in ("result", "question"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise ParameterError(f"the request has no '{key}'")
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
        the name of the one that said it; empty where it was measured.
    """
    facts = read_facts(job.result)
    found = answer(facts, job.question)
    if found.source != NONE or not job.model:
        return {"text": found.text, "fids": list(found.fids), "source": found.source, "model": ""}
    model = VisionLanguage(Path(job.model), job.device)
    pictures = _pictures(job, facts)
    if cancelled():
        raise Cancelled("cancelled; nothing was written")
    text = model.answer(pictures, job.question)
    return {"text": text, "fids": [], "source": MODEL, "model": model.name}


def _pictures(job: AskJob, facts: Facts) -> list[np.ndarray]:
    """Return the image as a whole, then the parts of it with most errors, uint8 RGB [H, W, 3] each."""
    summary = read_summary(job.result)
    source = job.raster or noted_image(summary, job.result)
    if not source:
        raise RasterError(f"{job.result}: does not say which image it is of; give the image")
    counts: dict[tuple[int, int], int] = {}
    for each in facts.errors:
        counts[each.row, each.column] = counts.get((each.row, each.column), 0) + 1
    with open_raster(source, *as_inspected(summary)) as raster:
        x, y, width, height = frame_in(raster, summary)
        windows = [(x, y, width, height)]
        for row, column in sorted(counts, key=lambda place: (-counts[place], place))[:_CLOSER]:
            left, top = x + column * width // 3, y + row * height // 3
            windows.append((left, top, max(1, width // 3), max(1, height // 3)))
        return [raster.read(*window, _fitting(*window[2:]))[0] for window in windows]


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _LONGEST / max(width, height))
    return max(1, round(height * scale)), max(1, round(width * scale))
