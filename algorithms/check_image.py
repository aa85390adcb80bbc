"""`rsqi:checks`: measure a whole image against the limits of the LPIS orthoimage specification."""

from __future__ import annotations

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterLayer,
    QgsRectangle,
)

from ..bridge import pixels
from ..bridge.compat import DOUBLE, NO_GEOMETRY, STRING, VECTOR_POLYGON, VECTOR_TABLE, field
from ..bridge.geopackage import features_of
from ..bridge.i18n import tr
from ..bridge.layer_score import inspected_image
from ..bridge.texts import check_name, check_result
from ..rsqi_core.errors import Cancelled
from ..rsqi_core.image_checks import LIMITS, checks, survey
from ..rsqi_core.progress import Progress
from .base.algorithm import RsqiAlgorithm


class CheckImage(RsqiAlgorithm):
    """Clipping, brightness, contrast, colour balance and noise of an image, and its share of cloud."""

    NAME = "checks"
    ICON = "score.svg"
    INPUT = "INPUT"
    ERRORS = "ERRORS"
    OUTPUT = "OUTPUT"
    FAILED = "FAILED"
    SEEN = "SEEN"

    def displayName(self):
        return tr("Check whole image")

    def shortDescription(self):
        return tr("Checks clipping, brightness, contrast, colour balance and noise of an image.")

    def shortHelpString(self):
        return tr(
            "Measures an image as a whole and compares it with the limits of the European specification for "
            "orthoimages (LPIS): clipped pixels at either end of the histogram, its peak, contrast, colour balance on "
            "greyish pixels, and the ratio of signal to noise in uniform areas. With the errors of an inspection the "
            "share of cloud is checked too.\n\n"
            "Pixels are read at full resolution. Of an image of more than 100 megapixels evenly spread parts are "
            "looked at; the log says how much."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Image")),
            tr("The image to check; its red, green and blue bands are looked at."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(self.ERRORS, tr("Errors"), [VECTOR_POLYGON], optional=True),
            tr("The result of an inspection in its GeoPackage; gives the share of cloud."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Checks"), VECTOR_TABLE, optional=True),
            tr("One row a check: value, limits and result."),
        )
        for code in LIMITS:
            self.addOutput(QgsProcessingOutputNumber(code.upper(), check_name(code)))
        self.addOutput(QgsProcessingOutputNumber(self.FAILED, tr("Checks that failed")))
        self.addOutput(QgsProcessingOutputNumber(self.SEEN, tr("Share of the image that was looked at")))

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: a layer's provider may be cloned only here.
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None or not layer.isValid():
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        self._provider, self._extent = layer.dataProvider().clone(), layer.extent()
        self._size = layer.width(), layer.height()
        errors = self.parameterAsVectorLayer(parameters, self.ERRORS, context)
        self._clouds = cloud_share(errors) if errors is not None else None
        return True

    def processAlgorithm(self, parameters, context, feedback):
        bands = pixels.color_bands(self._provider)
        bytes_only = {int(self._provider.dataType(band)) for band in bands} == {1}

        def read(x: int, y: int, w: int, h: int, rows: int, columns: int):
            return pixels.read(self._provider, bands, self._box(x, y, w, h), columns, rows)

        def progress(made: Progress) -> None:
            if feedback.isCanceled():
                raise Cancelled
            feedback.setProgress(100 * made.done / made.total)

        try:
            census, share = survey(read, *self._size, 255.0 if bytes_only else None, progress)
        except Cancelled:
            return {}
        if not census.pixels:
            raise QgsProcessingException(tr("The image has no valid pixel, so there is nothing to check."))
        found = checks(census, self._clouds)
        if share < 1:
            feedback.pushInfo(tr("{share:.0%} of the image was looked at, evenly spread.").format(share=share))
        for check in found:
            result = f"{check.value_text()} ({check.limit_text()}) {check_result(check)}"
            feedback.pushInfo(f"{check_name(check.code)}: {result}")
        outputs = {check.code.upper(): check.value for check in found if check.value is not None}
        outputs[self.FAILED] = sum(check.passed is False for check in found)
        outputs[self.SEEN] = share
        table = self._write(parameters, context, found)
        return {**outputs, self.OUTPUT: table} if table else outputs

    def _box(self, x: int, y: int, w: int, h: int) -> QgsRectangle:
        e, (width, height) = self._extent, self._size
        dx, dy = e.width() / width, e.height() / height
        left, top = e.xMinimum() + x * dx, e.yMaximum() - y * dy
        return QgsRectangle(left, top - h * dy, left + w * dx, top)

    def _write(self, parameters, context, found) -> str | None:
        fields = QgsFields()
        for name, kind in (("check", STRING), ("name", STRING), ("value", DOUBLE), ("unit", STRING)):
            fields.append(field(name, kind))
        for name, kind in (("low", DOUBLE), ("high", DOUBLE), ("result", STRING)):
            fields.append(field(name, kind))
        crs = self._provider.crs()
        sink, table = self.parameterAsSink(parameters, self.OUTPUT, context, fields, NO_GEOMETRY, crs)
        if sink is None:
            return None
        for check in found:
            row = QgsFeature(fields)
            values = [check.code, check_name(check.code), check.value, check.unit, check.low, check.high]
            row.setAttributes([*values, {True: "passed", False: "failed"}.get(check.passed, "unknown")])
            sink.addFeature(row)
        return table


def cloud_share(errors) -> float | None:
    """Return the share of cloud in the valid area, 0-1; None where nobody looked for clouds."""
    image = inspected_image(errors)
    if image is None or (image.inspected is not None and "cloud" not in image.inspected):
        return None
    found = features_of(errors, QgsFeatureRequest(), errors.featureCount())
    clouds = (f["area_m2"] for f in found if f["category_id"] == 1 and f["status"] != "rejected")
    return sum(area for area in clouds if area) / image.measures.valid_area
