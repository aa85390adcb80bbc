"""What `rsqi:pixelmissing` and `rsqi:stripenoise` share: one pixel rule over every block, without a model."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterEnum

from ...bridge.i18n import tr
from .inspection import InspectionAlgorithm


class PixelRuleAlgorithm(InspectionAlgorithm):
    """Find the errors of one pixel type by its rule; a subclass names the type and its rules."""

    TYPE = ""
    RULE_KEY = ""  # the worker's parameter that takes the rule
    RULES: tuple[str, ...] = ()  # the default first
    RULE = "RULE"

    def rule_names(self) -> list[str]:
        """Return readable names of `RULES`."""
        raise NotImplementedError

    def initAlgorithm(self, config=None):
        self.add_input()
        self.add(
            QgsProcessingParameterEnum(self.RULE, tr("Rule"), self.rule_names(), defaultValue=0),
            tr("The first rule is the sturdier one, the second is the published one."),
        )
        self.add_blocks()
        self.add_errors()

    def processAlgorithm(self, parameters, context, feedback):
        request = self.request_parameters(parameters, context)
        request["types"] = [self.TYPE]
        request["stages"] = ["rules"]
        request[self.RULE_KEY] = self.RULES[self.parameterAsEnum(parameters, self.RULE, context)]
        with self.inspection(parameters, context, feedback, request, bool(parameters.get(self.MASK))) as answer:
            if answer is None:
                return {}
            outputs = self.write_errors(answer, parameters, context)
        feedback.pushInfo(tr("Errors found: {count}").format(count=outputs[self.ERROR_COUNT]))
        return outputs
