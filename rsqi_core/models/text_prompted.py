"""A segmenter that is told in words what to look for, under the constraint of a classifier (paper, section 3.5.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from ..errors import ModelError
from ..limits import INPUT_SIDE
from ..resources import path as resource
from ..taxonomy import BACKGROUND as BACKGROUND_ID
from ..taxonomy import CODES, REGION_TYPES, TYPES
from .card import Card, file_hash
from .checkpoints import CLASSIFIER, Checkpoint
from .description import Description
from .huggingface import ABSENT, BLOCK, THRESHOLD, Network, describe_by
from .onnx_runtime import OnnxRuntime
from .prompts import BACKGROUND, Prompts, read_prompts
from .text_checkpoint import TextCheckpoint
from .text_network import TextNetwork

_Warn = Callable[[str, str], None]


class _Classifying(Protocol):
    """What says which types a block has."""

    card: Card
    lacking: tuple[str, ...]

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def hash(self) -> str: ...
    @property
    def sizes(self) -> tuple[int, int]: ...
    @property
    def provider(self) -> str: ...
    @property
    def batch(self) -> int: ...
    def describe(self, images: np.ndarray) -> Description: ...
    def seams(self, images: np.ndarray) -> np.ndarray: ...


class TextPrompted:
    """The `Backend` of a CLIPSeg or GroupViT checkpoint, and a classifier.

    Parameters
    ----------
    text : TextCheckpoint
        The segmenter.
    classifier : Checkpoint or None
        None takes that of the embedded default model.
    folders : tuple of pathlib.Path
        Where ``prompts.json`` may lie, the first one that has it counts.
    device : str
        As everywhere.
    """

    prompted = True

    def __init__(self, text: TextCheckpoint, classifier: Checkpoint | None, folders: tuple[Path, ...], device: str):
        self._said: dict[tuple[str, str], None] = {}
        self.prompts = read_prompts(*folders)
        if not text.independent and BACKGROUND not in self.prompts.texts:
            raise ModelError(f"{self.prompts.file}: {text.architecture} compares texts, so give some for background")
        self._classifying: _Classifying = (
            OnnxRuntime(resource("models", "default"), device)
            if classifier is None
            else _ByCheckpoint(classifier, device, self._warn)
        )
        self._types = [t for t in REGION_TYPES if t.code in self.prompts.texts]
        texts = [self.prompts.texts[t.code] for t in self._types]
        self._against = BACKGROUND in self.prompts.texts
        self.network = TextNetwork(
            text, [*texts, self.prompts.texts[BACKGROUND]] if self._against else texts, device, self._warn
        )
        unsaid = {t.code for t in REGION_TYPES} - self.prompts.texts.keys()
        self.lacking = tuple(code for code in CODES if code in unsaid or code in self._classifying.lacking)
        card = self._classifying.card
        self.card = replace(
            card,
            id=f"{card.id} + {text.folder.name}",
            version="(Hugging Face)",
            thresholds={code: None if code in unsaid else value for code, value in card.thresholds.items()},
            constraint=INPUT_SIDE,
            quality={},
        )

    @cached_property
    def hash(self) -> str:
        """Sixteen digits that tell weights and prompts from others."""
        hashes = [self._classifying.hash, *map(file_hash, self.network.files), file_hash(self.prompts.file)]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """Code and text of each so far."""
        for each in self._classifying.warnings:
            self._said.setdefault(each)
        return tuple(self._said)

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes of the classifier and of the segmenter."""
        return self._classifying.sizes[0], self.network.size

    @property
    def provider(self) -> str:
        """What the networks run on."""
        classifying, segmenting = self._classifying.provider, self.network.runner
        if not segmenting.used or classifying == segmenting.provider:
            return classifying
        return f"classifier: {classifying}; segmenter: {segmenting.provider}"

    @property
    def batch(self) -> int:
        """Images that the classifier takes at once."""
        return self._classifying.batch

    def describe(self, images: np.ndarray) -> Description:
        """Classify uint8 [N, S, S, 3]."""
        return self._classifying.describe(images)

    def seams(self, images: np.ndarray) -> np.ndarray:
        """Return evidence of seams, where the classifier's model has a network for them."""
        return self._classifying.seams(images)

    def segment(
        self, images: np.ndarray, described: Description | None = None, alive: np.ndarray | None = None
    ) -> np.ndarray:
        """Segment uint8 [N, H, W, 3]; float32 [N, 7, H, W].

        A type's logit is 0 where its probability is the threshold of its prompts. The background has that of its own
        prompts, at least 0 where the network says of each text alone whether it fits.
        """
        asked = np.ones((len(images), len(self._types) + self._against), bool)
        if alive is not None:
            asked[:, : len(self._types)] = alive[:, [t.id - 1 for t in self._types]]
        found = self.network(images, asked)
        logits = np.full((len(images), 1 + len(REGION_TYPES), *images.shape[1:3]), ABSENT, np.float32)
        for number, t in enumerate(self._types):
            limit = self.prompts.threshold(t.code)
            logits[:, t.id] = found[:, number] - np.float32(np.log(limit / (1 - limit)))
        logits[:, BACKGROUND_ID] = found[:, -1] if self._against else 0
        if self.network.checkpoint.independent:
            np.maximum(logits[:, BACKGROUND_ID], 0, out=logits[:, BACKGROUND_ID])
        return logits

    def _warn(self, code: str, message: str) -> None:
        self._said[code, message] = None


class _ByCheckpoint:
    """A Hugging Face classifier alone."""

    def __init__(self, checkpoint: Checkpoint, device: str, warn: _Warn):
        self._network = Network(checkpoint, CLASSIFIER, device, warn)
        self.lacking = tuple(t.code for t in TYPES if t.id not in checkpoint.outputs)
        self.warnings: tuple[tuple[str, str], ...] = ()  # they go to `warn`
        thresholds = {code: None if code in self.lacking else THRESHOLD for code in CODES}
        self.card = Card(
            checkpoint.folder.name, "", BLOCK, (), (), thresholds, dict.fromkeys(CODES, 1.0), stripe_gate=THRESHOLD
        )

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256("".join(map(file_hash, self._network.files)).encode()).hexdigest()[:16]

    @property
    def sizes(self) -> tuple[int, int]:
        return self._network.size, 0

    @property
    def provider(self) -> str:
        return self._network.runner.provider

    @property
    def batch(self) -> int:
        return self._network.runner.batch

    def describe(self, images: np.ndarray) -> Description:
        return describe_by(self._network, images)

    def seams(self, images: np.ndarray) -> np.ndarray:
        raise ModelError("this model has no network of seams")


def prompts_of(backend: object) -> Prompts | None:
    """Return the prompts of a backend that has some."""
    return backend.prompts if isinstance(backend, TextPrompted) else None
