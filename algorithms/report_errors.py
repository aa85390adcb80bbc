"""`rsqi:report`: the report of a reviewed layer of errors, as HTML and PDF, and the station's record of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from qgis.core import (
    NULL,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsVectorFileWriter,
)

from ..bridge.compat import LONG, VECTOR_POLYGON, field
from ..bridge.fields import check_error_fields, conform, error_fields
from ..bridge.geopackage import geopackage_of
from ..bridge.i18n import tr
from ..bridge.outputs import make_folder
from ..bridge.pdf_page import has_chinese_font
from ..bridge.report_options import ENDINGS, LANGUAGES, SCORE_MODES
from ..bridge.report_pdf import print_pdf
from ..bridge.texts import score_line
from ..bridge.worker_client import run_worker
from ..rsqi_core import limits
from ..rsqi_core.report.content import loads
from .base.inspected import InspectedAlgorithm
from .base.parameters import language_parameter
from .base.scoring import ScoringAlgorithm


class ReportErrors(ScoringAlgorithm, InspectedAlgorithm):
    """Write the report of a layer of errors, and its record."""

    NAME = "report"
    ICON = "report.svg"
    REVIEWER = "REVIEWER"
    LANGUAGE = "LANGUAGE"
    CHOICES = SCORE_MODES
    T = "T"
    EVIDENCE = "EVIDENCE"
    MODEL = "MODEL"
    OVERWRITE = "OVERWRITE"
    SCORE = "SCORE"
    GRADE = "GRADE"
    ERROR_COUNT = "ERROR_COUNT"

    PARTICULARS = ("STATION", "CLIENT", "PROJECT", "SHEET", "ACCEPTANCE", "LOGO", "SIGNATURE")

    def displayName(self):
        return tr("Report errors")

    def shortDescription(self):
        return tr("Writes the report of an inspected and reviewed image, to be signed.")

    def shortHelpString(self):
        return tr(
            "Writes the report of an image as its errors are now, reviewed or not: the score with its arithmetic, the "
            "sums of each type, what was not inspected, lines to sign on, a map of all errors, pictures of the main "
            "ones, a list, the model and its parameters. Errors whose status is 'rejected' are left out.\n\n"
            "The station's record (CSV, workbook, shapefile in GBK) has one row an error, with quality element, "
            "description, remedy, inspector and date; revision and recheck are left empty to be filled in.\n\n"
            "Image, size and parameters come from the GeoPackage of the inspection; for any other layer give the image."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFeatureSource(self.INPUT, tr("Errors"), [VECTOR_POLYGON]),
            tr("A layer with the field category_id (1 to 10), such as the result of an inspection."),
        )
        self.add_image()
        self.add(
            QgsProcessingParameterString(self.REVIEWER, tr("Inspector"), optional=True),
            tr("Who signs; empty means those who have edited the errors."),
        )
        for name, title, text in (
            ("STATION", tr("Station"), tr("Who inspects; printed over the title.")),
            ("CLIENT", tr("Client"), tr("For whom the image was inspected.")),
            ("PROJECT", tr("Project"), tr("The project that the image belongs to.")),
            ("SHEET", tr("Sheet number"), tr("Number of the map sheet.")),
            ("ACCEPTANCE", tr("Instrument of acceptance"), tr("Contract, order or standard.")),
        ):
            string = QgsProcessingParameterString(name, title, optional=True)
            self.add(string, text + " " + tr("Empty means what the GeoPackage holds."), advanced=True)
        for name, title in (("LOGO", tr("Logo")), ("SIGNATURE", tr("Signature"))):
            file = QgsProcessingParameterFile(
                name, title, optional=True, fileFilter=tr("Pictures (*.png *.jpg *.jpeg)")
            )
            self.add(file, tr("PNG or JPEG.") + " " + tr("Empty means what the GeoPackage holds."), advanced=True)
        evidence = QgsProcessingParameterBoolean(self.EVIDENCE, tr("Show where the model saw the main errors"), False)
        self.add(evidence, tr("Asks the model again and shows its evidence below the main errors."), advanced=True)
        model = QgsProcessingParameterString(self.MODEL, tr("Model"), limits.MODEL, optional=True)
        self.add(model, tr("Which model is asked for its evidence."), advanced=True)
        self.add(language_parameter(self.LANGUAGE, tr("Language")), tr("The language of the report."))
        self.add_scoring(advanced=True)
        number = QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber(self.T, tr("Adjustment factor t"), number, optional=True, minValue=0.01),
            tr("Divides the deductions of B, C and D errors; another value than 1 needs the client's approval."),
            advanced=True,
        )
        for name, title, kinds, text in (
            ("PDF", tr("Report to print"), tr("PDF files (*.pdf)"), tr("The report as PDF.")),
            ("HTML", tr("Report to read"), tr("HTML files (*.html)"), tr("The report as one HTML file.")),
            ("CSV", tr("Record as CSV"), tr("CSV files (*.csv)"), tr("The record of errors as CSV in UTF-8.")),
            ("XLSX", tr("Record as workbook"), tr("Workbooks (*.xlsx)"), tr("The record of errors for a spreadsheet.")),
            (
                "SHAPEFILE",
                tr("Record as shapefile"),
                tr("Shapefiles (*.shp)"),
                tr("The outlines with the record's columns, texts in GBK."),
            ),
        ):
            self.add(
                QgsProcessingParameterFileDestination(name, title, kinds, optional=True, createByDefault=name == "PDF"),
                text,
            )
        text = tr("Replaces files that RSQI has not written, or that somebody has filled in.")
        self.add(QgsProcessingParameterBoolean(self.OVERWRITE, tr("Overwrite"), False), text, advanced=True)
        self.addOutput(QgsProcessingOutputNumber(self.SCORE, tr("Score")))
        self.addOutput(QgsProcessingOutputString(self.GRADE, tr("Grade")))
        self.addOutput(QgsProcessingOutputNumber(self.ERROR_COUNT, tr("Number of errors")))

    def checkParameterValues(self, parameters, context):
        if not any(parameters.get(name) for name in ENDINGS):
            return False, tr("Choose at least one output.")
        for name, ending in ENDINGS.items():
            path = self.parameterAsFileOutput(parameters, name, context) if parameters.get(name) else ""
            if path and Path(path).suffix.lower() != ending:
                return False, tr("Let the name of {path} end in {ending}.").format(path=path, ending=ending)
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        path = geopackage_of(layer) if layer is not None else None
        self._summary = str(path) if path is not None and path.is_file() else None
        self._raster = self.image_of(parameters, context)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        folder = Path(QgsProcessingUtils.generateTempFilename("report")).parent
        try:
            errors = self._copy_errors(folder / "errors.gpkg", parameters, context)
            outputs = {
                name: self.parameterAsFileOutput(parameters, name, context) for name in ENDINGS if parameters.get(name)
            }
            for path in outputs.values():
                make_folder(Path(path))
            wanted = {name.lower(): path for name, path in outputs.items() if name != "PDF"}
            if "PDF" in outputs:
                wanted["content"] = str(folder / "content.json")
            answer = run_worker(self._request(errors, wanted, outputs, parameters, context), feedback)
            if answer is None:
                return {}
            if "PDF" in outputs:
                if not has_chinese_font():
                    feedback.pushWarning(tr("No Chinese font is installed: the PDF cannot show Chinese. Install one."))
                report = loads(Path(wanted["content"]).read_text(encoding="utf-8"))
                print_pdf(report, Path(outputs["PDF"]))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        score, grade, count = (answer[name] for name in ("score", "grade", "error_count"))
        feedback.pushInfo(score_line(score, grade, count))
        numbers = {self.GRADE: grade, self.ERROR_COUNT: count}
        if score is not None:
            numbers[self.SCORE] = score
        return {**outputs, **numbers}

    def _request(
        self, errors: Path, wanted: dict, outputs: dict, parameters: dict, context: QgsProcessingContext
    ) -> dict:
        t = parameters.get(self.T)
        return {
            "command": "report",
            "errors": str(errors),
            "summary": self._summary,
            "raster": self._raster,
            "outputs": wanted,
            "targets": {"pdf": outputs["PDF"]} if "PDF" in outputs else {},
            "overwrite": self.parameterAsBool(parameters, self.OVERWRITE, context),
            "language": LANGUAGES[self.parameterAsEnum(parameters, self.LANGUAGE, context)],
            "reviewer": self.parameterAsString(parameters, self.REVIEWER, context).strip(),
            "scheme": self.scheme_path(parameters, context),
            "mode": self.mode(parameters, context),
            "particulars": {
                name.lower(): self.parameterAsString(parameters, name, context).strip() or None
                for name in self.PARTICULARS
            },
            "evidence": self.parameterAsBool(parameters, self.EVIDENCE, context),
            "model": self.parameterAsString(parameters, self.MODEL, context).strip() or limits.MODEL,
            "t": None if t is None else self.parameterAsDouble(parameters, self.T, context),
        }

    def _copy_errors(self, path: Path, parameters: dict, context: QgsProcessingContext) -> Path:
        """Write the errors as they are now, edits that are not saved yet too, where the worker can read them."""
        source = self.parameterAsSource(parameters, self.INPUT, context)
        check_error_fields(source)
        fields, crs = error_fields(), source.sourceCrs()
        fields.append(field("fid", LONG))  # of a GeoPackage; seams name their error by it
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", "errors"
        if not crs.isValid():
            options.layerOptions = ["SRID=-1"]  # undefined Cartesian: pixels
        writer = QgsVectorFileWriter.create(
            str(path), fields, source.wkbType(), crs, context.transformContext(), options
        )
        if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
            raise QgsProcessingException(
                tr("The layer {name} cannot be written.").format(name=path) + " " + writer.errorMessage()
            )
        # What is not saved yet has no number, and gets one that nothing else has.
        for feature in sorted(conform(source, fields), key=lambda each: each.id() <= 0):
            feature["fid"] = feature.id() if feature.id() > 0 else NULL
            writer.addFeature(feature)
        del writer  # closes the file
        return path
