"""`rsqi:lot`: judge a lot of images by the results of those that were inspected."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFields,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
)

from ..bridge.compat import DOUBLE, FILE, INT, NO_GEOMETRY, STRING, VECTOR_TABLE, field
from ..bridge.i18n import tr
from ..bridge.layer_score import score_file
from ..bridge.notes import error_message
from ..bridge.texts import lot_lines
from ..rsqi_core.errors import RsqiError
from ..rsqi_core.scoring import load_scheme, lot
from .base.scoring import ScoringAlgorithm

FIELDS = (
    ("unit", STRING), ("path", STRING), ("detailed", INT), ("score", DOUBLE), ("grade", STRING),
    ("a", INT), ("b", INT), ("c", INT), ("d", INT), ("passes", INT),
)  # fmt: skip


class JudgeLot(ScoringAlgorithm):
    """Score the units of a sample, and judge the lot that they were drawn from."""

    NAME = "lot"
    ICON = "score.svg"
    INPUT = "INPUT"
    OVERVIEW = "OVERVIEW"
    LOT_SIZE = "LOT_SIZE"
    OUTPUT = "OUTPUT"
    GRADE = "GRADE"
    MEAN = "MEAN"
    NEEDED = "NEEDED"
    INSPECTED = "INSPECTED"

    def displayName(self):
        return tr("Judge a lot of images")

    def shortDescription(self):
        return tr("Scores the images of a sample and judges the lot they were drawn from.")

    def shortHelpString(self):
        return tr(
            "Scores the results of the images that were drawn from a lot, as they have been reviewed so far, and "
            "judges the lot by GB/T 24356-2023: the sample has to be large enough for the lot (5.2); one image that "
            "fails, fails the lot (6.3); else the shares of good and excellent images give its grade (6.4).\n\n"
            "Images outside the sample that were only looked over pass with no A and fewer than four B errors (6.1.3)."
            " A lot of more than 1000 images has to be split evenly."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterMultipleLayers(self.INPUT, tr("Results of the sample (GeoPackage)"), FILE),
            tr("The GeoPackages that inspections of the drawn images wrote."),
        )
        self.add(
            QgsProcessingParameterMultipleLayers(
                self.OVERVIEW, tr("Results outside the sample (GeoPackage)"), FILE, optional=True
            ),
            tr("GeoPackages of images that were only looked over."),
        )
        number = QgsProcessingParameterNumber.Type.Integer
        self.add(
            QgsProcessingParameterNumber(self.LOT_SIZE, tr("Images in the lot"), number, 20, minValue=1, maxValue=1000),
            tr("How many images the lot has."),
        )
        self.add_scoring()
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Units of the lot"), VECTOR_TABLE, optional=True),
            tr("One row an image: score, grade and errors by severity."),
        )
        self.addOutput(QgsProcessingOutputString(self.GRADE, tr("Grade of the lot")))
        self.addOutput(QgsProcessingOutputNumber(self.MEAN, tr("Mean score of the sample")))
        self.addOutput(QgsProcessingOutputNumber(self.NEEDED, tr("Images to inspect")))
        self.addOutput(QgsProcessingOutputNumber(self.INSPECTED, tr("Images inspected")))

    def processAlgorithm(self, parameters, context, feedback):
        files = [
            (path, name == self.INPUT)
            for name in (self.INPUT, self.OVERVIEW)
            for path in self.parameterAsFileList(parameters, name, context)
            if path  # QGIS makes a list of one empty name from no value
        ]
        mode = self.mode(parameters, context)
        try:
            scheme = load_scheme(self.scheme_path(parameters, context))
            units = []
            for done, (path, detailed) in enumerate(files):
                if feedback.isCanceled():
                    return {}
                units.append(unit_of(path, detailed, scheme, mode, context))
                feedback.setProgress(100 * (done + 1) / len(files))
            verdict = lot.judge(units, self.parameterAsInt(parameters, self.LOT_SIZE, context))
        except RsqiError as error:
            raise QgsProcessingException(error_message(error)) from error
        for line in lot_lines(verdict):
            feedback.pushInfo(line)
        outputs = {self.GRADE: verdict.grade or "", self.NEEDED: verdict.needed, self.INSPECTED: verdict.inspected}
        if verdict.mean is not None:
            outputs[self.MEAN] = verdict.mean
        table = self._write(parameters, context, files, units)
        return {**outputs, self.OUTPUT: table} if table else outputs

    def _write(self, parameters, context, files, units) -> str | None:
        fields = QgsFields()
        for name, kind in FIELDS:
            fields.append(field(name, kind))
        crs = QgsCoordinateReferenceSystem()
        sink, table = self.parameterAsSink(parameters, self.OUTPUT, context, fields, NO_GEOMETRY, crs)
        if sink is None:
            return None
        for (path, _), unit in zip(files, units):
            row = QgsFeature(fields)
            errors = [unit.severities[severity] for severity in "ABCD"]
            values = [unit.name, path, int(unit.detailed), unit.value, unit.grade, *errors, int(unit.passes)]
            row.setAttributes(values)
            sink.addFeature(row)
        return table


def unit_of(path: str, detailed: bool, scheme, mode: str, context) -> lot.Unit:
    """Return one image of the lot, scored anew."""
    score = score_file(path, scheme, mode, context)
    return lot.Unit(Path(path).stem, score.value, score.grade, score.severities, detailed)
