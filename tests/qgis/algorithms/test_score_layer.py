"""`rsqi:score` in QGIS: geometry becomes measures, measures become severity and penalty."""

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from results import write_result


def layer_of(*errors, fields="field=category_id:integer&field=status:string"):
    """Return a layer of (category_id, status, width m, height m) rectangles on a diagonal, 400 m apart."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4547&{fields}", "errors", "memory")
    features = []
    for position, (category_id, status, width, height) in enumerate(errors):
        x, y = 500000 + 400 * position, 3400000 - 400 * position
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, y - height, x + width, y)))
        feature.setAttributes([category_id, status])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def score(application, parameters):
    alg = application.processingRegistry().createAlgorithmById("rsqi:score")
    context = QgsProcessingContext()
    ok, message = alg.checkParameterValues(parameters, context)
    if not ok:
        raise QgsProcessingException(message)
    alg.prepare(parameters, context, QgsProcessingFeedback())
    results = alg.runPrepared(parameters, context, QgsProcessingFeedback())
    layer = context.getMapLayer(results["OUTPUT"]) if "OUTPUT" in results else None
    return results, [feature.attributeMap() for feature in layer.getFeatures()] if layer else []


NUMBERS = {"VALID_AREA": 1_000_000, "PIXEL_SIZE": 0.5, "OUTPUT": "memory:"}


def test_no_error_is_excellent(application):
    results, _ = score(application, {"INPUT": layer_of(), **NUMBERS})
    assert (results["SCORE"], results["GRADE"], results["ERROR_COUNT"]) == (100.0, "excellent", 0)


def test_where_nothing_was_inspected_there_is_no_score(application, tmp_path):
    path = write_result(tmp_path / "a.gpkg", inspected="")
    results, _ = score(application, {"INPUT": QgsVectorLayer(f"{path}|layername=errors", "errors", "ogr")})
    assert results == {"GRADE": "unscored", "ERROR_COUNT": 0}


def test_severity_and_penalty_are_written(application):
    # 2 % of the area is a C for cloud; 20 x 20 pixels are a C for missing pixels; the rejected cloud does not count.
    errors = layer_of((1, "accepted", 100, 200), (10, "", 10, 10), (1, "rejected", 300, 300))
    results, features = score(application, {"INPUT": errors, **NUMBERS})
    assert [f["severity"] for f in features[:2]] == ["C", "C"]
    assert [f["penalty"] for f in features] == [4.0, 4.0, 0.0]
    assert features[0]["area_m2"] == pytest.approx(20000, rel=2e-3)
    assert (results["SCORE"], results["GRADE"], results["ERROR_COUNT"]) == (92.0, "excellent", 2)


def test_a_severe_error_rejects(application):
    results, features = score(application, {"INPUT": layer_of((1, "", 500, 500)), **NUMBERS})
    assert features[0]["severity"] == "A" and results["GRADE"] == "rejected"


def test_area_mode_differs(application):
    errors = layer_of((1, "", 100, 300))
    by_count, _ = score(application, {"INPUT": errors, "MODE": 0, **NUMBERS})
    by_area, _ = score(application, {"INPUT": errors, "MODE": 1, **NUMBERS})
    assert by_count["SCORE"] == 96.0
    assert by_area["SCORE"] not in (96.0, 100.0)


def test_the_image_gives_area_and_pixel_size(application, tmp_path):
    from rsqi.bridge.measures import valid_share

    path = str(tmp_path / "image.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 2000, 2000, 1)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500000, 0.5, 0, 3400000, 0, -0.5))
    pixels = np.full((2000, 2000), 100, np.uint8)
    pixels[:, :1000] = 0
    dataset.GetRasterBand(1).WriteArray(pixels)
    dataset.GetRasterBand(1).SetNoDataValue(0)
    del dataset
    assert valid_share(QgsRasterLayer(path, "image")) == pytest.approx(0.5, abs=0.01)
    # 0.6 % of the image, 1.2 % of its valid half: only the latter is a C.
    parameters = {"INPUT": layer_of((1, "", 60, 100)), "OUTPUT": "memory:"}
    assert score(application, {**parameters, "RASTER": path})[1][0]["severity"] == "C"
    assert score(application, {**parameters, "RASTER": path, "VALID_AREA": 1_000_000})[1][0]["severity"] == "D"


def test_a_result_tells_its_image_itself(application, tmp_path):
    path = write_result(tmp_path / "a.gpkg", (1, 100, 200), inspected="cloud")
    results, features = score(application, {"INPUT": f"{path}|layername=errors", "OUTPUT": "memory:"})
    assert results["SCORE"] == 96 and features[0]["severity"] == "C"


def test_transparent_pixels_are_not_valid(application, tmp_path):
    from rsqi.bridge.measures import measures_of_raster, valid_share

    path = str(tmp_path / "rgba.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 100, 100, 4, options=["ALPHA=YES"])
    alpha = np.zeros((100, 100), np.uint8)
    alpha[:25] = 255
    dataset.GetRasterBand(4).WriteArray(alpha)
    del dataset
    layer = QgsRasterLayer(path, "rgba")
    assert valid_share(layer) == 0.25
    assert measures_of_raster(layer, QgsProcessingContext()).diagonal == pytest.approx(np.hypot(100, 25))


@pytest.mark.parametrize(
    "errors, change, message",
    [
        ((), {"PIXEL_SIZE": None}, "Give the image, or its valid area and pixel size"),
        ((), {"SCHEME": "/nowhere.json"}, "The scoring scheme /nowhere.json does not exist"),
        (((11, "", 10, 10),), {}, "The category_id 11 of an error is not one of 1 to 10"),
        (((1, "odd", 10, 10),), {}, "status 'odd'"),
    ],
)
def test_wrong_input_is_refused(application, errors, change, message):
    with pytest.raises(QgsProcessingException, match=message):
        score(application, {"INPUT": layer_of(*errors), **NUMBERS, **change})


def test_a_layer_without_types_is_refused(application):
    with pytest.raises(QgsProcessingException, match="has no field category_id"):
        score(application, {"INPUT": layer_of(fields="field=name:string"), **NUMBERS})
