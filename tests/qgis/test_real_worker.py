"""The algorithms with the real worker: what is planted in an image comes back as a polygon in the right place."""

import itertools
import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRectangle,
    QgsVectorLayer,
)

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")
needs_model = pytest.mark.skipif(
    not list((ROOT / "resources" / "models").glob("**/card.json")), reason="there is no default model yet"
)


@pytest.fixture(autouse=True)
def real(application, monkeypatch):
    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))


def write(path, rgb, placed=True):
    """Write [3, H, W] uint8 as GeoTIFF, 0.5 m in a CGCS2000 3-degree zone."""
    _, height, width = rgb.shape
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, 3)
    if placed:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(4547)
        dataset.SetProjection(crs.ExportToWkt())
        dataset.SetGeoTransform((500000, 0.5, 0, 3400000, 0, -0.5))
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteArray(rgb[band])
    return str(path)


def texture(height=400, width=600):
    """Return [3, H, W] uint8 of soft hills with noise, without a black or white pixel."""
    y, x = np.mgrid[:height, :width]
    hills = 110 + 25 * np.sin(x / 37) + 20 * np.cos(y / 23)
    return np.clip(hills + np.random.default_rng(1).normal(0, 5, (3, height, width)), 1, 254).astype(np.uint8)


def holes(height=400, width=600):
    """Return a texture with a black hole of 20 x 20 pixels at row 100, column 200."""
    rgb = texture(height, width)
    rgb[:, 100:120, 200:220] = 0
    return rgb


def run(application, name, parameters):
    alg = application.processingRegistry().createAlgorithmById(f"rsqi:{name}")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    ok, message = alg.checkParameterValues(parameters, context)
    assert ok, message
    alg.prepare(parameters, context, feedback)
    return alg.runPrepared(parameters, context, feedback), feedback


def test_missing_pixels_are_found_where_they_are(application, tmp_path):
    path = write(tmp_path / "holes.tif", holes())
    parameters = {"INPUT": path, "OUTPUT": str(tmp_path / "e.gpkg"), "MASK": str(tmp_path / "mask.tif")}
    results, _ = run(application, "pixelmissing", parameters)
    layer = QgsVectorLayer(results["OUTPUT"], "e", "ogr")
    assert results["ERROR_COUNT"] == layer.featureCount() == 1
    hole = QgsRectangle(500100, 3399940, 500110, 3399950)
    found = next(layer.getFeatures())
    assert found.geometry().boundingBox().intersect(hole).area() == pytest.approx(100)
    assert found["category_id"] == 10 and found["label"] == "像素缺失" and found["source"] == "rule"
    assert found["area_m2"] == pytest.approx(100, rel=0.5)
    dataset = gdal.Open(results["MASK"])
    mask = dataset.ReadAsArray()
    assert mask.shape == (400, 600)
    assert (mask[102:118, 202:218] == 10).all() and mask[0, 0] == 0


JUDGE = """
import json, sys
from rsqi_core.files.geopackage import read_errors
from rsqi_core.scoring import load_scheme, score

stored = read_errors(sys.argv[1])
image = stored.valid_area_m2, stored.valid_pixels, stored.diagonal_px
scores = [score(stored.records, load_scheme(path), *image) for path in sys.argv[2:]]
print(json.dumps([[item.severity for item in each.items] for each in scores]))
"""


@pytest.mark.parametrize(("epsg", "left", "top", "side"), [
    (4547, 540000, 3400000, 0.5),
    (4527, 39540000, 3400000, 0.5),  # the zone before the easting
    (3857, 12400000, 4100000, 0.5),
    (2227, 6561666, 1640416, 1.5),  # feet
    (27572, 600000, 2200000, 0.5),  # geographic coordinates in grads
    (4326, 113.5, 31.2, 5e-6),
    (4326, 500000, 4000000, 0.5),  # not in its system: areas are planar
    (4547, 38540000, 3400000, 0.5),
])  # fmt: skip
def test_worker_and_qgis_give_an_error_the_same_severity_even_at_a_limit(application, tmp_path, epsg, left, top, side):
    """Each hole is at a limit of the scheme in turn, by the share that the worker has measured, and next to it."""
    from rsqi.bridge.layer_score import MeasuredErrors, inspected_image
    from rsqi.bridge.measures import distance_area
    from rsqi.rsqi_core.scoring import load_scheme

    rgb = texture()
    for n in range(5):
        rgb[:, 40 + 61 * n : 50 + 61 * n, 30 + 97 * n : 60 + 100 * n] = 0
    path = write(tmp_path / "holes.tif", rgb)
    dataset, crs = gdal.Open(path, gdal.GA_Update), osr.SpatialReference()
    crs.ImportFromEPSG(epsg)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((left, side, 0, top, 0, -side))
    dataset = None
    package = tmp_path / "e.gpkg"

    def worker(*words):
        command = [str(PYTHON), *map(str, words)]
        return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout

    parameters = "--types", "pixel_missing", "--stages", "rules", "--progress", "none"
    worker("-m", "rsqi_core", "inspect", path, "--output", package, *parameters)
    (valid_area,) = values(package, "SELECT valid_area_m2 FROM summary")
    shares = [area / valid_area for area in values(package, "SELECT area_m2 FROM errors")]
    assert len(set(shares)) == 5
    scheme = json.loads((ROOT / "resources" / "schemes" / "default.json").read_text(encoding="utf-8"))
    scheme["merge_distance_m"] = 0
    limits = {}
    for n, (share, factor) in enumerate(itertools.product(shares, (1, 1 - 1e-9, 1 + 1e-9, 1 - 1e-5))):
        limit = share * factor
        scheme["types"]["pixel_missing"]["rules"] = [{"severity": "B", "measure": "share", "above": limit}]
        scheme_path = tmp_path / f"{n}.json"
        scheme_path.write_text(json.dumps(scheme), encoding="utf-8")
        limits[scheme_path] = share if factor > 1 - 1e-6 else limit
    by_worker = json.loads(worker("-c", JUDGE, package, *limits))
    layer = QgsVectorLayer(f"{package}|layername=errors", "errors", "ogr")
    errors = MeasuredErrors(inspected_image(layer))
    measure = distance_area(layer.crs(), QgsProcessingContext())
    errors.read(layer, layer.allFeatureIds(), measure)
    for (scheme_path, least), severities in zip(limits.items(), by_worker):
        errors.judge_by(load_scheme(scheme_path), "count")
        judged = errors.score()
        assert [item.severity for item in judged.items] == severities
        assert severities.count("B") == sum(other > least for other in shares)
    worker("-m", "rsqi_core", "score", package, "--scheme", scheme_path)
    assert errors.outdated
    layer = QgsVectorLayer(f"{package}|layername=errors", "errors", "ogr")
    errors.read(layer, layer.allFeatureIds(), measure)
    errors.score()
    assert errors.outdated == {}


def mosaic():
    """Return three photos side by side: roads cross both seams, one has a step, the other is displaced by 6 rows."""
    rgb = texture(600, 900).astype(int)
    y, x = np.mgrid[:600, :900]
    for slope, start in ((0.4, 60), (-0.5, 500), (0.25, 300), (-0.15, 250), (0.6, -150), (-0.7, 700), (0.1, 420)):
        rgb[:, np.abs(y - slope * x - start) < 3] = 215
    rgb[:, :, 600:] += 60
    rgb[:, 6:, :300] = rgb[:, :-6, :300].copy()
    return np.clip(rgb, 1, 254).astype(np.uint8)


def test_worker_and_qgis_judge_seams_alike_by_their_measures(application, tmp_path):
    from rsqi.bridge.layer_score import MeasuredErrors, inspected_image
    from rsqi.bridge.measures import distance_area
    from rsqi.rsqi_core.scoring import load_scheme

    lines = QgsVectorLayer("LineString?crs=EPSG:4547", "lines", "memory")
    for left in (500300, 500150, 500225):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(f"LineString({left} 3400000, {left} 3399700)"))
        lines.dataProvider().addFeature(feature)
    package = tmp_path / "e.gpkg"
    parameters = {"INPUT": write(tmp_path / "mosaic.tif", mosaic()), "LINES": lines, "OUTPUT": str(package)}
    results, _ = run(application, "measureseams", parameters)
    assert (results["COUNT"], results["DISPLACED"], results["ERROR_COUNT"]) == (3, 1, 2)
    assert values(package, "SELECT severity FROM errors") == ["A", "B"]  # without their measures B and C
    scheme_path = ROOT / "resources" / "schemes" / "default.json"
    command = [str(PYTHON), "-c", JUDGE, str(package), str(scheme_path)]
    assert json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout) == [["A", "B"]]
    layer = QgsVectorLayer(f"{package}|layername=errors", "errors", "ogr")
    errors = MeasuredErrors(inspected_image(layer))
    errors.read(layer, layer.allFeatureIds(), distance_area(layer.crs(), QgsProcessingContext()))
    errors.judge_by(load_scheme(scheme_path), "count")
    assert [item.severity for item in errors.score().items] == ["A", "B"] and errors.outdated == {}
    assert errors.score().value == values(package, "SELECT score FROM summary")[0]
    again, _ = run(application, "score", {"INPUT": layer, "OUTPUT": str(tmp_path / "scored.gpkg")})
    scored = QgsVectorLayer(again["OUTPUT"], "scored", "ogr")
    assert [feature["severity"] for feature in scored.getFeatures()] == ["A", "B"]
    assert layer.dataProvider().deleteFeatures([1])
    layer = QgsVectorLayer(f"{package}|layername=errors", "errors", "ogr")
    assert layer.startEditing()
    added = QgsFeature(next(layer.getFeatures()))
    added["category_id"], added["fid"] = 1, None
    assert layer.addFeature(added)
    told, _ = run(application, "report", {"INPUT": layer, "HTML": str(tmp_path / "r.html"), "LANGUAGE": 1})
    layer.rollBack()
    assert told["ERROR_COUNT"] == 2, "with the cloud that is not saved yet"
    assert told["SCORE"] == 100 - 12 - 4, "the error that is left is a B by its own seam"
    assert "Seams measured: 2; of these show: 1; are displaced: 1." in (tmp_path / "r.html").read_text("utf-8")


def values(package, sql):
    with closing(sqlite3.connect(package)) as database:
        return [row[0] for row in database.execute(sql)]


def test_only_the_extent_is_inspected(application, tmp_path):
    path = write(tmp_path / "holes.tif", holes())
    for extent, count in (("500000,500050,3399900,3400000", 0), ("500080,500150,3399900,3399980", 1)):
        parameters = {"INPUT": path, "EXTENT": f"{extent} [EPSG:4547]", "OUTPUT": str(tmp_path / f"{count}.gpkg")}
        assert run(application, "pixelmissing", parameters)[0]["ERROR_COUNT"] == count


def test_stripes_are_found(application, tmp_path):
    rgb = texture()
    rgb[:, 200:202, :] = np.array([250, 20, 240])[:, None, None]  # magenta, as a lost channel leaves it
    results, _ = run(
        application, "stripenoise", {"INPUT": write(tmp_path / "s.tif", rgb), "OUTPUT": str(tmp_path / "e.gpkg")}
    )
    layer = QgsVectorLayer(results["OUTPUT"], "e", "ogr")
    stripe = QgsRectangle(500000, 3399899, 500300, 3399900)
    assert results["ERROR_COUNT"] >= 1
    assert any(f.geometry().boundingBox().intersects(stripe) for f in layer.getFeatures())
    assert {f["category_id"] for f in layer.getFeatures()} == {9}


def test_a_broken_raster_is_one_line(application, tmp_path):
    path = tmp_path / "holes.tif"
    write(path, holes())
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(QgsProcessingException) as error:
        run(application, "pixelmissing", {"INPUT": str(path), "OUTPUT": str(tmp_path / "e.gpkg")})
    assert "\n" not in str(error.value) and "holes.tif" in str(error.value)
    assert "Traceback" not in str(error.value) and not (tmp_path / "e.gpkg").exists()


@needs_model
def test_a_cancelled_inspection_writes_nothing(application, tmp_path):
    class Cancelling(QgsProcessingFeedback):
        """Cancels itself with the first progress."""

        def pushInfo(self, text):
            if text.startswith("Inspecting"):
                self.cancel()

    alg = application.processingRegistry().createAlgorithmById("rsqi:inspect")
    context, feedback = QgsProcessingContext(), Cancelling()
    parameters = {"INPUT": write(tmp_path / "large.tif", texture(3000, 3000)), "OUTPUT": str(tmp_path / "e.gpkg")}
    alg.prepare(parameters, context, feedback)
    results = alg.runPrepared(parameters, context, feedback)
    assert feedback.isCanceled() and results == {} and not (tmp_path / "e.gpkg").exists()


def test_without_georeference_the_errors_lie_on_the_image(application, tmp_path):
    path = write(tmp_path / "holes.tif", holes(), placed=False)
    results, feedback = run(application, "pixelmissing", {"INPUT": path, "OUTPUT": str(tmp_path / "e.gpkg")})
    assert "no georeference" in feedback.textLog()
    layer = QgsVectorLayer(results["OUTPUT"], "e", "ogr")
    assert layer.extent().intersect(QgsRectangle(200, -120, 220, -100)).area() == pytest.approx(400)


@needs_model
def test_inspect_gives_score_and_styled_errors(application, tmp_path):
    parameters = {
        "INPUT": write(tmp_path / "holes.tif", holes()),
        "OUTPUT": str(tmp_path / "errors.gpkg"),
        "BLOCKS": str(tmp_path / "blocks.gpkg"),
        "REPORT": str(tmp_path / "report.html"),
        "SHAPEFILE": str(tmp_path / "errors.shp"),
        "DEVICE": 1,
    }
    results, _ = run(application, "inspect", parameters)
    layer = QgsVectorLayer(results["OUTPUT"], "e", "ogr")
    assert 10 in {f["category_id"] for f in layer.getFeatures()}
    assert results["ERROR_COUNT"] == layer.featureCount()
    assert results["SCORE"] < 100 and results["GRADE"] in ("excellent", "good", "qualified", "rejected")
    assert layer.renderer().type() == "categorizedSymbol"
    assert all(f["severity"] in ("A", "B", "C", "D") for f in layer.getFeatures() if f["category_id"] == 10)
    blocks = QgsVectorLayer(results["BLOCKS"], "b", "ogr")
    assert blocks.featureCount() >= 2 and blocks.renderer().type() == "graduatedSymbol"
    assert all(0 <= f["p_cloud"] <= 1 for f in blocks.getFeatures())
    assert "<html" in Path(results["REPORT"]).read_text(encoding="utf-8").lower()
    exchanged = QgsVectorLayer(results["SHAPEFILE"], "s", "ogr")
    assert {f["labels"] for f in exchanged.getFeatures()} == {f["label"] for f in layer.getFeatures()}
    assert (tmp_path / "errors.cpg").read_text().strip() == "GBK"


@needs_model
def test_scoring_the_result_again_gives_the_same_score(application, tmp_path):
    path = write(tmp_path / "holes.tif", holes())
    inspected, _ = run(application, "inspect", {"INPUT": path, "OUTPUT": str(tmp_path / "errors.gpkg")})
    scored, _ = run(
        application, "score", {"INPUT": inspected["OUTPUT"], "RASTER": path, "OUTPUT": str(tmp_path / "scored.gpkg")}
    )
    assert scored["SCORE"] == pytest.approx(inspected["SCORE"])
    assert scored["ERROR_COUNT"] == inspected["ERROR_COUNT"]


@needs_model
def test_classify_blocks(application, tmp_path):
    parameters = {"INPUT": write(tmp_path / "holes.tif", holes()), "OUTPUT": str(tmp_path / "blocks.gpkg")}
    results, _ = run(application, "classifyblocks", parameters)
    assert results["BLOCK_COUNT"] == QgsVectorLayer(results["OUTPUT"], "b", "ogr").featureCount() >= 2


def test_the_source_of_a_mosaic_is_not_replaced(application, tmp_path):
    source = write(tmp_path / "tile.tif", holes())
    mosaic = str(tmp_path / "mosaic.vrt")
    gdal.Translate(mosaic, source, format="VRT")
    before = Path(source).read_bytes()
    for name in ("MASK", "OUTPUT"):
        parameters = {"INPUT": mosaic, "OUTPUT": str(tmp_path / "e.gpkg")}
        target = source if name == "MASK" else str(tmp_path / "tile.shp")
        if name == "OUTPUT":
            (tmp_path / "tile.prj").touch()
        with pytest.raises(QgsProcessingException, match=r"would overwrite .*tile\."):
            run(application, "pixelmissing", {**parameters, name: target})
    assert Path(source).read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"tile.tif", "mosaic.vrt", "tile.prj"}


@needs_model
def test_a_lot_is_inspected_reviewed_judged_twice_and_reported_on(application, tmp_path):
    from rsqi.rsqi_core.files.second_review import Verdict, draw, first_verdicts, judge

    (tmp_path / "in").mkdir()
    for name, rgb in (("holes", holes()), ("clean", texture())):
        write(tmp_path / "in" / f"{name}.tif", rgb)
    (tmp_path / "in" / "broken.tif").write_bytes(b"II*\0 no image")
    asked = {"FOLDER": str(tmp_path / "in"), "OUTPUT": str(tmp_path / "out"), "TYPES": [9], "BLOCK_SIZES": "512"}
    asked |= {"LANGUAGE": 1, "WORKERS": 1}
    results, _ = run(application, "inspectbatch", {**asked, "MAP": str(tmp_path / "map.gpkg")})
    assert (results["DONE"], results["FAILED"]) == (2, 1)
    rows = {f["name"]: f for f in QgsVectorLayer(str(tmp_path / "map.gpkg"), "map", "ogr").getFeatures()}
    assert rows["broken"]["status"] == "failed" and rows["broken"]["reason"]
    assert rows["holes"]["errors"] == 1 and rows["clean"]["errors"] == 0 and rows["holes"].hasGeometry()
    result = tmp_path / "out" / "holes.gpkg"
    layer = QgsVectorLayer(f"{result}|layername=errors", "errors", "ogr")
    layer.startEditing()
    fid = next(layer.getFeatures()).id()
    for name, value in (("status", "accepted"), ("edited_by", "Li"), ("edited_at", "2026-11-20T06:30:00")):
        layer.changeAttributeValue(fid, layer.fields().indexFromName(name), value)
    assert layer.commitChanges()
    verdicts = first_verdicts(result)
    assert [(each.category_id, each.by) for each in verdicts] == [(10, "Li")]
    draw(result, verdicts)
    assert judge(result, Verdict(fid, 10, "Zhao"))
    results, _ = run(application, "inspectbatch", asked)
    assert (results["DONE"], results["SKIPPED"], results["FAILED"]) == (0, 2, 1), "and a review is not lost"
    report = Path(results["REPORT"]).read_text(encoding="utf-8")
    assert "1 errors of 1 images" in report and "100%" in report
    with closing(sqlite3.connect(result)) as database:
        assert database.execute("SELECT status, edited_by FROM errors").fetchall() == [("accepted", "Li")]
    assert QgsVectorLayer(f"{result}|layername=second_review", "second", "ogr").featureCount() == 1
