"""The error under judgement is not painted over: its layer leaves it out, and paints the others faintly.

The outline that the map shows in its place is no part of the layer. Whatever this changes in the layer is taken back
by :func:`set_unpainted` with None, also in a project that was saved meanwhile.
"""

from __future__ import annotations

from qgis.core import QgsCategorizedSymbolRenderer, QgsExpressionContextUtils, QgsVectorLayer

VARIABLE = "rsqi_judged"  # of the layer: the error that is left out
OPACITY = "rsqi/opacity"  # custom property of the layer: what it was before
FAINT = 0.45

_HEAD, _TAIL = f"if($id = to_int(@{VARIABLE}), NULL, ", ")"


def parts(expression: str) -> tuple[str, str, str]:
    """Return what this module has put before and after the expression that a renderer sorts by, and that itself."""
    if expression.startswith(_HEAD) and expression.endswith(_TAIL):
        return _HEAD, expression[len(_HEAD) : -len(_TAIL)], _TAIL
    return "", expression, ""


def set_unpainted(layer: QgsVectorLayer, fid: int | None) -> None:
    """Leave an error out of what the layer paints; None: paint all as usual."""
    before = layer.customProperty(OPACITY)
    if fid is None:
        if before is not None:
            layer.removeCustomProperty(OPACITY)
            layer.setOpacity(float(before))
            _change_expression(layer, lambda expression: parts(expression)[1])
            layer.triggerRepaint()
        return
    if before is None:
        layer.setCustomProperty(OPACITY, layer.opacity())
        layer.setOpacity(layer.opacity() * FAINT)
        _change_expression(layer, lambda expression: f"{_HEAD}{parts(expression)[1]}{_TAIL}")
    QgsExpressionContextUtils.setLayerVariable(layer, VARIABLE, str(fid))
    layer.triggerRepaint()


def _change_expression(layer: QgsVectorLayer, change) -> None:
    """Change what the renderer sorts errors by; one that it cannot sort it does not draw."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsCategorizedSymbolRenderer):
        renderer = renderer.clone()
        renderer.setClassAttribute(change(renderer.classAttribute()))
        layer.setRenderer(renderer)
