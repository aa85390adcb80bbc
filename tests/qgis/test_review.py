"""The review without widgets: what is decided is in the file at once, can be undone, and never overwrites others."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from qgis.core import QgsFeature, QgsVectorLayer
from review_scene import box, layer_of, stored, write


@pytest.fixture(scope="module")
def written(application, tmp_path_factory):
    return write(tmp_path_factory.mktemp("review") / "result.gpkg")


@pytest.fixture
def path(written, tmp_path):
    return shutil.copy(written, tmp_path / "result.gpkg")


@pytest.fixture
def person():
    """Return a function that opens a review of a file, as another person would; its `said` is what it refused."""
    from rsqi.ui.review.decisions import Decisions

    opened = []

    def open_review(source):
        decisions = Decisions()
        decisions.said = []
        decisions.refused.connect(decisions.said.append)
        decisions.set_layer(source if isinstance(source, QgsVectorLayer) else layer_of(source))
        opened.append(decisions)
        return decisions

    yield open_review
    for decisions in opened:
        decisions.set_layer(None)


@pytest.fixture
def review(path, person):
    return person(path)


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
    assert stored(path, 1)["status"] == "rejected" and "meanwhile" in review.said[0]
    assert review.rows[1].status == "rejected", "it was read again"
    assert review.accept([1]), "and can be judged once it has been seen"


def test_undo_leaves_alone_what_somebody_else_has_changed(path, review, person):
    review.accept([1])
    person(path).comment(1, "mine")
    assert not review.undo()
    assert stored(path, 1)["comment"] == "mine" and len(review.said) == 1


def test_two_people_take_turns_on_different_errors(path, review, person):
    other = person(path)
    other.reject([1])
    review.accept([2])
    other.accept([3])
    assert [stored(path, fid)["status"] for fid in (1, 2, 3)] == ["rejected", "accepted", "accepted"]
    assert review.said == other.said == []


def test_a_journal_that_somebody_else_has_begun_hides_nothing(path, review):
    with closing(sqlite3.connect(path)) as other:  # as another QGIS in edit mode
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE summary SET width = width")
        other.commit()
        assert review.accept([1]) and review.said == [] and len(review.rows) == 4
    assert stored(path, 1)["status"] == "accepted"


def test_a_file_that_cannot_be_written_is_said_and_nothing_changes(path, review, monkeypatch):
    monkeypatch.setattr(review.layer, "startEditing", lambda: False, raising=False)
    assert not review.accept([1])
    assert "read-only" in review.said[0] and review.rows[1].status == "unreviewed"


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


# Lists and blocks


def rows_of(*values):
    from rsqi.ui.review.error_rows import ErrorRow

    return {
        fid: ErrorRow(fid, category_id, confidence, 1.0, "D", 1.0, status, "model", comment, "", "")
        for fid, (category_id, confidence, status, comment) in enumerate(values, start=1)
    }


def test_the_list_filters_and_sorts_with_what_is_missing_last(application):
    from rsqi.ui.review.error_rows import RowFilter, arrange

    rows = rows_of((1, 0.3, "accepted", ""), (1, None, "added", ""), (2, 0.8, "unreviewed", "thin haze"))
    assert arrange(rows, RowFilter(), "confidence", descending=True) == [3, 1, 2]
    assert arrange(rows, RowFilter(), "confidence") == [1, 3, 2]
    assert arrange(rows, RowFilter(), "status") == [3, 1, 2], "in the order of the work"
    assert arrange(rows, RowFilter(confidence=0.5)) == [2, 3], "what a person added has no confidence"
    assert arrange(rows, RowFilter(status="reviewed")) == [1, 2]
    assert arrange(rows, RowFilter(category_id=1, status="added")) == [2]
    assert arrange(rows, RowFilter(text="HAZE")) == [3]
    assert arrange(rows, RowFilter(text="云"), words={(1, "accepted"): "云"}) == [1]


def test_the_next_unreviewed_error_is_found_around_the_end(application):
    from rsqi.ui.review.error_rows import neighbour, next_unreviewed

    rows = rows_of((1, 0.3, "unreviewed", ""), (1, 0.3, "accepted", ""), (1, 0.3, "unreviewed", ""))
    assert next_unreviewed([1, 2, 3], rows, 1) == 3
    assert next_unreviewed([1, 2, 3], rows, 3) == 1
    assert next_unreviewed([1, 2, 3], rows, 3, skip=[1, 3]) is None
    assert [neighbour([5, 6], fid, 1) for fid in (None, 5, 6)] == [5, 6, 6]


def test_blocks_are_walked_worst_first_and_seen_marks_stay_in_the_file(path):
    from rsqi.ui.review.block_grid import BlockGrid, next_block

    grid = BlockGrid(path)
    order = grid.blocks(512)
    assert [(block.row, block.col) for block in order] == [(1, 1), (1, 0), (0, 1), (0, 0)]
    assert (order[0].worst, order[0].code) == (pytest.approx(0.7), "shadow")
    grid.mark(order[0], "Li")
    grid.mark(order[1], "Li")
    grid.unmark(order[1])
    again = BlockGrid(path)
    assert again.seen() == {order[0].key}
    assert next_block(order, again.seen(), None) == order[1]
    assert next_block(order, {block.key for block in order}, order[2]) is None


def test_small_errors_are_shown_with_context_and_large_ones_whole(application):
    from rsqi.ui.review.navigation import CONTEXT_PX, view_box

    small = view_box(box(0, 0, 0.5, 0.5).boundingBox(), 0.5)
    assert small.width() == small.height() == CONTEXT_PX * 0.5
    large = box(0, 0, 900, 300).boundingBox()
    assert view_box(large, 0.5).contains(large) and view_box(large, 0.5).width() == pytest.approx(1350)


def test_low_confidence_is_hidden_on_the_map_and_stays_in_the_layer(path):
    from qgis.core import QgsRenderContext
    from rsqi.bridge import layer_style
    from rsqi.ui.review.map_filter import set_threshold, threshold_of

    layer = layer_of(path)
    layer_style.apply(layer, "errors")

    def drawn():
        context, renderer = QgsRenderContext(), layer.renderer().clone()
        context.setExpressionContext(layer.createExpressionContext())
        renderer.startRender(context, layer.fields())
        seen = []
        for feature in layer.getFeatures():
            context.expressionContext().setFeature(feature)
            if renderer.willRenderFeature(feature, context):
                seen.append(feature.id())
        renderer.stopRender(context)
        return seen

    layer.startEditing()
    assert set_threshold(layer, 0.65) and set_threshold(layer, 0.69)
    assert drawn() == [1, 3] and threshold_of(layer) == 0.69 and layer.featureCount() == 4
    set_threshold(layer, 0)
    assert drawn() == [1, 2, 3, 4] and layer.renderer().classAttribute() == "category_id"


def test_the_heat_map_lies_under_the_errors_and_goes_again(path):
    from qgis.core import QgsProject
    from rsqi.ui.review import heat_map

    project, errors = QgsProject.instance(), layer_of(path)
    project.addMapLayer(errors)
    try:
        assert heat_map.show(path, 2, 512, errors)
        order = [layer.name() for layer in project.layerTreeRoot().layerOrder()]
        assert order[0] == "errors" and "Shadow" in order[1]
        renderer = project.layerTreeRoot().layerOrder()[1].renderer()
        assert renderer.classAttribute() == "p_shadow"
        alphas = [entry.symbol().color().alpha() for entry in renderer.ranges()]
        assert alphas == sorted(alphas)
        heat_map.hide()
        assert len(project.mapLayers()) == 1
    finally:
        project.clear()


def test_geometry_counts_as_a_change(path, review):
    from rsqi.ui.review.store import same_error, snapshot

    one = snapshot(review.layer, [1])[1]
    other = snapshot(review.layer, [1])[1]
    assert same_error(one, other)
    other.setGeometry(box(0, 0, 1, 1))
    assert not same_error(one, other)
