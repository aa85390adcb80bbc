"""A small result of an inspection, made by code, and an `iface` to review it with."""

import json

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsRectangle,
    QgsRenderContext,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsMapToolPan, QgsMessageBar
from qgis.PyQt.QtCore import QVariant
from qgis.PyQt.QtWidgets import QAction, QMainWindow

CRS = "EPSG:4547"
PIXEL = 0.5
SIDE = 2000  # pixels


class Iface:
    """As much of QgisInterface as the review asks for."""

    def __init__(self):
        self.window = QMainWindow()
        self.canvas = QgsMapCanvas(self.window)
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem(CRS))
        self.window.setCentralWidget(self.canvas)
        self.bar = QgsMessageBar(self.window)

    def mapCanvas(self):
        return self.canvas

    def mainWindow(self):
        return self.window

    def messageBar(self):
        return self.bar

    def setActiveLayer(self, layer):
        self.canvas.setCurrentLayer(layer)

    def actionPan(self):
        return QAction(self.window)

    def add_tool(self, name):
        """Add the action of one of QGIS's editing tools, which takes the map."""
        tool, action = QgsMapToolPan(self.canvas), QAction(self.window)
        action.setObjectName(name)
        action.triggered.connect(lambda: self.canvas.setMapTool(tool))

    def texts(self):
        return [item.text() for item in self.bar.items()]


def box(x, y, width, height):
    """Return a rectangle, given in metres from the lower left corner of the image."""
    return QgsGeometry.fromRect(QgsRectangle(500000 + x, 3400000 + y, 500000 + x + width, 3400000 + y + height))


def write_table(path, name, fields, rows, kind):
    """Write rows of (geometry or None, values) as a table of the GeoPackage."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", name
    if path.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.CreateOrOverwriteLayer
    crs = QgsCoordinateReferenceSystem(CRS if kind != QgsWkbTypes.NoGeometry else "")
    writer = QgsVectorFileWriter.create(str(path), fields, kind, crs, QgsCoordinateTransformContext(), options)
    for geometry, values in rows:
        feature = QgsFeature(fields)
        if geometry is not None:
            if QgsWkbTypes.isMultiType(kind):
                geometry.convertToMultiType()
            feature.setGeometry(geometry)
        feature.setAttributes(values)
        assert writer.addFeature(feature), writer.errorMessage()
    del writer


def error(category_id, confidence, geometry):
    return geometry, [
        category_id,
        "云",
        "Cloud",
        confidence,
        geometry.area(),
        "D",
        1.0,
        "unreviewed",
        "model",
        512,
        *[None] * 3,
    ]


def write(path, errors=None):
    """Write four errors (three clouds, the last two side by side, and a missing pixel), four blocks, the summary."""
    from rsqi.bridge.fields import block_fields, error_fields

    errors = errors or [
        error(1, 0.9, box(100, 100, 20, 20)),
        error(10, 0.4, box(300, 300, 0.5, 0.5)),
        error(1, 0.7, box(500, 500, 20, 20)),
        error(1, 0.6, box(520, 500, 20, 20)),
    ]
    write_table(path, "errors", error_fields(), errors, QgsWkbTypes.MultiPolygon)
    blocks = []
    for row in range(2):
        for col in range(2):
            probabilities = [0.1] * 10
            probabilities[col] = 0.2 + 0.3 * row + 0.2 * col
            blocks.append((box(500 * col, 500 * (1 - row), 500, 500), [512, row, col, *probabilities]))
    write_table(path, "blocks", block_fields(), blocks, QgsWkbTypes.Polygon)
    fields = QgsFields()
    values = {
        "transform": json.dumps([PIXEL, 0, 500000, 0, -PIXEL, 3401000]),
        "valid_area_m2": (SIDE * PIXEL) ** 2,
        "valid_pixels": SIDE * SIDE,
        "width": SIDE,
        "height": SIDE,
        "inspected": "",
    }
    for name, value in values.items():
        kinds = {str: QVariant.String, float: QVariant.Double, int: QVariant.Int}
        fields.append(QgsField(name, kinds[type(value)]))
    write_table(path, "summary", fields, [(None, list(values.values()))], QgsWkbTypes.NoGeometry)
    return path


def add_seam(path, error_id, line):
    """Write the layer `seams` into a result, with the line of one error, and return it."""
    from rsqi.bridge.fields import seam_fields

    fields = seam_fields()
    values = {"category_id": 7, "error_id": error_id, "status": "unreviewed"}
    row = [values.get(field.name(), 1.0) for field in fields]
    write_table(path, "seams", fields, [(line, row)], QgsWkbTypes.LineString)
    return QgsVectorLayer(f"{path}|layername=seams", "seams", "ogr")


def layer_of(path):
    return QgsVectorLayer(f"{path}|layername=errors", "errors", "ogr")


def stored(path, fid=None):
    """Return what the file says, by fid and name; read anew."""
    layer = layer_of(path)
    rows = {feature.id(): feature.attributeMap() for feature in layer.getFeatures()}
    return rows if fid is None else rows.get(fid)


def painted(layer):
    """The errors that the layer's renderer draws."""
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    seen = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        if renderer.willRenderFeature(feature, context):
            seen.append(feature.id())
    renderer.stopRender(context)
    return seen
