"""What all RSQI algorithms share: names, icon, advanced parameters, sinks."""

from __future__ import annotations

from typing import Iterable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ...bridge import layer_style
from ...bridge.compat import ADVANCED
from ...bridge.i18n import language, tr
from ...bridge.notes import error_message
from ...bridge.output_check import refuse_outputs
from ...bridge.paths import ICONS, guide_path
from ...rsqi_core.errors import RsqiError


class RsqiAlgorithm(QgsProcessingAlgorithm):
    """An algorithm of the provider `rsqi`; a subclass sets `NAME` and `ICON` and gives the texts."""

    NAME = ""
    ICON = "rsqi.svg"
    OWN_CARE: tuple[str, ...] = ()  # outputs whose earlier result the algorithm itself looks at

    def name(self):
        return self.NAME

    def tags(self):
        return ["rsqi", *tr("quality,inspection,error,remote sensing,image,orthophoto").split(",")]

    def icon(self):
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        return str(ICONS / self.ICON)

    def helpUrl(self):
        return QUrl.fromLocalFile(str(guide_path(language()))).toString()

    def createInstance(self):
        return type(self)()

    def checkParameterValues(self, parameters, context):
        try:
            refuse_outputs(self, parameters, context, self.OWN_CARE)
        except RsqiError as error:
            return False, error_message(error)
        return super().checkParameterValues(parameters, context)

    def add(self, parameter: QgsProcessingParameterDefinition, text: str, advanced: bool = False) -> None:
        """Add a parameter with its help, among the advanced ones if asked."""
        parameter.setHelp(text)
        if advanced:
            parameter.setFlags(parameter.flags() | ADVANCED)
        self.addParameter(parameter)

    def write_layer(
        self,
        parameters: dict,
        name: str,
        context: QgsProcessingContext,
        features: Iterable[QgsFeature],
        fields: QgsFields,
        wkb_type,
        crs: QgsCoordinateReferenceSystem,
        style: str,
    ) -> str | None:
        """Write features to the sink `name` and style it; return the layer's id, None when the sink is not wanted."""
        sink, layer_id = self.parameterAsSink(parameters, name, context, fields, wkb_type, crs)
        if sink is None:
            if parameters.get(name):
                raise QgsProcessingException(self.invalidSinkError(parameters, name))
            return None
        for feature in features:
            if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
                raise QgsProcessingException(tr("The layer {name} cannot be written.").format(name=layer_id))
        del sink  # closes the file, so that its style can be stored
        layer_style.store_in_geopackage(layer_id, style)
        layer_style.style_when_loaded(context, layer_id, style)
        return layer_id
