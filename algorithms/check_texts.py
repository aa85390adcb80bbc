"""The checks of a whole image in words."""

from __future__ import annotations

from ..rsqi_core.image_checks import STRICT, Check
from .i18n import tr


def check_name(code: str) -> str:
    """Return the name of a check."""
    return {
        "clipping_dark": tr("Dark clipping"),
        "clipping_bright": tr("Bright clipping"),
        "histogram_peak": tr("Histogram peak"),
        "contrast": tr("Contrast"),
        "colour_balance": tr("Colour balance"),
        "noise": tr("Signal to noise"),
        "cloud_cover": tr("Cloud cover"),
    }[code]


def check_help(code: str) -> str:
    """Return how a check measures."""
    return {
        "clipping_dark": tr("Pixels in the five darkest of 256 levels"),
        "clipping_bright": tr("Pixels in the five brightest of 256 levels"),
        "histogram_peak": tr("Distance of the histogram's peak from the middle level"),
        "contrast": tr("Standard deviation of the brightness, of all grey levels"),
        "colour_balance": tr("Largest difference of red, green and blue on greyish pixels, of all grey levels"),
        "noise": tr("Mean over standard deviation in uniform areas, of the noisiest band"),
        "cloud_cover": tr("Share of the valid area, from the errors found"),
    }[code]


def value_text(check: Check) -> str:
    """Return the value with its unit."""
    if check.value is None:
        return "-"
    return f"{check.value:.{2 if abs(check.value) < 10 else 1}f} {check.unit}".strip()


def limit_text(check: Check) -> str:
    """Return the limits as a reader of specifications expects them."""
    less, more = ("<", ">") if check.code in STRICT else ("≤", "≥")
    if check.low is None:
        return f"{less} {check.high:g} {check.unit}".strip()
    if check.high is None:
        return f"{more} {check.low:g} {check.unit}".strip()
    return f"{check.low:g} – {check.high:g} {check.unit}".strip()


def result_text(check: Check) -> str:
    """Return whether the check passed."""
    return {True: tr("passed"), False: tr("failed"), None: tr("not measured")}[check.passed]
