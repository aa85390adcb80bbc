"""A `transformers.Trainer` whose runs are resumed from their last checkpoint and give rows of a curve."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.data import Dataset, Sampler, SequentialSampler
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from ..errors import ParameterError, RsqiError
from ..notes import Note

Row = Callable[[dict[str, Any]], None]
WARMUP = 0.1  # share of the steps in which the rate rises
_DECAY = 0.01
_STATE, _WEIGHTS = "trainer_state.json", "learning.safetensors"
_CHECKS = 10  # checkpoints and validations of a run at most


def arguments(
    folder: Path,
    steps: int,
    rate: float,
    batch: int,
    accumulate: int,
    seed: int,
    device: str,
    every: int,
) -> TrainingArguments:
    """Return how a run goes; a GPU computes in bfloat16 where it can, else in half precision.

    Parameters
    ----------
    batch, accumulate : int
        Samples a step, and the parts in which they go through the network.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    every : int
        Steps between rows.

    Raises
    ------
    ParameterError
        There is no such device.
    """
    if device == "cuda" and not torch.cuda.is_available():
        text = "device cuda: this torch finds no CUDA; install torch for CUDA or choose device cpu"
        raise ParameterError(Note("no_cuda", text))
    on_gpu = device != "cpu" and torch.cuda.is_available()
    bf16 = on_gpu and torch.cuda.is_bf16_supported(including_emulation=False)
    check = max(every, -(-steps // _CHECKS))
    found = TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=max(1, batch // accumulate),
        per_device_eval_batch_size=max(1, batch // accumulate),
        gradient_accumulation_steps=accumulate,
        learning_rate=rate,
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
        seed=seed,
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
    found._n_gpu = min(1, found.n_gpu)  # of several the first: batch and steps stay what they are
    return found


def last(folder: Path) -> str | None:
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
    found = last(folder)
    return int(Path(found).name.rpartition("-")[2]) if found else 0


class _Due(TrainerCallback):
    """Have every checkpoint come with a row of the curve."""

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        control.should_log = control.should_log or control.should_evaluate
        return control


class ResumableTrainer(Trainer):
    """The library's trainer with our rows and our checkpoints; samples are shown by their numbers, mixed beforehand.

    Parameters
    ----------
    loss_name : str
        Of the loss in the rows.
    row : callable
        Gets them; those of a validation are given by `evaluate`.
    collate : callable, optional
        Makes a batch of samples; by default tensors of one shape are stacked.
    """

    def __init__(
        self,
        network: Any,
        arguments: TrainingArguments,
        samples: Dataset[Any],
        checks: Dataset[Any],
        loss_name: str,
        row: Row,
        collate: Callable[[list[Any]], dict[str, Any]] | None = None,
    ):
        super().__init__(network, arguments, collate, train_dataset=samples, eval_dataset=checks, callbacks=[_Due()])
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)
        # Our loss is a mean over a part of a batch.
        self.model_accepts_loss_kwargs = self.loss_is_scaled_for_ga = False
        self._network, self._samples, self._checks, self._row = network, samples, checks, row
        self._loss_name = loss_name
        self._folder = str(arguments.output_dir)
        self._began: tuple[float, int] | None = None
        self._pending: dict[str, Any] = {}

    def go(self) -> Any:
        """Train, from the last checkpoint on if there is one, and return the network as it was best.

        Raises
        ------
        RsqiError
            The memory of the GPU is full.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # of one library about another
                self.train(resume_from_checkpoint=last(Path(self._folder)))
        except torch.OutOfMemoryError as error:
            raise RsqiError(
                "the memory of the GPU is full; take a batch in more parts (--accumulate), or --lora"
            ) from error
        return self.model

    def training_step(self, model: Any, inputs: dict[str, Any], *more: Any, **given: Any) -> Tensor:
        """Note when the first step began, for the speed."""
        self._began = self._began or (time.monotonic(), self.state.global_step)
        return super().training_step(model, inputs, *more, **given)

    def _get_train_sampler(self, *_: Any, **__: Any) -> Sampler[int]:
        return SequentialSampler(self._samples)  # type: ignore[arg-type]  # they have a length

    # The library writes checkpoints under the names of published weights, but reads them by those of its own modules,
    # and goes on without what it does not find. So a checkpoint's weights are written and read here, name by name.

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Write what training changes as safetensors."""
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

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Give a row, or keep it for the validation that is due.

        Raises
        ------
        RsqiError
            The loss is no longer a number.
        """
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
            self._loss_name: round(logs["loss"], 4),
            "samples_per_second": round(speed * self.args.train_batch_size * self.args.gradient_accumulation_steps, 1),
            "eta_s": round((steps - step) / speed) if speed else 0,
        }
        if not self.control.should_evaluate:
            self._row(self._pending)
