"""Build inspect_and_filter.model3: inspect, keep the large errors, one feature a type, with the image's score.

Needs a QGIS with the provider `rsqi`, as in the tests: ``build().toFile(str(PATH))`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)
from qgis.PyQt.QtCore import QPointF

PATH = Path(__file__).parent / "inspect_and_filter.model3"
Source = QgsProcessingModelChildParameterSource


def build() -> QgsProcessingModelAlgorithm:
    """Return the model."""
    model = QgsProcessingModelAlgorithm("Inspect and filter", "RSQI")
    add_input(model, QgsProcessingParameterRasterLayer("image", "Image"), 0)
    number = QgsProcessingParameterNumber.Type.Double
    add_input(model, QgsProcessingParameterNumber("minimum_area", "Minimum area (m²)", number, 0), 1)
    add_child(model, 0, "inspect", "rsqi:inspect", INPUT=Source.fromModelParameter("image"))
    add_child(
        model,
        1,
        "large",
        "native:extractbyexpression",
        INPUT=Source.fromChildOutput("inspect", "OUTPUT"),
        EXPRESSION=Source.fromExpression("'\"area_m2\" >= ' || coalesce(@minimum_area, 0)"),
    )
    add_child(
        model,
        2,
        "dissolved",
        "native:dissolve",
        INPUT=Source.fromChildOutput("large", "OUTPUT"),
        FIELD=Source.fromStaticValue(["category_id"]),
    )
    last = add_child(
        model,
        3,
        "scored",
        "native:fieldcalculator",
        INPUT=Source.fromChildOutput("dissolved", "OUTPUT"),
        FIELD_NAME=Source.fromStaticValue("image_score"),
        FIELD_TYPE=Source.fromStaticValue(0),
        FORMULA=Source.fromExpression("to_string(@inspect_SCORE)"),
    )
    output = QgsProcessingModelOutput("types", "Large errors by type")
    output.setChildId("scored")
    output.setChildOutputName("OUTPUT")
    last.setModelOutputs({"types": output})
    model.setChildAlgorithm(last)
    model.updateDestinationParameters()
    return model


def add_input(model, definition, row):
    """Add a parameter of the model."""
    parameter = QgsProcessingModelParameter(definition.name())
    parameter.setPosition(QPointF(100, 80 + 100 * row))
    model.addModelParameter(definition, parameter)


def add_child(model, row, child_id, algorithm_id, **sources):
    """Add a step; return it."""
    child = QgsProcessingModelChildAlgorithm(algorithm_id)
    child.setChildId(child_id)
    child.setDescription(child_id)
    child.setPosition(QPointF(350, 80 + 100 * row))
    for name, source in sources.items():
        child.addParameterSources(name, [source])
    model.addChildAlgorithm(child)
    return model.childAlgorithm(child_id)
