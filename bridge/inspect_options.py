"""The options of an inspection as the dialogs and the dock offer them, and how their texts are read."""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import QgsProcessingException

from ..rsqi_core import limits
from .i18n import tr

DEVICES = limits.DEVICES
CONSTRAINTS = (None, *limits.ALL_CONSTRAINTS)  # None: as the model's card says


def device_names(platform: str = sys.platform) -> list[str]:
    """Return readable names of those `DEVICES` that a ``sys.platform`` may have, in their order."""
    names = [tr("Automatic"), tr("Processor (CPU)"), tr("NVIDIA GPU (CUDA)")]
    return [*names, tr("AMD, Intel or other GPU (DirectML)")] if platform == "win32" else names


def training_device_names() -> list[str]:
    """Return readable names of the devices that can train."""
    return device_names("")


def constraint_names() -> list[str]:
    """Return readable names of `CONSTRAINTS`."""
    names = [tr("As the model recommends"), tr("Absolute"), tr("Relative"), tr("Intermediate"), tr("Lowering")]
    return [*names, tr("Input side (models that take words)")]


def block_sizes(text: str) -> list[int]:
    """Return the sizes in ``"512,2048"``; one that is no number in the range of `rsqi_core.limits` is an error."""
    try:
        sizes = sorted({int(part) for part in text.split(",") if part.strip()})
    except ValueError:
        sizes = []
    least, most = limits.BLOCK_SIZE_RANGE
    if not sizes or sizes[0] < least or sizes[-1] > most:
        raise QgsProcessingException(
            tr("Block sizes must be whole numbers from {least} to {most} with commas between, not '{text}'.").format(
                least=least, most=most, text=text
            )
        )
    return sizes


def sizes_text(sizes: tuple[int, ...]) -> str:
    """Return sizes as `block_sizes` reads them."""
    return ",".join(map(str, sizes))


def bands_in(text: str) -> list[int | str]:
    """Return the bands in ``"4,3,2"`` or ``"red,green,blue"``, none in an empty text.

    Raises
    ------
    QgsProcessingException
        They are neither one nor three, or a number is under 1.
    """
    words = [word.strip() for word in text.replace(";", ",").split(",")] if text.strip() else []
    bands = [int(word) if word.isdecimal() else word for word in words]
    if bands and (len(bands) not in (1, 3) or not all(bands)):
        raise QgsProcessingException(
            tr("Bands must be one or three, numbers from 1 on or names, with commas between, not '{text}'.").format(
                text=text
            )
        )
    return bands


def model_folder(text: str) -> str:
    """Return ``"default"`` or an existing model folder."""
    text = text.strip() or limits.MODEL
    if text != limits.MODEL and not Path(text).is_dir():
        raise QgsProcessingException(tr("The model folder {path} does not exist.").format(path=text))
    return text
