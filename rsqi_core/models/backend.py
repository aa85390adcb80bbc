"""A model is what classifies and segments blocks; which library does it depends on what its folder holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ..resources import path as resource
from ..taxonomy import BOUNDARY_TYPES, CODES, PIXEL_TYPES, TYPES
from .card import CARD, Card
from .checkpoints import CLASSIFIER, find, find_beside
from .description import Description
from .prompts import Prompts
from .text_checkpoint import find_text


class Backend(Protocol):
    """What runs the networks of a model folder.

    Attributes
    ----------
    card : Card
    lacking : tuple of str
        Codes of the types that the networks have no output for. Their block logits say "certainly not".
    prompted : bool
        Is the segmenter told in words what to look for?
    """

    card: Card
    lacking: tuple[str, ...]
    prompted: bool

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """(code, message) of what is odd about the folder but does not keep it from running.

        And, as it happens, of devices that failed and of memory that ran out. It only grows at its end.
        """

    @property
    def hash(self) -> str:
        """Short hash of everything that decides a result, hexadecimal [16]."""

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes of the classifier's and the segmenter's weights, that of the network of seams left out."""

    @property
    def provider(self) -> str:
        """What the networks have really run on, fall-backs included; before the first call, what they will run on."""

    @property
    def batch(self) -> int:
        """Blocks that a call of `classify` runs at once."""

    def describe(self, images: np.ndarray) -> Description:
        """Return what the classifier says of uint8 RGB [N, H, W, 3]."""

    def segment(
        self, images: np.ndarray, described: Description | None = None, alive: np.ndarray | None = None
    ) -> np.ndarray:
        """Return logits of background and the six region types, float32 [N, 7, H, W], of uint8 RGB [N, H, W, 3].

        A prompted segmenter is asked for the types alone that bool [N, 6] `alive` leaves; the logits of the others say
        "certainly not". Others take no notice of it.
        """

    def seams(self, images: np.ndarray) -> np.ndarray:
        """Return evidence of the two boundary types, float32 [N, 2, H / 8, W / 8], of uint8 RGB [N, H, W, 3]."""


class Model:
    """A classifier and a segmenter with their card.

    Networks are loaded on first use, as a run of the rules alone needs none. A call may bring any number of blocks: as
    many are run at a time as memory holds, half as many where it runs out, and on the processor where a GPU fails.
    Both networks may be called at the same time from two threads; of two calls of one network the second waits.

    Parameters
    ----------
    folder : pathlib.Path
        With a card and two ONNX files, or with two Hugging Face checkpoints (`rsqi_core.models.checkpoints`); one that
        segments by words (`rsqi_core.models.text_prompted`) may stand alone.
    device : str
        One of `rsqi_core.limits.DEVICES`.

    Raises
    ------
    ModelError
        If the folder is not a model, does not match its card, or the wanted device is missing.
    """

    def __init__(self, folder: Path, device: str = "auto"):
        self.folder, self.device = folder, device
        self._backend = _open(folder, device)
        self.card = self._backend.card
        self._temperature = np.array([self.card.temperatures[code] for code in CODES], np.float32)

    @property
    def thresholds(self) -> np.ndarray:
        """The card's probability threshold of each type, float32 [10]; infinite for a type it is blind to."""
        given = (self.card.thresholds[code] for code in CODES)
        return np.array([np.inf if value is None else value for value in given], np.float32)

    @property
    def blind(self) -> tuple[str, ...]:
        """Codes of the region and boundary types that the model cannot be trusted with."""
        seen = (*PIXEL_TYPES, *(BOUNDARY_TYPES if self.card.seams else ()))
        return tuple(t.code for t in TYPES if t not in seen and self.card.thresholds[t.code] is None)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Codes of the types that the model has no output for, whatever threshold is asked of it."""
        return self._backend.lacking

    @property
    def prompted(self) -> bool:
        """Is the segmenter told in words what to look for, so that the classifier can constrain its input?"""
        return self._backend.prompted

    @property
    def prompts(self) -> Prompts | None:
        """The words of a prompted segmenter."""
        from .text_prompted import prompts_of

        return prompts_of(self._backend) if self.prompted else None

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """What is odd about the model folder, and what has gone wrong so far, as (code, message).

        It grows while a run goes on (codes ``"device"`` and ``"batch"``), so it must be read again at the end.
        """
        return self._backend.warnings

    @property
    def hash(self) -> str:
        """Short hash of everything in the folder that decides a result, to be written into results."""
        return self._backend.hash

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes of the classifier's and the segmenter's weights."""
        return self._backend.sizes

    @property
    def provider(self) -> str:
        """What the model has really run on, to be written into results after a run.

        ``"CPUExecutionProvider"``, ``"torch cuda:0 bf16"``; with fall-backs ``"CUDAExecutionProvider, then
        CPUExecutionProvider"``, and where the networks differ ``"classifier: ...; segmenter: ..."``.
        """
        return self._backend.provider

    @property
    def batch(self) -> int:
        """Blocks that a call of `classify` should bring: 4 on a processor, on a GPU what its free memory holds.

        It opens the classifier, and may fall when memory runs out; ask again for every call.
        """
        return self._backend.batch

    def describe(self, images: np.ndarray) -> Description:
        """Return what the classifier says, calibrated, of uint8 RGB [N, H, W, 3], sides multiples of 32."""
        found = self._backend.describe(images)
        evidence = None if found.evidence is None else found.evidence / self._temperature[:, None, None]
        return replace(found, logits=found.logits / self._temperature, evidence=evidence)

    def classify(self, images: np.ndarray) -> np.ndarray:
        """Return calibrated block logits, float32 [N, 10], of uint8 RGB [N, H, W, 3], sides multiples of 32."""
        return self.describe(images).logits

    def segment(
        self, images: np.ndarray, described: Description | None = None, alive: np.ndarray | None = None
    ) -> np.ndarray:
        """Return segmentation logits, float32 [N, 7, H, W], of uint8 RGB [N, H, W, 3], sides multiples of 32.

        Parameters
        ----------
        described : Description, optional
            What `describe` has said of the same images: a segmenter that goes on from the classifier's features need
            not compute them again.
        alive : numpy.ndarray, optional
            bool [N, 6]: the region types that a prompted segmenter is asked for; all by default.
        """
        return self._backend.segment(images, described, alive)

    def seams(self, images: np.ndarray) -> np.ndarray:
        """Return the evidence of a seam, float32 [N, H / 8, W / 8], logits, in uint8 RGB [N, H, W, 3] halved in size.

        Only where the card has an entry ``seams``. Which of the two boundary types a seam is, is measured afterwards.
        """
        return self._backend.seams(images).max(1)


def load(model: str = "default", device: str = "auto") -> Model:
    """Open the embedded default model or a model folder.

    Raises
    ------
    ModelError
        As `Model` does.
    """
    return Model(resource("models", "default") if model == "default" else Path(model), device)


def _open(folder: Path, device: str) -> Backend:
    if not (folder / CARD).exists():
        if text := find_text(folder):
            from .text_prompted import TextPrompted

            return TextPrompted(text, find_beside(folder).get(CLASSIFIER), (folder, text.folder), device)
        if checkpoints := find(folder):
            from .huggingface import HuggingFace

            return HuggingFace(*checkpoints, device)
    from .onnx_runtime import OnnxRuntime

    return OnnxRuntime(folder, device)
