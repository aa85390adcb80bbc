"""Run two Hugging Face checkpoints, a classifier and a segmenter, from local folders (torch and transformers)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import ModelError
from ..taxonomy import CODES, REGION_TYPES, TYPES
from .card import Card, file_hash
from .checkpoints import CLASSIFIER, CONFIG, SEGMENTER, Checkpoint
from .preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing

BLOCK = 512  # px; the finest blocks come whole, coarser ones decimated to it; each network resizes from there
ABSENT = -100.0  # logit of a type that a network has no output for: a probability of 0
THRESHOLD, CONSTRAINT = 0.5, "absolute"  # the paper's

# What the paper's networks take in, for a checkpoint that does not say it.
_DEFAULTS = {CLASSIFIER: Preprocessing((192, 192), "bicubic"), SEGMENTER: Preprocessing((640, 640), "bilinear")}


class HuggingFace:
    """The `Backend` of two checkpoints, taken as they are: sizes, normalisation and labels are their own.

    Blocks may have any size: both networks resize them, and segmentation logits are resized back.
    """

    def __init__(self, classifier: Checkpoint, segmenter: Checkpoint, device: str):
        self._classifier = _Network(classifier, CLASSIFIER, device)
        self._segmenter = _Network(segmenter, SEGMENTER, device)
        self.warnings = (*self._classifier.warnings, *self._segmenter.warnings)
        not_drawn = {t.id for t in REGION_TYPES} - segmenter.outputs.keys()
        self.lacking = tuple(t.code for t in TYPES if t.id in not_drawn or t.id not in classifier.outputs)
        self.card = Card(
            id=f"{classifier.folder.name} + {segmenter.folder.name}",
            version="(Hugging Face)",
            tile_size=BLOCK,
            mean=(),  # each network has its own
            std=(),
            thresholds={code: None if code in self.lacking else THRESHOLD for code in CODES},
            temperatures=dict.fromkeys(CODES, 1.0),
            constraint=CONSTRAINT,
            stripe_gate=THRESHOLD,
        )

    @cached_property
    def hash(self) -> str:
        hashes = [file_hash(file) for network in (self._classifier, self._segmenter) for file in network.files]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]

    @property
    def sizes(self) -> tuple[int, int]:
        return self._classifier.size, self._segmenter.size

    @property
    def provider(self) -> str:
        return self._classifier.provider

    def classify(self, images: np.ndarray) -> np.ndarray:
        logits = np.full((len(images), len(TYPES)), ABSENT, np.float32)
        found = self._classifier(images)
        for category_id, output in self._classifier.outputs.items():
            logits[:, category_id - 1] = found[:, output]
        return logits

    def segment(self, images: np.ndarray) -> np.ndarray:
        logits = np.full((len(images), 1 + len(REGION_TYPES), *images.shape[1:3]), ABSENT, np.float32)
        found = self._segmenter(images)
        for category_id, output in self._segmenter.outputs.items():
            logits[:, category_id] = found[:, output]
        return logits


class _Network:
    """One checkpoint with its preprocessing; the weights are read on the first call."""

    def __init__(self, checkpoint: Checkpoint, kind: str, device: str):
        self._torch, self._transformers = _libraries(checkpoint.folder)
        self._folder, self._weights, self._kind = checkpoint.folder, checkpoint.weights, kind
        self.outputs = checkpoint.outputs
        self._device = _device(self._torch, device)
        self._precision = _precision(self._torch, self._device)
        self.warnings: list[tuple[str, str]] = []
        self._preprocessing = self._read_preprocessing(checkpoint.config)

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that decides what comes out."""
        texts = (self._folder / CONFIG, self._folder / PREPROCESSOR)
        return (*filter(Path.exists, texts), *self._weights)

    @property
    def size(self) -> int:
        return sum(file.stat().st_size for file in self._weights)

    @property
    def provider(self) -> str:
        names = {self._torch.bfloat16: " bf16", self._torch.float16: " fp16"}
        return f"torch {self._device}{names.get(self._precision, '')}"

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return the logits, float32 [N, K] or [N, K, H, W], of uint8 RGB [N, H, W, 3]."""
        torch = self._torch
        network = self._network
        try:
            with torch.inference_mode():
                batch = self._preprocessing.resize(torch.from_numpy(np.ascontiguousarray(images)))
                batch = self._preprocessing.normalize(batch.to(self._device))
                with torch.autocast(self._device.type, self._precision, enabled=self._precision != torch.float32):
                    logits = network(pixel_values=batch).logits
                logits = logits.float()
                if logits.ndim == 4:
                    logits = torch.nn.functional.interpolate(logits, images.shape[1:3], mode="bilinear")
                return logits.cpu().numpy()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{self._folder}: the network cannot be run: {_first_line(error)}") from error

    @cached_property
    def _network(self) -> Any:
        from safetensors import SafetensorError

        auto = getattr(self._transformers, f"AutoModel{self._kind}")
        self._transformers.logging.disable_progress_bar()
        self._transformers.logging.set_verbosity_error()
        try:
            network, report = auto.from_pretrained(
                str(self._folder),
                revision="main",
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=self._torch.float32,
                ignore_mismatched_sizes=True,  # to be named below, like missing ones
                output_loading_info=True,
            )
        except (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError) as error:
            raise ModelError(f"{self._folder}: transformers cannot open it: {_first_line(error)}") from error
        # transformers would fill these with random numbers and go on.
        if unfit := sorted(report["missing_keys"]) + sorted(key for key, *_ in report["mismatched_keys"]):
            raise ModelError(
                f"{self._folder}: the weights do not fit {CONFIG}: '{unfit[0]}' is missing or of another shape "
                f"({len(unfit)} in all); take both from the same checkpoint"
            )
        return network.eval().to(self._device)

    def _read_preprocessing(self, config: dict[str, Any]) -> Preprocessing:
        default, side = _DEFAULTS[self._kind], config.get("image_size")
        if self._kind == CLASSIFIER and isinstance(side, int):
            default = replace(default, size=(side, side))
        if not (self._folder / PREPROCESSOR).exists():
            rows, columns = default.size
            self._warn(
                f"has no {PREPROCESSOR}; RSQI takes {columns} x {rows} px, {default.mode}, ImageNet's mean and std"
            )
            return default
        stated = read_preprocessing(self._folder, default)
        if stated.size and stated.size != default.size and self._kind == CLASSIFIER and isinstance(side, int):
            rows, columns = stated.size
            self._warn(
                f"was built for {side} px, but its {PREPROCESSOR} asks for {columns} x {rows}; is it the right one?"
            )
        return stated

    def _warn(self, message: str) -> None:
        self.warnings.append(("preprocessing", f"{self._folder} {message}"))


def _libraries(folder: Path) -> tuple[ModuleType, ModuleType]:
    try:
        import torch
        import transformers
    except (ImportError, OSError) as error:
        raise ModelError(
            f"{folder}: a Hugging Face checkpoint needs torch and transformers ({_first_line(error)}); "
            "install them with: pip install 'rsqi[torch]'"
        ) from error
    return torch, transformers


def _device(torch: ModuleType, device: str) -> Any:
    if device == "cuda" and not torch.cuda.is_available():
        raise ModelError("device cuda: this torch finds no CUDA; install torch for CUDA or choose device cpu")
    return torch.device("cuda:0" if device != "cpu" and torch.cuda.is_available() else "cpu")


def _precision(torch: ModuleType, device: Any) -> Any:
    """Half precision on a GPU, bfloat16 where the GPU has it; full precision on a processor."""
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
