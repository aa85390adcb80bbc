"""What a report says of seams, and by what it scores their errors."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
import shapely
from test_report import GROUND, TRANSFORM, Text, polygon

from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.files.seam_layer import StoredSeam, read_seams
from rsqi_core.polygons import records
from rsqi_core.raster import open_raster
from rsqi_core.report import seams
from rsqi_core.report.compose import compose
from rsqi_core.report.html import page
from rsqi_core.report.pictures import Source
from rsqi_core.report.seam_plot import mean_tones, plot
from rsqi_core.report.subject import of_inspection, read_subject, read_summary
from rsqi_core.report.texts import Words
from rsqi_core.scoring import load_scheme, score
from rsqi_core.seams.measure import SeamMeasure
from rsqi_core.seams.record import Seam, with_measures

SIDE = 600
STEP = (40, 30, -20)


@pytest.fixture
def raster(tmp_path):
    """600 x 600 px, by STEP brighter from column 300 on."""
    rgb = np.full((3, SIDE, SIDE), 100, np.uint8)
    rgb[:, :, 300:] = (100 + np.array(STEP))[:, None, None]
    path = tmp_path / "mosaic.tif"
    values = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8", "crs": GROUND}
    with rasterio.open(path, "w", transform=TRANSFORM, **values) as file:
        file.write(rgb)
    with open_raster(str(path)) as opened:
        yield opened


def seam(column, step=30.0, offset=None, displaced=False):
    """Return a measured line down the raster."""
    line = shapely.LineString([TRANSFORM * (column, row) for row in (0, SIDE)])
    significance = None if offset is None else 2.0
    measure = SeamMeasure((step, step, step), 9.0, 1.0, offset, significance, 1.0, 600.0, 300.0, displaced)
    return Seam(line, measure)


LINES = (seam(300, 60.0), seam(100, 5.0, 6.5, True), seam(500, 12.0))


def subject(lines=LINES, **summary):
    """Return what an inspection has found: an error at each line."""
    polygons = [polygon(each.measure.category_id, 10 + 30 * n, 0, 12, SIDE) for n, each in enumerate(lines)]
    judged = [with_measures(record, each.measure) for record, each in zip(records(polygons, TRANSFORM), lines)]
    area = SIDE * SIDE / 4
    scored = score(judged, load_scheme(), area, SIDE * SIDE, SIDE * 2**0.5, "count")
    row = {"raster": "mosaic.tif", "valid_area_m2": area, "valid_pixels": SIDE * SIDE, "inspected": "", **summary}
    found = SimpleNamespace(
        polygons=polygons, score=scored, summary=row, transform=TRANSFORM, window=(0, 0, SIDE, SIDE),
        seams=tuple((each, number) for number, each in enumerate(lines)), unusual=None,
    )  # fmt: skip
    return of_inspection(found, GROUND)


def blocks(found, raster=None, lang="en"):
    source = None if raster is None else Source(raster, found)
    return list(seams.section(found, Words(lang), source))


def test_the_table_starts_with_the_worst_and_holds_the_measures(raster):
    table = blocks(subject())[-1]
    rows = [[" ".join(cell.text) for cell in row.cells] for row in table.rows]
    assert rows == [
        ["1", "Stitching Trace", "A", "+60 +60 +60", "9.0", "1.00", "–", "300"],
        ["2", "Stitching Misalignment", "B", "+5 +5 +5", "9.0", "1.00", "6.5, 2.0", "300"],
        ["3", "Stitching Trace", "B", "+12 +12 +12", "9.0", "1.00", "–", "300"],
    ]


def test_at_most_fifty_are_listed_and_the_rest_is_counted():
    found = blocks(subject(tuple(seam(10 * n, 30.0 + n) for n in range(52))))
    assert len(found[-2].rows) == 50 and found[-1].text == ("2 more seams are not listed; they are in the GeoPackage.",)


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_net_and_plots_are_in_the_page_in_every_language(raster, lang):
    text = page(compose(subject(), Words(lang), raster))
    Text(text)
    assert ("Seams" if lang == "en" else "接缝") in text
    assert text.count('stroke-dasharray="8 5"') == 3 * 3 * 2, "three plots of three bands with two sides"


def test_without_lines_a_report_has_no_word_of_seams(raster):
    assert blocks(subject(())) == []
    assert "Seams measured" not in page(compose(subject(()), Words("en"), raster))


def test_without_the_image_the_table_stands_alone():
    kinds = [type(block).__name__ for block in blocks(subject())]
    assert kinds == ["Heading", "Paragraph", "Paragraph", "Table"]


@pytest.mark.parametrize(("line", "sign"), [(((300, 0), (300, 600)), -1), (((300, 600), (300, 0)), 1)])
def test_the_tone_across_a_line_steps_at_it_and_right_is_right(raster, line, sign):
    tones = mean_tones(raster, shapely.LineString([TRANSFORM * point for point in line]))
    left, right = tones[:28], tones[28:]
    assert right.mean(0) - left.mean(0) == pytest.approx(sign * np.array(STEP), abs=0.1)
    assert np.ptp(left, axis=0).max() < 1 and np.ptp(right, axis=0).max() < 1


def test_beside_the_image_there_is_no_tone(raster):
    line = shapely.LineString([TRANSFORM * point for point in ((5000, 0), (5000, 600))])
    assert mean_tones(raster, line) is None


def test_a_plot_with_one_side_beside_the_image_is_drawn(raster):
    line = shapely.LineString([TRANSFORM * point for point in ((0, 0), (0, 600))])
    drawn = plot(mean_tones(raster, line), ("seam",)).svg
    assert "nan" not in drawn and re.search(r"<path d=\"M[\d .]+\"", drawn)


@pytest.fixture
def result(tmp_path):
    """A result with the lines, its first error deleted and its last rejected."""
    import sqlite3

    found = subject()
    polygons = [polygon(each.measure.category_id, 10 + 30 * n, 0, 12, SIDE) for n, each in enumerate(LINES)]
    path = tmp_path / "result.gpkg"
    row = {"raster": "mosaic.tif", "valid_area_m2": SIDE * SIDE / 4, "valid_pixels": SIDE * SIDE, "inspected": "",
           "width": SIDE, "height": SIDE, "score": 0.0, "grade": "", "source": '{"crs": "EPSG:4545"}'}  # fmt: skip
    lines = [(each, number) for number, each in enumerate(LINES)]
    unseen = (seam(50, 1.0), None)
    write_geopackage(path, polygons, [], row, GROUND, TRANSFORM, found.score, [*lines, unseen])
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')  # they need functions of GDAL
        database.execute("DELETE FROM errors WHERE fid = 1")
        database.execute("UPDATE errors SET status = 'rejected' WHERE fid = 3")
    return path


def test_what_was_written_is_read_back(result):
    first, second, third, unseen = read_seams(result)
    assert isinstance(first, StoredSeam) and (first.error_id, third.error_id, unseen.error_id) == (1, 3, None)
    assert second.for_score == {"offset_px": 6.5, "step_dn": 5.0}
    assert first.for_score == {"offset_px": None, "step_dn": 60.0}


def test_a_reviewed_result_is_scored_by_its_seams_and_rejected_ones_are_left_out(result):
    found = read_subject(result, read_summary(result), seams=read_seams(result))
    assert [(error.number, error.severity) for error in found.errors] == [(2, "B")], "C if it were unmeasured"
    assert [each.error_id for each in found.seams] == [2, None]
    assert blocks(found)[1].text == ("Seams measured: 2; of these show: 1; are displaced: 1.",)
