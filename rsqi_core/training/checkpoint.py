"""Checkpoints of a run: written, read, resumed, and used to initialise another run (torch)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import OutputError, ParameterError, RsqiError
from ..files.atomic import whole_file
from ..models.architectures import architecture
from ..models.card import CARD
from ..models.efficientnet_lite import EfficientNetLite, load_pretrained
from ..models.headed_network import HeadedNetwork
from ..models.network import Pair
from . import weights
from .settings import DEFAULTS

CHECKPOINT, BEST = "checkpoint.pt", "best.pt"
_SOURCES = ("pool", "dataset", "teacher")  # a run that goes on without one of them would be another
_ENCODER = "encoder."  # before the names of the weights of a pretrained encoder


@dataclass
class State:
    """The state that a run is resumed from.

    Attributes
    ----------
    network, optimiser, scaler
        Of torch; the scaler matters in half precision only.
    average : dict
        Running average of the network's weights, which is what is validated and exported: it is steadier than the
        last step.
    step : int
        Steps done.
    best : float
        Highest validation score so far.
    stale : int
        Validations since then.
    """

    network: nn.Module
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    average: dict[str, Tensor] = field(default_factory=dict)
    step: int = 0
    best: float = -1.0
    stale: int = 0

    def __post_init__(self) -> None:
        self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}

    def follow(self, decay: float) -> None:
        """Move the average towards the network's weights; the decay rises, so that the random weights soon drop out."""
        decay = min(decay, self.step / (self.step + 20))
        for name, value in self.network.state_dict().items():
            if value.dtype.is_floating_point:
                self.average[name].lerp_(value, 1 - decay)
            else:
                self.average[name].copy_(value)

    def save(self, folder: Path, course: Mapping[str, Any]) -> None:
        """Write the checkpoint whole or not at all."""
        values = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "average": self.average,
            "step": self.step,
            "best": self.best,
            "stale": self.stale,
            "random": torch.get_rng_state(),
            "settings": dict(course),
        }
        if torch.cuda.is_available():
            values["random_cuda"] = torch.cuda.get_rng_state()
        _write(values, folder / CHECKPOINT)

    def save_best(self, folder: Path, course: Mapping[str, Any]) -> None:
        """Write the average beside the checkpoint, as the best so far."""
        _write({"average": self.average, "step": self.step, "settings": dict(course)}, folder / BEST)

    def resume(self, file: Path, course: Mapping[str, Any], device: torch.device) -> None:
        """Restore the state of a checkpoint.

        Raises
        ------
        OutputError
            If the checkpoint was made with other settings.
        RsqiError
            If the file is no checkpoint.
        """
        values = read(file)
        before = DEFAULTS | values["settings"]  # a setting that is younger than the checkpoint had its default
        names = dict.fromkeys([*course, *_SOURCES])
        if differing := [name for name in names if before.get(name) != course.get(name)]:
            name = differing[0]
            what = "another start" if name == "init" else f"{name} {before.get(name)} instead of {course.get(name)}"
            raise OutputError(f"{file} was trained with other settings ({what}); choose another folder")
        self.network.load_state_dict(values["network"])
        self.optimiser.load_state_dict(values["optimiser"])
        if values["scaler"]:
            self.scaler.load_state_dict(values["scaler"])
        self.average = {name: value.to(device) for name, value in values["average"].items()}
        self.step, self.best, self.stale = values["step"], values["best"], values["stale"]
        torch.set_rng_state(values["random"])
        if device.type == "cuda" and "random_cuda" in values:
            torch.cuda.set_rng_state(values["random_cuda"])


def read(file: Path) -> dict[str, Any]:
    """Read a checkpoint, or a file of weights (`rsqi_core.training.weights`); accept only tensors and plain values.

    Raises
    ------
    RsqiError
        If the file is missing or no checkpoint of ours.
    """
    if file.suffix == weights.SUFFIX:
        return weights.read(file)
    try:
        values = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise RsqiError(f"{file}: cannot be read: {error.strerror or error}") from error
    except Exception as error:  # which ones a damaged file raises depends on where the damage is
        raise RsqiError(f"{file}: not a checkpoint of a training run") from error
    if not isinstance(values, dict) or not {"average", "settings"} <= values.keys():
        raise RsqiError(f"{file}: not a checkpoint of a training run")
    return values


def load_network(source: Path | Sequence[Path]) -> HeadedNetwork:
    """Return a trained network, ready for inference on the CPU.

    Parameters
    ----------
    source : Path or sequence of Path
        A checkpoint, a file of weights, the folder of a run (whose best weights are taken), or a folder with a Hugging
        Face classifier and segmenter or with one beside the other. Of several, which may hold one each and lie
        anywhere, the first classifier and the first segmenter are joined.

    Returns
    -------
    HeadedNetwork
        With ``heads`` as `rsqi_core.models.architectures` says, and ``course``.

    Raises
    ------
    RsqiError
        If there is no network, or its weights do not fit its architecture.
    """
    sources = [source] if isinstance(source, Path) else list(source)
    networks = [network.eval() for path in sources for network in _networks(path, whole=len(sources) == 1)]
    if len(networks) == 1:
        return networks[0]
    classifier, segmenter = (next((n for n in networks if head in n.heads), None) for head in Pair.heads)
    if classifier is None or segmenter is None:
        raise RsqiError(f"{sources[-1]}: a model needs a classifier and a segmenter; give one run of each")
    pair = Pair(classifier, segmenter).eval()
    pair.course = {"classifier": classifier.course, "segmenter": segmenter.course}
    return pair


def _networks(source: Path, whole: bool) -> list[HeadedNetwork]:
    if not source.exists():
        raise RsqiError(f"{source}: no such run")
    file = checkpoint_of(source)
    if file.is_dir():
        from ..models.wrapped import from_folder

        if not (found := from_folder(source, whole)):
            raise RsqiError(f"{source}: neither a run nor a folder with Hugging Face checkpoints")
        for network in found:
            network.course = {"init": source.name}
        return found
    values = read(file)
    settings = values["settings"]  # the first runs had one architecture only and did not name it
    try:
        chosen = architecture(settings.get("task", "joint"), settings.get("arch", "rsqi"))
        network = chosen.build(settings.get("size", ""))
    except ParameterError as error:
        raise RsqiError(f"{file}: {error}") from error
    try:
        network.load_state_dict(values["average"])
    except RuntimeError as error:
        raise RsqiError(f"{file}: its weights are not those of {settings.get('arch', 'rsqi')}") from error
    network.course = settings
    return [network]


def checkpoint_of(run: Path) -> Path:
    """Return the file with the weights of a run: `run` itself, or the best ones in the folder `run`."""
    return next((f for f in (run / BEST, run / CHECKPOINT) if f.exists()), run) if run.is_dir() else run


def course_of(source: Path) -> dict[str, Any] | str:
    """Return the settings that a run of ours was trained with, for the record of one that starts from it.

    Of a Hugging Face folder the name is returned.
    """
    _refuse_exported(source)
    return source.name if (source / "config.json").exists() else read(checkpoint_of(source))["settings"]


def _refuse_exported(source: Path) -> None:
    if (source / CARD).exists():
        raise RsqiError(
            f"{source}: an exported model is no start of a training run; start from its run or from a file that "
            "`rsqi train --weights` has written, or let the model learn on with `rsqi finetune`"
        )


def initialise(network: nn.Module, source: Path) -> str:
    """Load those weights of a run or a Hugging Face folder whose names and shapes fit.

    Parameters
    ----------
    source : pathlib.Path
        A checkpoint, a file of weights, the folder of a run, or a folder with ``config.json`` and safetensors. A model
        folder that was exported is refused: its batch normalisations are folded away; fine-tuning goes on from it.

    Returns
    -------
    str
        A line on how many tensors were loaded and which were not. A pretrained encoder of which any tensor is missing
        there gets the weights of its package.

    Raises
    ------
    RsqiError
        If nothing can be read there or nothing fits.
    """
    wanted = network.state_dict()
    model, encoder = (getattr(network, name, None) for name in ("model", "encoder"))
    if model is not None and (source / "config.json").exists():
        from ..models.wrapped import load

        network.model, lacking = load(model, source)
        lacking = [f"model.{name}" for name in lacking]
    else:
        _refuse_exported(source)
        given = read(checkpoint_of(source))["average"]
        fitting = {k: v for k, v in given.items() if k in wanted and wanted[k].shape == v.shape}
        network.load_state_dict(fitting, strict=False)
        lacking = [name for name in wanted if name not in fitting]
    if len(lacking) == len(wanted):
        raise RsqiError(f"{source}: none of its weights fits this network; choose its architecture and size")
    text = f"{source}: {len(wanted) - len(lacking)} of {len(wanted)} tensors taken over"
    if isinstance(encoder, EfficientNetLite) and any(name.startswith(_ENCODER) for name in lacking):
        load_pretrained(encoder)
        text += "; encoder of its package"
        lacking = [name for name in lacking if not name.startswith(_ENCODER)]
    if lacking:
        text += f"; random: {', '.join(lacking[:4])}{' ...' if len(lacking) > 4 else ''}"
    return text


def _write(values: Mapping[str, Any], file: Path) -> None:
    with whole_file(file, "the checkpoint", errors=(RuntimeError,)) as part:
        torch.save(values, part)
