"""The training loop: any architecture, any device, resumable to the same result."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import OutputError, ParameterError, RsqiError
from ..files.atomic import write_whole
from ..models.architectures import architecture
from ..models.texture import MEAN, STD
from ..progress import Emit, OnProgress, Progress, no_events, no_progress
from .checkpoint import BEST, CHECKPOINT, State, course_of, initialise
from .curve import Curve
from .loss import WEIGHTS, losses
from .run_folder import SETTINGS, refuse_other_folder
from .settings import Settings
from .stream import Material, SampleStream, batches
from .teacher import Teacher
from .validation import Validation

_ROW_EVERY = 50  # steps
_CLIP = 2.0  # largest norm of the gradients
_Forward = Callable[[Tensor], dict[str, Tensor]]  # logits by name, of images
_TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def train(
    material: Material,
    folder: Path,
    settings: Settings,
    device: str = "auto",
    progress: OnProgress = no_progress,
    emit: Emit = no_events,
    init: Path | None = None,
    network: nn.Module | None = None,
    every: int = _ROW_EVERY,
    deadline: float = math.inf,
) -> Path:
    """Train a network and return the file with its best weights.

    A checkpoint already in `folder` is resumed. Samples, schedule and random numbers are functions of the step, so that
    a run in pieces ends in the same weights as one in a single piece, to the bit on a CPU with the same number of
    threads. The curve goes to ``curve.jsonl`` and ``curve.svg`` beside the checkpoint.

    Parameters
    ----------
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    progress : callable
        Gets a `Progress` of the stage ``train`` with each row of the curve; its unit are steps.
    emit : callable
        ``emit(event, **values)`` gets ``curve`` with the values of a row, and ``init`` with a line, `init`, that says
        which weights were taken over.
    init : pathlib.Path, optional
        A run, a file of weights or a Hugging Face folder to take weights from at the start.
    network : torch.nn.Module, optional
        What to train instead of the architecture that the settings name; its ``origin`` says where it comes from.
    every : int
        Steps between two rows of the curve.
    deadline : float
        Reading of `time.monotonic` at which the run stops as if interrupted, after a validation and a checkpoint.

    Raises
    ------
    ParameterError
        There is no such device.
    RsqiError
        If the checkpoint was made with other settings, the device or a compiler is missing, something cannot be read
        or written, or the loss is no longer a number.
    """
    refuse_other_folder(folder, material, init)
    return _Run(material, folder, settings, _device(device), progress, emit, init, network, every, deadline).run()


class _Run:
    """One run, from its first or its last step on."""

    def __init__(
        self,
        material: Material,
        folder: Path,
        settings: Settings,
        device: torch.device,
        progress: OnProgress,
        emit: Emit,
        init: Path | None,
        network: nn.Module | None,
        every: int,
        deadline: float,
    ):
        self.material, self.folder, self.settings, self.device = material, folder, settings, device
        self.progress, self.emit = progress, emit
        self.every, self.deadline = every, deadline
        origin = course_of(init) if init else getattr(network, "origin", "")
        self.course = settings.course | material.fingerprint() | {"init": origin}
        self.precision = _TYPES.get(_fastest(device) if settings.precision == "auto" else settings.precision)
        self.teacher = Teacher(material.teacher, settings.task, device) if material.teacher else None
        torch.manual_seed(settings.seed)
        checkpoint = folder / CHECKPOINT
        network = network or _built(settings, pretrained=not (init or checkpoint.exists()))
        if init and not checkpoint.exists():
            emit("init", init=initialise(network, init))
        # The overloads of torch lack the memory format, which its text names.
        network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.AdamW(
            _groups(network, settings), settings.rate, weight_decay=settings.weight_decay, fused=True
        )
        scaler = torch.amp.GradScaler(device.type, enabled=self.precision is torch.float16)
        self.state = State(network, optimiser, scaler)
        self.learner: _Forward = _compiled(network, device) if settings.compile else network
        if checkpoint.exists():
            self.state.resume(checkpoint, self.course, device)
        self._prepare_folder()
        self.curve = Curve(folder, self.state.step, init)

    def run(self) -> Path:
        state, settings = self.state, self.settings
        if state.step < settings.steps and not self._stuck():
            try:
                self._train()
            except torch.OutOfMemoryError as error:
                raise RsqiError("the memory of the GPU is full; choose a smaller batch") from error
        return self.folder / BEST

    def _train(self) -> None:
        state, settings = self.state, self.settings
        on_gpu = self.device.type == "cuda"
        torch.backends.cudnn.benchmark = on_gpu
        fixed = list(batches(SampleStream(self.material, settings, "test")))
        stream = SampleStream(self.material, settings)
        workers = settings.workers
        if workers is None:
            workers = max(1, (os.cpu_count() or 2) - 1) if on_gpu else 1
        source = batches(stream, state.step, workers, pinned=on_gpu)
        window = _Window(self.device)
        state.network.train()
        late = False
        while state.step < settings.steps and not (late or self._stuck()):
            window.add(self._step(window.fetch(source)))
            late = time.monotonic() > self.deadline
            due = late or state.step % settings.checkpoint_every == 0 or state.step == settings.steps
            if due or state.step % self.every == 0:
                row = {"step": state.step, "steps": settings.steps, "rate": settings.rate_at(state.step - 1)}
                row |= window.close(settings.batch, settings.steps - state.step)
                if not math.isfinite(sum(row[name] for name in WEIGHTS if name in row)):
                    raise RsqiError(f"step {state.step}: the loss is no longer a number; try a lower rate or bf16")
                if due:
                    row |= self._check(fixed)
                self.curve.add(row)
                self.emit("curve", **row)
                self.progress(Progress("train", state.step, settings.steps, row["eta_s"]))
            if due:
                state.save(self.folder, self.course)
                self.curve.draw()

    def _step(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        state = self.state
        for group in state.optimiser.param_groups:
            group["lr"] = group.get("factor", 1.0) * self.settings.rate_at(state.step)
        images, targets = self._moved(batch)
        outputs = self._outputs(images)
        parts = losses(outputs, targets, self.settings.dice)
        if self.teacher:
            taught = self.teacher.losses(images, outputs, targets)
            parts |= {name: self.settings.teaching * value for name, value in taught.items()}
        total = sum((WEIGHTS[name] * value for name, value in parts.items()), torch.zeros((), device=self.device))
        state.optimiser.zero_grad(set_to_none=True)
        state.scaler.scale(total).backward()
        state.scaler.unscale_(state.optimiser)
        nn.utils.clip_grad_norm_(state.network.parameters(), _CLIP)
        state.scaler.step(state.optimiser)
        state.scaler.update()
        state.step += 1
        state.follow(self.settings.average)
        return {name: value.detach() for name, value in parts.items()}

    def _moved(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Move a batch to the device, and return normalised images and targets."""
        targets = {name: part.to(self.device, non_blocking=True) for name, part in batch.items()}
        return normalise(targets.pop("image")), targets

    def _outputs(self, images: Tensor) -> dict[str, Tensor]:
        """Return the network's logits, float32."""
        with torch.autocast(self.device.type, self.precision) if self.precision else contextlib.nullcontext():
            outputs = (self.learner if self.state.network.training else self.state.network)(images)
        return {name: logits.float() for name, logits in outputs.items()}

    @torch.no_grad()
    def _check(self, fixed: list[Mapping[str, Tensor]]) -> dict[str, float]:
        """Validate the average, save it if it is the best so far, and count the validations since then."""
        state, validation = self.state, Validation()
        current = {name: value.clone() for name, value in state.network.state_dict().items()}
        state.network.load_state_dict(state.average)
        state.network.eval()
        for batch in fixed:
            images, targets = self._moved(batch)
            validation.add(self._outputs(images), targets)
        state.network.train()
        state.network.load_state_dict(current)
        result = validation.result()
        state.stale += 1
        if result["score"] > state.best:
            state.best, state.stale = result["score"], 0
            state.save_best(self.folder, self.course)
        return {name: round(value, 4) for name, value in result.items()}

    def _stuck(self) -> bool:
        return 0 < self.settings.patience <= self.state.stale

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written: {error.strerror}") from error
        text = json.dumps(asdict(self.settings) | self.course, indent=1) + "\n"
        write_whole(self.folder / SETTINGS, text.encode("utf-8"))


class _Window:
    """The steps since the last row: mean losses, speed, and the share of time that the device waited for data."""

    def __init__(self, device: torch.device):
        self._device = device
        self._busy: torch.cuda.Event | None = None
        self._open()

    def _open(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._count, self._waited, self._since = 0, 0.0, time.monotonic()

    def fetch(self, source: Any) -> Mapping[str, Tensor]:
        """Take the next batch. While a GPU still computes the one before, the time does not count as waiting."""
        began = time.monotonic()
        batch = next(source)
        if self._busy is None or self._busy.query():
            self._waited += time.monotonic() - began
        return batch

    def add(self, parts: dict[str, Tensor]) -> None:
        """Add the losses of a step; they stay on the device, so that nothing waits for them."""
        self._sums = {name: self._sums.get(name, 0) + value for name, value in parts.items()}
        self._count += 1
        if self._device.type == "cuda":
            self._busy = torch.cuda.Event()
            self._busy.record()

    def close(self, batch: int, left: int) -> dict[str, float]:
        """Return the row of these steps and begin anew."""
        row = {name: round(float(value) / self._count, 4) for name, value in self._sums.items()}
        seconds = time.monotonic() - self._since
        row |= {
            "samples_per_second": round(self._count * batch / seconds, 1),
            "wait": round(self._waited / seconds, 3),
            "eta_s": round(seconds / self._count * left),
        }
        self._open()
        return row


def _built(settings: Settings, pretrained: bool) -> nn.Module:
    chosen = architecture(settings.task, settings.arch)
    options = {"pretrained": pretrained, "frozen": settings.frozen} if chosen.encoder else {}
    return chosen.build(settings.size, **options)


def _groups(network: nn.Module, settings: Settings) -> list[dict[str, Any]]:
    """Parameter groups of the weights that are trained, with the rate factor of a pretrained encoder."""
    encoder = getattr(network, "encoder", None)
    known = {id(weight) for weight in encoder.parameters()} if encoder else set()
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [w for w in learning if id(w) not in known], "factor": 1.0},
        {"params": [w for w in learning if id(w) in known], "factor": settings.encoder_rate},
    ]
    return [group for group in groups if group["params"]]


def normalise(images: Tensor) -> Tensor:
    """Scale uint8 [N, H, W, 3] to the mean and deviation that the card states; float32 [N, 3, H, W], channels last."""
    mean, std = (torch.tensor(values, device=images.device) for values in (MEAN, STD))
    return ((images.float() / 255 - mean) / std).permute(0, 3, 1, 2)


def _device(name: str) -> torch.device:
    if name not in ("auto", "cpu", "cuda"):
        raise ParameterError(f"unknown device '{name}'; choose from auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise RsqiError("device cuda: this torch finds no GPU; choose device cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def _compiled(network: nn.Module, device: torch.device) -> _Forward:
    """Fuse a network's operations; raise early without a compiler, as torch fails late and with a long message."""
    compilers = (os.environ.get("CXX", ""), "c++", "g++", "clang++", "cl")
    if device.type == "cpu" and not any(map(shutil.which, compilers)):
        raise RsqiError("compile: there is no C++ compiler; install one or train without it")
    return torch.compile(network)


def _fastest(device: torch.device) -> str:
    """The precision that a device computes in hardware and fastest."""
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return "bf16" if getattr(torch.cpu, "_is_avx512_bf16_supported", bool)() else "fp32"
