"""Run a model folder through onnxruntime, and say on which device it really ran."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..resources import path as resource
from ..taxonomy import CODES, PIXEL_TYPES, TYPES
from .card import CLASSIFIER, SEGMENTER, Card, model_hash, read_card

_PROVIDERS = {
    "cpu": ["CPUExecutionProvider"],
    "cuda": ["CUDAExecutionProvider", "CPUExecutionProvider"],
    "auto": ["CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider", "CPUExecutionProvider"],
}


class Model:
    """A classifier and a segmenter with their card.

    Sessions are built on first use, as a run of the rules alone needs none.
    """

    def __init__(self, folder: Path, device: str = "auto"):
        self.folder, self.device = folder, device
        self.card: Card = read_card(folder)
        self.hash = model_hash(folder)
        self._sessions: dict[str, object] = {}
        self._temperature = np.array([self.card.temperatures[code] for code in CODES], np.float32)
        # (I / 255 - mean) / std in one multiplication and one addition
        self._gain = (1 / (255 * np.array(self.card.std))).astype(np.float32)[:, None, None]
        self._bias = (-np.array(self.card.mean) / np.array(self.card.std)).astype(np.float32)[:, None, None]

    @property
    def thresholds(self) -> np.ndarray:
        """The card's probability threshold of each type, float32 [10]; infinite for a type it is blind to."""
        given = (self.card.thresholds[code] for code in CODES)
        return np.array([np.inf if value is None else value for value in given], np.float32)

    @property
    def blind(self) -> tuple[str, ...]:
        """Codes of the region and boundary types that the model cannot be trusted with."""
        return tuple(t.code for t in TYPES if t not in PIXEL_TYPES and self.card.thresholds[t.code] is None)

    @property
    def provider(self) -> str:
        """The onnxruntime provider that really runs; a silent fall-back to the CPU shows here."""
        return self._session(CLASSIFIER).get_providers()[0]

    def classify(self, images: np.ndarray) -> np.ndarray:
        """Return calibrated block logits, float32 [N, 10], of uint8 [N, H, W, 3], sides multiples of 32."""
        return self._run(CLASSIFIER, images) / self._temperature

    def segment(self, images: np.ndarray) -> np.ndarray:
        """Return segmentation logits, float32 [N, 7, H, W], of uint8 [N, H, W, 3], sides multiples of 32."""
        return self._run(SEGMENTER, images)

    def _run(self, file: str, images: np.ndarray) -> np.ndarray:
        session = self._session(file)
        batch = images.transpose(0, 3, 1, 2) * self._gain + self._bias
        return session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch, np.float32)})[0]

    def _session(self, file: str):
        if file not in self._sessions:
            self._sessions[file] = _open(self.folder / file, self.device)
        return self._sessions[file]


def load(model: str = "default", device: str = "auto") -> Model:
    """Open the embedded default model or a model folder.

    Raises
    ------
    ModelError
        If the folder is not a model, does not match its card, or the wanted device is missing.
    """
    return Model(resource("models", "default") if model == "default" else Path(model), device)


def _open(file: Path, device: str):
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(f"onnxruntime cannot be loaded: {error}; set the worker environment up again") from error
    available = onnxruntime.get_available_providers()
    wanted = [name for name in _PROVIDERS[device] if name in available]
    if device == "cuda" and "CUDAExecutionProvider" not in wanted:
        raise ModelError("device cuda: this onnxruntime has no CUDA; install onnxruntime-gpu or choose device cpu")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=wanted)
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        raise ModelError(f"{file}: onnxruntime cannot open it: {str(error).splitlines()[0]}") from error
