"""The training of one Hugging Face checkpoint by `transformers.Trainer`, resumable from its last checkpoint."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Sampler, SequentialSampler
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from ..dataset.labelled_blocks import LabelledBlock
from ..errors import ParameterError, RsqiError
from ..metrics import f1_of_counts
from ..models.checkpoints import SEGMENTER, Checkpoint
from ..models.huggingface import preprocessing_of
from ..notes import Note
from ..taxonomy import IGNORED
from .loss import label_loss, segmentation_loss
from .pretrained import open_network
from .validation import Validation
from .views import Views

Row = Callable[[dict[str, Any]], None]
EPOCHS = {"ForImageClassification": 10, "ForSemanticSegmentation": 5}  # paper, section 4.1
RATE, BATCH, WARMUP = 1e-4, 16, 0.1  # peak of a cosine; images a step; share of the steps in which the rate rises
_DECAY = 0.01
_STATE, _WEIGHTS = "trainer_state.json", "learning.safetensors"
_TIE = 1e-3  # weight of the loss beside the score
_CHECKS = 10  # checkpoints and validations of a run at most


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
        rules = (
            ("epochs", self.epochs >= 1, "at least 1"),
            ("rate", self.rate > 0, "above 0"),
            ("batch", self.batch >= 1, "at least 1"),
            ("accumulate", 1 <= self.accumulate <= self.batch, f"between 1 and the batch ({self.batch})"),
            ("lora", self.rank >= 0, "at least 0"),
            ("side", self.side >= 32 and self.side % 8 == 0, "a multiple of 8 from 32"),
            ("seed", self.seed >= 0, "at least 0"),
        )
        for name, holds, text in rules:
            if not holds:
                raise ParameterError(
                    f"{name} is {self.rank if name == 'lora' else getattr(self, name)}; it must be {text}"
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
    arguments = _arguments(folder, course, steps, device, every)
    trainer = _Trainer(network, arguments, views, checks, kind, row)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of one library about another
            trainer.train(resume_from_checkpoint=_last(folder))
    except torch.OutOfMemoryError as error:
        raise RsqiError(
            "the memory of the GPU is full; take a batch in more parts (--accumulate), or --lora"
        ) from error
    return trainer.model


def _arguments(folder: Path, course: Course, steps: int, device: str, every: int) -> TrainingArguments:
    if device == "cuda" and not torch.cuda.is_available():
        text = "device cuda: this torch finds no CUDA; install torch for CUDA or choose device cpu"
        raise ParameterError(Note("no_cuda", text))
    on_gpu = device != "cpu" and torch.cuda.is_available()
    bf16 = on_gpu and torch.cuda.is_bf16_supported(including_emulation=False)
    check = max(every, -(-steps // _CHECKS))
    arguments = TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=max(1, course.batch // course.accumulate),
        per_device_eval_batch_size=max(1, course.batch // course.accumulate),
        gradient_accumulation_steps=course.accumulate,
        learning_rate=course.rate,
        weight_decay=_DECAY,
        lr_scheduler_type="cosine",
        warmup_steps=round(WARMUP * steps),
        logging_strategy="steps",
        logging_steps=every,
        logging_nan_inf_filter=False,
        eval_strategy="steps",
        eval_steps=check,
        save_strategy="steps",
        save_steps=check,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="rank",
        greater_is_better=True,
        seed=course.seed,
        bf16=bf16,
        fp16=on_gpu and not bf16,
        use_cpu=not on_gpu,
        dataloader_num_workers=min(8, (os.cpu_count() or 2) - 1) if on_gpu else 0,
        dataloader_pin_memory=on_gpu,
        remove_unused_columns=False,
        label_names=["labels"],
        disable_tqdm=True,
        report_to="none",
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # of several the first: batch and steps stay what they are
    return arguments


def _last(folder: Path) -> str | None:
    """Return the last whole checkpoint of a run; those that were cut off are removed."""
    whole = []
    for place in folder.glob("checkpoint-*"):
        try:
            step = int(json.loads((place / _STATE).read_text(encoding="utf-8"))["global_step"])
        except (OSError, ValueError, KeyError):
            shutil.rmtree(place, ignore_errors=True)
        else:
            whole.append((step, str(place)))
    return max(whole)[1] if whole else None


def steps_so_far(folder: Path) -> int:
    """Return the step that a run goes on from; 0 if it has to begin."""
    last = _last(folder)
    return int(Path(last).name.rpartition("-")[2]) if last else 0


class _Due(TrainerCallback):
    """Have every checkpoint come with a row of the curve."""

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        control.should_log = control.should_log or control.should_evaluate
        return control


class _Trainer(Trainer):
    """The library's trainer with our loss, our validation and our rows."""

    def __init__(self, network: Any, arguments: TrainingArguments, views: Views, checks: Views, kind: str, row: Row):
        super().__init__(network, arguments, train_dataset=views, eval_dataset=checks, callbacks=[_Due()])
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)
        # Our loss is a mean over a part of a batch.
        self.model_accepts_loss_kwargs = self.loss_is_scaled_for_ga = False
        self._network, self._kind, self._views, self._checks, self._row = network, kind, views, checks, row
        self._name = "segmentation" if kind == SEGMENTER else "labels"
        self._folder = str(arguments.output_dir)
        self._began: tuple[float, int] | None = None
        self._pending: dict[str, Any] = {}

    def _get_train_sampler(self, *_: Any, **__: Any) -> Sampler[int]:
        return SequentialSampler(self._views)  # the views are mixed by their numbers

    # The library writes checkpoints under the names of published weights, but reads them by those of its own modules,
    # and goes on without what it does not find. So a checkpoint's weights are written and read here, name by name.

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        folder = Path(output_dir or self._folder)
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in self._learning().items()}, folder / _WEIGHTS)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        given, wanted = load_file(Path(resume_from_checkpoint) / _WEIGHTS), self._learning()
        if given.keys() != wanted.keys():
            raise RsqiError(f"{resume_from_checkpoint}: of another network; remove its folder to begin anew")
        self._network.load_state_dict(given, strict=False)

    def _load_best_model(self) -> None:
        self._load_from_checkpoint(str(self.state.best_model_checkpoint))

    def _learning(self) -> dict[str, Tensor]:
        """Return what training changes: weights that are not frozen, and buffers."""
        fixed = {name for name, weight in self._network.named_parameters() if not weight.requires_grad}
        known = self._network.state_dict()
        return {name: value.detach().cpu().clone() for name, value in known.items() if name not in fixed}

    def compute_loss(self, model: Any, inputs: dict[str, Tensor], *_: Any, **__: Any) -> Tensor:
        self._began = self._began or (time.monotonic(), self.state.global_step)
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

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise RsqiError(f"step {self.state.global_step}: the loss is no longer a number; try a lower rate")
        step, steps = self.state.global_step, self.state.max_steps
        began, since = self._began or (time.monotonic(), step)
        speed = (step - since) / max(time.monotonic() - began, 1e-6) if step > since else 0.0
        self._began = time.monotonic(), step
        self._pending = {
            "step": step,
            "steps": steps,
            "rate": logs.get("learning_rate", 0.0),
            self._name: round(logs["loss"], 4),
            "samples_per_second": round(speed * self.args.train_batch_size * self.args.gradient_accumulation_steps, 1),
            "eta_s": round((steps - step) / speed) if speed else 0,
        }
        if not self.control.should_evaluate:
            self._row(self._pending)

    @torch.no_grad()
    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        validation, training, losses = _AtHalf(), self._network.training, []
        self._network.eval()
        for batch in self.get_eval_dataloader(self._checks):
            inputs = self._prepare_inputs(batch)
            with self.accelerator.autocast():
                logits = self._say(self._network, inputs)
            losses.append(float(self._loss(logits, inputs["labels"])))
            validation.add({self._name: logits}, {self._name: inputs["labels"]})
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
