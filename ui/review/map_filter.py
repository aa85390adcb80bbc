"""Hide errors of low confidence on the map, without touching data, subset or score.

A renderer by category draws nothing for a value without a category, and labels, identify and select follow it. So the
expression that it classifies by gives NULL below the threshold. Unlike a subset string that works while the layer is
edited, and all errors stay in the layer: hiding some never changes the score.
"""

from __future__ import annotations

import re

from qgis.core import QgsCategorizedSymbolRenderer, QgsVectorLayer

from .unpainted import parts

_FORM = 'if(coalesce("confidence", 1) < {threshold:.2f}, NULL, {value})'
_WRAPPED = re.compile(r'^if\(coalesce\("confidence", 1\) < ([0-9.]+), NULL, (.*)\)$', re.DOTALL)


def threshold_of(layer: QgsVectorLayer) -> float:
    """Return the confidence below which the map shows nothing, 0 if it shows all."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return 0.0
    match = _WRAPPED.match(parts(renderer.classAttribute())[1])
    return float(match[1]) if match else 0.0


def set_threshold(layer: QgsVectorLayer, threshold: float) -> bool:
    """Show errors from `threshold` on; return False if the layer's renderer knows no categories."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return False
    head, present, tail = parts(renderer.classAttribute())
    match = _WRAPPED.match(present)
    value = match[2] if match else present
    wanted = _FORM.format(threshold=threshold, value=value) if threshold > 0 else value
    if wanted != present:
        renderer = renderer.clone()
        renderer.setClassAttribute(f"{head}{wanted}{tail}")
        layer.setRenderer(renderer)
        layer.triggerRepaint()
    return True
