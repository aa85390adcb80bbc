"""Decisions without widgets: each is in the file at once, can be undone, and never overwrites those of others."""

import sqlite3
from contextlib import closing

import pytest
from qgis.core import QgsFeature, QgsVectorLayer
from review_scene import box, layer_of, stored


@pytest.mark.parametrize("action, status", [("accept", "accepted"), ("reject", "rejected")])
def test_a_verdict_is_in_the_file_at_once_and_signed(path, review, action, status):
    assert getattr(review, action)([1, 3])
    rows = stored(path)
    assert [rows[fid]["status"] for fid in (1, 2, 3)] == [status, "unreviewed", status]
    assert rows[1]["edited_by"] and rows[1]["edited_at"].isValid()
    assert not review.layer.isEditable(), "the file is free for others between two actions"


def test_another_type_takes_its_names_along(path, review):
    review.relabel([1], 4)
    row = stored(path, 1)
    assert (row["category_id"], row["label"], row["label_en"], row["status"]) == (4, "模糊", "Blur", "corrected")


def test_the_type_it_has_confirms_an_error(path, review):
    review.relabel([1], 1)
    assert stored(path, 1)["status"] == "accepted"


def test_undo_and_redo_go_through_all_actions(path, review):
    before = stored(path)
    review.accept([1])
    review.relabel([1, 2], 5)
    review.comment(2, " thin haze ")
    review.merge([3, 4])
    after = stored(path)
    assert after[2]["comment"] == "thin haze" and 4 not in after
    for _ in range(4):
        assert review.undo()
    assert stored(path) == before and not review.undo()
    for _ in range(4):
        assert review.redo()
    assert stored(path) == after and not review.redo()


def test_merged_errors_become_the_first_with_the_outline_of_all(path, review):
    review.merge([4, 3])
    layer = layer_of(path)
    assert {feature.id() for feature in layer.getFeatures()} == {1, 2, 4}
    merged = layer.getFeature(4)
    assert merged.geometry().area() == pytest.approx(800) and merged["confidence"] == 0.7
    assert merged["area_m2"] == pytest.approx(800, rel=2e-3) and merged["status"] == "corrected"


def test_what_somebody_else_has_changed_is_not_overwritten(path, review, person):
    other = person(path)
    other.reject([1])
    assert not review.accept([1])
    assert stored(path, 1)["status"] == "rejected" and "meanwhile" in review.refusals[0]
    assert review.rows[1].status == "rejected", "it was read again"
    assert review.accept([1]), "and can be judged once it has been seen"


def test_few_errors_are_read_at_once_however_busy_the_computer_is(path, person, monkeypatch):
    from rsqi.ui.review import reading

    monkeypatch.setattr(reading, "FIRST_MS", 0)  # as where another program has had the processor since the clock began
    review = person(path)
    assert list(review.rows) == [1, 2, 3, 4] and not review.reading.going_on


def test_undo_leaves_alone_what_somebody_else_has_changed(path, review, person):
    review.accept([1])
    person(path).comment(1, "mine")
    assert not review.undo()
    assert stored(path, 1)["comment"] == "mine" and len(review.refusals) == 1


def test_two_people_take_turns_on_different_errors(path, review, person):
    other = person(path)
    other.reject([1])
    review.accept([2])
    other.accept([3])
    assert [stored(path, fid)["status"] for fid in (1, 2, 3)] == ["rejected", "accepted", "accepted"]
    assert review.refusals == other.refusals == []


def test_a_journal_that_somebody_else_has_begun_hides_nothing(path, review):
    with closing(sqlite3.connect(path)) as other:  # as another QGIS in edit mode
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE summary SET width = width")
        other.commit()
        assert review.accept([1]) and review.refusals == [] and len(review.rows) == 4
    assert stored(path, 1)["status"] == "accepted"


def test_a_file_that_cannot_be_written_is_said_and_nothing_changes(path, review, monkeypatch):
    monkeypatch.setattr(review.layer, "startEditing", lambda: False, raising=False)
    assert not review.accept([1])
    assert "read-only" in review.refusals[0] and review.rows[1].status == "unreviewed"


def test_a_layer_in_memory_works_too(application, person):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4547&field=category_id:int&field=status:string", "errors", "memory")
    features = []
    for place in range(2):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(box(20 * place, 0, 20, 20))
        feature.setAttributes([1, "unreviewed"])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    review = person(layer)
    first, second = sorted(review.rows)
    review.merge([first, second])
    review.relabel([first], 2)
    assert len(review.rows) == 1
    review.undo(), review.undo()
    assert {row.category_id for row in review.rows.values()} == {1} and len(review.rows) == 2
    assert review.redo() and len(review.rows) == 1, "the error that came back has another number, and is still found"
