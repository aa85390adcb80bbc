"""Layers of reviewed errors, and the algorithms that make data and models of them."""

from osgeo import ogr, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)

STATUSES = ("accepted", "accepted", "corrected", "added", "rejected", "unreviewed")


def write_reviewed(path, statuses=STATUSES):
    data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    layer = data.CreateLayer("errors", crs, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("category_id", ogr.OFTInteger))
    layer.CreateField(ogr.FieldDefn("status", ogr.OFTString))
    for n, status in enumerate(statuses):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({n} 0,{n}.5 0,{n}.5 1,{n} 0))"))
        feature.SetField("category_id", 1)
        feature.SetField("status", status)
        layer.CreateFeature(feature)
    return path


def add_layer(path, name="image: errors"):
    layer = QgsVectorLayer(f"{path}|layername=errors", name, "ogr")
    QgsProject.instance().addMapLayer(layer)
    return layer


def run(name, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"rsqi:{name}")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    fits, message = algorithm.checkParameterValues(parameters, context)
    if not fits:
        return message
    results, successful = algorithm.run(parameters, context, feedback)
    return results if successful else feedback.textLog()
