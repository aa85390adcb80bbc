"""`rsqi:measureseams` in QGIS: what the worker is told of the lines, and what comes back."""

import json
from pathlib import Path

import pytest
from qgis.core import (
    NULL,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from runner import Record, algorithm, run


@pytest.fixture
def lines(application):
    """Three lines of the image in memory, the second without a geometry."""
    layer = QgsVectorLayer("LineString?crs=EPSG:4547&field=kind:integer", "lines", "memory")
    for kind, wkt in enumerate(
        ("LineString(500010 3399960, 500090 3399990)", "", "LineString(500000 3399950, 500100 3399950)")
    ):
        feature = QgsFeature(layer.fields())
        feature["kind"] = kind
        if wkt:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        layer.dataProvider().addFeature(feature)
    return layer


@pytest.fixture
def stored(lines, tmp_path):
    """The lines as a file of two tables, of which they are the second; its path."""
    path = tmp_path / "net.gpkg"
    for name, action in (("other", 0), ("seamlines", QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer)):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.layerName = name
        if action:
            options.actionOnExistingFile = action
        QgsVectorFileWriter.writeAsVectorFormatV3(lines, str(path), QgsProject.instance().transformContext(), options)
    return path


@pytest.fixture
def seen(tmp_path, monkeypatch):
    """Return what the worker was asked for."""
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    return lambda: json.loads((tmp_path / "seen.json").read_text())["request"]


def test_it_gives_every_output(application, fake, raster, lines, tmp_path):
    feedback = Record()
    parameters = {"INPUT": str(raster), "LINES": lines, "OUTPUT": "memory:", "SEAMS": str(tmp_path / "seams.gpkg")}
    results, context = run(application, "measureseams", parameters, feedback)
    numbers = [results[name] for name in ("COUNT", "DISPLACED", "ERROR_COUNT", "SCORE", "GRADE")]
    assert numbers == [3, 1, 2, 98.0, "good"]
    assert [f["category_id"] for f in context.getMapLayer(results["OUTPUT"]).getFeatures()] == [7, 8]
    seams = QgsVectorLayer(results["SEAMS"], "seams", "ogr")
    assert [(f["category_id"], f["step_dn_g"], f["offset_px"], f["error_id"]) for f in seams.getFeatures()] == [
        (7, 0, NULL, NULL), (7, -20, NULL, 1), (8, -40, 3, 2)
    ]  # fmt: skip
    assert seams.renderer().type() == "RuleRenderer"
    assert "Seams measured: 3; they show: 2, are displaced: 1" in feedback.infos
    assert feedback.infos[-1] == "Score 98.0 (Good), errors: 2"


def test_the_workers_geopackage_is_the_result_and_its_seams_are_loaded_too(application, fake, raster, lines, tmp_path):
    from processing.gui.Postprocessing import handleAlgorithmResults

    project = QgsProject()
    alg, context, feedback = algorithm(application, "measureseams"), QgsProcessingContext(), Record()
    context.setProject(project)
    output = QgsProcessingOutputLayerDefinition(str(tmp_path / "out.gpkg"), project)
    results, ok = alg.run({"INPUT": str(raster), "LINES": lines, "OUTPUT": output}, context, feedback)
    assert ok and handleAlgorithmResults(alg, context, feedback, parameters={"OUTPUT": output})
    assert results["OUTPUT"] == f"{tmp_path / 'out.gpkg'}|layername=errors"
    shown = {each.name(): (each.featureCount(), each.renderer().type()) for each in project.mapLayers().values()}
    assert shown == {"Errors": (2, "categorizedSymbol"), "Seams": (3, "RuleRenderer")}


def test_a_file_is_read_by_the_worker_itself(application, fake, raster, stored, seen):
    layer = QgsVectorLayer(f"{stored}|layername=seamlines", "lines", "ogr")
    run(application, "measureseams", {"INPUT": str(raster), "LINES": layer, "OUTPUT": "memory:"})
    assert (seen()["lines"], seen()["layer"]) == (str(stored), "seamlines")


def copied(application, raster, seen, monkeypatch, lines):
    """Run on lines that the worker cannot read itself; return the lines that it got, and their CRS."""
    from rsqi.algorithms import measure_seams

    kept, save = [], measure_seams.save_lines

    def spy(source, path, transform_context):
        save(source, path, transform_context)
        layer = QgsVectorLayer(f"{path}|layername=seamlines", "copy", "ogr")
        kept.extend([layer.crs().authid(), *(round(feature.geometry().length()) for feature in layer.getFeatures())])

    monkeypatch.setattr(measure_seams, "save_lines", spy)
    run(
        application,
        "measureseams",
        {"INPUT": str(raster), "LINES": lines, "OUTPUT": "memory:"},
        project=QgsProject.instance(),
    )
    assert seen()["lines"].endswith("seamlines.gpkg") and not Path(seen()["lines"]).exists()
    return kept


def test_a_layer_in_memory_is_saved_for_the_worker(application, fake, raster, lines, seen, monkeypatch):
    assert copied(application, raster, seen, monkeypatch, lines) == ["EPSG:4547", 85, 0, 100]


def test_of_a_filtered_layer_only_what_it_shows_is_measured(application, fake, raster, stored, seen, monkeypatch):
    layer = QgsVectorLayer(f"{stored}|layername=seamlines", "lines", "ogr")
    layer.setSubsetString("kind = 2")
    assert copied(application, raster, seen, monkeypatch, layer) == ["EPSG:4547", 100]


def test_only_selected_lines_are_measured_if_asked_for(application, fake, raster, stored, seen, monkeypatch):
    layer = QgsVectorLayer(f"{stored}|layername=seamlines", "lines", "ogr")
    QgsProject.instance().addMapLayer(layer)
    layer.selectByExpression("kind = 0")
    definition = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    assert copied(application, raster, seen, monkeypatch, definition) == ["EPSG:4547", 85]
    QgsProject.instance().clear()


def test_a_layer_given_another_system_by_hand_is_taken_as_shown(application, fake, raster, stored, seen, monkeypatch):
    from qgis.core import QgsCoordinateReferenceSystem

    layer = QgsVectorLayer(f"{stored}|layername=seamlines", "lines", "ogr")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4548"))
    assert copied(application, raster, seen, monkeypatch, layer)[0] == "EPSG:4548"


def test_the_lines_are_never_written_over(application, fake, raster, stored):
    layer = QgsVectorLayer(f"{stored}|layername=seamlines", "lines", "ogr")
    outputs = {"OUTPUT": "memory:", "SEAMS": str(stored)}
    with pytest.raises(QgsProcessingException, match="would overwrite"):
        run(application, "measureseams", {"INPUT": str(raster), "LINES": layer, **outputs})
    assert layer.featureCount() == 3


def test_the_request_holds_bands_nodata_and_scheme(application, fake, raster, lines, seen, tmp_path):
    scheme = tmp_path / "scheme.json"
    scheme.write_bytes((Path(__file__).parents[3] / "resources" / "schemes" / "default.json").read_bytes())
    parameters = {
        "INPUT": str(raster),
        "LINES": lines,
        "BANDS": "3,2,1",
        "NODATA": -1,
        "SCHEME": str(scheme),
        "MODE": 1,
    }
    run(application, "measureseams", {**parameters, "OUTPUT": "memory:", "OVERWRITE": True})
    request = seen()
    assert request["command"] == "seams" and request["overwrite"] is True
    expected = {"bands": [3, 2, 1], "nodata": -1, "scheme": str(scheme), "score_mode": "area", "extent": None}
    assert request["parameters"] == expected
