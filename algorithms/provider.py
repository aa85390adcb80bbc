"""The Processing provider `rsqi`."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .base import ICONS
from .classify_blocks import ClassifyBlocks
from .describe import DescribeErrors
from .export_training_data import ExportTrainingData
from .fine_tune import FineTune
from .image_checks import CheckImage
from .inspect_layer import InspectLayer
from .judge_lot import JudgeLot
from .pixel_missing import PixelMissing
from .report import ReportErrors
from .score_layer import ScoreLayer
from .stripe_noise import StripeNoise

ALGORITHMS = (
    InspectLayer,
    PixelMissing,
    StripeNoise,
    ClassifyBlocks,
    ScoreLayer,
    DescribeErrors,
    CheckImage,
    JudgeLot,
    ReportErrors,
    ExportTrainingData,
    FineTune,
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
