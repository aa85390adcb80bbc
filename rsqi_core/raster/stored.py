"""What a sparse GeoTIFF lacks: that nothing is there is known without decoding it."""

from __future__ import annotations

import rasterio
from rasterio.enums import ColorInterp, Interleaving, MaskFlags
from rasterio.windows import Window

_LEAST = 4096  # px; smaller blocks are as soon read as asked for


def bands_to_ask(dataset: rasterio.DatasetReader, bands: tuple[int, ...]) -> tuple[int, ...]:
    """Return the bands of which a block must be lacking for no pixel of it to be valid; none where that is not known.

    GDAL fills what a file lacks with its nodata value, or with 0, which is transparent in an alpha band.
    """
    rows, columns = dataset.block_shapes[0]
    if dataset.driver != "GTiff" or rows * columns < _LEAST:
        return ()
    flags = [set(dataset.mask_flag_enums[band - 1]) for band in bands]
    if all(each == {MaskFlags.nodata} for each in flags):
        asked = bands
    elif all(each == {MaskFlags.per_dataset, MaskFlags.alpha} for each in flags):
        asked = (dataset.colorinterp.index(ColorInterp.alpha) + 1,)
    else:
        return ()
    return asked[:1] if dataset.interleaving is Interleaving.pixel else asked


def is_lacking(dataset: rasterio.DatasetReader, asked: tuple[int, ...], box: Window) -> bool:
    """Does the file lack all blocks of a box, in the bands of `bands_to_ask`?"""
    (rows, columns), (top, left) = dataset.block_shapes[0], (box.row_off, box.col_off)
    return all(
        dataset.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=band) is None
        for row in range(top // rows, -(-(top + box.height) // rows))
        for column in range(left // columns, -(-(left + box.width) // columns))
        for band in asked
    )
