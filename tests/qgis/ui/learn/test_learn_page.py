"""The page *Learn*, from reviewed errors to a better model, with a worker that only pretends to train."""

import sqlite3
import time
from contextlib import closing

import pytest
from qgis.core import (
    QgsApplication,
)
from qgis.PyQt.QtCore import QEventLoop, Qt
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QWidget
from reviewed_layers import add_layer, write_reviewed


def wait(until, seconds=20):
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)
    assert until()


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


def test_a_layer_is_ticked_once_it_is_reviewed_and_stays_as_a_person_has_left_it(page, tmp_path):
    layer = add_layer(write_reviewed(tmp_path / "a.gpkg", ["unreviewed", "unreviewed"]))
    page.refresh()
    assert not ticks(page)["image: errors"]
    layer.startEditing()
    layer.changeAttributeValue(1, layer.fields().indexFromName("status"), "accepted")
    assert layer.commitChanges()
    page.refresh()
    assert ticks(page)["image: errors"]
    page.data.tree.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    page.refresh()
    page.refresh()
    assert not ticks(page)["image: errors"]


def test_of_two_inspections_of_an_image_the_later_one_is_ticked(page, tmp_path):
    for name, raster, time_text in (
        ("old", "/data/a.tif", "2026-01-01T10:00:00+08:00"),
        ("new", "/data/a.tif", "2026-02-01T10:00:00+08:00"),
        ("other", "/data/b.tif", "2025-01-01T10:00:00+08:00"),
    ):
        path = write_reviewed(tmp_path / f"{name}.gpkg")
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("CREATE TABLE summary (raster TEXT, inspected_at TEXT)")
            file.execute("INSERT INTO summary VALUES (?, ?)", (raster, time_text))
        add_layer(path, name)
    page.refresh()
    assert ticks(page) == {"new": True, "old": False, "other": True}


def ticks(page):
    tree = page.data.tree
    items = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    return {item.text(0): item.checkState(0) == Qt.CheckState.Checked for item in items}


def test_data_training_comparison_and_use(page, tmp_path):
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


def figures(page):
    table = page.models.table
    return [[table.item(r, c).text() for c in range(table.columnCount())] for r in range(table.rowCount())]


def test_all_models_are_measured_and_the_better_one_is_taken_and_given_back(page, tmp_path):
    from rsqi.bridge.model_choice import DEFAULT, chosen_model, models_folder

    assert not button(page, "Measure").isEnabled() and not button(page, "Page").isEnabled()
    export(page, tmp_path)
    button(page, "Train").click()
    wait(lambda: page.models.table.rowCount() == 2 and button(page, "Measure").isEnabled())
    assert all("not measured yet" in row[0] and row[1:] == ["–"] * 4 for row in figures(page))
    button(page, "Measure").click()
    wait(lambda: "measured" in status(page) and button(page, "Measure").isEnabled())
    first, second = figures(page)
    assert first[0].startswith("Default model\nin use; ") and first[1:] == ["0.50", "–", "2%", "20"]
    assert second[0].startswith("model-1") and second[1:] == ["0.60", "0.40", "2%", "21"]
    from rsqi.ui.learn.comparison_table import BETTER

    green = [[page.models.table.item(r, c).foreground().color() == BETTER for c in range(1, 5)] for r in range(2)]
    assert green == [[False, False, True, True], [True, False, True, False]]
    page.models.table.selectRow(1)
    button(page, "UseModel").click()
    assert chosen_model() == str(models_folder() / "model-1")
    assert figures(page)[1][0].startswith("model-1\nin use; ") and not button(page, "UseModel").isEnabled()
    button(page, "Back").click()
    assert chosen_model() == DEFAULT
    button(page, "Page").click()
    from qgis.PyQt.QtWidgets import QTextBrowser

    text = page.findChild(QTextBrowser)
    assert "cloud" in text.toPlainText() and "RSQI" not in text.toPlainText()
    page.page_window.close()


def test_measuring_is_cancelled_and_writes_nothing(page, trainer, tmp_path):
    export(page, tmp_path)
    trainer("slow")
    button(page, "Measure").click()
    wait(lambda: page.bar.isVisible())
    button(page, "Cancel").click()
    wait(lambda: button(page, "Measure").isEnabled(), 5)
    assert "Nothing was written" in status(page) and "not measured yet" in figures(page)[0][0]


def test_a_pair_of_checkpoints_is_a_model_too(application, trainer):
    from rsqi.bridge.model_choice import known_models, models_folder

    for name in ("new/new-classifier", "new/new-segmenter", "half/new-classifier"):
        (models_folder() / name).mkdir(parents=True)
        (models_folder() / name / "config.json").write_text("{}")
    assert [model.name for model in known_models()] == ["default", "new"]


def test_lora_is_offered_for_a_pair_of_checkpoints_only(page, tmp_path):
    import json

    from rsqi.bridge.model_choice import models_folder

    for name in ("classifier", "segmenter"):
        (models_folder() / "pair" / name).mkdir(parents=True)
        (models_folder() / "pair" / name / "config.json").write_text("{}")
    export(page, tmp_path)
    box = page.findChild(QCheckBox, "rsqiLearnLora")
    assert not box.isVisible()
    page.training.start_box.setCurrentIndex(1)
    assert box.isVisible()
    box.setChecked(True)
    button(page, "Train").click()
    wait(lambda: "better" in status(page))
    assert json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))["lora"] == 16


def test_thresholds_are_offered_after_enough_verdicts_used_and_undone(page, tmp_path):
    from rsqi.bridge.model_choice import DEFAULT, choose_model, chosen_model, models_folder

    add_layer(write_reviewed(tmp_path / "a.gpkg"))
    page.refresh()
    verdicts = page.findChild(QLabel, "rsqiLearnVerdicts")
    assert verdicts.text().startswith("5 verdicts") and not button(page, "Fit").isEnabled()
    add_layer(write_reviewed(tmp_path / "b.gpkg", ["accepted"] * 14 + ["rejected"] * 11 + ["unreviewed"]))
    page.refresh()
    assert verdicts.text().startswith("30 verdicts") and button(page, "Fit").isEnabled()
    button(page, "Fit").click()
    wait(lambda: button(page, "UseThresholds").isEnabled())
    table = page.findChild(QWidget, "rsqiLearnThresholdTable")
    rows = [[table.item(n, c).text() for c in range(1, 5)] for n in range(2)]
    assert rows == [["25 / 40", "0.500", "0.620", "9 / 1"], ["1 / 3", "0.600", "=", "–"]]
    assert chosen_model() == DEFAULT and not button(page, "UndoThresholds").isEnabled()
    button(page, "UseThresholds").click()
    assert chosen_model() == str(models_folder() / "station")
    button(page, "UndoThresholds").click()
    assert chosen_model() == DEFAULT and not button(page, "UndoThresholds").isEnabled()
    choose_model(DEFAULT)
