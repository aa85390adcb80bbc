"""From reviewed errors to a better model: the algorithms and the page, with a worker that only pretends to train."""

import json
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
from osgeo import ogr, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, Qt
from qgis.PyQt.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

STATUSES = ("accepted", "accepted", "corrected", "added", "rejected", "unreviewed")


@pytest.fixture
def trainer(application, tmp_path, monkeypatch):
    """Use the pretending worker and a fresh folder of models; call it to choose how the worker behaves."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).parent / "fake_trainer.py"}"\n')
    python.chmod(0o755)
    monkeypatch.setenv("RSQI_PYTHON", str(python))
    monkeypatch.setenv("FAKE_TRAINER_SEEN", str(tmp_path / "seen.json"))
    profile = tmp_path / "profile"
    monkeypatch.setattr(QgsApplication, "qgisSettingsDirPath", staticmethod(lambda: f"{profile}/"))
    QgsSettings().remove("rsqi/model")
    QgsSettings().remove("rsqi/learn")
    yield lambda mode: monkeypatch.setenv("FAKE_TRAINER", mode)
    QgsProject.instance().clear()
    QgsSettings().remove("rsqi/model")
    QgsSettings().remove("rsqi/learn")


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


def wait(until, seconds=20):
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)
    assert until()


# The algorithms


def test_training_data_of_layers_and_folders_each_once(trainer, tmp_path):
    folder = tmp_path / "复核"
    folder.mkdir()
    one, two = (write_reviewed(folder / f"{n}.gpkg") for n in "ab")
    parameters = {"LAYERS": [add_layer(one)], "FOLDER": str(folder), "OUTPUT": str(tmp_path / "out")}
    results = run("trainingdata", parameters)
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert (seen["sources"], seen["sizes"], seen["test"]) == ([str(one), str(two)], [512], 0.2)
    assert (results["TRAIN_BLOCKS"], results["TEST_BLOCKS"], results["REJECTED_BLOCKS"]) == (30, 8, 3)


def test_a_layer_that_is_in_no_geopackage_is_refused(trainer, tmp_path):
    layer = QgsVectorLayer("Polygon?field=category_id:integer&field=status:string", "scratch", "memory")
    QgsProject.instance().addMapLayer(layer)
    message = run("trainingdata", {"LAYERS": [layer], "OUTPUT": str(tmp_path / "out")})
    assert "scratch is not stored in a GeoPackage" in message
    assert "Give reviewed layers" in run("trainingdata", {"OUTPUT": str(tmp_path / "out")})


def test_fine_tuning_says_which_model_is_better(trainer, tmp_path):
    assert "no dataset in the folder" in run("finetune", {"DATASET": str(tmp_path), "OUTPUT": str(tmp_path / "m")})
    run("trainingdata", {"FOLDER": str(write_reviewed(tmp_path / "a.gpkg").parent), "OUTPUT": str(tmp_path / "d")})
    results = run("finetune", {"DATASET": str(tmp_path / "d"), "OUTPUT": str(tmp_path / "m")})
    assert (results["BETTER"], results["OLD_F1"], results["NEW_F1"]) == (1, 0.55, 0.675)
    assert json.loads(results["VERDICT"])["sure"] == 0.93 and results["OUTPUT"] == str(tmp_path / "m")
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert (seen["model"], seen["epochs"], seen["device"], seen["keep"]) == ("default", 10, "auto", False)


def test_a_temporary_folder_will_do(trainer, tmp_path):
    folder = str(write_reviewed(tmp_path / "a.gpkg").parent)
    data = run("trainingdata", {"FOLDER": folder, "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    assert (Path(data) / "train").is_dir()
    results = run("finetune", {"DATASET": data, "OUTPUT": "TEMPORARY_OUTPUT"})
    assert (Path(results["OUTPUT"]) / "card.json").is_file()


def test_without_pytorch_it_says_what_to_do(trainer, tmp_path):
    run("trainingdata", {"FOLDER": str(write_reviewed(tmp_path / "a.gpkg").parent), "OUTPUT": str(tmp_path / "d")})
    trainer("bare")
    log = run("finetune", {"DATASET": str(tmp_path / "d"), "OUTPUT": str(tmp_path / "m")})
    assert "Training needs more libraries: open Set up and tick those for training: torch is missing" in log


# The choice of a model


def test_a_model_that_is_gone_is_not_chosen(trainer, tmp_path):
    from rsqi.bridge.model_choice import choose_model, chosen_model, known_models, models_folder

    folder = models_folder() / "ours"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    choose_model(str(folder))
    assert chosen_model() == str(folder) and [m.name for m in known_models()] == ["default", "ours"]
    (folder / "card.json").unlink()
    assert chosen_model() == "default"


# The curve


def test_the_curve_takes_losses_and_scores_from_the_rows(application):
    from rsqi.ui.learn.curve import curves, place

    rows = [{"step": 10, "steps": 20, "labels": 1.0, "evidence": 2.0}, {"step": 5, "steps": 20, "labels": 5.0},
            {"step": 10, "steps": 20, "score": 0.5}]  # fmt: skip
    found = curves(rows, weight=0.5)
    assert (found.steps, found.loss, found.score) == (20, ((5, 5.0), (10, 4.0)), ((10, 0.5),))
    assert place(found.score, 20, 1.0, (0, 0, 100, 50)) == [(50.0, 25.0)]


# The data


def test_a_dataset_with_too_little_to_compare_on_is_not_trained_on(tmp_path):
    from rsqi.ui.learn.datasets import read_dataset

    assert read_dataset(str(tmp_path)) is None and read_dataset("") is None
    for part, rows in (("train", [[1]] * 9), ("test", [[1], [2], [], [3]])):
        (tmp_path / part).mkdir()
        lines = (json.dumps({"labels": labels}) for labels in rows)
        (tmp_path / part / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = read_dataset(str(tmp_path))
    assert (found.train, found.test, found.test_errors, found.comparable) == (9, 4, 3, False)


# The page


@pytest.fixture
def page(trainer, qgis_iface_stub):
    from rsqi.ui.learn.page import LearnPage

    found = LearnPage(qgis_iface_stub)
    found.resize(420, 900)
    found.show()
    yield found
    found.stop()
    found.deleteLater()


@pytest.fixture
def qgis_iface_stub():
    class Bar:
        said = []

        def pushMessage(self, title, text, level):
            self.said.append(text)

    class Iface:
        bar = Bar()

        def messageBar(self):
            return self.bar

    return Iface()


def button(page, name):
    return page.findChild(QPushButton, f"rsqiLearn{name}")


def status(page):
    return page.findChild(QLabel, "rsqiLearnStatus").text()


def export(page, tmp_path):
    add_layer(write_reviewed(tmp_path / "a.gpkg"))
    wait(lambda: button(page, "Export").isEnabled())
    button(page, "Export").click()
    wait(lambda: button(page, "Train").isEnabled())


def test_decisions_are_counted_and_layers_without_any_left_out(page, tmp_path):
    layer = add_layer(write_reviewed(tmp_path / "a.gpkg"))
    layer.setSubsetString("status = 'accepted'")  # a filter of the review hides nothing from training
    add_layer(write_reviewed(tmp_path / "b.gpkg", ["unreviewed"]), "untouched: errors")
    page.refresh()
    tree = page.data.tree
    rows = [[tree.topLevelItem(n).text(c) for c in range(4)] for n in range(2)]
    assert rows == [["image: errors", "4", "1", "1"], ["untouched: errors", "0", "0", "1"]]
    ticks = [tree.topLevelItem(n).checkState(0) == Qt.CheckState.Checked for n in range(2)]
    assert ticks == [True, False]


def test_data_training_verdict_and_use(page, tmp_path):
    from rsqi.bridge.model_choice import DEFAULT, choose_model, chosen_model, models_folder

    assert not button(page, "Train").isEnabled()
    export(page, tmp_path)
    assert "30" in page.data.status.text() and "8" in page.data.status.text()
    button(page, "Train").click()
    wait(lambda: button(page, "Use").isEnabled())
    assert len(page.training.curve._curves.loss) == 10 and len(page.training.curve._curves.score) == 5
    table = page.findChild(QWidget, "rsqiLearnComparison")
    assert [table.item(0, c).text() for c in range(1, 3)] == ["0.50→0.80", "0.40→0.60"]
    assert table.rowCount() == 4  # no row for a type that nobody has seen
    assert chosen_model() == DEFAULT
    button(page, "Use").click()
    assert chosen_model() == str(models_folder() / "model-1")
    box = page.findChild(QComboBox, "rsqiLearnModel")
    box.setCurrentIndex(0)
    button(page, "Use").click()
    assert chosen_model() == DEFAULT
    choose_model(DEFAULT)


def test_a_model_that_is_not_better_is_shown_but_not_offered(page, trainer, tmp_path):
    trainer("worse")
    export(page, tmp_path)
    button(page, "Train").click()
    wait(lambda: "not better" in status(page))
    assert page.findChild(QComboBox, "rsqiLearnModel").count() == 1 and not button(page, "Use").isEnabled()
    assert page.findChild(QWidget, "rsqiLearnComparison").rowCount() == 4


def test_a_training_is_cancelled_and_says_that_it_can_go_on(page, trainer, tmp_path):
    export(page, tmp_path)
    trainer("slow")
    button(page, "Train").click()
    wait(lambda: page.bar.isVisible())
    button(page, "Cancel").click()
    wait(lambda: button(page, "Train").isEnabled(), 5)
    assert "train again to go on" in status(page)


def test_stopping_the_page_ends_what_runs(page, trainer, tmp_path):
    export(page, tmp_path)
    trainer("slow")
    button(page, "Train").click()
    wait(lambda: QgsApplication.taskManager().countActiveTasks() == 1)
    page.stop()
    wait(lambda: QgsApplication.taskManager().countActiveTasks() == 0, 5)
