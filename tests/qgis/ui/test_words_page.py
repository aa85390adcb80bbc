"""The page *Find and ask* with the real worker and a tiny model with random weights."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from fake_iface import Iface
from osgeo import gdal, osr
from qgis.core import (
    QgsField,
    QgsFields,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QVariant
from review_scene import box, layer_of, stored, write_table
from review_scene import write as write_result
from runner import Record, run, spin

ROOT = Path(__file__).parents[3]
HANGS = 600  # seconds
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = subprocess.run([str(PYTHON), str(ROOT / "tests" / "tiny_text_models.py"), str(folder)], capture_output=True)
    assert made.returncode == 0, made.stderr.decode()
    return folder


@pytest.fixture
def image(tmp_path):
    """An image of 300 x 300 px, where the result of `review_scene` lies."""
    path = tmp_path / "image.tif"
    rgb = np.random.default_rng(0).integers(1, 255, (3, 300, 300), np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 300, 300, 3)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500100, 0.5, 0, 3400500, 0, -0.5))
    dataset.WriteArray(rgb)
    return str(path)


@pytest.fixture
def dock(application, monkeypatch):
    from rsqi.ui.dock import RsqiDock

    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))
    iface = Iface()
    dock = RsqiDock(iface)
    dock.show_page("words")
    dock.show()
    yield dock
    dock.hide()
    dock.stop()
    QgsProject.instance().clear()
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)


def find(application, dock, image, model, phrase="smoke on water"):
    layer = QgsRasterLayer(image, "image")
    QgsProject.instance().addMapLayer(layer)
    box = dock.words_page.find_box
    box.image_box.setLayer(layer)
    box.phrase_box.setText(phrase)
    box.model_box.setFilePath(str(model))
    box.threshold_box.setValue(0.01)
    box.run_button.click()
    ended(application, box)
    return box


def ended(application, box):
    """Wait for the worker's end; the limit is only there for one that hangs."""
    spin(application, HANGS, lambda: box._run is None)
    assert box._run is None, f"the worker has not ended after {HANGS} s: {box.status.text()}"


def test_what_words_find_is_listed_and_taken_with_one_key(application, dock, models, image, tmp_path):
    path = write_result(tmp_path / "result.gpkg")
    errors = layer_of(path)
    QgsProject.instance().addMapLayer(errors)
    dock.set_layer(errors)
    box = find(application, dock, image, models / "clip")
    assert "Places found: 1" in box.status.text()
    names = sorted(layer.name() for layer in QgsProject.instance().mapLayers().values())
    assert names == ["Found: smoke on water", "Heat map: smoke on water", "errors", "image"]
    found, before = dock.words_page.found, stored(path)
    assert found.isVisible() and found.list.count() == 1
    found.list.setCurrentRow(0)
    found.type_box.setCurrentIndex(found.type_box.findData(5))
    found.take()
    (fid,) = stored(path).keys() - before.keys()
    row = stored(path, fid)
    assert (row["category_id"], row["status"], row["comment"]) == (5, "added", "smoke on water")
    assert row["source"] == "technician" and row["area_m2"] == pytest.approx(150 * 150, rel=0.01)
    assert found.list.item(0).text().startswith("✓") and fid in dock.review_page.decisions.rows
    found.take()
    assert len(stored(path)) == len(before) + 1, "once"
    dock.review_page.run_command("undo")
    assert stored(path).keys() == before.keys()


def test_without_a_layer_under_review_nothing_is_taken(application, dock, models, image):
    find(application, dock, image, models / "clip")
    found = dock.words_page.found
    found.list.setCurrentRow(0)
    found.take()
    assert "no layer of errors" in found.said.text() and not found.list.item(0).text().startswith("✓")


def test_a_folder_without_a_model_is_one_line(application, dock, tmp_path, image):
    (tmp_path / "empty").mkdir()
    box = find(application, dock, image, tmp_path / "empty")
    assert "no model that takes words" in box.status.text() and "\n" not in box.status.text()
    assert box.run_button.isEnabled() and not dock.words_page.found.isVisible()
    assert "comes with none" in find(application, dock, image, "").status.text()


def test_answers_select_their_errors(application, dock, tmp_path):
    errors = layer_of(write_result(tmp_path / "result.gpkg"))
    QgsProject.instance().addMapLayer(errors)
    box = dock.words_page.ask_box
    assert not box.isEnabled()
    dock.set_layer(errors)
    box.question_box.setText("How many clouds are there?")
    box.ask_button.click()
    assert box.text.text().startswith("cloud: 3.") and set(errors.selectedFeatureIds()) == {1, 3, 4}
    assert box.list.count() == 3 and box.list.isVisible()
    box.list.itemClicked.emit(box.list.item(1))
    assert errors.selectedFeatureIds() == [3]
    box.question_box.setText("这是什么季节？")
    box.ask_button.click()
    assert "可以问" in box.text.text() and not box.list.isVisible()


def test_a_model_answers_what_was_not_measured(application, monkeypatch, models, image, tmp_path):
    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))
    path = tmp_path / "of_image.gpkg"
    script = "import sys; from rsqi_core.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["inspect", image, "--output", str(path), "--progress", "none"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([str(PYTHON), "-c", script, *words], env=environment).returncode == 0
    asked = {"INPUT": f"{path}|layername=errors", "QUESTION": "What season is it?"}
    results, _ = run(application, "ask", {**asked, "MODEL": str(models / "blip")}, Record())
    assert results["TEXT"].startswith("Said by the model blip, not measured:") and results["SOURCE"] == "model"
    results, _ = run(application, "ask", {**asked, "QUESTION": "Is there any blur?"}, Record())
    assert results["SOURCE"] == "measured"
    with pytest.raises(QgsProcessingException, match="no model that answers"):
        run(application, "ask", {**asked, "MODEL": str(tmp_path)}, Record())


def test_an_unusual_place_is_taken_as_a_type(application, dock, tmp_path):
    path = write_result(tmp_path / "result.gpkg")
    fields = QgsFields()
    for name, kind in (("rank", QVariant.Int), ("score", QVariant.Double), ("area_m2", QVariant.Double)):
        fields.append(QgsField(name, kind))
    write_table(path, "unusual", fields, [(box(600, 600, 30, 30), [1, 0.8, 900.0])], QgsWkbTypes.MultiPolygon)
    errors, unusual = layer_of(path), QgsVectorLayer(f"{path}|layername=unusual", "unusual", "ogr")
    QgsProject.instance().addMapLayer(errors)
    dock.set_layer(errors)
    assert not dock.words_page.unusual_box.isVisible()
    QgsProject.instance().addMapLayer(unusual)  # as QGIS loads it: after the errors
    places, before = dock.words_page.unusual, stored(path)
    assert dock.words_page.unusual_box.isVisible() and places.list.count() == 1
    places.list.setCurrentRow(0)
    places.type_box.setCurrentIndex(places.type_box.findData(6))
    places.take_button.click()
    (fid,) = stored(path).keys() - before.keys()
    row = stored(path, fid)
    assert (row["category_id"], row["status"], row["comment"]) == (6, "added", "Unusual place")
    assert row["confidence"] == pytest.approx(0.8) and places.list.item(0).text().startswith("✓")
    assert not dock.words_page.found.isVisible()
