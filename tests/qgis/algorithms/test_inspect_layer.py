"""`rsqi:inspect` in QGIS, with a worker that speaks the protocol but has no model."""

import json
from pathlib import Path

import pytest
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from runner import Record, algorithm, run, spin


def test_inspect_gives_every_output(application, fake, raster, tmp_path):
    feedback = Record()
    parameters = {
        "INPUT": str(raster),
        "TYPES": [0, 8],
        "OUTPUT": "memory:",
        "BLOCKS": str(tmp_path / "blocks.gpkg"),
        "MASK": str(tmp_path / "mask.tif"),
        "REPORT": str(tmp_path / "report.html"),
    }
    results, context = run(application, "inspect", parameters, feedback)
    assert (results["SCORE"], results["GRADE"], results["ERROR_COUNT"]) == (98.0, "good", 2)
    errors = context.getMapLayer(results["OUTPUT"])
    assert [f["category_id"] for f in errors.getFeatures()] == [1, 9]
    assert errors.crs().authid() == "EPSG:4547"
    names = [field.name() for field in errors.fields()]
    assert " ".join(names) == (
        "category_id label label_en confidence area_m2 severity penalty status source block_size "
        "comment edited_at edited_by"
    )
    first = next(errors.getFeatures())
    assert first["label"] == "云" and first["comment"] == NULL and first["confidence"] == pytest.approx(0.55)
    assert QgsVectorLayer(results["BLOCKS"], "b", "ogr").featureCount() == 4
    assert QgsRasterLayer(results["MASK"], "m").isValid()
    assert Path(results["REPORT"]).read_text() == "<html>report</html>"
    assert feedback.warnings == ["The raster is not 8-bit: its values were scaled for the inspection."]
    assert any(text.startswith("Inspecting: block 1 of 20, 2.5 Mpx/s, 57 s left") for text in feedback.infos)
    assert feedback.infos[-1] == "Score 98.0 (Good), errors: 2"


@pytest.mark.parametrize("form", ["{path}", "ogr:dbname='{path}' table=\"errors\" (geom)"])
def test_a_fresh_geopackage_is_the_workers_own_with_all_tables(application, fake, raster, tmp_path, form):
    path = tmp_path / "new folder" / "out.gpkg"
    results, _ = run(application, "inspect", {"INPUT": str(raster), "OUTPUT": form.format(path=path)})
    assert results["OUTPUT"] == f"{path}|layername=errors" and results["ERROR_COUNT"] == 10
    assert tables(path) == {"errors", "blocks", "summary"}
    assert QgsVectorLayer(results["OUTPUT"], "e", "ogr").featureCount() == 10
    assert [file.name for file in path.parent.iterdir()] == ["out.gpkg"]


def test_a_further_table_leaves_the_others_of_a_geopackage_alone(application, fake, raster, tmp_path):
    path = tmp_path / "out.gpkg"
    run(application, "inspect", {"INPUT": str(raster), "TYPES": [0], "OUTPUT": str(path)})
    parameters = {"INPUT": str(raster), "OUTPUT": f"ogr:dbname='{path}' table=\"again\" (geom)"}
    run(application, "inspect", parameters)
    assert tables(path) == {"errors", "blocks", "summary", "again", "layer_styles"}
    assert QgsVectorLayer(f"{path}|layername=errors", "e", "ogr").featureCount() == 1
    again = QgsVectorLayer(f"{path}|layername=again", "e", "ogr")
    assert again.featureCount() == 10 and again.renderer().type() == "categorizedSymbol"


def tables(path):
    from osgeo import ogr

    data = ogr.Open(str(path))
    return {data.GetLayer(number).GetName() for number in range(data.GetLayerCount())}


def test_whole_geopackage_is_loaded_and_styled(application, fake, raster, tmp_path):
    from processing.gui.Postprocessing import handleAlgorithmResults

    project = QgsProject()
    alg, context, feedback = algorithm(application, "inspect"), QgsProcessingContext(), Record()
    context.setProject(project)
    output = QgsProcessingOutputLayerDefinition(str(tmp_path / "out.gpkg"), project)
    _, ok = alg.run({"INPUT": str(raster), "OUTPUT": output}, context, feedback)
    assert ok and handleAlgorithmResults(alg, context, feedback, parameters={"OUTPUT": output})
    (layer,) = project.mapLayers().values()
    assert layer.name() == "Errors" and layer.featureCount() == 10
    assert layer.renderer().type() == "categorizedSymbol"


def test_polygons_come_as_one_in_the_rasters_coordinates(application, fake, raster, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    layer = QgsVectorLayer("Polygon?crs=EPSG:4326", "area", "memory")
    to_degrees = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4547"), layer.crs(), QgsProject.instance())
    for left in (500010, 500020, 500060):
        feature = QgsFeature()
        geometry = QgsGeometry.fromRect(QgsRectangle(left, 3399960, left + 20, 3399990))
        geometry.transform(to_degrees)
        feature.setGeometry(geometry)
        layer.dataProvider().addFeatures([feature])
    run(application, "inspect", {"INPUT": str(raster), "AREA": layer, "OUTPUT": "memory:"})
    seen = json.loads((tmp_path / "seen.json").read_text())["request"]["parameters"]
    area = QgsGeometry.fromWkt(seen["area"])
    assert area.area() == pytest.approx(30 * 30 + 20 * 30, rel=1e-4)
    assert area.boundingBox().xMinimum() == pytest.approx(500010, abs=0.01) and len(area.asGeometryCollection()) == 2


def test_request_holds_all_parameters(application, fake, raster, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("GDAL_DATA", "/nowhere")
    monkeypatch.setenv("PROJ_LIB", "/nowhere")
    scheme = tmp_path / "scheme.json"
    scheme.write_bytes((Path(__file__).parents[3] / "resources" / "schemes" / "default.json").read_bytes())
    parameters = {
        "INPUT": str(raster),
        "EXTENT": "500010,500020,3399960,3399990 [EPSG:4547]",
        "MODEL": str(tmp_path),
        "TYPES": [9],
        "CONSTRAINT": 2,
        "ALPHA": 0.5,
        "THRESHOLD": 0.25,
        "SENSITIVITY": 2,
        "MIN_AREA": 12.5,
        "TOLERANCE": 1.5,
        "NODATA": -9999,
        "BLOCK_SIZES": "1024, 256",
        "BANDS": "3, 2,1",
        "OVERLAP": 0.1,
        "DEVICE": 1,
        "SCHEME": str(scheme),
        "MODE": 1,
        "LANGUAGE": 0,
        "OUTPUT": "memory:",
    }
    run(application, "inspect", parameters)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["request"]["command"] == "inspect" and seen["request"]["raster"] == str(raster)
    assert seen["request"]["parameters"] == {
        "extent": [500010, 3399960, 500020, 3399990],
        "model": str(tmp_path),
        "device": "cpu",
        "bands": [3, 2, 1],
        "blocks": [256, 1024],
        "overlap": 0.1,
        "types": ["pixel_missing"],
        "constraint": "relative",
        "alpha": 0.5,
        "min_area": 12.5,
        "tolerance": 1.5,
        "nodata": -9999,
        "threshold": 0.25,
        "sensitivity": 2.0,
        "scheme": str(scheme),
        "score_mode": "area",
    }
    assert seen["request"]["language"] == "zh"
    environment = seen["environment"]
    assert not {"PYTHONHOME", "GDAL_DATA", "PROJ_LIB", "LD_LIBRARY_PATH"} & set(environment)
    assert (Path(environment["PYTHONPATH"]) / "rsqi_core" / "taxonomy.py").is_file()
    assert not Path(seen["request"]["output"]).exists(), "the temporary GeoPackage stays"


@pytest.mark.parametrize(
    "given, sent",
    [
        (None, None),
        ("", None),
        ([], None),
        ([3, 2, 1], [3, 2, 1]),
        (["3", "2", "1"], [3, 2, 1]),
        (2, [2]),
        ("2", [2]),
        ("3;2;1", [3, 2, 1]),
        ("red, NIR,3", ["red", "NIR", 3]),
    ],
)
def test_bands_as_a_list_a_number_or_a_text(application, fake, raster, tmp_path, monkeypatch, given, sent):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    run(application, "inspect", {"INPUT": str(raster), "OUTPUT": "memory:", "BANDS": given})
    assert json.loads((tmp_path / "seen.json").read_text())["request"]["parameters"].get("bands") == sent
    alg = algorithm(application, "inspect")
    parameter = alg.parameterDefinition("BANDS")
    assert (parameter.type(), parameter.parentLayerParameterName()) == ("band", "INPUT")
    assert parameter.allowMultiple() and parameter.defaultValue() is None


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"BLOCK_SIZES": "512;1024"}, "Block sizes must be whole numbers"),
        ({"BLOCK_SIZES": "16"}, "Block sizes must be whole numbers"),
        ({"BANDS": "1,2"}, "Bands must be one or three"),
        ({"BANDS": [1, 2]}, "Bands must be one or three"),
        ({"BANDS": "0"}, "Bands must be one or three"),
        ({"MODEL": "/nowhere"}, "The model folder /nowhere does not exist"),
        ({"SCHEME": "/nowhere.json"}, "The scoring scheme /nowhere.json does not exist"),
        ({"MASK": "/tmp/mask.png"}, "let the name of /tmp/mask.png end in .tif"),
        ({"OVERLAP": 2}, "OVERLAP"),
    ],
)
def test_wrong_parameters_are_refused(application, fake, raster, parameters, message):
    with pytest.raises(QgsProcessingException, match=message):
        run(application, "inspect", {"INPUT": str(raster), "OUTPUT": "memory:", **parameters})


@pytest.fixture
def web_map(tmp_path):
    """A web map of four tiles of level 1, each in its own colour."""
    import numpy as np
    from osgeo import gdal

    for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
        path = tmp_path / "1" / str(x) / f"{y}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        tile = gdal.GetDriverByName("MEM").Create("", 256, 256, 3)
        for band in range(3):
            tile.GetRasterBand(band + 1).WriteArray(np.full((256, 256), 40 + 60 * x + 30 * y + band, np.uint8))
        gdal.GetDriverByName("PNG").CreateCopy(str(path), tile)
    url = (tmp_path / "{z}" / "{x}" / "{y}.png").as_uri().replace("%7B", "{").replace("%7D", "}")
    layer = QgsRasterLayer(f"type=xyz&url={url}&zmin=1&zmax=1", "map", "wms")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    yield layer
    QgsProject.instance().removeMapLayer(layer.id())


def test_a_web_map_is_saved_as_an_image_beside_the_result(application, fake, web_map, tmp_path):
    half = 20037508.342789244
    path = tmp_path / "map.gpkg"
    parameters = {
        "INPUT": web_map.id(),
        "EXTENT": f"0,{half},{-half},{half} [EPSG:3857]",
        "OUTPUT": str(path),
    }
    alg, context, feedback = algorithm(application, "inspect"), QgsProcessingContext(), Record()
    context.setProject(QgsProject.instance())
    task = QgsProcessingAlgRunnerTask(alg, parameters, context, feedback)
    ended = []
    task.executed.connect(lambda ok, results: ended.append((ok, results)))
    application.taskManager().addTask(task)
    spin(application, 30, lambda: ended)
    assert ended[0][0]
    image = QgsRasterLayer(str(tmp_path / "map_image.tif"), "image")
    assert (image.width(), image.height()) == (256, 512)
    value, ok = image.dataProvider().sample(image.extent().center(), 1)
    assert ok and value in (100, 130)


@pytest.mark.parametrize(
    "source, sentence",
    [("&zmax=18", "choose a smaller extent or larger pixels"), ("", "give the pixel size")],
)
def test_a_web_map_that_is_too_large_is_refused(application, fake, source, sentence):
    layer = QgsRasterLayer("type=xyz&url=file:///nowhere/{z}/{x}/{y}.png&zmin=0" + source, "map", "wms")
    parameters = {"INPUT": layer, "OUTPUT": "memory:"}
    ok, message = algorithm(application, "inspect").checkParameterValues(parameters, QgsProcessingContext())
    assert not ok and sentence in message
