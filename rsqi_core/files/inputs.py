"""Every file that a raster consists of: sidecars, sources of a mosaic at any depth, the container of a subdataset."""

from __future__ import annotations

from pathlib import Path

import rasterio

from ..locate import is_pipe_or_device
from ..raster.gdal import OPTIONS, hushed, quiet
from ..raster.sources import container, exists, sources_of
from ..raster.trust import network_options, refuse_addresses
from .clash import sidecars

_PLAIN = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2"}  # what lies beside them tells by its name


def files_of(raster: str | Path) -> list[Path]:
    """Return all files of a raster that are there, each once; of one that cannot be opened what its name tells.

    Parameters
    ----------
    raster : str or path
        What GDAL can open: a file, a subdataset (``GPKG:file:table``), a place in an archive, a VRT as text.
    """
    found: dict[Path, Path] = {}  # as they are named, by their absolute path
    seen, waiting = set(), [str(raster)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = container(name)
        if path is not None:
            found.update({file.absolute(): file for file in [path, *sidecars(path)] if file.absolute() not in found})
            if is_pipe_or_device(path):
                continue  # to open it could wait for ever
        elif not name.lstrip().startswith("<"):
            continue  # an address, or gone
        if name == str(raster) or path is None or path.suffix.lower() not in _PLAIN:
            waiting += _listed(name)
        waiting += sources_of(name)
    return list(found.values())


def _listed(name: str) -> list[str]:
    """Return the files that GDAL names."""
    source = Path(name) if exists(name) else name
    try:
        refuse_addresses(name)
        with rasterio.Env(**OPTIONS, **network_options(name)), quiet(), hushed(), rasterio.open(source) as dataset:
            return list(dataset.files)
    except Exception:  # whoever reads it says what is wrong
        return []
