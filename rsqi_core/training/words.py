"""The training of a model of words by `transformers.Trainer`, with LoRA for a large one; resumable."""

from __future__ import annotations

import math
import re
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..dataset.examples import Example
from ..errors import ModelError, require
from ..models.checkpoints import CONFIG
from ..models.huggingface import libraries, load_as, precision_of
from ..models.word_families import START, Family
from .pretrained import merged
from .resumable import ResumableTrainer, Row, arguments
from .word_batches import ShownExamples, collate_for

RATE = 1e-4  # peak of a cosine (paper, section 4.1)
LOSS = "words"
_MOST_CHECKED = 200  # examples in a validation
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".h5", ".msgpack", ".onnx", ".index.json", ".py")
_CARD = """---
library_name: transformers
tags: [remote-sensing, quality-inspection]
---

# {name}

Trained by RSQI {version} from `{start}`: {how}. The licence is that of the original weights.
"""


@dataclass(frozen=True)
class WordCourse:
    """How a model of words is trained.

    Attributes
    ----------
    epochs : int
        Passes over the examples.
    rate : float
        Peak learning rate of AdamW, which rises in a tenth of the steps and falls along a cosine.
    batch, accumulate : int
        Examples a step, and the parts in which they go through the network.
    rank, every : int
        Of LoRA matrices, on layers 0, `every`, 2 `every`, ... of the language model; rank 0 trains all weights.
    flips : bool
        As in `ShownExamples`.
    seed : int
    """

    epochs: int
    rate: float
    batch: int
    accumulate: int = 1
    rank: int = 0
    every: int = 1
    flips: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            ("epochs", self.epochs, self.epochs >= 1, "at least 1"),
            ("rate", self.rate, self.rate > 0, "above 0"),
            ("batch", self.batch, self.batch >= 1, "at least 1"),
            ("accumulate", self.accumulate, 1 <= self.accumulate <= self.batch, f"1 to the batch ({self.batch})"),
            ("lora", self.rank, self.rank >= 0, "at least 0"),
            ("seed", self.seed, self.seed >= 0, "at least 0"),
        )

    def steps(self, examples: int) -> int:
        """Return the number of steps over so many examples."""
        return max(1, round(self.epochs * examples / self.batch))


def train_words(
    family: Family,
    start: Path,
    examples: Sequence[Example],
    held_out: Sequence[Example],
    folder: Path,
    course: WordCourse,
    device: str = "auto",
    row: Row = lambda row: None,
    every: int = 5,
) -> Any:
    """Train a checkpoint and return the network as it was best on the examples held out; `folder` is resumed.

    Layers are computed again on the way back instead of being kept (gradient checkpointing).

    Parameters
    ----------
    start : pathlib.Path
        Folder of the checkpoint.
    row : callable
        Gets the rows of the curve: ``step``, ``steps``, the loss as ``words``, and where it was validated ``held_out``,
        the loss there, and ``score``, the mean probability of a right token.
    every : int
        Steps between rows.

    Raises
    ------
    ModelError
        The checkpoint cannot be opened, or has no layers to take LoRA.
    RsqiError
        As `ResumableTrainer.go`.
    """
    steps = course.steps(len(examples))
    given = (course.rate, course.batch, course.accumulate, course.seed, device, every)
    how = arguments(folder, steps, *given)
    network = open_words(family, start, course, how.device)
    shown = ShownExamples(examples, steps * course.batch, course.flips, course.seed)
    checks = ShownExamples(_spread(held_out, _MOST_CHECKED))
    return _Trainer(network, how, shown, checks, LOSS, row, collate_for(family, start)).go()


def open_words(family: Family, start: Path, course: WordCourse, device: Any) -> Any:
    """Open a checkpoint to be trained; on a GPU the weights under LoRA matrices are of half precision."""
    torch.manual_seed(course.seed)
    _, transformers = libraries(start)
    precision = precision_of(torch, device) if course.rank else torch.float32
    network = load_as(getattr(transformers, family.auto), start, precision=precision)
    network.config.use_cache = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of its new name, which earlier versions do not have
        network.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return _with_lora(network, start, course) if course.rank else network


def _with_lora(network: Any, start: Path, course: WordCourse) -> Any:
    from peft import LoraConfig, get_peft_model

    targets = attention_layers(network, course.every)
    if not targets:
        raise ModelError(
            f"{start}: no attention layers of a language model were found in it, so that LoRA has no place"
        )
    config = LoraConfig(r=course.rank, lora_alpha=2 * course.rank, target_modules=targets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of one library about another
        return get_peft_model(network, config)


def attention_layers(network: Any, every: int) -> list[str]:
    """Return the names of the linear layers of attention in layers 0, `every`, ... of the language model.

    The image encoder and what joins the two stay as they are (paper, section 3.7).
    """
    decoder = network.get_decoder() if hasattr(network, "get_decoder") else network
    place = next((name for name, part in network.named_modules() if part is decoder), "")
    found = []
    for name, part in decoder.named_modules():
        layer = re.match(r"(?:.*\.)?(?:layers|layer|h|blocks)\.(\d+)\..*att", name)
        if layer and isinstance(part, nn.Linear) and int(layer.group(1)) % every == 0:
            found.append(f"{place}.{name}" if place else name)
    return found


def _spread(examples: Sequence[Example], most: int) -> Sequence[Example]:
    """Return at most so many, from all over the list."""
    step = -(-len(examples) // most)
    return examples[:: max(1, step)]


def write_words(network: Any, start: Path, folder: Path, name: str, version: str, how: str) -> None:
    """Write a trained network as a checkpoint that needs nothing else: LoRA matrices are added to the weights.

    Tokenizer, processor and licence are those of the checkpoint it began from.
    """
    whole = merged(network).cpu()
    whole.config.use_cache = True
    whole.save_pretrained(folder)
    for file in sorted(start.iterdir()):
        if file.is_file() and file.name not in (CONFIG, START, "README.md") and not file.name.endswith(_WEIGHTS):
            shutil.copyfile(file, folder / file.name)
    text = _CARD.format(name=name, version=version, start=start.resolve().name, how=how)
    (folder / "README.md").write_text(text, encoding="utf-8")


class _Trainer(ResumableTrainer):
    """With the network's own loss, also in validation."""

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> Any:
        return model(**inputs).loss.float()

    @torch.no_grad()
    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        training, losses = self._network.training, []
        self._network.eval()
        for batch in self.get_eval_dataloader(self._checks):
            inputs = self._prepare_inputs(batch)
            with self.accelerator.autocast():
                losses.append((float(self.compute_loss(self._network, inputs)), len(inputs["labels"])))
        self._network.train(training)
        loss = sum(value * count for value, count in losses) / sum(count for _, count in losses)
        self._row(self._pending | {"held_out": round(loss, 4), "score": round(math.exp(-loss), 4)})
        metrics = {"eval_loss": loss, "eval_rank": -loss}
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics
