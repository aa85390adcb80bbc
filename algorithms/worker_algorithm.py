"""Algorithms that have the worker inspect a raster: shared parameters, the request, and the way results come back."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from qgis.core import (
    QgsFields,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .base import RsqiAlgorithm, conform
from .compat import VECTOR_POLYGON
from .fields import error_fields
from .i18n import tr
from .worker_client import find_python, run_worker

DEVICES = ("auto", "cpu", "cuda")
ARCHIVES = ("/vsizip/", "/vsitar/", "/vsigzip/")


class WorkerAlgorithm(RsqiAlgorithm):
    """An algorithm that sends the worker one `inspect` request."""

    INPUT = "INPUT"
    EXTENT = "EXTENT"
    MODEL = "MODEL"
    BLOCK_SIZES = "BLOCK_SIZES"
    OVERLAP = "OVERLAP"
    DEVICE = "DEVICE"
    OUTPUT = "OUTPUT"
    MASK = "MASK"
    ERROR_COUNT = "ERROR_COUNT"

    def canExecute(self):
        try:
            find_python()
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def checkParameterValues(self, parameters, context):
        # qgis_process and models do not ask canExecute(), so everything is checked here as well.
        try:
            find_python()
            layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
            if layer is not None:
                raster_path(layer)
            if self._has(self.BLOCK_SIZES):
                block_sizes(self.parameterAsString(parameters, self.BLOCK_SIZES, context))
            if self._has(self.MODEL):
                model_folder(self.parameterAsString(parameters, self.MODEL, context))
            if self._has(self.MASK) and parameters.get(self.MASK):
                tif_path(self.parameterAsFileOutput(parameters, self.MASK, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def add_input(self) -> None:
        """Add the raster and the extent."""
        self.add(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Image")),
            tr("The image to inspect: a raster file with red, green and blue bands, or one grey band."),
        )
        self.add(
            QgsProcessingParameterExtent(self.EXTENT, tr("Extent to inspect"), optional=True),
            tr("Only this part of the image is inspected; empty means all of it."),
        )

    def add_model(self) -> None:
        """Add the model and the device that computes it."""
        self.add(
            QgsProcessingParameterString(self.MODEL, tr("Model"), "default"),
            tr("'default' is the model that comes with RSQI; or give the folder of another model."),
        )
        devices = [tr("Automatic"), tr("Processor (CPU)"), tr("NVIDIA GPU (CUDA)")]
        self.add(
            QgsProcessingParameterEnum(self.DEVICE, tr("Device"), devices, defaultValue=0),
            tr("What computes the model."),
            advanced=True,
        )

    def add_blocks(self) -> None:
        """Add how the image is cut into blocks."""
        self.add(
            QgsProcessingParameterString(self.BLOCK_SIZES, tr("Block sizes (pixels)"), "512,2048"),
            tr("Sizes of the square blocks, separated by commas; large blocks see large errors."),
            advanced=True,
        )
        number = QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber(self.OVERLAP, tr("Overlap of blocks"), number, 0.2, minValue=0, maxValue=0.5),
            tr("Share of a block that its neighbour sees too."),
            advanced=True,
        )

    def add_errors(self) -> None:
        """Add the outputs of an algorithm that finds errors."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Errors"), VECTOR_POLYGON),
            tr("One polygon for each error."),
        )
        self.add(
            QgsProcessingParameterRasterDestination(self.MASK, tr("Error mask"), optional=True, createByDefault=False),
            tr("The types as pixels on the image's grid: 0 no error, 1 to 10 the type, 255 not inspected."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.ERROR_COUNT, tr("Number of errors")))

    def request_parameters(self, parameters: dict, context: QgsProcessingContext) -> dict:
        """Return the worker's parameters for all that the algorithm declares of the shared ones."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        request = {"extent": None}
        if parameters.get(self.EXTENT):
            extent = self.parameterAsExtent(parameters, self.EXTENT, context, layer.crs())
            if not extent.isEmpty():
                request["extent"] = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
        if self._has(self.MODEL):
            request["model"] = model_folder(self.parameterAsString(parameters, self.MODEL, context))
            request["device"] = DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)]
        if self._has(self.BLOCK_SIZES):
            request["blocks"] = block_sizes(self.parameterAsString(parameters, self.BLOCK_SIZES, context))
            request["overlap"] = self.parameterAsDouble(parameters, self.OVERLAP, context)
        return request

    @contextmanager
    def inspection(
        self,
        parameters: dict,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict,
        mask: bool = False,
        report: bool = False,
        shapefile: bool = False,
    ) -> Iterator[dict | None]:
        """Run the worker into a temporary folder and yield its `result` event, None when cancelled."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        output = QgsProcessingUtils.generateTempFilename("rsqi.gpkg")
        try:
            yield run_worker(
                {
                    "command": "inspect",
                    "raster": raster_path(layer),
                    "output": output,
                    "mask": mask,
                    "report": report,
                    "shapefile": shapefile,
                    "parameters": request,
                },
                feedback,
            )
        finally:
            shutil.rmtree(Path(output).parent, ignore_errors=True)

    def write_errors(self, answer: dict, parameters: dict, context: QgsProcessingContext) -> dict:
        """Write the outputs of `add_errors` from the worker's answer."""
        layer_id, count = self.copy_table(answer, "errors", error_fields(), parameters, self.OUTPUT, context)
        outputs = {self.OUTPUT: layer_id, self.ERROR_COUNT: count}
        if parameters.get(self.MASK):
            destination = self.parameterAsOutputLayer(parameters, self.MASK, context)
            outputs[self.MASK] = deliver(answer["outputs"].get("mask"), destination)
        return outputs

    def copy_table(
        self, answer: dict, table: str, fields: QgsFields, parameters: dict, name: str, context: QgsProcessingContext
    ) -> tuple[str | None, int]:
        """Copy a layer of the worker's GeoPackage to the sink `name`; return its id (None: not wanted) and size."""
        source = QgsVectorLayer(f"{answer['outputs']['errors']}|layername={table}", table, "ogr")
        if not source.isValid():
            raise QgsProcessingException(tr("The worker wrote no layer {name}.").format(name=table))
        crs = self.parameterAsRasterLayer(parameters, self.INPUT, context).crs()
        features = conform(source, fields)
        layer_id = self.write_layer(parameters, name, context, features, fields, source.wkbType(), crs, table)
        return layer_id, source.featureCount()

    def _has(self, name: str) -> bool:
        return self.parameterDefinition(name) is not None


def raster_path(layer: QgsRasterLayer) -> str:
    """Return what the worker opens for a raster layer.

    Raises
    ------
    QgsProcessingException
        The layer is not a file: a web service, a database or a raster in memory.
    """
    source = layer.source()
    if layer.providerType() == "gdal":
        parts = QgsProviderRegistry.instance().decodeUri("gdal", source)
        path = parts.get("path") or ""
        if Path(path).is_file():
            if parts.get("layerName"):
                return source  # a subdataset, such as GPKG:file:table
            return source if source.startswith(ARCHIVES) else path
    raise QgsProcessingException(
        tr("The layer {name} is not a raster file: save it as GeoTIFF and inspect that.").format(name=layer.name())
    )


def block_sizes(text: str) -> list[int]:
    """Return the sizes in ``"512,2048"``; one that is no number from 64 to 16384 is an error."""
    try:
        sizes = sorted({int(part) for part in text.split(",") if part.strip()})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 64 or sizes[-1] > 16384:
        raise QgsProcessingException(
            tr("Block sizes must be whole numbers from 64 to 16384 with commas between, not '{text}'.").format(
                text=text
            )
        )
    return sizes


def model_folder(text: str) -> str:
    """Return ``"default"`` or an existing model folder."""
    text = text.strip() or "default"
    if text != "default" and not Path(text).is_dir():
        raise QgsProcessingException(tr("The model folder {path} does not exist.").format(path=text))
    return text


def tif_path(path: str) -> str:
    """Return `path` if it names a GeoTIFF."""
    if Path(path).suffix.lower() not in (".tif", ".tiff"):
        raise QgsProcessingException(tr("The mask is a GeoTIFF: let the name of {path} end in .tif.").format(path=path))
    return path


def deliver(source: str | None, destination: str) -> str:
    """Move a file of the worker to where the user wants it: whole, or not at all."""
    if not source:
        raise QgsProcessingException(tr("The worker did not write {path}.").format(path=destination))
    part = f"{destination}.part"
    try:
        Path(destination).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, part)
        Path(part).replace(destination)
    except OSError as error:
        Path(part).unlink(missing_ok=True)
        reason = error.strerror or error
        raise QgsProcessingException(
            tr("The file {path} cannot be written: {reason}").format(path=destination, reason=reason)
        ) from error
    return destination


def deliver_shapefile(source: str | None, destination: str) -> str:
    """Move a shapefile with all its parts."""
    if Path(destination).suffix.lower() != ".shp":
        raise QgsProcessingException(tr("Let the name of the shapefile {path} end in .shp.").format(path=destination))
    for ending in (".shx", ".dbf", ".cpg", ".prj"):
        if source and Path(source).with_suffix(ending).exists():
            deliver(str(Path(source).with_suffix(ending)), str(Path(destination).with_suffix(ending)))
    return deliver(source, destination)
