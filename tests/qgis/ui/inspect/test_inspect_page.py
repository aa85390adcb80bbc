"""The page *Inspect*, offscreen, with a worker that has no model."""

import json
import shutil
import time
from pathlib import Path

import pytest
from fake_iface import Iface
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.PyQt import sip


@pytest.fixture
def image(raster, tmp_path):
    """The image in a folder of its own, as a layer of the project."""
    path = tmp_path / "scene.tif"
    shutil.copy(raster, path)
    layer = QgsRasterLayer(str(path), "scene")
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def page(application, fake):
    from rsqi.ui.inspect.page import InspectPage

    page = InspectPage(Iface())
    page.reviewed = []
    page.finished.connect(page.reviewed.append)
    yield page
    page.stop()
    QgsProject.instance().clear()
    for widget in (page, page._iface.canvas, page._iface.bar):
        sip.delete(widget)


def work(page, until=None):
    """Let QGIS work until the inspections are over."""
    end = time.monotonic() + 60
    while time.monotonic() < end and not (until() if until else page.run_button.isEnabled()):
        QgsApplication.processEvents()
        time.sleep(0.01)


def shown(page):
    return [item.text() for item in page._iface.bar.items()]


def test_a_result_lies_beside_its_image_and_is_handed_on(page, image, tmp_path):
    page.follow(image)
    page.run()
    work(page)
    (layer,) = page.reviewed
    assert layer.source() == f"{tmp_path / 'scene_rsqi.gpkg'}|layername=errors" and layer.featureCount() == 10
    assert page._iface.active is layer and layer.renderer().type() == "categorizedSymbol"
    assert {each.name() for each in QgsProject.instance().mapLayers().values()} == {"scene", "scene: errors"}


def test_a_second_result_does_not_replace_the_first(page, image, tmp_path):
    page.follow(image)
    for _ in range(2):
        page.run()
        work(page)
    chosen = tmp_path / "mine.gpkg"
    chosen.write_bytes(b"of somebody else")
    page.form.output_box.setFilePath(str(chosen))
    page.run()
    work(page)
    names = {file.name for file in tmp_path.glob("*.gpkg")}
    assert names == {"scene_rsqi.gpkg", "scene_rsqi_2.gpkg", "mine.gpkg", "mine_2.gpkg"}
    assert chosen.read_bytes() == b"of somebody else"


def test_earlier_results_of_an_image_go_into_a_group_and_it_is_said(page, image):
    page.follow(image)
    for _ in range(3):
        page.run()
        work(page)
    root = QgsProject.instance().layerTreeRoot()
    assert [node.name() for node in root.children()] == ["scene: errors", "scene: earlier results", "scene"]
    group = root.findGroup("scene: earlier results")
    assert not group.itemVisibilityChecked()
    assert sorted(node.name() for node in group.children()) == ["scene_rsqi: errors", "scene_rsqi_2: errors"]
    said = [item.text() for item in page._iface.messageBar().items()]
    assert "Earlier results of scene are kept in a group of the layer panel, hidden: scene_rsqi_2: errors." in said
    newest = root.children()[0].layer()
    assert newest is page.reviewed[-1] and len({layer.name() for layer in root.findLayers()}) == 4


@pytest.mark.parametrize("answer", ["replace", "beside", "cancel"])
def test_a_reviewed_result_is_replaced_only_after_a_question(page, image, tmp_path, monkeypatch, answer):
    from rsqi.ui.inspect import page as module

    chosen, asked = tmp_path / "mine.gpkg", []
    page.follow(image)
    page.form.output_box.setFilePath(str(chosen))
    page.run()
    work(page)
    (layer,) = page.reviewed
    layer.dataProvider().changeAttributeValues({1: {layer.fields().indexFromName("status"): "accepted"}})
    monkeypatch.setattr(module, "ask", lambda path, verdicts, parent: asked.append((path, verdicts)) or answer)
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    page.run()
    work(page)
    assert asked == [(chosen, 1)]
    if answer == "cancel":
        assert not page.is_running() and len(page.reviewed) == 1 and not (tmp_path / "seen.json").exists()
        return
    request = json.loads((tmp_path / "seen.json").read_text())["request"]
    assert request["overwrite"] == (answer == "replace")
    assert request["output"] == str(chosen if answer == "replace" else tmp_path / "mine_2.gpkg")


def test_the_question_says_how_many_verdicts_there_are(application, tmp_path, monkeypatch):
    from qgis.PyQt.QtWidgets import QMessageBox
    from rsqi.ui.inspect.replacing import CANCEL, ask

    said = []

    def show(box):
        said.extend((box.text(), box.informativeText(), box.defaultButton().text()))

    monkeypatch.setattr(QMessageBox, "exec", show, raising=False)
    assert ask(tmp_path / "mine.gpkg", 12, None) == CANCEL  # nothing was clicked
    assert "verdicts: 12" in said[0] and "mine.bak.gpkg" in said[1] and said[2] == "Save beside it"


def test_errors_show_on_the_map_until_cancelled(page, image, fake):
    fake("slow")
    page.follow(image)
    page.run()
    work(page, lambda: page._live_layer is not None and page._live_layer.count)
    live = next(each for each in QgsProject.instance().mapLayers().values() if each is not image)
    assert live.featureCount() == 1 and live.readOnly() and page.progress.value() > 0
    assert "2.5 Mpx/s" in page.status.text() and "Errors so far: 1" in page.status.text()
    page.cancel()
    work(page)
    assert page.status.text() == "Cancelled." and page.reviewed == []
    assert list(QgsProject.instance().mapLayers().values()) == [image]


def test_one_bad_file_of_a_folder_does_not_stop_the_rest(page, raster, tmp_path):
    for name in ("a.tif", "c.tif", "c_mask.tif"):
        shutil.copy(raster, tmp_path / name)
    (tmp_path / "b.tif").write_text("no image")
    page.form.source_box.kind_box.setCurrentIndex(2)
    page.form.source_box.folder_box.setFilePath(str(tmp_path))
    page.run()
    work(page)
    assert {file.name for file in tmp_path.glob("*.gpkg")} == {"a_rsqi.gpkg", "c_rsqi.gpkg"}
    assert [outcome.problem for outcome in page._outcomes if outcome.problem] == [
        f"{tmp_path / 'b.tif'} cannot be opened as an image."
    ]
    assert page.status.text() == "Inspected: 2, errors: 20, lowest score: 90.0 (a); failed: 1"
    page.table.copy()
    assert QgsApplication.clipboard().text().splitlines()[1:3] == [
        "a\t90.0\t10\tGood",
        "b\t\t\tb cannot be opened as an image.",
    ]
    assert not QgsProject.instance().mapLayers()  # a hundred images are not opened unasked
    page.table.itemActivated.emit(page.table.topLevelItem(2), 0)
    assert page.reviewed[0].name() == "c: errors" and len(QgsProject.instance().mapLayers()) == 2


def test_where_nothing_was_inspected_no_score_is_shown(page, raster, image, fake, tmp_path):
    fake("nothing")
    page.follow(image)
    page.run()
    work(page)
    assert page.status.text().splitlines()[0] == "No score: nothing was inspected."
    shutil.copy(raster, tmp_path / "a.tif")
    shutil.copy(raster, tmp_path / "b.tif")
    page.form.source_box.kind_box.setCurrentIndex(2)
    page.form.source_box.folder_box.setFilePath(str(tmp_path))
    page.run()
    work(page)
    assert page.status.text().startswith("Inspected: 0, errors: 0; nothing to inspect in: ")
    assert {cells[1] + cells[3] for cells in map(type(page._outcomes[0]).cells, page._outcomes)} == {"–Not scored"}


def test_selected_polygons_are_what_is_inspected(page, image, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    area = QgsVectorLayer("Polygon?crs=EPSG:4547", "parts", "memory")
    for left in (500010, 500050):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, 3399960, left + 10, 3399980)))
        area.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(area)
    page.follow(image)
    page.form.area_box.kind_box.setCurrentIndex(2)
    page.run()
    assert shown(page) == ["Select the polygons to inspect in parts."]
    area.select(2)
    page.run()
    work(page)
    request = json.loads(Path(tmp_path / "seen.json").read_text())["request"]
    box = QgsGeometry.fromWkt(request["parameters"]["area"]).boundingBox()
    assert (box.xMinimum(), box.xMaximum()) == (500050, 500060)
    assert request["resume"] and request["preview"]


def test_presets_and_own_values(page):
    from rsqi.ui.inspect.presets import PRESETS

    form = page.form
    form.preset_box.activated.emit(0)
    quick = form.advanced_box.parameters()
    assert (quick["BLOCK_SIZES"], quick["OVERLAP"], quick["SENSITIVITY"]) == ("512", 0, 1)
    assert "THRESHOLD" not in quick and quick["TOLERANCE"] == 0.75
    form.advanced_box.tolerance_box.setValue(0)
    assert form.advanced_box.parameters()["TOLERANCE"] == 0 and form.preset_box.currentText() == "Quick"
    form.advanced_box.threshold_box.setValue(0.4)
    assert form.preset_box.currentText() == "Own"
    assert form.advanced_box.parameters()["THRESHOLD"] == pytest.approx(0.4)
    form.preset_box.activated.emit(2)
    assert form.advanced_box.preset() is PRESETS[2] and form.preset_box.currentText() == "Strict"
    assert form.preset_text.text().startswith("512 + 2048 px, overlap 40 %, sensitivity 4: ")


def test_bands_are_chosen_of_those_of_the_image(page, image, tmp_path):
    grey = tmp_path / "grey.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(grey), 8, 8, 1)
    dataset.GetRasterBand(1).SetDescription("pan")
    del dataset
    page.follow(image)
    box = page.form.advanced_box.bands_box
    red, green, blue = box.boxes
    assert red.itemText(0) == "Automatic" and red.count() == 1 + image.bandCount()
    assert page.form.parameters(page.form.images()[0])["BANDS"] == []
    red.setBand(3)
    assert box.bands() == [3] and page.form.problem() == ""
    green.setBand(2)
    assert "three for red, green and blue" in page.form.problem()
    blue.setBand(1)
    assert page.form.parameters(page.form.images()[0])["BANDS"] == [3, 2, 1] and page.form.problem() == ""
    layer = QgsRasterLayer(str(grey), "grey")
    QgsProject.instance().addMapLayer(layer)
    page.follow(layer)
    assert "pan" in red.itemText(1) and box.bands() == []
    page.form.source_box.kind_box.setCurrentIndex(2)
    page.form.source_box.folder_box.setFilePath(str(tmp_path))
    assert red.count() == 2  # those of the first image of the folder


def test_what_is_missing_is_said(page, image):
    page.form.type_list.check_all(False)
    page.follow(image)
    page.run()
    assert shown(page) == ["Choose at least one error type."] and not page.is_running()
    page.form.type_list.check_all(True)
    page.form.advanced_box.blocks_line.setText("17")
    page.run()
    assert "Block sizes must be" in shown(page)[0]


def test_a_failure_is_told_and_leaves_no_layer(page, image, fake, tmp_path):
    fake("killed")
    page.follow(image)
    page.run()
    work(page)
    assert any("Out of memory: tensor of 9 GB" in text for text in shown(page))
    assert page.status.text() == "The inspection failed." and not list(tmp_path.glob("*.gpkg"))
    assert list(QgsProject.instance().mapLayers().values()) == [image]


def test_a_web_map_asks_for_an_extent_and_a_pixel_size(page, tmp_path):
    layer = QgsRasterLayer(f"type=xyz&url=file://{tmp_path}/{{z}}/{{x}}/{{y}}.png&zmin=0&zmax=18", "map", "wms")
    QgsProject.instance().addMapLayer(layer)
    page._iface.canvas.setDestinationCrs(layer.crs())
    page._iface.canvas.setExtent(QgsRectangle(0, 0, 1000, 500))
    page.follow(layer)
    (image,) = page.form.images()
    parameters = page.form.parameters(image)
    assert parameters["PIXEL_SIZE"] == pytest.approx(page._iface.canvas.mapUnitsPerPixel(), rel=1e-3)
    assert parameters["EXTENT"].contains(QgsRectangle(0, 0, 1000, 500))
    page.form.pixel_box.setValue(2)
    assert page.form.parameters(image)["PIXEL_SIZE"] == 2
    assert page.form.destination(image).name == "map_rsqi.gpkg"


def test_an_inspection_is_scored_as_the_tab_score_does(page, image, tmp_path):
    from rsqi.bridge import schemes

    scheme = tmp_path / "own.json"
    scheme.touch()
    schemes.choose(scheme)
    schemes.choose_mode("area")
    try:
        page.follow(image)
        (chosen,) = page.form.images()
        parameters = page.form.parameters(chosen)
    finally:
        for name in (schemes.SCHEME, schemes.MODE):
            QgsSettings().remove(name)
    assert (parameters["SCHEME"], parameters["MODE"]) == (str(scheme), 1)


@pytest.fixture
def lines(tmp_path):
    """A file with one seamline of the image."""
    path = tmp_path / "lines.geojson"
    shape = {"type": "LineString", "coordinates": [[114.0, 30.7], [114.001, 30.7]]}
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shape}))
    return path


def test_seams_are_measured_along_a_chosen_file_and_shown(page, image, lines, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    page.follow(image)
    button = page.form.seam_box.measure_button
    assert not button.isEnabled()
    page.form.seam_box.open_file(str(lines))
    button.click()
    work(page)
    assert json.loads((tmp_path / "seen.json").read_text())["request"]["lines"] == str(lines)
    (layer,) = page.reviewed
    assert layer.source() == f"{tmp_path / 'scene_seams.gpkg'}|layername=errors" and layer.featureCount() == 2
    shown_layers = [each.layer() for each in QgsProject.instance().layerTreeRoot().findLayers()]
    assert [(each.name(), each.renderer().type()) for each in shown_layers[:2]] == [
        ("scene: seams", "RuleRenderer"), ("scene: errors", "categorizedSymbol")
    ]  # fmt: skip
    assert page.status.text().startswith("Score 98.0")


def test_a_file_without_lines_is_refused_in_one_line(page, image, tmp_path):
    points = tmp_path / "points.geojson"
    points.write_text(json.dumps({"type": "Point", "coordinates": [114.0, 30.7]}))
    (tmp_path / "text.shp").write_text("nothing")
    for path in (points, tmp_path / "text.shp"):
        page.form.seam_box.open_file(str(path))
    assert {text.split("/")[-1] for text in shown(page)} == {
        "points.geojson holds no lines and no polygons.", "text.shp cannot be opened as a layer of lines."
    }  # fmt: skip
    assert [each.name() for each in QgsProject.instance().mapLayers().values()] == ["scene"]


def test_without_seamlines_nothing_is_measured(page, image):
    page.follow(image)
    page.measure_seams()
    assert page.status.text() == "Choose the seamlines to measure." and page.run_button.isEnabled()


def test_a_memory_of_clean_images_is_handed_on_and_remembered(page, image, tmp_path):
    from rsqi.ui.inspect.form import InspectionForm

    form = page.form
    (one,) = form.images()
    assert "MEMORY" not in form.parameters(one)
    path = tmp_path / "clean.safetensors"
    form.advanced_box.memory_box.setFilePath(str(path))
    assert "no memory of clean images" in form.problem() and str(path) in form.problem()
    path.touch()
    assert form.problem() == "" and form.parameters(one)["MEMORY"] == str(path)
    assert "MEMORY" not in form.method()[0], "batches do not know it"
    again = InspectionForm(page._iface.canvas)
    assert again.advanced_box.memory_box.filePath() == str(path)
    form.advanced_box.memory_box.setFilePath("")
    assert QgsSettings().value("rsqi/inspect/memory") == "" and form.problem() == ""
    again.stop()
    sip.delete(again)
