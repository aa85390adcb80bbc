"""Models of words on the questions of a dataset's test part, between the describer above and their start below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...dataset.examples import Example, read_questions
from ...dataset.labelled_blocks import read_part
from ...dataset.layout import TEST
from ...describe import LANGUAGES, question_answers, summarize_mask
from ...errors import ModelError
from ...imagery.picture_file import read_grey, read_rgb
from ...models.checkpoints import read_json
from ...models.vision_language import VisionLanguage
from ...models.word_families import START
from ...progress import OnProgress, Progress, no_progress
from .answer_scores import AnswerScores, score_answer

DESCRIBER = "RSQI's sentences from the true masks"


@dataclass(frozen=True)
class Answered:
    """Who answered, and the scores of the answers in the order of the questions; None where it gave none."""

    name: str
    scores: list[AnswerScores | None]


@dataclass(frozen=True)
class QuestionsMeasured:
    """The N questions of a test part, and who answered them: the describer, models that were started from, models."""

    dataset: Path
    questions: list[Example]
    rows: list[Answered]


def measure_answers(
    dataset: Path,
    folders: Sequence[Path],
    device: str = "cpu",
    log: Callable[[str], None] = print,
    progress: OnProgress = no_progress,
) -> QuestionsMeasured:
    """Ask models all questions of a test part.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Of the models. Those that RSQI has trained are preceded by the ones that they were trained from, if they are
        still there.
    progress : callable
        Gets a `Progress` of the stage ``evaluate`` with each answer.

    Raises
    ------
    RsqiError
        The dataset has no questions, or a model cannot be opened or takes none.
    """
    questions = read_questions(dataset, TEST)
    asked = list(_with_starts(folders, log))
    models = [_opened(folder, device) for folder in asked]  # all before any work
    rows = [Answered(DESCRIBER, _described(dataset, questions))]
    total = len(models) * len(questions)
    for n, (name, model) in enumerate(zip(_names(asked), models)):
        log(f"asking {name} {len(questions)} questions")
        scores: list[AnswerScores | None] = []
        for k, question in enumerate(questions, 1):
            said = model.answer([read_rgb(question.image)], question.question)
            scores.append(score_answer(said, question.answer))
            progress(Progress("evaluate", n * len(questions) + k, total))
        rows.append(Answered(name, scores))
    return QuestionsMeasured(dataset, questions, rows)


def _opened(folder: Path, device: str) -> VisionLanguage:
    model = VisionLanguage(folder, device)
    if not model.takes_questions:
        raise ModelError(f"{folder}: describes pictures and takes no questions; give one that `rsqi train vqa` takes")
    return model


def _with_starts(folders: Sequence[Path], log: Callable[[str], None]) -> Iterator[Path]:
    """Yield the models, each after the one that it was trained from."""
    seen = {folder.resolve() for folder in folders}
    for folder in folders:
        if (folder / START).is_file():
            start = Path(str(read_json(folder / START).get("start")))
            if not start.is_dir():
                log(f"rsqi: {folder}: was trained from {start}, which is gone: there is no lower bound for it")
            elif start not in seen:
                seen.add(start)
                yield start
        yield folder


def _names(folders: Sequence[Path]) -> list[str]:
    places = [folder.resolve() for folder in folders]
    names = [place.name for place in places]
    return [f"{place.parent.name}/{place.name}" if names.count(place.name) > 1 else place.name for place in places]


def _described(dataset: Path, questions: Sequence[Example]) -> list[AnswerScores | None]:
    """Return the scores of what the describer says of the true masks; None of pictures without one."""
    masks = {block.image: block.mask for block in read_part(dataset, TEST)}

    @lru_cache(1)  # questions on a picture follow one another
    def said(image: Path, language: str) -> dict[str, str]:
        mask = masks.get(image)
        pairs = question_answers(summarize_mask(read_grey(mask)), language) if mask else ()
        return {pair.type: pair.answer for pair in pairs}

    found: list[AnswerScores | None] = []
    for each in questions:
        answer = said(each.image, each.language).get(each.kind) if each.language in LANGUAGES else None
        found.append(None if answer is None else score_answer(answer, each.answer))
    return found
