"""`rsqi:inspectbatch`: inspect many images into one folder, and report on the lot."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingException,
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..bridge.compat import FILE, POLYGON_TYPE, VECTOR_POLYGON
from ..bridge.i18n import tr
from ..bridge.inspect_options import bands_in
from ..bridge.lot_layer import CRS, entries_of, features_of_lot, lot_fields
from ..bridge.notes import error_message
from ..bridge.report_options import LANGUAGES
from ..bridge.texts import batch_text
from ..bridge.worker_client import BATCH_CANCEL_MS, run_worker
from ..rsqi_core.errors import RsqiError
from .base.method import MethodAlgorithm
from .base.parameters import language_parameter
from .base.scoring import ScoringAlgorithm


class InspectBatch(ScoringAlgorithm, MethodAlgorithm):
    """Have the worker inspect scenes side by side, and go on where it was stopped."""

    NAME = "inspectbatch"
    FOLDER = "FOLDER"
    FILES = "FILES"
    PATTERN = "PATTERN"
    PARTS = "PARTS"
    BANDS = "BANDS"
    NODATA = "NODATA"
    WORKERS = "WORKERS"
    RETRIES = "RETRIES"
    LOT_SIZE = "LOT_SIZE"
    WITH_MASK = "WITH_MASK"
    WITH_REPORT = "WITH_REPORT"
    WITH_SHAPEFILE = "WITH_SHAPEFILE"
    LANGUAGE = "LANGUAGE"
    OVERWRITE = "OVERWRITE"
    OUTPUT = "OUTPUT"
    MAP = "MAP"
    REPORT, TABLE, WORKBOOK = "REPORT", "TABLE", "WORKBOOK"
    DONE, SKIPPED, FAILED = "DONE", "SKIPPED", "FAILED"
    SCORE, GRADE = "SCORE", "GRADE"

    subject = ""  # what is inspected, for the list of tasks

    def displayName(self):
        return tr("Inspect a lot: {name}").format(name=self.subject) if self.subject else tr("Inspect many images")

    def shortDescription(self):
        return tr("Inspects many images into one folder by several workers, and reports on the lot.")

    def shortHelpString(self):
        return tr(
            "Inspects all images of a folder, of a pattern or of lists, each into a GeoPackage of its own in the "
            "output folder, as 'Inspect image' writes it, and reports on the lot: sampling plan, score and grade of "
            "each image, the verdict on the lot, and a map of the images coloured by grade, the worst first.\n\n"
            "Lists are text or CSV files, vector files with a field location, raster or path (as gdaltindex writes "
            "them), and STAC ItemCollections (.json).\n\n"
            "An image that cannot be inspected stops no other. What is done with the same image, model and parameters "
            "is not done again: a run that was cancelled, or whose computer went off, goes on where it stopped when it "
            "is started again with the same values, and so does one to which images were added."
        )

    def initAlgorithm(self, config=None):
        self._add_scenes()
        self.add_model()
        self.add_types()
        self._add_workers()
        self.add_constraint()
        self.add_blocks()
        self.add_min_area()
        self._add_reading()
        self.add_scoring(advanced=True)
        self._add_outputs()

    def _add_scenes(self) -> None:
        folder = QgsProcessingParameterFile.Behavior.Folder
        self.add(
            QgsProcessingParameterFile(self.FOLDER, tr("Folder of images"), folder, optional=True),
            tr("All images in this folder and in the folders below it."),
        )
        self.add(
            QgsProcessingParameterMultipleLayers(self.FILES, tr("Images, or lists of images"), FILE, optional=True),
            tr("Image files, and lists of them: TXT, CSV, GeoPackage and other vector files, STAC."),
        )
        self.add(
            QgsProcessingParameterString(self.PATTERN, tr("Patterns"), optional=True, multiLine=True),
            tr("One a line, such as D:/2026/**/*.tif, where ** stands for any folders."),
        )
        self.add(
            QgsProcessingParameterBoolean(self.PARTS, tr("Inspect the parts of mosaics one by one"), False),
            tr("Takes the sources of a VRT in place of the VRT."),
            advanced=True,
        )

    def _add_workers(self) -> None:
        whole = QgsProcessingParameterNumber.Type.Integer
        most = os.cpu_count() or 1
        self.add(
            QgsProcessingParameterNumber(self.WORKERS, tr("Workers"), whole, 1, minValue=1, maxValue=max(64, most)),
            tr("Processes that inspect side by side and share the processor's cores; each needs memory of its own."),
        )
        self.add(
            QgsProcessingParameterNumber(self.RETRIES, tr("Retries"), whole, 1, minValue=0, maxValue=10),
            tr("How often an image is tried again whose worker died."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(self.LOT_SIZE, tr("Images in the lot"), whole, optional=True, minValue=1),
            tr("How many images the lot has of which these are a sample; empty means that they are all of it."),
            advanced=True,
        )

    def _add_reading(self) -> None:
        self.add(
            QgsProcessingParameterString(self.BANDS, tr("Bands"), optional=True),
            tr("One band for grey or three for red, green, blue: 4,3,2 or red,green,blue; empty: as each image says."),
            advanced=True,
        )
        number = QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber(self.NODATA, tr("Nodata value"), number, optional=True),
            tr(
                "Pixels with this value in all bands are left out, besides what the image itself declares; empty means "
                "that such a value is looked for."
            ),
            advanced=True,
        )

    def _add_outputs(self) -> None:
        for name, title, text in (
            (self.WITH_MASK, tr("A mask of each image"), tr("Writes NAME_mask.tif beside each result.")),
            (self.WITH_REPORT, tr("A report on each image"), tr("Writes NAME.html beside each result.")),
            (self.WITH_SHAPEFILE, tr("A shapefile of each image"), tr("Writes NAME.shp beside each result.")),
        ):
            self.add(QgsProcessingParameterBoolean(name, title, False), text, advanced=True)
        language = language_parameter(self.LANGUAGE, tr("Language of the report"))
        self.add(language, tr("The language of the report."), advanced=True)
        text = tr(
            "Replaces a result that was reviewed or is of another image, which is kept beside as .bak.gpkg, and files "
            "that RSQI has not written."
        )
        self.add(QgsProcessingParameterBoolean(self.OVERWRITE, tr("Overwrite"), False), text, advanced=True)
        self.add(
            QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Folder for the results")),
            tr("Gets a GeoPackage for each image, and lot.html, lot.xlsx and lot.csv."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.MAP, tr("Images of the lot"), VECTOR_POLYGON, optional=True),
            tr("Where each image lies, with grade, score, errors, and who has reviewed it."),
        )
        self.addOutput(QgsProcessingOutputHtml(self.REPORT, tr("Report on the lot")))
        self.addOutput(QgsProcessingOutputFile(self.TABLE, tr("Table of the lot (CSV)")))
        self.addOutput(QgsProcessingOutputFile(self.WORKBOOK, tr("Table of the lot (XLSX)")))
        self.addOutput(QgsProcessingOutputNumber(self.DONE, tr("Images inspected")))
        self.addOutput(QgsProcessingOutputNumber(self.SKIPPED, tr("Images inspected before")))
        self.addOutput(QgsProcessingOutputNumber(self.FAILED, tr("Images that failed")))
        self.addOutput(QgsProcessingOutputNumber(self.SCORE, tr("Mean score of the lot")))
        self.addOutput(QgsProcessingOutputString(self.GRADE, tr("Grade of the lot")))

    def checkParameterValues(self, parameters, context):
        try:
            bands_in(self.parameterAsString(parameters, self.BANDS, context))
        except QgsProcessingException as error:
            return False, str(error)
        if not self._scenes(parameters, context):
            return False, tr("There are no images: give a folder, files, or a pattern.")
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        folder = self.parameterAsString(parameters, self.OUTPUT, context)
        answer = run_worker(self._request(parameters, context, folder), feedback, BATCH_CANCEL_MS)
        if answer is None:
            return {}
        feedback.pushInfo(batch_text(answer))
        files = answer["outputs"]
        outputs = {
            self.OUTPUT: folder,
            self.REPORT: files["html"],
            self.TABLE: files["csv"],
            self.WORKBOOK: files["xlsx"],
            self.DONE: answer["done"],
            self.SKIPPED: answer["skipped"],
            self.FAILED: answer["failed"],
            self.SCORE: answer["score"],
            self.GRADE: answer["grade"] or "",
            self.MAP: self._write_map(Path(folder), parameters, context),
        }
        return {name: value for name, value in outputs.items() if value is not None}

    def _request(self, parameters, context, folder: str) -> dict:
        method = self.method_parameters(parameters, context)
        bands = bands_in(self.parameterAsString(parameters, self.BANDS, context))
        if bands:
            method["bands"] = bands
        if parameters.get(self.NODATA) is not None:
            method["nodata"] = self.parameterAsDouble(parameters, self.NODATA, context)
        scheme = self.scheme_path(parameters, context)
        if scheme:
            method["scheme"] = scheme
        method["score_mode"] = self.mode(parameters, context)
        lot_size = parameters.get(self.LOT_SIZE)
        return {
            "command": "batch",
            "scenes": self._scenes(parameters, context),
            "output": folder,
            "parts": self.parameterAsBool(parameters, self.PARTS, context),
            "workers": self.parameterAsInt(parameters, self.WORKERS, context),
            "retries": self.parameterAsInt(parameters, self.RETRIES, context),
            "lot_size": None if lot_size is None else self.parameterAsInt(parameters, self.LOT_SIZE, context),
            "mask": self.parameterAsBool(parameters, self.WITH_MASK, context),
            "report": self.parameterAsBool(parameters, self.WITH_REPORT, context),
            "shapefile": self.parameterAsBool(parameters, self.WITH_SHAPEFILE, context),
            "language": LANGUAGES[self.parameterAsEnum(parameters, self.LANGUAGE, context)],
            "overwrite": self.parameterAsBool(parameters, self.OVERWRITE, context),
            "parameters": method,
        }

    def _scenes(self, parameters, context) -> list[str]:
        """Return what names the images, as the worker takes it."""
        found = [self.parameterAsFile(parameters, self.FOLDER, context)]
        found += self.parameterAsFileList(parameters, self.FILES, context)
        found += self.parameterAsString(parameters, self.PATTERN, context).splitlines()
        return [text.strip() for text in found if text and text.strip()]

    def _write_map(self, folder: Path, parameters, context) -> str | None:
        fields = lot_fields()
        try:
            features = features_of_lot(entries_of(folder), context.transformContext(), fields)
            crs = QgsCoordinateReferenceSystem(CRS)
            return self.write_layer(parameters, self.MAP, context, features, fields, POLYGON_TYPE, crs, "lot")
        except RsqiError as error:
            raise QgsProcessingException(error_message(error)) from error
