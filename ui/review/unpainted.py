"""The error under judgement is not painted over: its layer leaves it out, and paints the others faintly.

So does the layer of the seams with the line that the error stands for. The outline that the map shows in its place is
no part of a layer. Whatever this changes in the layers is taken back by :func:`set_unpainted` with None, also in a
project that was saved meanwhile.
"""

from __future__ import annotations

from typing import Callable

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsExpressionContextUtils,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)

from .seam_lines import shown_layer

VARIABLE = "rsqi_judged"  # of the layer: the error that is left out
OPACITY = "rsqi/opacity"  # custom property of the layer: what it was before
FAINT = 0.45

_HEAD, _TAIL = f"if($id = to_int(@{VARIABLE}), NULL, ", ")"
_RULE_HEAD, _RULE_TAIL = f'coalesce("error_id", 0) <> to_int(@{VARIABLE}) and (', ")"


def parts(expression: str) -> tuple[str, str, str]:
    """Return what this module has put before and after the expression that a renderer sorts by, and that itself."""
    if expression.startswith(_HEAD) and expression.endswith(_TAIL):
        return _HEAD, expression[len(_HEAD) : -len(_TAIL)], _TAIL
    return "", expression, ""


def set_unpainted(errors: QgsVectorLayer, fid: int | None) -> None:
    """Leave an error out of what its layer paints, and its line out of the layer of the seams; None: paint all."""
    for layer in (errors, shown_layer(errors)):
        if layer is not None:
            _set_unpainted(layer, fid)


def _set_unpainted(layer: QgsVectorLayer, fid: int | None) -> None:
    before = layer.customProperty(OPACITY)
    if fid is None:
        if before is not None:
            layer.removeCustomProperty(OPACITY)
            layer.setOpacity(float(before))
            _change_renderer(layer, lambda expression: parts(expression)[1], _bare_rule)
            layer.triggerRepaint()
        return
    if before is None:
        layer.setCustomProperty(OPACITY, layer.opacity())
        layer.setOpacity(layer.opacity() * FAINT)
        _change_renderer(
            layer,
            lambda expression: f"{_HEAD}{parts(expression)[1]}{_TAIL}",
            lambda rule: f"{_RULE_HEAD}{_bare_rule(rule) or 'true'}{_RULE_TAIL}",
        )
    QgsExpressionContextUtils.setLayerVariable(layer, VARIABLE, str(fid))
    layer.triggerRepaint()


def _bare_rule(rule: str) -> str:
    if rule.startswith(_RULE_HEAD) and rule.endswith(_RULE_TAIL):
        return rule[len(_RULE_HEAD) : -len(_RULE_TAIL)]
    return rule


def _change_renderer(
    layer: QgsVectorLayer, change_expression: Callable[[str], str], change_rule: Callable[[str], str]
) -> None:
    """Change what the renderer sorts errors by, or its rules; what it cannot sort it does not draw."""
    renderer = layer.renderer().clone() if layer.renderer() is not None else None
    if isinstance(renderer, QgsCategorizedSymbolRenderer):
        renderer.setClassAttribute(change_expression(renderer.classAttribute()))
    elif isinstance(renderer, QgsRuleBasedRenderer):
        for rule in renderer.rootRule().children():
            rule.setFilterExpression(change_rule(rule.filterExpression()))
    else:
        return
    layer.setRenderer(renderer)
