"""What differs between QGIS 3.22 and 4.x and needs no widgets."""

from __future__ import annotations

from qgis.core import Qgis, QgsField, QgsProcessing, QgsProcessingParameterDefinition, QgsRaster

if Qgis.QGIS_VERSION_INT >= 33800:
    from qgis.PyQt.QtCore import QMetaType

    INT, DOUBLE, STRING, DATETIME = (
        QMetaType.Type.Int,
        QMetaType.Type.Double,
        QMetaType.Type.QString,
        QMetaType.Type.QDateTime,
    )
else:
    from qgis.PyQt.QtCore import QVariant

    INT, DOUBLE, STRING, DATETIME = QVariant.Int, QVariant.Double, QVariant.String, QVariant.DateTime

if Qgis.QGIS_VERSION_INT >= 33600:
    ALPHA_BAND = Qgis.RasterColorInterpretation.AlphaBand
    VECTOR_POLYGON = Qgis.ProcessingSourceType.VectorPolygon
    ADVANCED = Qgis.ProcessingParameterFlag.Advanced
else:
    ALPHA_BAND = QgsRaster.AlphaBand
    VECTOR_POLYGON = QgsProcessing.TypeVectorPolygon
    ADVANCED = QgsProcessingParameterDefinition.FlagAdvanced


def field(name: str, kind, length: int = 0, precision: int = 0) -> QgsField:
    """Return a field; `kind` is one of INT, DOUBLE, STRING and DATETIME."""
    return QgsField(name, kind, "", length, precision)
