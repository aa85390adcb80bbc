"""Stable Diffusion learns what a dataset's errors look like: from an order to a folder of LoRA matrices."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..dataset.labelled_blocks import LabelledBlock, read_part
from ..dataset.layout import TRAIN
from ..errors import ModelError, OutputError, ParameterError, RsqiError
from ..models.card import file_hash
from ..models.checkpoints import read_json
from ..models.diffusion import LORA, PAPER_TYPES, PROMPTS, diffusion_weights
from ..progress import Emit, no_events
from ..taxonomy import CODES, by_code
from ..training.diffusion import Depicted, DiffusionCourse, train_diffusion, write_lora
from .run_rows import rows_taker
from .unfinished import begin_or_go_on, refuse_taken, remove, unfinished

LEARNED = "augment.json"  # in the folder of LoRA matrices: which model they belong to, and what they know
EXAMPLES = 30  # of a type (paper, section 2.4)
_ROW_EVERY = 5  # steps
_CARD = """---
library_name: diffusers
tags: [lora, remote-sensing, quality-inspection]
---

# {name}

LoRA matrices of rank {rank} for the unet of `{start}`, trained by RSQI {version} on {count} blocks, passes: {epochs}.
The licence is that of the original weights. Prompts:

{prompts}
"""


@dataclass(frozen=True)
class DiffusionTraining:
    """What is to be trained.

    Attributes
    ----------
    dataset : pathlib.Path
        Written by ``rsqi dataset``; its training part is learned from.
    model : pathlib.Path
        Folder of a Stable Diffusion.
    output : pathlib.Path
        Folder of the LoRA matrices; it must not exist.
    types : tuple of str
        Codes of the types to learn; empty: the paper's two.
    examples : int
        Blocks of each type at most.
    course : DiffusionCourse
    device : str
    """

    dataset: Path
    model: Path
    output: Path
    types: tuple[str, ...] = ()
    examples: int = EXAMPLES
    course: DiffusionCourse = field(default_factory=DiffusionCourse)
    device: str = "auto"

    def __post_init__(self) -> None:
        if strange := [code for code in self.types if code not in CODES]:
            raise ParameterError(f"type '{strange[0]}' is not one of {', '.join(CODES)}")
        if self.examples < 1:
            raise ParameterError(f"examples is {self.examples}; it must be at least 1")
        refuse_taken(self.output, (self.dataset, self.model), "new folder")

    @property
    def folder(self) -> Path:
        """Hidden folder beside the output, for unfinished work."""
        return unfinished(self.output)


@dataclass(frozen=True)
class Learned:
    """What the LoRA matrices in a folder know.

    Attributes
    ----------
    folder : pathlib.Path
    start : pathlib.Path
        Folder of the model that they belong to, when they were trained.
    prompts : dict
        By the code of the type.
    """

    folder: Path
    start: Path
    prompts: dict[str, str]


def read_learned(folder: Path) -> Learned:
    """Read what `learn_errors` wrote.

    Raises
    ------
    ModelError
        There is nothing of the kind.
    """
    if not (folder / LEARNED).is_file() or not (folder / LORA).is_file():
        raise ModelError(f"{folder}: no LoRA matrices here; train some with `rsqi augment train`")
    note = read_json(folder / LEARNED)
    prompts = note.get("prompts")
    if not isinstance(prompts, dict) or not prompts or not set(prompts) <= set(CODES):
        raise ModelError(f"{folder / LEARNED}: its prompts do not name types of errors; train anew")
    return Learned(folder, Path(str(note.get("start"))), {code: str(text) for code, text in prompts.items()})


def learn_errors(job: DiffusionTraining, emit: Emit = no_events) -> Path:
    """Train LoRA matrices, and write them; return their folder.

    What is unfinished stays in a hidden folder, from where the same job is resumed.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``resumed`` with the step, ``curve`` with the rows of `train_diffusion`, and
        ``progress``.

    Raises
    ------
    RsqiError
        The dataset or the model cannot be used, or something cannot be written.
    """
    weights = diffusion_weights(job.model)
    pictures = pictures_of(job)
    course, shown = job.course, [[str(each.image), each.prompt] for each in pictures]
    key = {"course": asdict(course), "pictures": shown, "weights": [file_hash(file) for file in weights]}
    run = begin_or_go_on(job.folder, key)
    take = rows_taker(run, course.steps(len(pictures)), emit)
    return _finish(job, train_diffusion(job.model, pictures, run, course, job.device, take, _ROW_EVERY), pictures)


def pictures_of(job: DiffusionTraining) -> list[Depicted]:
    """Return the blocks to learn from, those first that show one type alone, with what is said of them.

    Raises
    ------
    RsqiError
        The training part has none of a type that was asked for, or of any.
    """
    blocks = [block for block in read_part(job.dataset, TRAIN) if not block.synthetic]
    found: list[Depicted] = []
    for code in job.types or PAPER_TYPES:
        chosen = _alone_first(blocks, by_code(code).id)[: job.examples]
        if job.types and not chosen:
            raise RsqiError(f"{job.dataset}: no block of its training part shows {code}; leave it out of --types")
        found += [Depicted(block.image, PROMPTS[code]) for block in chosen]
    if not found:
        shown = sorted({number for block in blocks for number in block.labels})
        there = ", ".join(CODES[number - 1] for number in shown) or "no error at all"
        raise RsqiError(
            f"{job.dataset}: no block of its training part shows {' or '.join(PAPER_TYPES)}; it has {there}: name "
            "types with --types"
        )
    return found


def _alone_first(blocks: Sequence[LabelledBlock], category_id: int) -> list[LabelledBlock]:
    return sorted((block for block in blocks if category_id in block.labels), key=lambda block: len(block.labels))


def _finish(job: DiffusionTraining, unet: Any, pictures: Sequence[Depicted]) -> Path:
    """Write the matrices beside the run, and move them to the output; remove the run."""
    place = job.folder / "model"
    shutil.rmtree(place, ignore_errors=True)
    prompts = {code: text for code, text in PROMPTS.items() if any(each.prompt == text for each in pictures)}
    note = {"start": str(job.model.resolve()), "prompts": prompts, "rank": job.course.rank}
    text = _CARD.format(
        name=job.output.name,
        rank=job.course.rank,
        start=job.model.resolve().name,
        version=__version__,
        count=len(pictures),
        epochs=job.course.epochs,
        prompts="\n".join(f"* {code}: *{prompt}*" for code, prompt in prompts.items()),
    )
    try:
        place.mkdir()
        write_lora(unet, place)
        (place / LEARNED).write_text(json.dumps(note, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (place / "README.md").write_text(text, encoding="utf-8")
        place.rename(job.output)
    except OSError as error:
        raise OutputError(f"{job.output}: cannot be written: {error.strerror}") from error
    remove(job.folder)
    return job.output
