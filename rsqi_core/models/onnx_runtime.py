"""Run the ONNX files of a model folder, and say on which device they really ran."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ..errors import ModelError
from .card import CLASSIFIER, SEGMENTER, model_hash, read_card

_PROVIDERS = {
    "cpu": ["CPUExecutionProvider"],
    "cuda": ["CUDAExecutionProvider", "CPUExecutionProvider"],
    "auto": ["CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider", "CPUExecutionProvider"],
}


class OnnxRuntime:
    """The `Backend` of a folder with a card; it takes any sides that are multiples of 32."""

    lacking: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()

    def __init__(self, folder: Path, device: str):
        self._folder, self._device = folder, device
        self.card = read_card(folder)
        self.hash = model_hash(folder)
        self._sessions: dict[str, object] = {}
        # (I / 255 - mean) / std in one multiplication and one addition
        self._gain = (1 / (255 * np.array(self.card.std))).astype(np.float32)[:, None, None]
        self._bias = (-np.array(self.card.mean) / np.array(self.card.std)).astype(np.float32)[:, None, None]

    @property
    def sizes(self) -> tuple[int, int]:
        return tuple((self._folder / file).stat().st_size for file in (CLASSIFIER, SEGMENTER))

    @property
    def provider(self) -> str:
        return self._session(CLASSIFIER).get_providers()[0]

    def classify(self, images: np.ndarray) -> np.ndarray:
        return self._run(CLASSIFIER, images)

    def segment(self, images: np.ndarray) -> np.ndarray:
        return self._run(SEGMENTER, images)

    def _run(self, file: str, images: np.ndarray) -> np.ndarray:
        session = self._session(file)
        batch = images.transpose(0, 3, 1, 2) * self._gain + self._bias
        return session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch, np.float32)})[0]

    def _session(self, file: str):
        if file not in self._sessions:
            self._sessions[file] = _open(self._folder / file, self._device)
        return self._sessions[file]


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
