"""Which scenes a batch is of: files, folders, patterns, lists of them, and the parts of mosaics."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import ParameterError
from ..files.heat_file import is_heat
from ..files.mask import is_mask
from ..limits import RASTER_ENDINGS
from ..locate import absolute_path
from ..raster.sources import container, exists, sources_of
from ..raster.trust import outside
from .lists import READERS

_MAGIC = "*?["


def find_scenes(given: Sequence[str], parts: bool = False) -> list[str]:
    """Return the scenes that were named, each once, in the order in which they were.

    Parameters
    ----------
    given : sequence of str
        What GDAL can open; a folder, which is searched with all folders in it; a pattern such as ``2024/**/*.tif``;
        or a list that `rsqi_core.batch.lists` reads.
    parts : bool
        Take the sources of a mosaic (VRT) instead of the mosaic.

    Raises
    ------
    ParameterError
        A list makes no sense, there is no scene at all, or a mosaic that was found in a folder is made of what lies
        elsewhere.
    """
    found = [scene for text in given for scene in _named(text)]
    if parts:
        found = [part for scene in found for part in _parts(scene)]
    scenes: dict[str, str] = {}
    for scene in found:
        scenes.setdefault(os.path.realpath(scene) if exists(scene) else scene, absolute_path(scene))
    if not scenes:
        raise ParameterError(f"{', '.join(given)}: no images there")
    return list(scenes.values())


def weight(scene: str) -> int:
    """Return how much work a scene is, roughly: the bytes of its file, or of the files that a mosaic names."""
    files = [container(name) for name in (*sources_of(scene), scene)]
    try:
        return max(1, sum(file.stat().st_size for file in files if file is not None and file.is_file()))
    except OSError:  # gone meanwhile: its inspection says so
        return 1


def _named(text: str) -> Iterable[str]:
    path = Path(text)
    if exists(text):
        if path.is_dir():
            return _within(path)
        return READERS.get(path.suffix.lower(), _itself)(path)
    if any(sign in text for sign in _MAGIC) and "<" not in text:
        return [scene for match in sorted(glob.glob(text, recursive=True)) for scene in _named(match)]  # noqa: PTH207
    return [text]


def _itself(path: Path) -> list[str]:
    return [str(path)]


def _within(folder: Path) -> Iterator[str]:
    """Yield the images of a folder, at any depth, but for hidden ones, and masks and heat maps of RSQI."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in RASTER_ENDINGS and not hidden and path.is_file():
            if (path.stem.endswith("_mask") and is_mask(path)) or (path.stem.endswith("_heat") and is_heat(path)):
                continue
            _refuse_strange(str(path), folder)
            yield str(path)


def _refuse_strange(scene: str, folder: Path) -> None:
    """Refuse a mosaic that nobody has named and that leads out of the folder in which it was found.

    Raises
    ------
    ParameterError
    """
    if source := outside(scene, folder):
        raise ParameterError(f"{scene}: this mosaic is made of {source}, outside of {folder}; name it if you trust it")


def _parts(scene: str) -> Sequence[str]:
    sources = list(dict.fromkeys(sources_of(scene)))
    return sources or [scene]
