"""`rsqi:pixelmissing`: find missing pixels."""

from __future__ import annotations

from ..bridge.i18n import tr
from .base.pixel_rule import PixelRuleAlgorithm


class FindMissingPixels(PixelRuleAlgorithm):
    """Find pixels that are black or white because their values are lost."""

    NAME = "pixelmissing"
    ICON = "pixel_missing.svg"
    TYPE = "pixel_missing"
    RULE_KEY = "missing_rule"
    RULES = ("isolated", "threshold")

    def displayName(self):
        return tr("Find missing pixels")

    def shortDescription(self):
        return tr("Finds pixels that are black or white because their values are lost.")

    def shortHelpString(self):
        return tr(
            "Finds pixels whose values are lost: black or white spots, lines and holes inside the image. Nodata at "
            "the edge of the image and naturally dark or bright surfaces are left alone by the sturdier rule; the "
            "published rule marks every pixel that is wholly black (0, 0, 0) or white (255, 255, 255)."
        )

    def rule_names(self):
        return [tr("Isolated black or white pixels"), tr("Every black or white pixel (published rule)")]
