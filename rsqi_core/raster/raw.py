"""Raw formats, in which pixels lie as they are: a file that is shorter than its header says is truncated.

What is missing GDAL reads as zeros, which would pass for lost pixels, or refuses only when it comes to that row. Its
option RAW_CHECK_FILE_SIZE lets files pass that have half of their pixels.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import rasterio

from ..errors import RasterError

_ONE_FILE = {
    "BT", "BYN", "CPG", "DOQ1", "DOQ2", "EHdr", "EIR", "ENVI", "ERS", "GenBin", "GTX", "ISCE", "ISIS2", "ISIS3", "KRO",
    "LAN", "PAux", "PDS", "PDS4", "PNM", "ROI_PAC", "RRASTER", "RST", "SAGA", "SNODAS", "VICAR",
}  # fmt: skip
_FILE_A_BAND = {"FAST", "MFF", "MFF2", "NDF"}
_SKIPPED = re.compile(r"^\s*(?:skipbytes|header offset\s*=)\s*(\d+)", re.IGNORECASE | re.MULTILINE)
_HEADER = ".hdr"
_USUAL = {".bil", ".bin", ".bip", ".bsq", ".dat", ".flt", ".img", ".raw"}  # endings of raw files that a mosaic may name


def refuse_truncated(name: str, dataset: rasterio.DatasetReader) -> None:
    """Refuse a raw raster whose file is shorter than its pixels, and a mosaic of such ones.

    Raises
    ------
    RasterError
        Says how much is there.
    """
    if dataset.driver == "VRT":
        for file in dataset.files:
            if Path(file).suffix.lower() in _USUAL and Path(file).is_file():
                with rasterio.open(Path(file)) as source:
                    refuse_truncated(file, source)
    if dataset.driver not in _ONE_FILE | _FILE_A_BAND or dataset.compression is not None:
        return
    try:
        sizes = [Path(file).stat().st_size for file in dataset.files]
        skipped = sum(map(_skipped, dataset.files))
    except OSError:  # not on this disk, or in an archive
        return
    present = sum(sizes) if dataset.driver in _FILE_A_BAND else max(sizes)
    pixel = sum(np.dtype(each.replace("_int16", "64")).itemsize for each in dataset.dtypes)
    needed = skipped + dataset.width * dataset.height * pixel
    if present < needed:
        raise RasterError(
            f"cannot read {name}: it is truncated, {present} bytes where its header says {needed}; copy it again"
        )


def _skipped(file: str) -> int:
    """Bytes before the pixels that a header beside them tells of."""
    if not file.lower().endswith(_HEADER):
        return 0
    found = _SKIPPED.search(Path(file).read_text(encoding="latin-1"))
    return int(found[1]) if found else 0
