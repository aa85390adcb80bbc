"""`rsqi:lot`: results in GeoPackages become a verdict on their lot."""

import json

import pytest
from osgeo import ogr, osr
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback


@pytest.fixture
def result(tmp_path):
    """Write a result: an image of 1 km², 0.5 m pixels, with errors (category_id, width m, height m, status)."""

    def result(name, *errors, inspected="", status="unreviewed"):
        path = tmp_path / f"{name}.gpkg"
        package = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(4547)
        layer = package.CreateLayer("errors", crs, ogr.wkbMultiPolygon)
        layer.CreateField(ogr.FieldDefn("category_id", ogr.OFTInteger))
        layer.CreateField(ogr.FieldDefn("status", ogr.OFTString))
        for position, (category_id, width, height) in enumerate(errors):
            x, y = 500000 + 400 * position, 3400000 - 400 * position
            ring = f"{x} {y}, {x + width} {y}, {x + width} {y - height}, {x} {y - height}, {x} {y}"
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(f"MULTIPOLYGON((({ring})))"))
            feature["category_id"], feature["status"] = category_id, status
            layer.CreateFeature(feature)
        summary = package.CreateLayer("summary", None, ogr.wkbNone)
        row = {
            "transform": json.dumps([0.5, 0, 500000, 0, -0.5, 3400000]), "width": 2000, "height": 2000,
            "valid_area_m2": 1e6, "valid_pixels": 4_000_000, "inspected": inspected,
        }  # fmt: skip
        kinds = {str: ogr.OFTString, int: ogr.OFTInteger64, float: ogr.OFTReal}
        for column, value in row.items():
            summary.CreateField(ogr.FieldDefn(column, kinds[type(value)]))
        feature = ogr.Feature(summary.GetLayerDefn())
        for column, value in row.items():
            feature[column] = value
        summary.CreateFeature(feature)
        return str(path)

    return result


def judge(application, **parameters):
    alg = application.processingRegistry().createAlgorithmById("rsqi:lot")
    context = QgsProcessingContext()
    alg.prepare(parameters, context, QgsProcessingFeedback())
    results = alg.runPrepared(parameters, context, QgsProcessingFeedback())
    layer = context.getMapLayer(results["OUTPUT"]) if "OUTPUT" in results else None
    return results, [row.attributeMap() for row in layer.getFeatures()] if layer else []


def test_a_complete_sample_gives_a_verdict(application, result):
    files = [result("a"), result("b", (1, 100, 200)), result("c", (1, 100, 200), (10, 10, 10))]
    results, rows = judge(application, INPUT=files, LOT_SIZE=20, OUTPUT="memory:")
    assert [(row["unit"], row["score"]) for row in rows] == [("a", 100), ("b", 96), ("c", 92)]
    assert (results["GRADE"], results["NEEDED"], results["INSPECTED"]) == ("excellent", 3, 3)
    assert results["MEAN"] == pytest.approx(96)


def test_one_image_that_fails_fails_the_lot(application, result):
    results, rows = judge(application, INPUT=[result("a"), result("b", (1, 500, 500))], LOT_SIZE=20, OUTPUT="memory:")
    assert results["GRADE"] == "rejected" and "MEAN" not in results
    assert [row["passes"] for row in rows] == [1, 0]


def test_a_sample_that_is_too_small_gives_none(application, result):
    results, _ = judge(application, INPUT=[result("a")], LOT_SIZE=20)
    assert (results["GRADE"], results["INSPECTED"]) == ("", 1)


def test_rejected_errors_do_not_count(application, result):
    results, _ = judge(application, INPUT=[result("a", (1, 500, 500), status="rejected")], LOT_SIZE=1)
    assert results["MEAN"] == 100


def test_images_outside_the_sample_are_looked_over(application, result):
    over = [result("b", (1, 200, 200))]  # a C: passes
    results, _ = judge(application, INPUT=[result("a")], OVERVIEW=over, LOT_SIZE=2)
    assert results["INSPECTED"] == 1 and results["GRADE"] == ""
    worse = [result("c", (1, 500, 500))]
    assert judge(application, INPUT=[result("a")], OVERVIEW=worse, LOT_SIZE=2)[0]["GRADE"] == "rejected"


def test_other_files_are_refused(application, tmp_path):
    (tmp_path / "other.gpkg").write_bytes(b"")
    with pytest.raises(QgsProcessingException, match="is no result of RSQI"):
        judge(application, INPUT=[str(tmp_path / "other.gpkg")], LOT_SIZE=1)
