"""Results as an inspection writes them, made by hand: an image of 1 km² with 0.5 m pixels, and errors as rectangles."""

import json

from osgeo import ogr, osr

ALL = (
    "cloud,shadow,stretching_blur,blur,spectral_overflow,distortion,stitching_trace,stitching_misalignment,"
    "stripe_noise,pixel_missing"
)
FIELDS = {
    "category_id": ogr.OFTInteger, "status": ogr.OFTString, "severity": ogr.OFTString, "penalty": ogr.OFTReal,
    "area_m2": ogr.OFTReal, "confidence": ogr.OFTReal, "comment": ogr.OFTString,
}  # fmt: skip


def write_result(path, *errors, inspected=ALL, status="unreviewed", summary=True):
    """Write a GeoPackage with errors (category_id, width m, height m), 400 m apart on a diagonal; return its path."""
    package = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    layer = package.CreateLayer("errors", crs, ogr.wkbMultiPolygon)
    for name, kind in FIELDS.items():
        layer.CreateField(ogr.FieldDefn(name, kind))
    for position, (category_id, width, height) in enumerate(errors):
        x, y = 500000 + 400 * position, 3400000 - 400 * position
        ring = f"{x} {y}, {x + width} {y}, {x + width} {y - height}, {x} {y - height}, {x} {y}"
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"MULTIPOLYGON((({ring})))"))
        feature["category_id"], feature["status"] = category_id, status
        layer.CreateFeature(feature)
    if summary:
        write_summary(package, inspected)
    return str(path)


def write_summary(package, inspected):
    row = {
        "transform": json.dumps([0.5, 0, 500000, 0, -0.5, 3400000]), "width": 2000, "height": 2000,
        "valid_area_m2": 1e6, "valid_pixels": 4_000_000, "inspected": inspected,
        "score": 100.0, "grade": "excellent", "error_count": 0, "count_cloud": 0,
    }  # fmt: skip
    kinds = {str: ogr.OFTString, int: ogr.OFTInteger64, float: ogr.OFTReal}
    table = package.CreateLayer("summary", None, ogr.wkbNone)
    for column, value in row.items():
        table.CreateField(ogr.FieldDefn(column, kinds[type(value)]))
    feature = ogr.Feature(table.GetLayerDefn())
    for column, value in row.items():
        feature[column] = value
    table.CreateFeature(feature)
