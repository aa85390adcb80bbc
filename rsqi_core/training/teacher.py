"""A teacher: a Hugging Face classifier and segmenter whose answers a network learns beside the labels (torch).

It is distillation (Hinton et al. 2015): probabilities, softened by a temperature, tell what a crop nearly shows, and
what nobody has labelled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import ModelError, ParameterError
from ..models.architectures import CLASSIFIER, JOINT, SEGMENTER
from ..models.card import file_hash
from ..models.checkpoints import CONFIG, find
from ..models.preprocessing import PREPROCESSOR
from ..taxonomy import IGNORED

_TASKS = (JOINT, CLASSIFIER, SEGMENTER)
_TEMPERATURE = 2.0


class Teacher:
    """Both networks of a folder; they answer the crops that are shown to the network that learns.

    Parameters
    ----------
    folder : pathlib.Path
        As an inspection takes it as its model.
    task : str
        What is trained.
    device : torch.device
        Where both answer.

    Raises
    ------
    ParameterError
        If such a pair cannot teach the task.
    ModelError
        If there is no pair, or its labels are no types of errors.
    """

    def __init__(self, folder: Path, task: str, device: torch.device):
        if task not in _TASKS:
            raise ParameterError(f"a teacher has no answer for the task {task}; it teaches {', '.join(_TASKS)}")
        _files(folder)  # before transformers is needed
        from ..models.wrapped import Classifier, Segmenter, from_folder

        networks = [network.eval().to(device) for network in from_folder(folder)]
        self._classifier = next(network for network in networks if isinstance(network, Classifier))
        self._segmenter = next(network for network in networks if isinstance(network, Segmenter))

    def losses(self, images: Tensor, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return how far the outputs are from the teacher's answers: ``taught_labels``, ``taught_segmentation``.

        Parameters
        ----------
        images : Tensor
            Normalised, float [N, 3, H, W].
        outputs, targets : mapping
            As of `rsqi_core.training.loss.losses`.
        """
        found = {}
        if "labels" in outputs:
            with torch.no_grad():
                answer = self._classifier.classify(images).float()
            found["taught_labels"] = label_distance(outputs["labels"], answer, _known(self._classifier.outputs))
        if "segmentation" in outputs:
            logits = outputs["segmentation"]
            step = images.shape[2] // logits.shape[2]
            with torch.no_grad():
                answer = self._segmenter.segmentation(images).float()[:, :, ::step, ::step]
            target = targets["segmentation"]
            target = target[:, :: target.shape[1] // logits.shape[2], :: target.shape[2] // logits.shape[3]]
            found["taught_segmentation"] = pixel_distance(logits, answer, target, _known(self._segmenter.outputs))
        return found


def digest(folder: Path) -> str:
    """Eight digits that tell a teacher from others.

    Raises
    ------
    ModelError
        As `Teacher` does.
    """
    return hashlib.sha256("".join(map(file_hash, _files(folder))).encode()).hexdigest()[:8]


def label_distance(logits: Tensor, answer: Tensor, known: list[int]) -> Tensor:
    """Cross-entropy of softened probabilities [N, 10] over the types that the teacher knows; 0 if both agree."""
    soft = torch.sigmoid(answer[:, known] / _TEMPERATURE)
    entropy = F.binary_cross_entropy_with_logits(logits[:, known] / _TEMPERATURE, soft)
    return (entropy - F.binary_cross_entropy(soft, soft)) * _TEMPERATURE**2


def pixel_distance(logits: Tensor, answer: Tensor, target: Tensor, known: list[int]) -> Tensor:
    """Divergence of softened probabilities [N, 7, h, w] over the classes that the teacher knows; 0 if both agree.

    Parameters
    ----------
    target : Tensor
        uint8 [N, h, w]. Unknown pixels do not count, as they may lie outside the image, and neither do those of a
        type that the teacher does not know.
    """
    taught = (target != IGNORED) & torch.isin(target, torch.tensor(known, device=target.device, dtype=target.dtype))
    mine, its = (F.log_softmax(each[:, known] / _TEMPERATURE, 1) for each in (logits, answer))
    distance = F.kl_div(mine, its, reduction="none", log_target=True).sum(1)
    return (distance * taught).sum() / taught.sum().clamp(min=1) * _TEMPERATURE**2


def _known(outputs: Sequence[int] | None) -> list[int]:
    """Return the classes that a network has an output for."""
    return [k for k, output in enumerate(outputs or ()) if output >= 0]


def _files(folder: Path) -> list[Path]:
    """Return what decides a teacher's answers, or refuse a folder without a pair."""
    pair = find(folder)
    if pair is None:
        raise ModelError(
            f"{folder}: no teacher here; it is a folder with two Hugging Face checkpoints "
            "(*ForImageClassification, *ForSemanticSegmentation)"
        )
    texts = (each.folder / name for each in pair for name in (CONFIG, PREPROCESSOR))
    return [*filter(Path.exists, texts), *(file for each in pair for file in each.weights)]
