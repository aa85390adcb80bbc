"""The images to inspect and where their results go. No widgets."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsRasterLayer
from qgis.PyQt import sip

from ...bridge.raster_source import raster_path
from ...rsqi_core.limits import RASTER_ENDINGS

OWN = ("_mask", "_heat")  # endings of rasters that RSQI writes
RESULT, SEAMS = "rsqi", "seams"  # what the names of results end in


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes
    ----------
    name : str
    layer : QgsRasterLayer or None
        Of the project; None for a file.
    path : Path or None
        The file; None for a layer that is no file.
    """

    name: str
    layer: QgsRasterLayer | None = None
    path: Path | None = None

    def open(self) -> QgsRasterLayer:
        """Return the layer, perhaps not valid."""
        if self.layer is not None and not sip.isdeleted(self.layer):
            return self.layer
        return QgsRasterLayer(str(self.path), self.name)


def image_of(layer: QgsRasterLayer) -> Image:
    """Return the image of a layer."""
    path = raster_path(layer)
    return Image(layer.name(), layer, Path(path) if path and Path(path).is_file() else None)


def images_in(folder: Path) -> list[Image]:
    """Return the images of a folder by name, without the masks and heat maps that RSQI has written there."""
    if not folder.is_dir():
        return []
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in RASTER_ENDINGS and file.is_file())
    return [Image(file.stem, path=file) for file in files if not file.stem.endswith(OWN) and file.name[0] != "."]


def result_path(image: Image, folder: Path | None = None, ending: str = RESULT) -> Path:
    """Return a name for the result that no file has yet: beside the image, or in `folder`.

    Where nobody may write, it is in the system's temporary folder.
    """
    if folder is None and image.path is not None:
        folder = image.path.parent
    if folder is None or not os.access(folder, os.W_OK):
        folder = Path(tempfile.gettempdir())
    stem = image.path.stem if image.path is not None else "".join(c if c.isalnum() else "_" for c in image.name)
    return unused(folder / f"{stem}_{ending}.gpkg")


def unused(path: Path) -> Path:
    """Return `path`, with a number if there is such a file: no result, perhaps reviewed, is ever overwritten."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}_{number}{path.suffix}")
    return found
