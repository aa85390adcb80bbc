"""Run the ONNX files of a model folder on the best device that onnxruntime has, and say on which they really ran."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache, partial
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import ModelError
from ..notes import Note
from . import nvidia
from .card import AXES, CLASSIFIER, SEAMS, SEGMENTER, STRIDES, axis, model_hash, read_card
from .description import Description
from .devices import CPU_BATCH, Device, Runner, Unavailable, both, first_line, fitting, is_memory, memory_share

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
DIRECTML, COREML = "DmlExecutionProvider", "CoreMLExecutionProvider"
INSTALL_CUDA = "pip uninstall onnxruntime; pip install 'onnxruntime-gpu[cuda,cudnn]'"
INSTALL_DIRECTML = "pip uninstall onnxruntime; pip install onnxruntime-directml"

_PROVIDERS = {
    "cpu": (CPU,),
    "cuda": (CUDA, CPU),
    "directml": (DIRECTML, CPU),
    "auto": (CUDA, DIRECTML, COREML, CPU),
}
_FIXED = (DIRECTML, COREML)  # these compile a network for one shape: they get single blocks of the card's size
_BYTES = 500  # of GPU memory for each pixel of a block; the default segmenter takes 200, before any work space
_QUIET = 4  # onnxruntime's level "fatal": what it logs comes as an exception or a warning of ours as well


class OnnxRuntime:
    """The `Backend` of a folder with a card; it takes any sides that are multiples of 32."""

    lacking: tuple[str, ...] = ()
    prompted = False

    def __init__(self, folder: Path, device: str):
        self.card = read_card(folder)
        self.hash = model_hash(folder)
        self._said: dict[tuple[str, str], None] = {}  # in order and each once: both networks meet the same driver
        self._folder, self._runtime = folder, get_runtime()
        providers = _choose(device, self._runtime.get_available_providers())
        self._device, self._strict = device, device != "auto"
        # (I / 255 - mean) / std in one multiplication and one addition
        self._gain = (1 / (255 * np.array(self.card.std))).astype(np.float32)[:, None, None]
        self._bias = (-np.array(self.card.mean) / np.array(self.card.std)).astype(np.float32)[:, None, None]
        self._classifier, self._segmenter, self._seams = (
            Runner(name, [partial(self._put_on, provider, file) for provider in providers], self._warn)
            for name, file in (("classifier", CLASSIFIER), ("segmenter", SEGMENTER), ("network of seams", SEAMS))
        )

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """Code and text of each so far."""
        return tuple(self._said)

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes of the classifier and of the segmenter."""
        classifier, segmenter = ((self._folder / file).stat().st_size for file in (CLASSIFIER, SEGMENTER))
        return classifier, segmenter

    @property
    def provider(self) -> str:
        """What the networks run on."""
        return both(self._classifier, self._segmenter)

    @property
    def batch(self) -> int:
        """Images that the classifier takes at once."""
        return self._classifier.batch

    def describe(self, images: np.ndarray) -> Description:
        """Classify uint8 [N, S, S, 3], with evidence and features where the graph gives them."""
        logits, *more = self._classifier(images)
        return Description(logits, more[0], tuple(more[1:])) if more else Description(logits)

    def segment(
        self, images: np.ndarray, described: Description | None = None, alive: np.ndarray | None = None
    ) -> np.ndarray:
        """Segment uint8 [N, S, S, 3], or go on from their features; float32 [N, 7, S, S]."""
        if not self.card.features:
            return self._segmenter(images)[0]
        return self._segmenter(*(described or self.describe(images)).features)[0]

    def seams(self, images: np.ndarray) -> np.ndarray:
        """Evidence of the boundary types in uint8 [N, S, S, 3], float32 [N, 2, S / 8, S / 8]."""
        return self._seams(images)[0]

    def _put_on(self, provider: str, file: str) -> Device:
        side, free, doubt = self.card.tile_size, None, ""
        if provider == CUDA:
            try:
                free = nvidia.find().free
            except nvidia.NoGpu as error:
                doubt = str(error)  # a better reason than onnxruntime's, should it find no GPU either
        try:
            session = _open(self._runtime, self._folder / file, provider, side, memory_share(free))
        except Unavailable as error:
            reason = f"{provider} cannot be used: {doubt or error}"
            if self._strict and not is_memory(error):
                text = f"device {self._device}: {{reason}}; choose device cpu, or ask 'rsqi doctor'"
                raise ModelError(Note("gpu_refused", text, reason=reason)) from error
            raise Unavailable(reason) from error
        batch = {CPU: CPU_BATCH, CUDA: fitting(free, _BYTES * side**2)}.get(provider, 1)
        return Device(provider, batch, self._run_with(session))

    def _run_with(self, session: Any) -> Callable[..., tuple[np.ndarray, ...]]:
        names = [each.name for each in session.get_inputs()]

        def run(*inputs: np.ndarray) -> tuple[np.ndarray, ...]:
            if inputs[0].dtype == np.uint8:
                inputs = (self._normalised(inputs[0]),)
            return tuple(session.run(None, dict(zip(names, inputs))))

        return run

    def _normalised(self, images: np.ndarray) -> np.ndarray:
        planes = images.transpose(0, 3, 1, 2)
        batch = np.multiply(planes, self._gain, out=np.empty(planes.shape, np.float32))
        batch += self._bias
        return batch

    def _warn(self, code: str, message: str) -> None:
        self._said[code, message] = None


def get_runtime() -> ModuleType:
    """Import onnxruntime.

    Raises
    ------
    ModelError
        If it is missing or does not load.
    """
    try:
        import onnxruntime
    except (ImportError, OSError) as error:
        raise ModelError(
            f"onnxruntime cannot be loaded: {first_line(error)}; set the worker environment up again"
        ) from error
    return onnxruntime


def _choose(device: str, available: list[str]) -> list[str]:
    """Providers to be tried, best first."""
    if device == "cuda" and CUDA not in available:
        text = (
            f"device cuda: this onnxruntime has no CUDA; install onnxruntime-gpu ({INSTALL_CUDA}) or choose device cpu"
        )
        raise ModelError(Note("no_cuda", text))
    if device == "directml" and DIRECTML not in available:
        text = (
            "device directml: this onnxruntime has no DirectML; install onnxruntime-directml on Windows "
            f"({INSTALL_DIRECTML}) or choose device cpu"
        )
        raise ModelError(Note("no_directml", text))
    return [name for name in _PROVIDERS[device] if name in available]


def _open(runtime: ModuleType, file: Path, provider: str, side: int, memory: int) -> Any:
    """Open a session that really runs on `provider`; the `side` of the blocks and the `memory` are for GPUs."""
    missing = preload(runtime) if provider == CUDA else ""
    runtime.set_default_logger_severity(_QUIET)
    options = runtime.SessionOptions()
    options.log_severity_level = _QUIET
    options.intra_op_num_threads = threads()
    # Threads that wait busily burn a third of the processor, which reading, rules and merging need at the same time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if provider != CPU:
        options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    if provider in _FIXED:
        options.enable_mem_pattern = False  # DirectML has none
        for free, length in (("batch", 1), *((axis(name, k), side // k) for k in STRIDES for name in AXES)):
            options.add_free_dimension_override_by_name(free, length)
    wanted = [(provider, _options(provider, memory)), *([CPU] if provider != CPU else [])]
    try:
        # onnxruntime's own fall-back would be a silent one.
        session = runtime.InferenceSession(str(file), options, providers=wanted, enable_fallback=0)
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        if provider == CPU:
            raise ModelError(f"{file}: onnxruntime cannot open it: {first_line(error)}") from error
        raise Unavailable(first_line(error)) from error
    if provider not in session.get_providers():
        raise Unavailable(missing or "onnxruntime could not load it")
    if provider != CPU and not _takes_part(session, provider):
        raise Unavailable(f"it knows none of the operators of {file.name}")
    return session


def _options(provider: str, memory: int) -> dict[str, str]:
    if provider == CUDA:
        return {
            "gpu_mem_limit": str(memory),
            "arena_extend_strategy": "kSameAsRequested",  # doubling would take twice what is needed
            "cudnn_conv_algo_search": "HEURISTIC",  # trying all of them takes seconds for each new number of blocks
        }
    return {"ModelFormat": "MLProgram"} if provider == COREML else {}


def _takes_part(session: Any, provider: str) -> bool:
    """Is any operator given to the provider? Being listed by a session does not mean that it computes anything."""
    if not hasattr(session, "get_provider_graph_assignment_info"):
        return True  # onnxruntime before 1.24 does not tell
    return any(part.ep_name == provider for part in session.get_provider_graph_assignment_info())


@cache
def preload(runtime: ModuleType) -> str:
    """Load the CUDA libraries that pip installed; return the first complaint, or an empty string."""
    if not hasattr(runtime, "preload_dlls"):
        return ""  # before 1.21 they have to be in the system's search path
    said = StringIO()
    with redirect_stdout(said):
        try:
            runtime.preload_dlls()
        except (OSError, RuntimeError) as error:
            return first_line(error)
    return next((line for line in said.getvalue().splitlines() if line.startswith("Failed")), "")


def threads() -> int:
    """Processor cores that this process may use; 0 leaves the choice to onnxruntime."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
