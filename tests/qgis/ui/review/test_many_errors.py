"""Layers that are read in portions: nothing is lost, nothing waits for all of it, and the score follows each edit."""

import random
import time

import pytest
from qgis.core import QgsFeature, QgsProject
from qgis.PyQt.QtWidgets import QApplication
from review_scene import Iface, box, error, layer_of, stored, write

COUNT = 700


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)
    return condition()


def errors():
    rng = random.Random(5)
    for _ in range(COUNT):
        side = rng.choice([1, 4, 12])
        yield error(rng.randint(1, 10), rng.random(), box(rng.uniform(0, 900), rng.uniform(0, 900), side, side))


@pytest.fixture
def path(application, tmp_path):
    return write(tmp_path / "many.gpkg", list(errors()))


@pytest.fixture
def page(path, monkeypatch):
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review import reading
    from rsqi.ui.review.page import ReviewPage

    monkeypatch.setattr(reading, "FIRST_MS", 1)
    monkeypatch.setattr(reading, "SLICE_MS", 1)
    monkeypatch.setattr(reading, "PORTION", 20)
    page = ReviewPage(Iface(), LiveScore())
    page.live = page.deductions._live_score
    layer = layer_of(path)
    QgsProject.instance().addMapLayer(layer)
    page.set_layer(layer)
    page.show()
    yield page
    page.live.stop()
    page.stop()
    page.deleteLater()
    QgsProject.instance().clear()


def fresh(path):
    """The score of what the file says, measured from the beginning."""
    from qgis.core import QgsProcessingContext
    from rsqi.bridge import schemes
    from rsqi.bridge.layer_score import score_file

    return score_file(str(path), schemes.current(), schemes.mode(), QgsProcessingContext())


def test_the_first_errors_can_be_judged_while_the_others_are_read(page, path):
    assert page.decisions.reading.going_on and 0 < len(page.list.table.order) < COUNT
    assert "of 700" in page.progress_line.label.text()
    first = page.list.fid
    page.run_command("reject")
    assert stored(path, first)["status"] == "rejected" and page.decisions.reading.going_on
    assert until(lambda: not page.decisions.reading.going_on)
    assert len(page.list.table.order) == COUNT and page.decisions.rows[first].status == "rejected"
    assert page.progress_line.label.text().startswith("1 of 700 reviewed")
    order = [(row.category_id, row.fid) for row in map(page.decisions.rows.get, page.list.table.order)]
    assert order == sorted(order)


def test_what_somebody_else_does_meanwhile_is_taken_over_and_not_overwritten(page, path, person):
    assert until(lambda: not page.decisions.reading.going_on)
    other = person(path)
    assert until(lambda: not other.reading.going_on)
    last = max(other.rows)
    other.reject([last])
    page.list.go_to(last)
    page.run_command("accept")
    assert stored(path, last)["status"] == "rejected"
    assert page.decisions.rows[last].status == "rejected", "it is shown, although the others are still to be read"


def test_after_edits_of_every_kind_score_file_and_list_say_the_same(page, path):
    assert until(lambda: page.live.score is not None and not page.decisions.reading.going_on)
    assert page.live.score == fresh(path)
    layer, heard = page._layer, []
    page.live.scored.connect(heard.append)
    rng = random.Random(1)
    for step in range(12):
        fids = sorted(page.decisions.rows)
        page.list.go_to(rng.choice(fids))
        before = len(heard)
        if step % 4 == 3:
            layer.startEditing()
            if step == 3:
                feature = QgsFeature(layer.fields())
                geometry = box(400, 400, 30, 30)
                geometry.convertToMultiType()
                feature.setGeometry(geometry)
                feature["category_id"] = 6
                layer.addFeature(feature)
            elif step == 7:
                layer.changeGeometry(page.list.fid, layer.getFeature(page.list.fid).geometry().buffer(20, 3))
            else:
                layer.deleteFeature(page.list.fid)
        else:
            page.run_command(rng.choice(["reject", "accept", "type_1", "type_6", "undo"]))
        until(lambda known=before: len(heard) > known, 2)
    for command in ("undo", "undo", "redo"):
        page.run_command(command)
    assert until(lambda: not page.live._timer.isActive() and not page.deductions._timer.isActive())
    assert until(lambda: page.live.outdated() == {})
    expected = fresh(path)
    assert page.live.score == expected
    rows = stored(path)
    assert [(row["severity"] or None, row["penalty"]) for row in rows.values()] == [
        (item.severity, pytest.approx(item.penalty)) for item in expected.items
    ]
    listed = page.decisions.rows
    assert {fid: (row["severity"] or "", row["penalty"]) for fid, row in rows.items()} == {
        fid: (row.severity, row.penalty) for fid, row in listed.items()
    }
    assert {fid: row["status"] for fid, row in rows.items()} == {fid: row.status for fid, row in listed.items()}
    assert sorted(page.list.table.order) == sorted(rows)


def test_one_verdict_reads_and_measures_one_error(page, monkeypatch):
    from rsqi.bridge import layer_score

    assert until(lambda: page.live.score is not None and not page.decisions.reading.going_on)
    page.run_command("reject")  # stores what an earlier scheme gave
    assert until(lambda: page.live.outdated() == {} and not page.live._timer.isActive())
    asked = []
    before = layer_score.features_of
    monkeypatch.setattr(layer_score, "features_of", lambda *given: asked.append(given[2]) or before(*given))
    monkeypatch.setattr(layer_score, "error_record", lambda *_: pytest.fail("an outline was measured again"))
    heard = []
    page.live.scored.connect(heard.append)
    page.run_command("accept")
    assert until(lambda: heard)
    assert sum(asked) == 1


def test_a_row_that_the_filter_hides_goes_alone(page):
    assert until(lambda: not page.decisions.reading.going_on)
    page.filter_bar.status_box.setCurrentIndex(page.filter_bar.status_box.findData("unreviewed"))
    resets, removed = [], []
    page.list.table.modelReset.connect(lambda: resets.append(1))
    page.list.table.rowsRemoved.connect(lambda *_: removed.append(1))
    order = list(page.list.table.order)
    page.list.go_to(order[5])
    page.run_command("accept")
    assert page.list.table.order == order[:5] + order[6:] and page.list.fid == order[6]
    page.run_command("undo")
    assert page.list.table.order == order and page.list.fid == order[5]
    assert (resets, removed) == ([], [1])
