"""`rsqi:stripenoise`: find stripes."""

from __future__ import annotations

from ..bridge.i18n import tr
from .base.pixel_rule import PixelRuleAlgorithm


class FindStripeNoise(PixelRuleAlgorithm):
    """Find thin stripes in any direction, brighter or darker than their surroundings."""

    NAME = "stripenoise"
    ICON = "stripe_noise.svg"
    TYPE = "stripe_noise"
    RULE_KEY = "stripe_rule"
    RULES = ("oriented", "otsu")

    def displayName(self):
        return tr("Find stripe noise")

    def shortDescription(self):
        return tr("Finds thin stripes that a sensor or a transmission left in the image.")

    def shortHelpString(self):
        return tr(
            "Finds thin stripes that a sensor or a transmission left in the image. The sturdier rule looks in every "
            "direction for lines that are brighter or darker than both sides; the published rule thresholds each "
            "colour channel by Otsu's method after raising the saturation and keeps long, narrow components."
        )

    def rule_names(self):
        return [tr("Oriented lines"), tr("Otsu threshold (published rule)")]
