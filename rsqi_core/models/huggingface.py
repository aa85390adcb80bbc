"""Run two Hugging Face checkpoints, a classifier and a segmenter, from local folders (torch and transformers)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import ModelError
from ..notes import Note
from ..taxonomy import CODES, REGION_TYPES, TYPES
from .card import Card, file_hash
from .checkpoints import CLASSIFIER, CONFIG, SEGMENTER, Checkpoint
from .description import Description
from .devices import Device, Runner, Unavailable, both, first_line, fitting
from .pair_thresholds import THRESHOLDS, with_thresholds
from .preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing

BLOCK = 512  # px; the finest blocks come whole, coarser ones decimated to it; each network resizes from there
ABSENT = -100.0  # logit of a type that a network has no output for: a probability of 0
THRESHOLD, CONSTRAINT = 0.5, "absolute"  # the paper's
CPU_BATCH = 1  # blocks; SegFormer-b5 takes seconds and a gigabyte for each
BYTES = 1200  # of GPU memory for each pixel that a network takes in; SegFormer-b5 took 1000 in half precision
SHORT = {"torch.bfloat16": "bf16", "torch.float16": "fp16"}

# What the paper's networks take in, for a checkpoint that does not say it.
_DEFAULTS = {CLASSIFIER: ((192, 192), "bicubic"), SEGMENTER: ((640, 640), "bilinear")}


class HuggingFace:
    """The `Backend` of two checkpoints, taken as they are: sizes, normalisation and labels are their own.

    Blocks may have any size: both networks resize them, and segmentation logits are resized back.
    """

    prompted = False

    def __init__(self, classifier: Checkpoint, segmenter: Checkpoint, device: str):
        self._said: dict[tuple[str, str], None] = {}
        self._classifier = Network(classifier, CLASSIFIER, device, self._warn)
        self._segmenter = Network(segmenter, SEGMENTER, device, self._warn)
        not_drawn = {t.id for t in REGION_TYPES} - segmenter.outputs.keys()
        self.lacking = tuple(t.code for t in TYPES if t.id in not_drawn or t.id not in classifier.outputs)
        card = Card(
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
        self.card = with_thresholds(card, classifier.folder)

    @cached_property
    def hash(self) -> str:
        """Sixteen digits that tell the weights of both checkpoints from others."""
        hashes = [file_hash(file) for network in (self._classifier, self._segmenter) for file in network.files]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """Code and text of each so far."""
        return tuple(self._said)

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes of the classifier and of the segmenter."""
        return self._classifier.size, self._segmenter.size

    @property
    def provider(self) -> str:
        """What the networks run on."""
        return both(self._classifier.runner, self._segmenter.runner)

    @property
    def batch(self) -> int:
        """Images that the classifier takes at once."""
        return self._classifier.runner.batch

    def describe(self, images: np.ndarray) -> Description:
        """Classify uint8 [N, S, S, 3]; types that the checkpoint lacks get a logit that marks nothing."""
        return describe_by(self._classifier, images)

    def seams(self, images: np.ndarray) -> np.ndarray:
        """Not to be called: two checkpoints hold no network of seams."""
        raise ModelError("this model has no network of seams")

    def segment(
        self, images: np.ndarray, described: Description | None = None, alive: np.ndarray | None = None
    ) -> np.ndarray:
        """Segment uint8 [N, S, S, 3]; float32 [N, 7, S, S]."""
        logits = np.full((len(images), 1 + len(REGION_TYPES), *images.shape[1:3]), ABSENT, np.float32)
        (found,) = self._segmenter.runner(images)
        for category_id, output in self._segmenter.outputs.items():
            logits[:, category_id] = found[:, output]
        return logits

    def _warn(self, code: str, message: str) -> None:
        self._said[code, message] = None


def describe_by(network: Network, images: np.ndarray) -> Description:
    """Return what a classifier says of uint8 [N, S, S, 3]."""
    logits = np.full((len(images), len(TYPES)), ABSENT, np.float32)
    (found,) = network.runner(images)
    for category_id, output in network.outputs.items():
        logits[:, category_id - 1] = found[:, output]
    return Description(logits)


class Network:
    """One checkpoint with its preprocessing; the weights are read on the first call."""

    def __init__(self, checkpoint: Checkpoint, kind: str, device: str, warn: Callable[[str, str], None]):
        self._torch, _ = libraries(checkpoint.folder)
        self._folder, self._weights, self._kind, self._add_warning = checkpoint.folder, checkpoint.weights, kind, warn
        self.outputs = checkpoint.outputs
        self._preprocessing = self._read_preprocessing(checkpoint.config)
        openers = [partial(self._put_on, name) for name in device_names(self._torch, device)]
        self.runner = Runner(str(checkpoint.folder), openers, warn)

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that decides what comes out."""
        texts = (self._folder / CONFIG, self._folder / PREPROCESSOR, self._folder / THRESHOLDS)
        return (*filter(Path.exists, texts), *self._weights)

    @property
    def size(self) -> int:
        """Bytes of the weights."""
        return sum(file.stat().st_size for file in self._weights)

    def _put_on(self, name: str) -> Device:
        torch = self._torch
        device = torch.device(name)
        precision = precision_of(torch, device)
        on_gpu = device.type == "cuda"
        network = load_network(
            self._folder, self._kind
        )  # anew for each device: what lies on a GPU that failed may be out of reach
        try:
            free = torch.cuda.mem_get_info(device)[0] if on_gpu else None
            network.to(device)
        except RuntimeError as error:
            raise Unavailable(f"torch {name} cannot be used: {first_line(error)}") from error
        rows, columns = self._preprocessing.size or (BLOCK, BLOCK)
        return Device(
            f"torch {name} {SHORT[str(precision)]}" if on_gpu else f"torch {name}",
            fitting(free, BYTES * rows * columns) if on_gpu else CPU_BATCH,
            partial(self._run, network, device, precision),
            partial(give_back, torch),
        )

    def _run(self, network: Any, device: Any, precision: Any, images: np.ndarray) -> tuple[np.ndarray]:
        """Return the logits alone, float32 [N, K] or [N, K, H, W], of uint8 RGB [N, H, W, 3]."""
        torch = self._torch
        with torch.inference_mode():
            batch = self._preprocessing.resize(torch.from_numpy(np.ascontiguousarray(images)))
            batch = self._preprocessing.normalize(batch.to(device))
            with torch.autocast(device.type, precision, enabled=precision != torch.float32):
                logits = network(pixel_values=batch).logits
            logits = logits.float()
            if logits.ndim == 4:
                logits = torch.nn.functional.interpolate(logits, images.shape[1:3], mode="bilinear")
            return (logits.cpu().numpy(),)

    def _read_preprocessing(self, config: dict[str, Any]) -> Preprocessing:
        default, side = _default_preprocessing(self._kind, config), config.get("image_size")
        if not (self._folder / PREPROCESSOR).exists():
            rows, columns = default.size or (BLOCK, BLOCK)
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
        self._add_warning("preprocessing", f"{self._folder} {message}")


def preprocessing_of(checkpoint: Checkpoint, kind: str) -> Preprocessing:
    """Return what a checkpoint asks for, or what the paper's networks take in where it does not say it."""
    default = _default_preprocessing(kind, checkpoint.config)
    return read_preprocessing(checkpoint.folder, default) if (checkpoint.folder / PREPROCESSOR).exists() else default


def _default_preprocessing(kind: str, config: dict[str, Any]) -> Preprocessing:
    ((rows, columns), mode), side = _DEFAULTS[kind], config.get("image_size")
    if kind == CLASSIFIER and isinstance(side, int):
        rows = columns = side
    return Preprocessing((rows, columns), mode)


def load_network(folder: Path, kind: str, told_as: Path | None = None, labels: Sequence[str] = ()) -> Any:
    """Load a checkpoint from its safetensors as a torch module for inference.

    Parameters
    ----------
    kind : str
        `CLASSIFIER` or `SEGMENTER`.
    told_as : pathlib.Path, optional
        The folder that messages name, where `folder` is a hidden one.
    labels : sequence of str
        Names of the outputs of a new head with random weights, in place of the checkpoint's own.

    Raises
    ------
    ModelError
        If transformers cannot open it, or weights are missing or of another shape than its configuration says.
    """
    _, transformers = libraries(folder)
    auto = getattr(transformers, f"AutoModel{kind}")
    return load_as(auto, folder, told_as, _named(kind, labels) if labels else {})


def load_as(
    auto: Any,
    folder: Path,
    told_as: Path | None = None,
    new_head: Mapping[str, Any] | None = None,
    precision: Any = None,
) -> Any:
    """Load a checkpoint as a class of transformers; what it raises is said at `load_network`.

    `new_head` are values of the configuration for a head with random weights; `precision` is the type of the weights,
    float32 unless it is told.
    """
    torch, transformers = libraries(folder)
    from safetensors import SafetensorError

    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    try:
        network, report = auto.from_pretrained(
            str(folder),
            revision="main",
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=precision or torch.float32,
            ignore_mismatched_sizes=True,  # to be named below, like missing ones
            output_loading_info=True,
            **(new_head or {}),
        )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError) as error:
        raise ModelError(f"{told_as or folder}: transformers cannot open it: {first_line(error)}") from error
    # transformers would fill these with random numbers and go on.
    unfit = sorted(report["missing_keys"]) + sorted(key for key, *_ in report["mismatched_keys"])
    if new_head:
        unfit = [key for key in unfit if not key.startswith(tuple(f"{name}." for name in head_of(network)))]
    if unfit:
        raise ModelError(
            f"{told_as or folder}: the weights do not fit {CONFIG}: '{unfit[0]}' is missing or of another shape "
            f"({len(unfit)} in all); take both from the same checkpoint"
        )
    return network.eval()


def head_of(network: Any) -> list[str]:
    """Return the names of the modules that make labels of features: all but the network's base or backbone."""
    base = {network.base_model_prefix, "backbone"}
    return [
        name for name, part in network.named_children() if name not in base and any(True for _ in part.parameters())
    ]


def _named(kind: str, labels: Sequence[str]) -> dict[str, Any]:
    """Return the values of a configuration that name the outputs of a head."""
    named: dict[str, Any] = {
        "num_labels": len(labels),
        "id2label": dict(enumerate(labels)),
        "label2id": {name: number for number, name in enumerate(labels)},
    }
    return named | ({"problem_type": "multi_label_classification"} if kind == CLASSIFIER else {})


def libraries(folder: Path) -> tuple[ModuleType, ModuleType]:
    """Return torch and transformers, which only a Hugging Face checkpoint needs."""
    try:
        import torch
        import transformers
    except (ImportError, OSError) as error:
        text = (
            "{path}: a Hugging Face checkpoint needs torch and transformers ({reason}); "
            "install them with: pip install 'rsqi[torch]'"
        )
        raise ModelError(Note("no_torch", text, path=str(folder), reason=first_line(error))) from error
    return torch, transformers


def device_names(torch: ModuleType, device: str) -> tuple[str, ...]:
    """Names of the devices to be tried, best first."""
    if device == "cuda" and not torch.cuda.is_available():
        text = "device cuda: this torch finds no CUDA; install torch for CUDA or choose device cpu"
        raise ModelError(Note("no_cuda", text))
    if device == "directml":
        text = "device directml: a Hugging Face checkpoint cannot use it; choose device auto"
        raise ModelError(Note("onnx_alone", text))
    return ("cuda:0", "cpu") if device != "cpu" and torch.cuda.is_available() else ("cpu",)


def precision_of(torch: ModuleType, device: Any) -> Any:
    """Half precision on a GPU, bfloat16 where the GPU has it; full precision on a processor."""
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def give_back(torch: ModuleType) -> None:
    """Leave to others what torch keeps for later; a GPU that failed for good refuses even that."""
    with suppress(RuntimeError):
        torch.cuda.empty_cache()
