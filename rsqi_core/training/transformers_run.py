"""The training of one Hugging Face checkpoint by `transformers.Trainer`, resumable from its last checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import TrainingArguments

from ..dataset.labelled_blocks import LabelledBlock
from ..errors import require
from ..metrics import f1_of_counts
from ..models.checkpoints import SEGMENTER, Checkpoint
from ..models.huggingface import preprocessing_of
from ..taxonomy import IGNORED
from .loss import label_loss, segmentation_loss
from .pretrained import open_network
from .resumable import ResumableTrainer, Row, arguments
from .validation import Validation
from .views import Views

EPOCHS = {"ForImageClassification": 10, "ForSemanticSegmentation": 5}  # paper, section 4.1
RATE, BATCH = 1e-4, 16  # peak of a cosine; images a step
_TIE = 1e-3  # weight of the loss beside the score


@dataclass(frozen=True)
class Course:
    """How a checkpoint is trained.

    Attributes
    ----------
    epochs : int
        Passes over the blocks.
    rate : float
        Peak learning rate of AdamW, which rises in a tenth of the steps and falls along a cosine.
    batch : int
        Images a step.
    accumulate : int
        Parts in which a batch goes through the network, one after the other, where memory is small.
    rank : int
        Of LoRA matrices; 0 trains all weights.
    side : int
        Of the square that a block is shown in, px.
    augment : bool
        Cut and flip views at random.
    seed : int
    """

    epochs: int
    rate: float = RATE
    batch: int = BATCH
    accumulate: int = 1
    rank: int = 0
    side: int = 512
    augment: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        parts = f"between 1 and the batch ({self.batch})"
        require(
            ("epochs", self.epochs, self.epochs >= 1, "at least 1"),
            ("rate", self.rate, self.rate > 0, "above 0"),
            ("batch", self.batch, self.batch >= 1, "at least 1"),
            ("accumulate", self.accumulate, 1 <= self.accumulate <= self.batch, parts),
            ("lora", self.rank, self.rank >= 0, "at least 0"),
            ("side", self.side, self.side >= 32 and self.side % 8 == 0, "a multiple of 8 from 32"),
            ("seed", self.seed, self.seed >= 0, "at least 0"),
        )

    def steps(self, blocks: int) -> int:
        """Return the number of steps over so many blocks."""
        return max(1, round(self.epochs * blocks / self.batch))


def train_checkpoint(
    checkpoint: Checkpoint,
    kind: str,
    blocks: Sequence[LabelledBlock],
    held_out: Sequence[LabelledBlock],
    folder: Path,
    course: Course,
    device: str = "auto",
    row: Row = lambda row: None,
    every: int = 5,
) -> Any:
    """Train a checkpoint and return the network as it was best on the blocks held out.

    What `folder` holds of the same run is resumed. Views are functions of their number, so that a run in pieces sees
    what one in a single piece does.

    Parameters
    ----------
    kind : str
        `CLASSIFIER` or `SEGMENTER`.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``; a GPU computes in bfloat16 where it can, else in half precision.
    row : callable
        Gets the rows of the curve: ``step``, ``steps``, the loss as ``labels`` or ``segmentation``, and where it was
        validated ``f1`` or ``miou`` and ``score``.
    every : int
        Steps between rows.

    Raises
    ------
    ParameterError
        There is no such device.
    RsqiError
        The loss is no longer a number, or the memory of the GPU is full.
    """
    steps = course.steps(len(blocks))
    network = open_network(checkpoint, kind, course.rank, course.seed)
    asked = preprocessing_of(checkpoint, kind)
    views = Views(
        blocks, kind, checkpoint.outputs, asked, course.side, steps * course.batch, course.augment, course.seed
    )
    checks = Views(held_out, kind, checkpoint.outputs, asked, course.side)
    given = (course.rate, course.batch, course.accumulate, course.seed, device, every)
    return _Trainer(network, arguments(folder, steps, *given), views, checks, kind, row).go()


class _Trainer(ResumableTrainer):
    """With our losses and our validation."""

    def __init__(self, network: Any, arguments: TrainingArguments, views: Views, checks: Views, kind: str, row: Row):
        super().__init__(network, arguments, views, checks, "segmentation" if kind == SEGMENTER else "labels", row)
        self._kind = kind

    def compute_loss(self, model: Any, inputs: dict[str, Tensor], *_: Any, **__: Any) -> Tensor:
        logits, truth = self._say(model, inputs), inputs["labels"]
        return self._loss(logits, truth)

    def _loss(self, logits: Tensor, truth: Tensor) -> Tensor:
        return segmentation_loss(logits, truth.long(), 0.0) if self._kind == SEGMENTER else label_loss(logits, truth)

    def _say(self, model: Any, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return float32 logits, those of a segmenter at the size of the truth."""
        logits = model(pixel_values=inputs["pixel_values"]).logits.float()
        if self._kind == SEGMENTER:
            return F.interpolate(logits, inputs["labels"].shape[1:], mode="bilinear", align_corners=False)
        return logits

    @torch.no_grad()
    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        validation, training, losses = _AtHalf(), self._network.training, []
        self._network.eval()
        for batch in self.get_eval_dataloader(self._checks):
            inputs = self._prepare_inputs(batch)
            with self.accelerator.autocast():
                logits = self._say(self._network, inputs)
            losses.append(float(self._loss(logits, inputs["labels"])))
            validation.add({self._loss_name: logits}, {self._loss_name: inputs["labels"]})
        self._network.train(training)
        found = {name: round(value, 4) for name, value in validation.result().items()}
        self._row(self._pending | found)
        # Of scores that are the same, as those of a few blocks soon are, the one with the smaller loss is the better.
        rank = found["score"] - _TIE * min(1.0, float(np.mean(losses)))
        metrics = {f"eval_{name}": value for name, value in found.items()} | {"eval_rank": rank}
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


class _AtHalf(Validation):
    """A validation whose F1 is that at a probability of 0.5, where an inspection by checkpoints marks a block."""

    def macro_f1(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """Mean F1 over the types that occur, of float [N, C] against uint8 [N, C]."""
        marked, real, known = logits > 0, labels == 1, labels != IGNORED
        counts = np.stack([(marked & real).sum(0), (marked & ~real & known).sum(0), (~marked & real).sum(0)], 1)
        occurring = real.any(0)
        return float(f1_of_counts(counts)[occurring].mean()) if occurring.any() else 0.0
