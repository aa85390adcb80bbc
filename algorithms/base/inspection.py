"""Algorithms that have the worker inspect a raster: shared parameters, the request, and the way results come back."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from qgis.core import (
    QgsCoordinateTransform,
    QgsFields,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

from ...bridge import layer_style
from ...bridge.compat import VECTOR_POLYGON
from ...bridge.fields import conform, error_fields
from ...bridge.i18n import tr
from ...bridge.inspect_options import bands_in
from ...bridge.live_feedback import LiveFeedback
from ...bridge.output_check import target_files
from ...bridge.outputs import load_beside, load_when_done, make_folder, move_output, tif_path
from ...bridge.raster_source import export_layer, plan_export, raster_path
from ...bridge.worker_client import run_worker
from .method import MethodAlgorithm

_KINDS = {"MASK": "mask", "REPORT": "report", "SHAPEFILE": "shapefile", "HEAT": "heat"}


class InspectionAlgorithm(MethodAlgorithm):
    """An algorithm that sends the worker one `inspect` request."""

    INPUT = "INPUT"
    EXTENT = "EXTENT"
    AREA = "AREA"
    BANDS = "BANDS"
    NODATA = "NODATA"
    PIXEL_SIZE = "PIXEL_SIZE"
    OUTPUT = "OUTPUT"
    MASK = "MASK"
    SEAMS = "SEAMS"
    OVERWRITE = "OVERWRITE"
    ERROR_COUNT = "ERROR_COUNT"

    def checkParameterValues(self, parameters, context):
        try:
            layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
            if layer is not None and raster_path(layer) is None:
                self._plan_export(layer, parameters, context)
            self._bands(parameters, context)
            if self._has(self.MASK) and parameters.get(self.MASK):
                tif_path(self.parameterAsFileOutput(parameters, self.MASK, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def add_input(self) -> None:
        """Add the raster, which part of it is looked at, and how it is read."""
        self.add_image()
        self.add(
            QgsProcessingParameterExtent(self.EXTENT, tr("Extent to inspect"), optional=True),
            tr("Only this part of the image is inspected; empty means all of it."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(self.AREA, tr("Polygons to inspect"), [VECTOR_POLYGON], optional=True),
            tr("Only pixels inside these polygons are inspected, measured and scored; empty means all."),
        )
        self.add_reading()

    def add_image(self) -> None:
        """Add the raster."""
        self.add(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Image")),
            tr(
                "The image to inspect: red, green and blue bands, or one grey band. A layer that is no file, such as a "
                "web map, is saved as one first."
            ),
        )

    def add_reading(self) -> None:
        """Add how the raster is read: bands, nodata, and pixels of what is no file."""
        self.add(
            QgsProcessingParameterBand(self.BANDS, tr("Bands"), None, self.INPUT, optional=True, allowMultiple=True),
            tr(
                "One band for grey, or three in the order red, green, blue, which dragging changes in the list; none "
                "means what the image itself says. Scripts may give a text as well: 4,3,2 or red,green,blue."
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(
                self.NODATA, tr("Nodata value"), QgsProcessingParameterNumber.Type.Double, optional=True
            ),
            tr(
                "Pixels with this value in all bands are left out, besides what the image itself declares; empty means "
                "that such a value is looked for."
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(
                self.PIXEL_SIZE,
                tr("Pixel size of a layer that is no file"),
                QgsProcessingParameterNumber.Type.Double,
                optional=True,
                minValue=0,
            ),
            tr("Side of a pixel in the layer's units, for web maps; empty means the layer's own."),
            advanced=True,
        )

    def add_errors(self, mask: bool = True) -> None:
        """Add the outputs of an algorithm that finds errors, a mask of them among these."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Errors"), VECTOR_POLYGON),
            tr("One polygon for each error."),
        )
        if mask:
            title = tr("Error mask")
            self.add(
                QgsProcessingParameterRasterDestination(self.MASK, title, optional=True, createByDefault=False),
                tr("The types as pixels on the image's grid: 0 no error, 1 to 10 the type, 255 not inspected."),
            )
        text = tr(
            "Replaces a result that was reviewed or is of another image, which is kept beside as .bak.gpkg, and files "
            "that RSQI has not written."
        )
        self.add(QgsProcessingParameterBoolean(self.OVERWRITE, tr("Overwrite"), False), text, advanced=True)
        self.addOutput(QgsProcessingOutputNumber(self.ERROR_COUNT, tr("Number of errors")))

    def request_parameters(self, parameters: dict, context: QgsProcessingContext) -> dict:
        """Return the worker's parameters for those of the shared parameters that the algorithm declares."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        request = {"extent": None, **self.method_parameters(parameters, context)}
        extent = self._extent(layer, parameters, context)
        if extent is not None:
            request["extent"] = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
        if parameters.get(self.AREA) is not None:
            request["area"] = self._area(layer, parameters, context)
        bands = self._bands(parameters, context)
        if bands:
            request["bands"] = bands
        if parameters.get(self.NODATA) is not None:
            request["nodata"] = self.parameterAsDouble(parameters, self.NODATA, context)
        return request

    def prepareAlgorithm(self, parameters, context, feedback):
        # Layers belong to the main thread, where this runs; what the other one needs of them is taken here.
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        self._own_geopackage = self._target_geopackage(parameters, context)
        self._raster_path = raster_path(layer)
        self._export = None
        if self._raster_path is None:
            plan = self._plan_export(layer, parameters, context)
            self._export = layer.dataProvider().clone(), plan, layer.crs()
        return True

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
        resume: bool = False,
        language: str = "both",
        heat: bool = False,
    ) -> Iterator[dict | None]:
        """Run an inspection in the worker and yield its `result` event, None when cancelled; see `working`."""
        values = {"mask": mask, "report": report, "shapefile": shapefile, "resume": resume, "language": language}
        if heat:
            values["heat"] = True
        values["preview"] = isinstance(feedback, LiveFeedback)
        with self.working("inspect", parameters, context, feedback, request, values) as answer:
            yield answer

    @contextmanager
    def working(
        self,
        command: str,
        parameters: dict,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        request: dict,
        values: dict,
    ) -> Iterator[dict | None]:
        """Run a command of the worker and yield its `result` event, None when cancelled.

        The worker writes the GeoPackage that `OUTPUT` names, if it may write all of it; everything else lies in a
        temporary folder until the ``with`` block ends.

        Parameters
        ----------
        request : dict
            The worker's ``parameters``.
        values : dict
            What the request says beside these.
        """
        temporary = Path(QgsProcessingUtils.generateTempFilename("rsqi.gpkg"))
        output = self._own_geopackage or temporary
        make_folder(output)
        exported = None
        try:
            raster = self._raster_path
            if raster is None:
                raster = exported = self._export_layer(output, context, feedback)
            answer = raster and run_worker(
                {
                    "command": command,
                    "raster": raster,
                    "output": str(output),
                    "extras": str(temporary.parent),
                    "overwrite": self._has(self.OVERWRITE)
                    and self.parameterAsBool(parameters, self.OVERWRITE, context),
                    "targets": self._targets(parameters, context),
                    "parameters": request,
                    **values,
                },
                feedback,
            )
            if answer:
                exported = None
            yield answer
        finally:
            if exported:
                Path(exported).unlink(missing_ok=True)
            shutil.rmtree(temporary.parent, ignore_errors=True)

    def write_errors(self, answer: dict, parameters: dict, context: QgsProcessingContext) -> dict:
        """Write the outputs of `add_errors` from the worker's answer."""
        if self._own_geopackage is not None:
            layer_id, count = self._load_geopackage(self._own_geopackage, parameters, context)
        else:
            layer_id, count = self.copy_table(answer, "errors", error_fields(), parameters, self.OUTPUT, context)
        outputs = {self.OUTPUT: layer_id, self.ERROR_COUNT: count}
        if self._has(self.MASK) and parameters.get(self.MASK):
            destination = self.parameterAsOutputLayer(parameters, self.MASK, context)
            outputs[self.MASK] = move_output(answer["outputs"].get("mask"), destination)
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

    def _load_geopackage(self, path: Path, parameters: dict, context: QgsProcessingContext) -> tuple[str, int]:
        """Have QGIS load the errors from the GeoPackage that the worker wrote, with its styles and further tables."""
        layer_id = f"{path}|layername=errors"
        layer = QgsVectorLayer(layer_id, "errors", "ogr")
        if not layer.isValid():
            raise QgsProcessingException(tr("The worker wrote no layer {name}.").format(name="errors"))
        title = self.parameterDefinition(self.OUTPUT).description()
        load_when_done(parameters[self.OUTPUT], layer_id, title, self.OUTPUT, context)
        layer_style.style_when_loaded(context, layer_id, "errors")
        seams = f"{path}|layername=seams"
        if not parameters.get(self.SEAMS) and QgsVectorLayer(seams, "seams", "ogr").featureCount() > 0:
            load_beside(parameters[self.OUTPUT], seams, tr("Seams"), self.SEAMS, context)
            layer_style.style_when_loaded(context, seams, "seams")
        unusual = f"{path}|layername=unusual"
        if QgsVectorLayer(unusual, "unusual", "ogr").featureCount() > 0:
            load_beside(parameters[self.OUTPUT], unusual, tr("Unusual places"), "UNUSUAL", context)
            layer_style.style_when_loaded(context, unusual, "unusual")
        return layer_id, layer.featureCount()

    def _target_geopackage(self, parameters: dict, context: QgsProcessingContext) -> Path | None:
        return None  # only a full inspection fills all tables

    def _targets(self, parameters: dict, context: QgsProcessingContext) -> dict[str, str]:
        """Return the files that are written when the worker is done, those that it makes itself by their `_KINDS`."""
        files = target_files(self, parameters, context)
        if self._own_geopackage is not None:
            files.pop(self.OUTPUT, None)
        return {_KINDS.get(name, name): path for name, path in files.items()}

    def _export_layer(self, output: Path, context: QgsProcessingContext, feedback) -> str | None:
        """Save a layer that is no file beside the result, so that both can be compared later; None when cancelled."""
        provider, plan, crs = self._export
        path, number = output.with_name(f"{output.stem}_image.tif"), 1
        while path.exists():
            number += 1
            path = output.with_name(f"{output.stem}_image_{number}.tif")
        feedback.pushInfo(
            tr("Saving the layer as an image of {columns} x {rows} pixels: {path}").format(
                columns=plan.columns, rows=plan.rows, path=path
            )
        )
        exported = export_layer(provider, plan, crs, context.transformContext(), path, feedback)
        return str(path) if exported else None

    def _plan_export(self, layer: QgsRasterLayer, parameters: dict, context: QgsProcessingContext):
        size = parameters.get(self.PIXEL_SIZE)
        return plan_export(
            layer,
            self._extent(layer, parameters, context),
            self.parameterAsDouble(parameters, self.PIXEL_SIZE, context) if size is not None else None,
        )

    def _bands(self, parameters: dict, context: QgsProcessingContext) -> list[int | str]:
        value = parameters.get(self.BANDS)
        if isinstance(value, str):
            return bands_in(value)
        return bands_in(",".join(map(str, self.parameterAsInts(parameters, self.BANDS, context))))

    def _extent(self, layer: QgsRasterLayer, parameters: dict, context: QgsProcessingContext) -> QgsRectangle | None:
        if not parameters.get(self.EXTENT):
            return None
        extent = self.parameterAsExtent(parameters, self.EXTENT, context, layer.crs())
        return None if extent.isEmpty() else extent

    def _area(self, layer: QgsRasterLayer, parameters: dict, context: QgsProcessingContext) -> str:
        """Return the polygons as one in WKT, in the raster's CRS."""
        source = self.parameterAsSource(parameters, self.AREA, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.AREA))
        to_raster = QgsCoordinateTransform(source.sourceCrs(), layer.crs(), context.transformContext())
        parts = []
        for feature in source.getFeatures():
            geometry = QgsGeometry(feature.geometry())
            if not geometry.isEmpty():
                geometry = QgsGeometry(geometry.constGet().segmentize())
                geometry.transform(to_raster)
                parts.append(geometry.makeValid())
        if not parts:
            raise QgsProcessingException(tr("There is no polygon to inspect: select some, or choose another layer."))
        return QgsGeometry.unaryUnion(parts).asWkt()
