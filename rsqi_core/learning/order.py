"""What a fine-tuning is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import ParameterError
from ..models.card import CARD
from ..models.checkpoints import CONFIG
from .unfinished import refuse_taken, unfinished

PARTS = ("classifier", "segmenter")


@dataclass(frozen=True)
class FineTuning:
    """A fine-tuning: the dataset, the model to start from, and the settings; None takes what is usual for the model.

    Attributes
    ----------
    dataset : pathlib.Path
        Written by ``rsqi dataset``, with a test part.
    output : pathlib.Path
        Folder of the new model; it must not exist.
    model : str
        ``"default"``, a model folder with ONNX files, or a folder of two Hugging Face checkpoints.
    pool : pathlib.Path, optional
        Packed backgrounds to compose half of the crops on, so that the model keeps types that the dataset lacks.
    rehearse : bool
        Without a pool, compose them on blocks of the dataset without error, and on procedural landscapes.
    epochs : int, optional
        Passes over the dataset: 10, of a Hugging Face segmenter 5.
    rate : float, optional
        Peak learning rate: 2e-4, of Hugging Face checkpoints 1e-4.
    side : int, optional
        Of a crop in pixels: 256, a multiple of 32. Hugging Face checkpoints see blocks as an inspection shows them.
    batch : int, optional
        Images a step: 16.
    negatives : bool, optional
        Show blocks without errors to all networks, or to none; usually a Hugging Face segmenter alone does not get them
        (paper, section 3.4).
    augment : bool
        Cut and flip what is shown at random.
    synthetic : bool
        Train on the dataset's generated pictures too, if it has any (`rsqi augment`).
    only : str
        One of `PARTS` to train that Hugging Face checkpoint alone; empty for both.
    lora : int
        Rank of the LoRA matrices that are trained of Hugging Face checkpoints, with the head; 0 trains all weights.
    accumulate : int
        Parts in which a batch goes through Hugging Face checkpoints, where memory is small.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    seed : int
    keep : bool
        Write the new model even if it is not better.
    heads : bool
        Train the last layers alone, of a model folder with ONNX files: enough for few errors, and what stations
        exchange.
    seeds : bool
        Draw masks for blocks of which only the types are known, where the model to start from is sure of their places.
    unlabelled : pathlib.Path, optional
        Folder of rasters that nobody has labelled, of which is learnt what the model to start from is sure of.
    """

    dataset: Path
    output: Path
    model: str = "default"
    pool: Path | None = None
    rehearse: bool = True
    epochs: int | None = None
    rate: float | None = None
    side: int | None = None
    batch: int | None = None
    negatives: bool | None = None
    augment: bool = True
    synthetic: bool = True
    only: str = ""
    lora: int = 0
    accumulate: int = 1
    device: str = "auto"
    seed: int = 0
    keep: bool = False
    heads: bool = False
    seeds: bool = False
    unlabelled: Path | None = None

    def __post_init__(self) -> None:
        if self.epochs is not None and self.epochs < 1:
            raise ParameterError(f"epochs is {self.epochs}; it must be at least 1")
        if self.only and self.only not in PARTS:
            raise ParameterError(f"only is '{self.only}'; it must be one of {', '.join(PARTS)}")
        if not self.of_checkpoints and (self.lora or self.accumulate != 1 or self.only):
            raise ParameterError("--lora, --accumulate and --only are for a folder of two Hugging Face checkpoints")
        if self.of_checkpoints and self.pool:
            raise ParameterError("--pool is not for Hugging Face checkpoints: they learn from the dataset alone")
        if self.of_checkpoints and self.heads:
            raise ParameterError("--heads is not for Hugging Face checkpoints; --lora trains few weights of theirs")
        if self.of_checkpoints and self.seeds:
            raise ParameterError("--seeds is not for Hugging Face checkpoints: they give no map of their evidence")
        if self.of_checkpoints and self.unlabelled:
            raise ParameterError("--unlabelled is not for Hugging Face checkpoints, but for a folder with a card")
        if self.of_checkpoints and self.side:
            raise ParameterError("--side is not for Hugging Face checkpoints: they see what an inspection shows")
        refuse_taken(self.output, filter(None, (self.dataset, Path(self.model), self.pool, self.unlabelled)))

    @property
    def folder(self) -> Path:
        """Hidden folder beside the output, for unfinished work."""
        return unfinished(self.output)

    @property
    def of_checkpoints(self) -> bool:
        """Is the model a folder of Hugging Face checkpoints?"""
        folder = Path(self.model)
        if self.model == "default" or (folder / CARD).exists():
            return False
        return (folder / CONFIG).exists() or any(folder.glob(f"*/{CONFIG}"))

    @property
    def libraries(self) -> tuple[str, ...]:
        """Names of the libraries that it needs beside those of an inspection."""
        if not self.of_checkpoints:
            return ("torch", "onnx")
        return ("torch", "transformers", "accelerate", *(["peft"] if self.lora else []))
