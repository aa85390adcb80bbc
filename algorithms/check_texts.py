"""The checks of a whole image in words."""

from __future__ import annotations

from ..rsqi_core.image_checks import STRICT, Check
from .i18n import tr


def check_name(code: str) -> str:
    """Return the name of a check."""
    return {
        "clipping_dark": tr("Clipped dark pixels"),
        "clipping_bright": tr("Clipped bright pixels"),
        "histogram_peak": tr("Histogram peak from the middle"),
        "contrast": tr("Contrast (standard deviation)"),
        "colour_balance": tr("Colour balance of greyish pixels"),
        "noise": tr("Signal-to-noise ratio"),
        "cloud_cover": tr("Cloud cover"),
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
