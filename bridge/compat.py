"""What differs between QGIS 3.22 and 4.x and needs no widgets."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsField,
    QgsProcessing,
    QgsProcessingParameterDefinition,
    QgsRaster,
    QgsRasterFileWriter,
    QgsWkbTypes,
)

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
    COLOR_BANDS = (
        Qgis.RasterColorInterpretation.RedBand,
        Qgis.RasterColorInterpretation.GreenBand,
        Qgis.RasterColorInterpretation.BlueBand,
    )
    VECTOR_POLYGON = Qgis.ProcessingSourceType.VectorPolygon
    VECTOR_TABLE = Qgis.ProcessingSourceType.Vector
    FILE = Qgis.ProcessingSourceType.File
    ADVANCED = Qgis.ProcessingParameterFlag.Advanced
else:
    ALPHA_BAND = QgsRaster.AlphaBand
    COLOR_BANDS = (QgsRaster.RedBand, QgsRaster.GreenBand, QgsRaster.BlueBand)
    VECTOR_POLYGON = QgsProcessing.TypeVectorPolygon
    VECTOR_TABLE = QgsProcessing.TypeVector
    FILE = QgsProcessing.TypeFile
    ADVANCED = QgsProcessingParameterDefinition.FlagAdvanced

if hasattr(Qgis, "RasterFileWriterResult"):
    RASTER_WRITTEN = Qgis.RasterFileWriterResult.Success
else:
    RASTER_WRITTEN = QgsRasterFileWriter.NoError

NO_GEOMETRY = Qgis.WkbType.NoGeometry if Qgis.QGIS_VERSION_INT >= 33000 else QgsWkbTypes.NoGeometry


def field(name: str, kind, length: int = 0, precision: int = 0) -> QgsField:
    """Return a field; `kind` is one of INT, DOUBLE, STRING and DATETIME."""
    return QgsField(name, kind, "", length, precision)
