"""The Processing provider `rsqi`."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..bridge.paths import ICONS
from .ask_result import AskResult
from .check_image import CheckImage
from .classify_blocks import ClassifyBlocks
from .describe_errors import DescribeErrors
from .evaluate_models import EvaluateModels
from .export_training_data import ExportTrainingData
from .find_by_words import FindByWords
from .find_missing_pixels import FindMissingPixels
from .find_stripe_noise import FindStripeNoise
from .fine_tune import FineTune
from .fit_thresholds import FitThresholds
from .inspect_batch import InspectBatch
from .inspect_layer import InspectLayer
from .judge_lot import JudgeLot
from .map_evidence import MapEvidence
from .measure_seams import MeasureSeams
from .remember_clean import RememberClean
from .report_errors import ReportErrors
from .score_layer import ScoreLayer

ALGORITHMS = (
    InspectLayer,
    InspectBatch,
    MeasureSeams,
    FindMissingPixels,
    FindStripeNoise,
    ClassifyBlocks,
    ScoreLayer,
    DescribeErrors,
    CheckImage,
    JudgeLot,
    ReportErrors,
    MapEvidence,
    FindByWords,
    AskResult,
    RememberClean,
    ExportTrainingData,
    FineTune,
    FitThresholds,
    EvaluateModels,
)


class RsqiProvider(QgsProcessingProvider):
    """All algorithms of RSQI."""

    def id(self):
        return "rsqi"

    def name(self):
        return "RSQI"

    def icon(self):
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        return str(ICONS / "rsqi.svg")

    def supportedOutputRasterLayerExtensions(self):
        return ["tif"]  # what the worker writes

    def loadAlgorithms(self):
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
