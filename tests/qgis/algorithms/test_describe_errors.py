"""`rsqi:describe` in QGIS: the sentences of the command line, from layers of any origin."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from osgeo import gdal, ogr, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

ROOT = Path(__file__).parents[3]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))


def layer_of(*errors, fields="field=category_id:integer&field=status:string", crs="EPSG:4547"):
    """Return a layer of (category_id, status, left, top, right, bottom in pixels of the fixture `raster`)."""
    layer = QgsVectorLayer(f"Polygon?crs={crs}&{fields}", "errors", "memory")
    features = []
    for category_id, status, *box in errors:
        left, right = (500000 + x / 2 for x in (box[0], box[2]))
        top, bottom = (3400000 - y / 2 for y in (box[1], box[3]))
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, bottom, right, top)))
        feature.setAttributes([category_id, status])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def text_of(application, **parameters):
    alg = application.processingRegistry().createAlgorithmById("rsqi:describe")
    context = QgsProcessingContext()
    ok, message = alg.checkParameterValues(parameters, context)
    if not ok:
        raise QgsProcessingException(message)
    assert alg.prepare(parameters, context, QgsProcessingFeedback())
    return alg.runPrepared(parameters, context, QgsProcessingFeedback())["TEXT"]


def test_chinese_and_english(application, raster):
    errors = layer_of(
        (1, "accepted", 0, 0, 100, 60),
        (1, "rejected", 150, 70, 190, 90),
        (7, "", 95, 0, 100, 100),
        (9, "added", 150, 90, 170, 91),
        (9, "added", 150, 94, 170, 95),
    )
    assert text_of(application, ERRORS=errors, RASTER=str(raster), LANGUAGE=0).splitlines() == [
        "卫星图像中存在云, 拼接痕迹, 条状噪声。",
        "这张卫星图像中存在一处中等面积的云，主要位于图像的左上角。",
        "这张卫星图像中存在一条拼接痕迹的痕迹，位于图像的中央，大致是竖线。",
        "这张卫星图像中存在多处条状噪声，主要位于图像的右下角。",
    ]
    english = text_of(application, ERRORS=errors, RASTER=str(raster), LANGUAGE=1).splitlines()
    assert (
        english[1] == "This satellite image contains one medium-sized area of cloud, mainly in the upper left corner."
    )
    assert len(english) == 4


def test_no_error_is_qualified(application, raster):
    assert text_of(application, ERRORS=layer_of(), RASTER=str(raster), LANGUAGE=0) == "卫星图像完全合格。"


def test_touching_polygons_are_one_place_and_no_area_counts_twice(application, raster):
    errors = layer_of((1, "", 0, 0, 90, 100), (1, "", 0, 0, 80, 100), (1, "", 90, 0, 95, 100))
    text = text_of(application, ERRORS=errors, RASTER=str(raster), LANGUAGE=0)
    assert "一处大面积的云，主要位于图像的左侧" in text  # 95 of 200 columns


def test_a_layer_in_another_crs(application, raster):
    errors = layer_of((1, "", 0, 0, 100, 60))
    degrees = QgsCoordinateReferenceSystem("EPSG:4490")
    transform = QgsCoordinateTransform(errors.crs(), degrees, QgsProject.instance())
    moved = layer_of((1, "", 0, 0, 1, 1), crs="EPSG:4490")
    shape = next(errors.getFeatures()).geometry()
    shape.transform(transform)
    moved.dataProvider().changeGeometryValues({1: shape})
    expected, found = (text_of(application, ERRORS=e, RASTER=str(raster), LANGUAGE=0) for e in (errors, moved))
    assert found == expected and "左上角" in found


def test_a_text_file(application, raster, tmp_path):
    path = tmp_path / "说明.txt"
    errors = layer_of((2, "", 0, 0, 20, 20))
    text = text_of(application, ERRORS=errors, RASTER=str(raster), LANGUAGE=0, OUTPUT=str(path))
    assert path.read_text(encoding="utf-8") == text + "\n" and [p.name for p in tmp_path.iterdir()] == ["说明.txt"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(QgsProcessingException, match="cannot be written"):
        text_of(application, ERRORS=errors, RASTER=str(raster), LANGUAGE=0, OUTPUT=str(tmp_path / "folder"))


@pytest.mark.parametrize(
    ("errors", "fields", "with_raster", "message"),
    [
        ([(1, "", 0, 0, 9, 9)], None, False, "Give the image"),
        ([(11, "", 0, 0, 9, 9)], None, True, "category_id 11 of an error is not one of 1 to 10"),
        ([], "field=name:string", True, "has no field category_id"),
    ],
)
def test_wrong_input_is_refused(application, raster, errors, fields, with_raster, message):
    layer = layer_of(*errors, **({"fields": fields} if fields else {}))
    with pytest.raises(QgsProcessingException, match=message):
        text_of(application, ERRORS=layer, LANGUAGE=0, **({"RASTER": str(raster)} if with_raster else {}))


def write_result(path, errors, to_map=(0.5, 0, 500000, 0, -0.5, 3400000)):
    """A GeoPackage with the tables of an inspection: (category_id, status, WKT in map units)."""
    data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    layer = data.CreateLayer("errors", crs, ogr.wkbMultiPolygon)
    layer.CreateField(ogr.FieldDefn("category_id", ogr.OFTInteger))
    layer.CreateField(ogr.FieldDefn("status", ogr.OFTString))
    for category_id, status, wkt in errors:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("category_id", category_id)
        feature.SetField("status", status)
        feature.SetGeometry(ogr.ForceToMultiPolygon(ogr.CreateGeometryFromWkt(wkt)))
        layer.CreateFeature(feature)
    table = data.CreateLayer("summary", None, ogr.wkbNone)
    row = {"width": 200, "height": 100, "valid_pixels": 10000, "valid_area_m2": 2500.0, "raster": "gone.tif"}
    row |= {"inspected": "cloud,stripe_noise", "transform": json.dumps(to_map)}
    for name, value in row.items():
        kind = ogr.OFTString if isinstance(value, str) else ogr.OFTReal
        table.CreateField(ogr.FieldDefn(name, kind))
    feature = ogr.Feature(table.GetLayerDefn())
    for name, value in row.items():
        feature.SetField(name, value)
    table.CreateFeature(feature)
    return path


def box(left, top, right, bottom):
    x, y = 500000, 3400000
    return QgsGeometry.fromRect(QgsRectangle(x + left / 2, y - bottom / 2, x + right / 2, y - top / 2))


@pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")
def test_a_result_needs_no_image_and_reads_as_on_the_command_line(application, tmp_path):
    gdal.UseExceptions()
    slanted = box(20, 40, 180, 46)
    slanted.rotate(-40, slanted.centroid().asPoint())
    bent = QgsGeometry.unaryUnion([box(10, 10, 14, 90), box(10, 86, 120, 90)])
    path = write_result(
        tmp_path / "结果.gpkg",
        [
            (1, "accepted", box(150, 10, 190, 40).asWkt()),
            (1, "unreviewed", box(190, 40, 200, 50).asWkt()),
            (3, "rejected", box(0, 0, 190, 40).asWkt()),
            (7, "added", slanted.asWkt()),
            (8, "added", bent.asWkt()),
            (10, "corrected", box(0, 0, 1, 1).asWkt()),
        ],
    )
    for number, language in enumerate(("zh", "en")):
        text = text_of(application, ERRORS=f"{path}|layername=errors", LANGUAGE=number)
        words = [str(PYTHON), "-m", "rsqi_core", "describe", str(path), "--language", language]
        done = subprocess.run(words, capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
        assert text == done.stdout.rstrip("\n")
        if language == "zh":
            assert text.splitlines()[1:] == [
                "这张卫星图像中存在一处中等面积的云，主要位于图像的右上角。",
                "这张卫星图像中存在一条拼接痕迹的痕迹，位于图像的中央，大致是斜线。",
                "这张卫星图像中存在一条拼接错误的痕迹，位于图像的左下角，大致是折线。",
                "这张卫星图像中存在一处像素缺失，主要位于图像的左上角。",
                "未检查的错误类型：阴影、模糊、光谱溢出、扭曲。",
            ]
