"""The settings of a training run, with the defaults of its architecture."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..errors import require
from ..models.architectures import CLASSIFIER, JOINT, PIXEL, SEAMS, SEGMENTER, architecture

SCHEDULES = ("cosine", "linear")
PRECISIONS = ("auto", "fp32", "bf16", "fp16")
SAMPLES = 200_000  # of a run without end of its own
EPOCHS = {JOINT: 10, CLASSIFIER: 10, SEGMENTER: 5, PIXEL: 10, SEAMS: 10}  # over a dataset (paper, section 4.1)
STEP = 32  # px; what the strides of all networks divide
_PAPER = {"batch": 16, "rate": 1e-4, "warmup": 0.1, "average": 0.0, "dice": 0.0, "large": 0.0}
# These do not change the result of a run.
_FREE = ("workers", "checkpoint_every", "patience", "validation")


@dataclass(frozen=True)
class Settings:
    """A training run.

    Attributes
    ----------
    task, arch, size : str
        Row of `rsqi_core.models.architectures`; empty for the usual one.
    samples : int
        Crops to see in all.
    batch : int
        Crops a step.
    rate : float
        Peak learning rate of AdamW.
    schedule : str
        How the rate falls to 0 after the warm-up, ``"cosine"`` or ``"linear"``.
    warmup : float
        Share of the steps in which the rate rises.
    average : float
        Decay of the running average of the weights, 0 for none.
    dice : float
        Weight of the Dice loss beside the cross-entropy of segmentation.
    side : int
        Side of a crop in pixels, a multiple of 32.
    large : float
        Share of the steps, 0-1, with crops of 4/3 or 2 times the side, and as many fewer.
    real : float
        Share of the crops of a pool, 0-1, that show errors which nobody has planted.
    frozen : int
        Blocks of a pretrained encoder that keep their weights and batch statistics, its stem with them.
    encoder_rate : float
        Learning rate of the rest of a pretrained encoder, over that of what begins from random weights.
    teaching : float
        Weight of what a teacher says beside the labels, where there is one.
    seed : int
        Of the weights and the sample stream.
    precision : str
        One of `PRECISIONS`; ``"auto"`` is what the device computes fastest.
    compile : bool
        Fuse the network's operations (`torch.compile`); needs a C++ compiler on a CPU.
    negatives : bool
        Also show crops without errors.
    augment : bool
        Cut crops anywhere, flipped and, from a pool, turned and scaled; else the middle of each picture as it is
        (paper, Table 4).
    share : float
        Share of crops from the dataset where a pool is given too, 0-1.
    workers : int, optional
        Processes that compose samples; None for one, or one a core where a GPU waits for them.
    checkpoint_every : int
        Steps between checkpoints, each with a validation.
    patience : int
        Validations without progress after which a run ends; 0 for never.
    validation : int
        Crops of a validation.
    """

    task: str = JOINT
    arch: str = ""
    size: str = ""
    samples: int = SAMPLES
    batch: int = 32
    rate: float = 2e-3
    schedule: str = "cosine"
    warmup: float = 0.04
    weight_decay: float = 1e-2
    average: float = 0.998
    dice: float = 0.5
    side: int = 192
    large: float = 0.2
    real: float = 0.25
    frozen: int = 5
    encoder_rate: float = 0.25
    teaching: float = 1.0
    seed: int = 0
    precision: str = "auto"
    compile: bool = False
    negatives: bool = True
    augment: bool = True
    share: float = 0.5
    workers: int | None = None
    checkpoint_every: int = 500
    patience: int = 0
    validation: int = 256

    def __post_init__(self) -> None:
        found = architecture(self.task, self.arch)
        object.__setattr__(self, "arch", found.name)
        object.__setattr__(self, "size", found.checked(self.size))
        rules = (
            ("batch", self.batch >= 2, "at least 2"),
            ("samples", self.samples >= self.batch, f"at least one batch ({self.batch})"),
            ("rate", self.rate > 0, "above 0"),
            ("schedule", self.schedule in SCHEDULES, f"one of {', '.join(SCHEDULES)}"),
            ("warmup", 0 <= self.warmup < 1, "at least 0 and below 1"),
            ("weight_decay", self.weight_decay >= 0, "at least 0"),
            ("average", 0 <= self.average < 1, "at least 0 and below 1"),
            ("side", self.side >= 2 * STEP and self.side % STEP == 0, f"a multiple of {STEP} from {2 * STEP}"),
            ("large", 0 <= self.large <= 1, "between 0 and 1"),
            ("real", 0 <= self.real <= 1, "between 0 and 1"),
            ("frozen", self.frozen >= 0, "at least 0"),
            ("encoder_rate", 0 <= self.encoder_rate <= 1, "between 0 and 1"),
            ("teaching", self.teaching > 0, "above 0"),
            ("seed", self.seed >= 0, "at least 0"),
            ("precision", self.precision in PRECISIONS, f"one of {', '.join(PRECISIONS)}"),
            ("share", 0 <= self.share <= 1, "between 0 and 1"),
            ("workers", self.workers is None or self.workers >= 0, "at least 0"),
            ("checkpoint_every", self.checkpoint_every >= 1, "at least 1"),
            ("patience", self.patience >= 0, "at least 0"),
            ("validation", self.validation >= 1, "at least 1"),
        )
        require(*((name, getattr(self, name), holds, text) for name, holds, text in rules))

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.samples // self.batch

    @property
    def course(self) -> dict[str, Any]:
        """The settings that decide the result; how many processes compose samples is not among them."""
        return {name: value for name, value in asdict(self).items() if name not in _FREE}

    def rate_at(self, step: int) -> float:
        """Learning rate of a step: a linear rise, then a half cosine or a line down to 0."""
        warm = max(1, round(self.warmup * self.steps))
        if step < warm:
            return self.rate * (step + 1) / warm
        done = min(1.0, (step - warm) / max(1, self.steps - warm))
        return self.rate * (0.5 * (1 + math.cos(math.pi * done)) if self.schedule == "cosine" else 1 - done)


DEFAULTS = {field.name: field.default for field in fields(Settings)}


def settings_for(task: str, arch: str = "", **given: Any) -> Settings:
    """Return the settings of an architecture: for ours the best that we measured, for others the paper's.

    Parameters
    ----------
    task, arch : str
        As in `Settings`.
    **given
        Values that replace the defaults; None keeps the default. Other names are ignored.
    """
    defaults = {} if architecture(task, arch).ours else _PAPER
    chosen = {name: value for name, value in given.items() if value is not None and name in DEFAULTS}
    return Settings(**{"task": task, "arch": arch, **defaults, **chosen})
