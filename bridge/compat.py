"""All names that differ between QGIS 3.22 with Qt 5 and QGIS 4 with Qt 6."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsEditFormConfig,
    QgsField,
    QgsGeometry,
    QgsMapLayerProxyModel,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingParameterDefinition,
    QgsRaster,
    QgsRasterFileWriter,
    QgsTask,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import Qt

try:
    from qgis.PyQt.QtGui import QAction as QAction
    from qgis.PyQt.QtGui import QShortcut as QShortcut
except ImportError:  # Qt 5
    from qgis.PyQt.QtWidgets import QAction as QAction
    from qgis.PyQt.QtWidgets import QShortcut as QShortcut

if Qgis.QGIS_VERSION_INT >= 33800:
    from qgis.PyQt.QtCore import QMetaType

    INT, LONG, DOUBLE, STRING, DATETIME = (
        QMetaType.Type.Int,
        QMetaType.Type.LongLong,
        QMetaType.Type.Double,
        QMetaType.Type.QString,
        QMetaType.Type.QDateTime,
    )
else:
    from qgis.PyQt.QtCore import QVariant

    INT, LONG, DOUBLE, STRING, DATETIME = (
        QVariant.Int,
        QVariant.LongLong,
        QVariant.Double,
        QVariant.String,
        QVariant.DateTime,
    )

# What a task is made with of whose end QGIS does not tell; before 3.26 it tells of every one.
SILENT_TASK = (QgsTask.Flag.CanCancel | QgsTask.Flag.Silent,) if Qgis.QGIS_VERSION_INT >= 32600 else ()

if Qgis.QGIS_VERSION_INT >= 33600:
    ALPHA_BAND = Qgis.RasterColorInterpretation.AlphaBand
    COLOR_BANDS = (
        Qgis.RasterColorInterpretation.RedBand,
        Qgis.RasterColorInterpretation.GreenBand,
        Qgis.RasterColorInterpretation.BlueBand,
    )
    VECTOR_LINE = Qgis.ProcessingSourceType.VectorLine
    VECTOR_POLYGON = Qgis.ProcessingSourceType.VectorPolygon
    VECTOR_TABLE = Qgis.ProcessingSourceType.Vector
    FILE = Qgis.ProcessingSourceType.File
    ADVANCED, OPTIONAL = Qgis.ProcessingParameterFlag.Advanced, Qgis.ProcessingParameterFlag.Optional
    NO_THREADING = Qgis.ProcessingAlgorithmFlag.NoThreading
else:
    ALPHA_BAND = QgsRaster.AlphaBand
    COLOR_BANDS = (QgsRaster.RedBand, QgsRaster.GreenBand, QgsRaster.BlueBand)
    VECTOR_LINE = QgsProcessing.TypeVectorLine
    VECTOR_POLYGON = QgsProcessing.TypeVectorPolygon
    VECTOR_TABLE = QgsProcessing.TypeVector
    FILE = QgsProcessing.TypeFile
    ADVANCED, OPTIONAL = QgsProcessingParameterDefinition.FlagAdvanced, QgsProcessingParameterDefinition.FlagOptional
    NO_THREADING = QgsProcessingAlgorithm.FlagNoThreading

if hasattr(Qgis, "RasterFileWriterResult"):
    RASTER_WRITTEN = Qgis.RasterFileWriterResult.Success
else:
    RASTER_WRITTEN = QgsRasterFileWriter.NoError

if Qgis.QGIS_VERSION_INT >= 33000:
    NO_GEOMETRY, LINE_STRING, POLYGON_TYPE = Qgis.WkbType.NoGeometry, Qgis.WkbType.LineString, Qgis.WkbType.Polygon
    POINT, LINE, POLYGON = Qgis.GeometryType.Point, Qgis.GeometryType.Line, Qgis.GeometryType.Polygon
else:
    NO_GEOMETRY, LINE_STRING, POLYGON_TYPE = QgsWkbTypes.NoGeometry, QgsWkbTypes.LineString, QgsWkbTypes.Polygon
    POINT, LINE, POLYGON = QgsWkbTypes.PointGeometry, QgsWkbTypes.LineGeometry, QgsWkbTypes.PolygonGeometry

_ENGINES = getattr(Qgis, "GeometryValidationEngine", None)  # not in older versions
GEOS = _ENGINES.Geos if _ENGINES is not None else QgsGeometry.ValidatorGeos

if hasattr(Qgis, "AttributeFormSuppression"):
    NO_FORM = Qgis.AttributeFormSuppression.On
else:  # before QGIS 3.32
    NO_FORM = QgsEditFormConfig.FeatureFormSuppress.SuppressOn

_LAYER_FILTER = Qgis.LayerFilter if Qgis.QGIS_VERSION_INT >= 33400 else QgsMapLayerProxyModel
RASTER_LAYERS, POLYGON_LAYERS = _LAYER_FILTER.RasterLayer, _LAYER_FILTER.PolygonLayer
LINE_OR_POLYGON_LAYERS = _LAYER_FILTER.LineLayer | _LAYER_FILTER.PolygonLayer

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ALIGN_RIGHT = _RIGHT.value if hasattr(_RIGHT, "value") else int(_RIGHT)  # Qt 5 wants a plain number in a model


def combined(key, modifiers=()) -> int:
    """Return a key with its modifiers as one number, which a key of a sequence has as well."""
    if hasattr(key, "toCombined"):  # a QKeyCombination of Qt 6
        return key.toCombined()
    found = int(getattr(key, "value", key))
    for modifier in modifiers:
        found |= int(getattr(modifier, "value", modifier))
    return found


def field(name: str, kind, length: int = 0, precision: int = 0) -> QgsField:
    """Return a field; `kind` is one of INT, LONG, DOUBLE, STRING and DATETIME."""
    return QgsField(name, kind, "", length, precision)
