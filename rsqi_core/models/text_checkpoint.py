"""The checkpoints that take words beside an image: what they are, and where in a model folder they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .checkpoints import CONFIG, SEGMENTER, kind_of, read_json, weights_of

# By architecture, whose class of transformers has the same name.
PIXELS = ("CLIPSegForImageSegmentation", "GroupViTModel")  # say of each pixel how well words fit it
BLOCKS = ("CLIPModel", "SiglipModel")  # of the whole image only
INDEPENDENT = ("CLIPSegForImageSegmentation", "SiglipModel")  # the others only compare texts with one another


@dataclass(frozen=True)
class TextCheckpoint:
    """One checkpoint.

    Attributes
    ----------
    folder : pathlib.Path
    config : dict
        Contents of its ``config.json``.
    weights : tuple of pathlib.Path
        Its safetensors files.
    architecture : str
        One of `PIXELS` and `BLOCKS`.
    """

    folder: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]
    architecture: str

    @property
    def side(self) -> int:
        """Side in pixels of the image that it was built for."""
        vision = self.config.get("vision_config") or {}
        own = vision.get("image_size")
        return own if isinstance(own, int) and own > 0 else 224

    @property
    def independent(self) -> bool:
        """Does it say of one text alone whether it fits?"""
        return self.architecture in INDEPENDENT


def find_text(folder: Path, architectures: Iterable[str] = PIXELS) -> TextCheckpoint | None:
    """Find a checkpoint that takes words in `folder` itself, else in its subfolders.

    Returns
    -------
    TextCheckpoint or None
        None if there is none.

    Raises
    ------
    ModelError
        If there are several, or one beside a segmenter of fixed classes, or its weights are missing or pickled.
    """
    folder, known = folder.resolve(), tuple(architectures)
    for files in ([folder / CONFIG], sorted(folder.glob(f"*/{CONFIG}"))):
        configs = {file.parent: read_json(file) for file in files if file.exists()}
        named = {place: name for place, config in configs.items() if (name := _architecture(config, known))}
        rivals = [place for place, config in configs.items() if named and kind_of(config) == SEGMENTER]
        if len(named) + len(rivals) > 1:
            names = ", ".join(place.name for place in (*named, *rivals))
            raise ModelError(f"{folder}: more than one segmenter ({names}); name the folder of the one to take")
        for place, name in named.items():
            return TextCheckpoint(place, configs[place], weights_of(place), name)
    return None


def _architecture(config: dict[str, Any], known: tuple[str, ...]) -> str:
    given = config.get("architectures")
    return next((name for name in known if isinstance(given, list) and name in given), "")
