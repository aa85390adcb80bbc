"""The raster that the worker opens: a layer's own file, or an export of a layer that is no file (XYZ, WMS, memory)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProviderRegistry,
    QgsRasterBlockFeedback,
    QgsRasterDataProvider,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)
from qgis.PyQt.QtCore import Qt

from .compat import RASTER_WRITTEN
from .i18n import tr

ARCHIVES = ("/vsizip/", "/vsitar/", "/vsigzip/")
MAX_PIXELS = 100_000_000  # of an export: 10 000 x 10 000, some 1500 tiles of a web map
_WORLD = 2 * 20037508.342789244  # width of the web maps' square in metres
_TILE = 256


def raster_path(layer: QgsRasterLayer) -> str | None:
    """Return what the worker opens for a raster layer; None if it is no file."""
    source = layer.source()
    if layer.providerType() != "gdal":
        return None
    parts = QgsProviderRegistry.instance().decodeUri("gdal", source)
    path = parts.get("path") or ""
    if not Path(path).is_file():
        return None
    if parts.get("layerName"):
        return source  # a subdataset, such as GPKG:file:table
    return source if source.startswith(ARCHIVES) else path


@dataclass(frozen=True)
class ExportPlan:
    """Which pixels of a layer become a file.

    Attributes
    ----------
    extent : QgsRectangle
        In the layer's CRS.
    columns, rows : int
    """

    extent: QgsRectangle
    columns: int
    rows: int


def plan_export(layer: QgsRasterLayer, extent: QgsRectangle | None, pixel_size: float | None) -> ExportPlan:
    """Return the export of `extent`, by default of all of the layer, with pixels of `pixel_size` map units.

    By default the pixels are the layer's own: those of its data, or of the finest level of its tiles.

    Raises
    ------
    QgsProcessingException
        The size is not known, or the export is too large; says what to do.
    """
    extent = layer.extent() if extent is None or extent.isEmpty() else extent.intersect(layer.extent())
    if extent.isEmpty():
        raise QgsProcessingException(tr("The extent lies outside the layer {name}.").format(name=layer.name()))
    size = pixel_size or native_pixel_size(layer)
    if not size:
        raise QgsProcessingException(
            tr("The layer {name} has no pixels of its own: give the pixel size.").format(name=layer.name())
        )
    columns, rows = max(1, math.ceil(extent.width() / size)), max(1, math.ceil(extent.height() / size))
    if columns * rows > MAX_PIXELS:
        raise QgsProcessingException(
            tr(
                "The layer {name} is not a file and would have to be saved with {columns} x {rows} pixels, more than "
                "{most} million: choose a smaller extent or larger pixels."
            ).format(name=layer.name(), columns=columns, rows=rows, most=MAX_PIXELS // 1_000_000)
        )
    return ExportPlan(extent, columns, rows)


def native_pixel_size(layer: QgsRasterLayer) -> float | None:
    """Return the side of a pixel in map units; None if the layer has none of its own."""
    if layer.width() > 0:
        return layer.extent().width() / layer.width()
    level = re.search(r"(?:^|&)zmax=(\d+)", layer.source())
    if "type=xyz" in layer.source() and level:
        return _WORLD / _TILE / 2 ** int(level[1])
    return None


def export_layer(
    provider: QgsRasterDataProvider,
    plan: ExportPlan,
    crs: QgsCoordinateReferenceSystem,
    transform_context: QgsCoordinateTransformContext,
    path: Path,
    feedback: QgsProcessingFeedback,
) -> bool:
    """Write a layer as GeoTIFF; return False when cancelled.

    Parameters
    ----------
    provider : QgsRasterDataProvider
        A clone for this thread.

    Raises
    ------
    QgsProcessingException
        The file cannot be written.
    """
    pipe = QgsRasterPipe()
    pipe.set(provider.clone())
    writer = QgsRasterFileWriter(str(path))
    writer.setOutputFormat("GTiff")
    writer.setCreateOptions(["TILED=YES", "COMPRESS=DEFLATE"])
    own = QgsRasterBlockFeedback()
    feedback.canceled.connect(own.cancel, Qt.ConnectionType.DirectConnection)
    status = writer.writeRaster(pipe, plan.columns, plan.rows, plan.extent, crs, transform_context, own)
    if feedback.isCanceled():
        path.unlink(missing_ok=True)
        return False
    if status != RASTER_WRITTEN or not path.is_file():
        path.unlink(missing_ok=True)
        raise QgsProcessingException(
            tr("The layer cannot be saved as {path}: check the folder and the free space.").format(path=path)
        )
    return True
