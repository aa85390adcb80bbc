"""Training a model of words on the captions or the questions of a dataset: from an order to a folder that answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..dataset.examples import Example, read_captions, read_questions
from ..dataset.layout import TRAIN
from ..dataset.rows import is_synthetic
from ..describe import LANGUAGES
from ..errors import ModelError, OutputError, ParameterError
from ..limits import CAPTION, WORD_TASKS
from ..models.card import file_hash
from ..models.checkpoints import weights_of
from ..models.word_families import CONVERSE, START, Family, family_of
from ..progress import Emit, no_events
from ..training.word_batches import collate_for
from ..training.words import RATE, WordCourse, train_words, write_words
from .holdout import choose
from .run_rows import rows_taker
from .unfinished import begin_or_go_on, refuse_taken, remove, unfinished

_ROW_EVERY = 5  # steps
_FEWEST = 4  # examples that are held out, or none are


@dataclass(frozen=True)
class WordTraining:
    """What is to be trained; None takes what is usual for the model (`Family`).

    Attributes
    ----------
    task : str
        One of `limits.WORD_TASKS`.
    dataset : pathlib.Path
        Written by ``rsqi dataset``.
    model : pathlib.Path
        Folder of the checkpoint to start from.
    output : pathlib.Path
        Folder of the new one; it must not exist.
    language : str
        ``zh`` or ``en`` to learn from that alone; empty: all, but BLIP, whose captions nobody asks for in a language,
        learns those of the dataset's first language.
    epochs, rate, batch, accumulate, lora
        As in `WordCourse`; `lora` is its rank.
    augment : bool
        Flip pictures at random where the family does.
    device : str
    seed : int
    """

    task: str
    dataset: Path
    model: Path
    output: Path
    language: str = ""
    epochs: int | None = None
    rate: float | None = None
    batch: int | None = None
    accumulate: int = 1
    lora: int | None = None
    augment: bool = True
    device: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (("task", WORD_TASKS), ("language", ("", *LANGUAGES))):
            if getattr(self, name) not in known:
                raise ParameterError(f"{name} is '{getattr(self, name)}'; it must be one of {', '.join(known)}")
        refuse_taken(self.output, (self.dataset, self.model))

    @property
    def folder(self) -> Path:
        """Hidden folder beside the output, for unfinished work."""
        return unfinished(self.output)

    def course(self, family: Family) -> WordCourse:
        """Return the settings, with what is usual for the family in place of what is not given."""
        batch = self.batch or family.batch
        return WordCourse(
            epochs=family.epochs if self.epochs is None else self.epochs,
            rate=RATE if self.rate is None else self.rate,
            batch=batch,
            accumulate=self.accumulate,
            rank=family.rank if self.lora is None else self.lora,
            every=family.every,
            flips=family.flips and self.augment,
            seed=self.seed,
        )


def train_on_words(job: WordTraining, emit: Emit = no_events) -> Path:
    """Train, and write the new checkpoint; return its folder.

    A fifth of the training part is held out, without common pixels where that can be, and the weights that are best
    there are kept. What is unfinished stays in a hidden folder, from where the same job is resumed.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``resumed`` with the step, ``curve`` with the rows of `train_words`, and
        ``progress``.

    Raises
    ------
    RsqiError
        The dataset or the model cannot be used, or something cannot be written.
    """
    family = family_of(job.model)
    if job.task not in family.tasks:
        raise ModelError(f"{job.model}: {family.name} learns {' and '.join(family.tasks)}, not {job.task}")
    examples, held_out = divided(job, family)
    collate_for(family, job.model)  # before any work: can its processor be opened?
    course = job.course(family)
    run = begin_or_go_on(job.folder, _fingerprint(job, course, examples, held_out))
    take = rows_taker(run, course.steps(len(examples)), emit)
    network = train_words(family, job.model, examples, held_out, run, course, job.device, take, _ROW_EVERY)
    how = f"LoRA of rank {course.rank} on layers 0, {course.every}, ..." if course.rank else "all weights"
    return _finish(job, network, f"{job.task}, {how}, passes: {course.epochs}, rate {course.rate:g}")


def divided(job: WordTraining, family: Family) -> tuple[list[Example], list[Example]]:
    """Return the examples to learn from, and those held out; with too few of them both are all."""
    language = job.language
    if job.task == CAPTION and family is not CONVERSE and not language:
        language = read_captions(job.dataset, TRAIN)[0].language
    read = read_captions if job.task == CAPTION else read_questions
    examples = read(job.dataset, TRAIN, language)
    rows, chosen = choose(job.dataset, job.seed)
    held, real = (
        {job.dataset / TRAIN / row["file_name"] for row, take in zip(rows, which) if take}
        for which in (chosen, [not is_synthetic(row) for row in rows])
    )
    held_out = [each for each in examples if each.image in held & real]
    if len(held_out) < _FEWEST or len(held_out) == len(examples):
        return examples, [each for each in examples if each.image in real]
    return [each for each in examples if each.image not in held], held_out


def _fingerprint(
    job: WordTraining, course: WordCourse, examples: Sequence[Example], held_out: Sequence[Example]
) -> dict[str, Any]:
    shown = [[str(each.image), each.question, each.answer] for part in (examples, held_out) for each in part]
    weights = [file_hash(file) for file in weights_of(job.model)]
    return {"task": job.task, "course": asdict(course), "examples": shown, "weights": weights}


def _finish(job: WordTraining, network: Any, how: str) -> Path:
    """Write the checkpoint beside the run, and move it to the output; remove the run."""
    place = job.folder / "model"
    shutil.rmtree(place, ignore_errors=True)
    note = {"start": str(job.model.resolve()), "task": job.task}
    try:
        place.mkdir()
        write_words(network, job.model, place, job.output.name, __version__, how)
        (place / START).write_text(json.dumps(note, ensure_ascii=False) + "\n", encoding="utf-8")
        place.rename(job.output)
    except OSError as error:
        raise OutputError(f"{job.output}: cannot be written: {error.strerror}") from error
    remove(job.folder)
    return job.output
