"""A lot on its panel: drawn, scored and judged as its results come in."""

from results import write_result
from scored_layer import wait


def test_a_lot_is_judged_as_its_results_come_in(page, tmp_path, application):
    panel = page.lot_panel
    panel.size_box.setValue(20)
    assert panel.plan.text() == "Inspect 3 of the 20 images in detail."
    files = [write_result(tmp_path / f"{name}.gpkg", (1, 100, 200)) for name in "abc"]
    panel.add(files[:2])
    wait(application, lambda: len(panel._units) == 2 and panel._run is None)
    assert "No verdict yet: 1 more to inspect." in panel.plan.text() and not panel.card.isVisibleTo(panel)
    panel.add(files[2:])
    wait(application, lambda: len(panel._units) == 3 and panel._run is None)
    assert panel.card.grade_label.text() == "Excellent" and panel.card.score_label.text() == "96.0"
    panel.size_box.setValue(1500)
    assert "750 (56), 750 (56)" in panel.plan.text()


def test_a_sample_is_drawn_and_waits_for_its_results(page, tmp_path, application):
    panel = page.lot_panel
    images = [str(tmp_path / f"{n:02}.tif") for n in range(30)]
    panel.draw_sample(images, "2026-11-21")
    drawn = [path for path, _ in panel.files()]
    assert len(drawn) == 5 and set(drawn) <= set(images) and panel.size_box.value() == 30
    assert "Drawn with the key 2026-11-21." in panel.plan.text() and panel.table.item(0, 3).text() == "to inspect"
    for path in drawn:
        write_result(path.replace(".tif", "_rsqi.gpkg"))
    panel.score_anew()
    wait(application, lambda: len(panel._units) == 5 and panel._run is None)
    assert panel.card.grade_label.text() == "Excellent"


def test_a_lot_is_kept_for_the_next_time(page, tmp_path, application):
    from rsqi.ui.score.lot_panel import LotPanel

    page.lot_panel.draw_sample([str(tmp_path / f"{n}.tif") for n in range(4)], "key")
    kept = LotPanel()
    assert kept.files() == page.lot_panel.files() and kept.size_box.value() == 4 and "key" in kept.plan.text()


def test_a_file_that_is_no_result_is_named_and_stops_no_other(page, tmp_path, application):
    (tmp_path / "other.gpkg").write_bytes(b"")
    page.lot_panel.add([str(tmp_path / "other.gpkg"), write_result(tmp_path / "a.gpkg")])
    wait(application, lambda: len(page.lot_panel._units) == 1 and page.lot_panel._run is None)
    assert page.lot_panel.table.item(0, 3).text() == "not readable"
    assert "other.gpkg is no result" in page.lot_panel.message.text()
