"""What a raster that others have made may ask for: nothing of a server that nobody named, and no more than fits."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import rasterio

from ..errors import RasterError
from ..limits import LARGEST_PIECE, MOST_PIXELS, WIDEST
from .sources import head_of, sources_of

ANY_SOURCES = "RSQI_SOURCES"  # of the environment; "any" lets mosaics name addresses

_ADDRESS = re.compile(
    r"/vsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(_streaming)?[/?]|\b(https?|ftp)://"
    r"|^(WMS|WMTS|WCS|PLMosaic|EEDAI?|STACIT|STACTA|OGCAPI|DAP|GTI):",
    re.IGNORECASE,
)
# With what files begin that tell GDAL what to fetch, whatever their names end in.
_DESCRIPTION = re.compile(
    rb"<(GDAL_WMS|GDAL_WMTS|WCS_GDAL|GDALTileIndexDataset|CachedSource)\b|\"stac_version\"|\"tileInfo\"", re.IGNORECASE
)


def is_address(name: str) -> bool:
    """Tell whether the name of a dataset leads to a server."""
    return bool(_ADDRESS.search(name.strip()))


def network_options(name: str) -> Mapping[str, str]:
    """Return the options under which GDAL asks no server for any file while it reads `name`, unless that is asked for.

    They hold for what `refuse_addresses` may have overlooked; an empty mapping where an address was opened as such.
    """
    return {} if _may_fetch(name) else {"CPL_VSIL_CURL_ALLOWED_FILENAME": "/none"}


def refuse_addresses(name: str) -> None:
    """Refuse a file that is on this machine and names an address, itself or at any depth of a mosaic.

    Raises
    ------
    RasterError
    """
    if _may_fetch(name):
        return
    seen, waiting = set(), [name]
    while waiting:
        seen.add(each := waiting.pop())
        if _DESCRIPTION.search(head_of(each)):
            raise RasterError(_refusal(name, f"{each}, which describes what to fetch from a server,"))
        for source in dict.fromkeys(sources_of(each)):
            if not source.lstrip().startswith("<") and is_address(source):
                raise RasterError(_refusal(name, f"the address {source}"))
            if source not in seen:
                waiting.append(source)


def outside(mosaic: str, folder: Path) -> str | None:
    """Return the first source of a mosaic, at any depth, that lies outside of `folder`; None if none does."""
    return next((source for source in _all_sources(mosaic) if not _is_within(source, folder.resolve())), None)


def refuse_excess(name: str, dataset: rasterio.DatasetReader) -> None:
    """Refuse a raster of which a row of blocks, or what it stores in one piece, would not fit into memory.

    Raises
    ------
    RasterError
    """
    width, height = dataset.width, dataset.height
    if width > WIDEST or width * height > MOST_PIXELS:
        raise RasterError(
            f"cannot open {name}: {width} x {height} px are more than {WIDEST:,} in a row or {MOST_PIXELS:,} in all; "
            "cut it into parts"
        )
    together = dataset.count if str(dataset.profile.get("interleave", "")).lower() == "pixel" else 1
    sizes = (np.dtype(each.replace("_int16", "64")).itemsize for each in dataset.dtypes)
    largest = max(map(math.prod, dataset.block_shapes), default=0) * max(sizes, default=1) * together
    if largest > LARGEST_PIECE:
        raise RasterError(
            f"cannot open {name}: it stores {largest / 2**30:.1f} GiB in one piece, more than "
            f"{LARGEST_PIECE / 2**30:g} GiB; save it in tiles"
        )


def _may_fetch(name: str) -> bool:
    inline = name.lstrip().startswith("<")
    return os.environ.get(ANY_SOURCES, "").lower() == "any" or (not inline and is_address(name))


def _refusal(name: str, what: str) -> str:
    return f"cannot open {name}: it names {what} and might be of anybody; set {ANY_SOURCES}=any if you trust it"


def _all_sources(mosaic: str) -> Iterator[str]:
    seen, waiting = {mosaic}, [mosaic]
    while waiting:
        for source in dict.fromkeys(sources_of(waiting.pop())):
            if source not in seen:
                seen.add(source)
                waiting.append(source)
                yield source


def _is_within(source: str, folder: Path) -> bool:
    if source.lstrip().startswith("<"):
        return True  # a mosaic as text: its own sources are looked at
    try:
        return Path(source).resolve().is_relative_to(folder)
    except (OSError, ValueError):
        return False
