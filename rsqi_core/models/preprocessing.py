"""What a Hugging Face checkpoint's own ``preprocessor_config.json`` asks for, done on a batch of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from .checkpoints import read_json

if TYPE_CHECKING:
    from torch import Tensor

PREPROCESSOR = "preprocessor_config.json"
_MODES = {2: "bilinear", 3: "bicubic"}  # by Pillow's number


@dataclass(frozen=True)
class Preprocessing:
    """From uint8 RGB to what a network takes in.

    Attributes
    ----------
    size : (int, int) or None
        Rows and columns to resize to; None leaves blocks as they are.
    mode : str
        ``"bilinear"`` or ``"bicubic"``; both smooth where the result has fewer pixels.
    factor : float
        Taken times the values 0-255, before the normalisation.
    mean, std : tuple of float
        One for each band that the network takes in.
    blue_first : bool
        Does the network take in blue, green, red?
    """

    size: tuple[int, int] | None
    mode: str = "bilinear"
    factor: float = 1 / 255
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    blue_first: bool = False

    def resize(self, images: Tensor) -> Tensor:
        """Return uint8 [N, 3, h, w] of uint8 [N, H, W, 3] on the CPU, where torch rounds as Pillow does."""
        from torch.nn import functional as F

        batch = images.permute(0, 3, 1, 2)
        if self.size is None or tuple(batch.shape[2:]) == self.size:
            return batch
        return F.interpolate(batch, self.size, mode=self.mode, antialias=True)

    def normalize(self, batch: Tensor) -> Tensor:
        """Return float32 of uint8 [N, 3, h, w], on the same device."""
        batch = (batch.flip(1) if self.blue_first else batch).float()
        mean, std = (batch.new_tensor(values).view(1, 3, 1, 1) for values in (self.mean, self.std))
        return (batch * self.factor - mean) / std


def read_preprocessing(folder: Path, default: Preprocessing) -> Preprocessing:
    """Read the preprocessing of the checkpoint in `folder`; what the file leaves out is taken from `default`.

    A centre crop becomes a resize to the crop's size: no rim of a block may go unseen.

    Raises
    ------
    ModelError
        If the file asks for what is not understood.
    """
    file = folder / PREPROCESSOR
    values = read_json(file)
    resized, scaled = values.get("do_resize", True), values.get("do_rescale", True)
    normalized = values.get("do_normalize", "image_mean" in values)
    size = values.get("crop_size") if values.get("do_center_crop") else values.get("size")
    try:
        return Preprocessing(
            size=(_size(size) if size else default.size) if resized else None,
            mode=_mode(values["resample"]) if "resample" in values else default.mode,
            factor=float(values.get("rescale_factor", default.factor)) if scaled else 1.0,
            mean=_channels(values, "image_mean", default.mean) if normalized else (0.0,) * 3,
            std=_channels(values, "image_std", default.std) if normalized else (1.0,) * 3,
            blue_first=bool(values.get("do_flip_channel_order", False)),
        )
    except (TypeError, ValueError) as error:
        raise ModelError(f"{file}: {error} is not understood; take the file that belongs to the checkpoint") from error


def _mode(resample: Any) -> str:
    if resample not in _MODES:
        raise ValueError(f"resample {resample} (2 is bilinear, 3 bicubic)")
    return _MODES[resample]


def _size(given: Any) -> tuple[int, int]:
    """Rows and columns; a bare number or a shortest edge makes a square, as blocks are square."""
    known: dict[str, Any] = given if isinstance(given, dict) else {"shortest_edge": given}
    edge = known.get("shortest_edge")
    rows, columns = known.get("height", edge), known.get("width", edge)
    if not isinstance(rows, int) or not isinstance(columns, int) or min(rows, columns) <= 0:
        raise ValueError(f"size {given}")
    return rows, columns


def _channels(values: dict[str, Any], name: str, fallback: tuple[float, ...]) -> tuple[float, ...]:
    given = values.get(name, fallback)
    if not isinstance(given, (list, tuple)) or len(given) != 3 or (name == "image_std" and min(given) <= 0):
        raise ValueError(f"{name} {given}")
    return tuple(float(value) for value in given)
