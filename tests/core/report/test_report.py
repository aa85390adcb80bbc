"""The report: what it says and shows, that it is self-contained and escaped, and what it is made from."""

import json
import math
import re
import sqlite3
import xml.etree.ElementTree as ElementTree
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from rsqi_core import resources
from rsqi_core.cli import main
from rsqi_core.errors import Cancelled, OutputError, ParameterError, RasterError
from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.findings import ErrorPolygon
from rsqi_core.polygons import records
from rsqi_core.raster import open_raster, read_thumbnail, thumbnail
from rsqi_core.report import image_checks, pictures
from rsqi_core.report.compose import compose
from rsqi_core.report.content import Figure, dumps, loads
from rsqi_core.report.html import page
from rsqi_core.report.subject import of_inspection, read_subject
from rsqi_core.report.texts import Words
from rsqi_core.report.write import Order, write_report
from rsqi_core.scoring import DEFAULT, GRADES, load_scheme, read_scheme, score, write_scheme
from rsqi_core.taxonomy import CODES, TYPES, by_id

TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)  # of write_raster
GROUND = CRS.from_epsg(4545)
SIDE = 2000


def polygon(category_id, x, y, width, height):
    """Return an error of `width` x `height` pixels at pixel x, y."""
    left, top = TRANSFORM * (x, y)
    shape = shapely.MultiPolygon([shapely.box(left, top - height * 0.5, left + width * 0.5, top)])
    return ErrorPolygon(category_id, shape, width * height, shape.area, 0.75, 512, "model")


def judged(polygons, mode="count", inspected=CODES, side=SIDE):
    area = side * side / 4
    return score(records(polygons, TRANSFORM), load_scheme(), area, side * side, side * 2**0.5, mode, inspected)


def found(polygons=(), mode="count", inspected=CODES, side=SIDE, **summary):
    """Return a subject as an inspection gives it."""
    row = {"raster": "影像.tif", "valid_area_m2": side * side / 4, "valid_pixels": side * side} | summary
    row.setdefault("inspected", ",".join(inspected))
    result = SimpleNamespace(
        polygons=list(polygons), score=judged(polygons, mode, inspected, side), summary=row, transform=TRANSFORM,
        window=(0, 0, side, side), seams=None, unusual=None,
    )  # fmt: skip
    return of_inspection(result, GROUND)


def html(polygons=(), lang="both", **more):
    return page(compose(found(polygons, **more), Words(lang)))


class Text(HTMLParser):
    """Collects the visible text and checks that tags are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.parts, self.tags = [], [], set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes the wrong element")

    def handle_data(self, data):
        if "style" not in self.open and data.strip():
            self.parts.append(data.strip())


SOME = [polygon(1, 100, 100, 300, 200), polygon(4, 600, 600, 100, 300), polygon(3, 1000, 100, 80, 60)]


def test_the_numbers_of_the_score_are_in_it():
    text = Text(html(SOME)).parts
    assert text.count("100 − (12×1 + 4×2 + 1×0)/1 − 42×0 = 80") == 1
    assert "80.0" in text
    row = text.index("Cloud")  # of the table by type
    assert text[row + 1 : row + 7] == ["1", "1", "15,000", "1.500 %", "C×1", "4"]
    row = text.index("Total")
    assert text[row + 1 : row + 7] == ["3", "3", "23,700", "2.370 %", "B×1 C×2", "20"]


def test_the_list_starts_with_the_dearest():
    text = Text(html(SOME, lang="en")).parts
    first = text.index("Place (x, y)") + 1
    row = ["1", "Stretching Blur Pattern", "B", "12", "1,200", "0.75", "unreviewed", "500520.0, 2899935.0"]
    assert text[first : first + 8] == row


def test_a_long_list_is_cut_and_says_so():
    many = [polygon(9, 5 * (i % 300), 10 * (i // 300), 3, 1) for i in range(250)]
    assert "50 smaller errors are in the record and in the GeoPackage." in Text(html(many)).parts


def test_area_mode_shows_its_sum_in_both_languages():
    text = Text(html(SOME, mode="area")).parts
    for lang in ("zh", "en"):
        assert judged(SOME, "area").arithmetic(lang).replace(" - ", " − ") in text


@pytest.mark.parametrize(("lang", "has", "lacks"), [
    ("zh", ["扣分", "不合格", "云"], ["Deduction", "Rejected", "Cloud"]),
    ("en", ["Deduction", "Rejected", "Cloud"], ["扣分", "不合格", "云"]),
    ("both", ["扣分", "Deduction", "不合格", "Rejected", "云", "Cloud"], []),
])  # fmt: skip
def test_languages(lang, has, lacks):
    text = Text(html([polygon(1, 0, 0, 900, 900)], lang=lang)).parts
    assert all(word in text for word in has)
    assert not any(word in text for word in lacks)


def test_why_it_was_rejected():
    text = Text(html([polygon(1, 0, 0, 900, 900)])).parts
    assert "存在 A 类错误：云" in text and "There is an A error: Cloud" in text
    assert "得分低于 60 分" in text  # 100 - 42


def test_what_was_not_inspected():
    text = Text(html(inspected=("cloud", "shadow"))).parts
    assert (
        "Stretching Blur Pattern, Blur, Spectral Overflow, Distortion, Stitching Trace, Stitching Misalignment, "
        "Stripe Noise, Pixel Missing" in text
    )
    assert text.count("not inspected") == 8
    assert any("positional accuracy" in part for part in text)
    assert "No errors were found." in text


def test_where_nothing_was_inspected_there_is_no_score():
    text = Text(html(inspected=(), lang="en")).parts
    assert "–" in text and "Not scored" in text and text.count("Nothing was inspected, so there is no score.") == 2
    assert not {"Excellent", "100.0", "No errors were found."} & set(text) and text.count("not inspected") == 10


def test_a_score_that_ends_at_0_says_how_much_was_deducted():
    text = Text(html([polygon(6, 200 * n, 0, 100, 60) for n in range(9)], lang="en")).parts
    assert "100 − (12×9 + 4×0 + 1×0)/1 − 42×0 = -8 → 0" in text and "0.0" in text and "Rejected" in text
    assert "108 points are deducted, more than 100: the score is 0." in text and "The score is below 60" in text


def test_how_small_an_error_may_be():
    def said(**parameters):
        text = Text(html(inspected=("cloud",), parameters=json.dumps(parameters), lang="en")).parts
        return text[text.index("Too small to be kept") + 1] if "Too small to be kept" in text else None

    share = "region errors under 0.01 % of a block of the size that found them: "
    assert said(min_area=None, blocks=[512, 2048]) == f"{share}26 px in blocks of 512 px, 419 px in blocks of 2048 px"
    assert said(min_area=2.5, blocks=[512]) == "region errors under 2.5 m²"
    assert said(blocks=[512]) is None  # a result of earlier times, when the limit was another


def test_everything_is_escaped():
    evil = "<script>alert('x')</script>&\"$title"
    summary = dict.fromkeys(("raster", "model_id", "model_hash", "provider"), evil)
    parsed = Text(html(SOME, parameters=json.dumps({evil: evil}), versions=evil, **summary))
    assert "script" not in parsed.tags and parsed.open == []
    assert parsed.parts.count(evil) >= 5


def test_conditions_come_from_the_summary():
    text = Text(html(
        model_id="default 1", run_seconds=3, versions=json.dumps({"rsqi": "0.1"}),
        parameters=json.dumps({"alpha": 1.5, "blocks": [512, 2048], "constraint": None, "types": list(CODES)}),
        source=json.dumps({"data_type": "uint16", "band_count": 4, "bands": [3, 2, 1], "stretch": [10, 2000]}),
    )).parts  # fmt: skip
    for value in ("2000 × 2000 pixels of 0.5 m", "1,000,000 m²", "default 1", "3.0 s", "rsqi = 0.1",
                  "uint16, 4 bands, bands 3, 2, 1 used, values 10 to 2000 scaled to 8 bits",
                  "CGCS2000 / 3-degree Gauss-Kruger CM 108E (EPSG:4545)",
                  "alpha = 1.5 · blocks = 512, 2048"):  # fmt: skip
        assert value in text
    assert "Provider" not in text  # nothing known, nothing claimed


def test_every_grade_has_its_colour():
    template = resources.path("report", "report.html").read_text(encoding="utf-8")
    assert all(f".{grade} {{ background" in template for grade in GRADES)


def test_it_travels_as_json(write_raster):
    with open_raster(write_raster(np.full((300, 300, 3), 90, np.uint8))) as raster:
        report = compose(found([polygon(1, 50, 50, 60, 60)], side=300), Words("both"), raster)
    assert loads(dumps(report)) == report
    assert any(isinstance(block, Figure) for block in report.blocks)


@pytest.fixture
def grey(write_raster):
    """A grey image of 1400 px, so that a unit of the overview is a pixel."""
    with open_raster(write_raster(np.full((1400, 1400, 3), 90, np.uint8))) as raster:
        yield raster


def drawn(figure):
    """Return the paths of a figure as (attributes, coordinates)."""
    paths = [e.attrib for e in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}path")]
    return [
        (path, np.array(re.findall(r"-?[\d.]+", path["d"]), float).reshape(-1, 2))
        for path in paths
        if path.get("stroke") in {"#1a1a1a", *(t.color for t in TYPES)}
    ]


def test_the_picture_has_each_outline_in_its_colour_where_the_error_is(grey):
    for error_type in TYPES:
        subject = found([polygon(error_type.id, 400, 800, 400, 200)], side=1400)
        rim, line = drawn(pictures.overview(pictures.Source(grey, subject), 1, ("x",)))
        assert line[0]["stroke"] == error_type.color and rim[0]["d"] == line[0]["d"]
        assert line[1].min(0).tolist() == [400, 800] and line[1].max(0).tolist() == [800, 1000]


def test_a_tiny_error_gets_a_ring_and_a_thin_one_an_outline_that_keeps_off(grey):
    (_, ring), (_, off) = [
        drawn(pictures.overview(pictures.Source(grey, found([polygon(10, 700, 700, *size)], side=1400)), 1, ("x",)))[1]
        for size in ((1, 1), (200, 2))
    ]
    assert ring.min(0) == pytest.approx([690.5, 690.5]) and ring.max(0) == pytest.approx([710.5, 710.5])
    assert off[:, 1].min() == pytest.approx(693) and off[:, 1].max() == pytest.approx(709)


def test_a_card_shows_the_error_in_the_middle_and_its_neighbours_thin(grey):
    subject = found([polygon(4, 700, 700, 40, 40), polygon(1, 760, 700, 20, 20), polygon(2, 0, 0, 9, 9)], side=1400)
    error = next(e for e in subject.errors if e.category_id == 4)
    (thin, near), (_, _), (line, points) = drawn(pictures.card(pictures.Source(grey, subject), error, ("x",)))
    assert (thin["stroke"], thin["stroke-width"]) == (by_id(1).color, "1.3") and near[:, 0].min() > points[:, 0].max()
    assert line["stroke"] == by_id(4).color
    assert (points.min(0) + points.max(0)) / 2 == pytest.approx(np.array(pictures.CARD) / 2, abs=3)


def test_the_scale_bar_is_as_long_as_it_says(grey):
    svg = pictures.overview(pictures.Source(grey, found(side=1400)), 0, ("x",)).svg
    length, label = re.search(r"v9h([\d.]+)v-9.*?>(\d+) m<", svg).groups()
    assert float(length) * 0.5 == pytest.approx(float(label))


def test_north_follows_the_image(write_raster, grey, tmp_path):
    import rasterio

    path = tmp_path / "turned.tif"
    turned = Affine.translation(500_000, 2_900_000) * Affine.rotation(30) * Affine.scale(0.5, -0.5)
    with rasterio.open(path, "w", driver="GTiff", width=80, height=80, count=3, dtype="uint8", crs=GROUND,
                       transform=turned) as target:  # fmt: skip
        target.write(np.full((3, 80, 80), 90, np.uint8))
    subject = found([polygon(1, 0, 0, 9, 9)], side=80)
    with open_raster(path) as raster:
        view = pictures._view(pictures.Source(raster, subject), (0, 0, 80, 80), None)
    # The image's up is 30 degrees left of north.
    assert view.north == pytest.approx(30)
    assert pictures._view(pictures.Source(grey, subject), (0, 0, 80, 80), None).north == pytest.approx(0)


def test_a_small_picture_is_the_same_read_in_pieces(write_raster, monkeypatch):
    rgb = np.random.default_rng(0).integers(0, 255, (400, 600, 3)).astype(np.uint8)
    valid = np.ones((400, 600), np.uint8) * 255
    valid[:100] = 0
    with open_raster(write_raster(rgb, valid=valid)) as raster:
        whole, _ = raster.read(0, 0, 600, 400, (100, 150))
        monkeypatch.setattr(thumbnail, "_ROWS", 64)
        monkeypatch.setattr(thumbnail, "_COLUMNS", 100)
        small, seen = read_thumbnail(raster, (0, 0, 600, 400), 150)
    assert small.shape == (100, 150, 3)
    assert not seen[:25].any() and seen[25:].all()
    # Pieces begin at whole pixels of the picture, if not always of the raster: noise differs a little there.
    assert np.abs(small.astype(int) - whole).mean() < 6


def test_a_large_part_comes_out_of_the_whole_and_a_small_one_out_of_the_file(write_raster, monkeypatch):
    rgb = np.zeros((600, 600, 3), np.uint8)
    rgb[300:, 150:] = 200
    with open_raster(write_raster(rgb)) as raster:
        monkeypatch.setattr(pictures, "OVERVIEW", 300)
        source = pictures.Source(raster, found(side=600))
        part, _ = source.picture((100, 200, 400, 400), 200)
        assert part.shape == (200, 200, 3) and np.shares_memory(part, source.whole[0])
        assert (part[50:, 25:] == 200).all() and not part[:50].any() and not part[:, :25].any()
        fine, _ = source.picture((100, 280, 100, 100), 100)
        assert fine.shape == (100, 100, 3) and (fine[20:, 50:] == 200).all() and not fine[:20].any()


@pytest.fixture
def reviewed(write_raster, tmp_path):
    """A GeoPackage with four errors, of which one is accepted, one rejected and one added; and its raster."""
    raster = write_raster(np.random.default_rng(0).integers(60, 180, (400, 400, 3)).astype(np.uint8))
    polygons = [polygon(n, 40 + 80 * n, 100, 20, 20) for n in (1, 2, 3, 4)]
    path = tmp_path / "影像.gpkg"
    summary = {
        "raster": str(raster), "width": 400, "height": 400, "valid_pixels": 160_000, "valid_area_m2": 40_000.0,
        "score": 0.0, "grade": "rejected", "score_mode": "count", "inspected": ",".join(CODES),
        "source": json.dumps({"crs": "EPSG:4545", "bands": [1, 2, 3]}),
    }  # fmt: skip
    write_geopackage(path, polygons, [], summary, GROUND, TRANSFORM, judged(polygons, side=400))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TRIGGER IF EXISTS gpkg_tile_matrix_zoom_level_insert")
        for trigger in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            database.execute(f'DROP TRIGGER "{trigger}"')
        edit = "UPDATE errors SET status = ?, edited_by = ?, edited_at = ?, comment = ? WHERE category_id = ?"
        database.execute(edit, ("accepted", "王晓明", "2026-03-04T05:06:07Z", "=1+1", 1))
        database.execute(edit, ("rejected", "王晓明", "2026-03-04T05:06:08Z", None, 2))
        database.execute(edit, ("added", "李", "2026-03-05T05:06:08Z", None, 3))
    return path, raster


def ordered(path, tmp_path, *kinds, **more):
    endings = {"html": ".html", "content": ".json", "csv": ".csv", "xlsx": ".xlsx", "shapefile": ".shp"}
    outputs = {kind: str(tmp_path / f"报告{endings[kind]}") for kind in kinds}
    return Order(str(path), outputs, **{"summary": str(path), "language": "zh"} | more)


def test_a_reviewed_file_is_reported_as_it_is_now(reviewed, tmp_path):
    answer = write_report(ordered(reviewed[0], tmp_path, "html"))
    assert answer["error_count"] == 3
    page = (tmp_path / "报告.html").read_text(encoding="utf-8")
    parsed = Text(page)
    text = parsed.parts
    assert "已确认 1 · 人工补充 1 · 已剔除 1 · 未复核 1" in text
    assert "尚有 1 个错误未复核，本报告为初检结果，复核完成前不宜签署。" in text
    assert "复核：李, 王晓明，最后修改 2026-03-05 05:06" in text
    assert page.count("<svg") == 1 + 3 + 1  # the overview, the errors, the histogram
    assert not re.search(r"(src|href)=\"?https?:|<link|@import|url\(|<script", page)
    assert parsed.open == []


def test_the_whole_image_is_checked_and_what_cannot_be_measured_is_said(reviewed, write_raster, tmp_path):
    path, raster = reviewed
    rgb = np.full((400, 400, 3), 120, np.uint8)
    rgb[:40] = 255  # a tenth of the image is clipped
    write_raster(rgb, raster.name)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE summary SET inspected = 'blur'")
    write_report(ordered(path, tmp_path, "html", "xlsx", language="en"))
    text = Text((tmp_path / "报告.html").read_text("utf-8")).parts
    row = text.index("Pixels in the five brightest of 256 levels")
    assert text[row + 1 : row + 4] == ["10.0 %", "< 0.5 %", "not met"]
    row = text.index("Share of the valid area, from the errors found")
    assert text[row + 1 : row + 4] == ["–", "< 5 %", "not measured"]
    assert any("clouds were not looked for" in part for part in text)


def test_a_deep_image_is_checked_in_its_own_depth_and_the_histogram_shows_it(tmp_path):
    import rasterio

    levels = np.tile(np.arange(0, 2048, 2, dtype=np.uint16), (1024, 1))  # 11 bits, all alike
    with rasterio.open(tmp_path / "deep.tif", "w", driver="GTiff", width=1024, height=1024, count=1, dtype="uint16",
                       crs=GROUND, transform=TRANSFORM) as target:  # fmt: skip
        target.write(levels, 1)
    with open_raster(tmp_path / "deep.tif") as raster:
        seen = image_checks.check_image(raster, found(side=1024))
    assert seen.top == 2047 and seen.share == 1
    clipped = {check.code: check.value for check in seen.checks if check.code.startswith("clipping")}
    assert clipped == pytest.approx({"clipping_dark": 100 * 4.5 / 255, "clipping_bright": 100 * 4.5 / 255}, abs=0.15)
    figure = image_checks.histogram(seen, ("直方图",))
    assert ">2047<" in figure.svg and ElementTree.fromstring(figure.svg) is not None


def test_an_inspection_is_dated(write_raster):
    text = Text(html(inspected_at="2026-03-04T05:06:07+08:00", lang="en")).parts
    assert "Inspected: 2026-03-04 05:06" in text
    assert not any(part.startswith("Inspected:") for part in Text(html(lang="en")).parts)


def test_a_finished_review_says_nothing_of_being_provisional(reviewed, tmp_path):
    with closing(sqlite3.connect(reviewed[0])) as database, database:
        database.execute("UPDATE errors SET status = 'accepted' WHERE status = 'unreviewed'")
    write_report(ordered(reviewed[0], tmp_path, "html", reviewer="张三"))
    page = (tmp_path / "报告.html").read_text(encoding="utf-8")
    assert "初检" not in page and "<b>张三</b>" in page


def test_t_and_mode_are_those_that_are_wanted(reviewed, tmp_path):
    values = [write_report(ordered(reviewed[0], tmp_path, "html", **more))["score"] for more in ({}, {"t": 2.0})]
    assert 100 - values[1] == pytest.approx((100 - values[0]) / 2)
    write_report(ordered(reviewed[0], tmp_path, "html", mode="area"))
    assert "面积法" in (tmp_path / "报告.html").read_text("utf-8")


def test_the_scheme_is_that_of_the_inspection_and_is_missed_when_gone(reviewed, tmp_path):
    path, events = reviewed[0], []
    scheme = read_scheme() | {"name": {"en": "Station", "zh": "本站"}}
    write_scheme(tmp_path / "station.json", scheme)

    def named(**more):
        write_report(
            ordered(path, tmp_path, "content", **more), lambda event, **values: events.append(values.get("code"))
        )
        return "本站" in (tmp_path / "报告.json").read_text(encoding="utf-8")

    assert not named()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE summary ADD COLUMN parameters TEXT")
        database.execute("UPDATE summary SET parameters = ?", (json.dumps({"scheme": "/gone/station.json"}),))
    assert named()  # moved together with the result
    assert not named(scheme=str(DEFAULT)) and "report_no_scheme" not in events
    (tmp_path / "station.json").unlink()
    assert not named() and "report_no_scheme" in events


def test_a_layer_without_summary_needs_the_image(reviewed, tmp_path):
    path, raster = reviewed
    with pytest.raises(OutputError, match="give the image"):
        write_report(ordered(path, tmp_path, "html", summary=None))
    answer = write_report(ordered(path, tmp_path, "html", summary=None, raster=str(raster), language="en"))
    assert answer["score"] == write_report(ordered(path, tmp_path, "html"))["score"]
    write_report(ordered(path, tmp_path, "html", summary=None, raster=str(raster), language="en"))
    assert "The layer does not say which types were looked for." in (tmp_path / "报告.html").read_text("utf-8")


def test_the_diagonal_of_an_image_without_summary_is_that_of_its_valid_pixels(reviewed, write_raster):
    path, _ = reviewed
    valid = np.zeros((400, 300), bool)
    valid[100:220, 50:140] = True
    with open_raster(write_raster(np.full((400, 300, 3), 90, np.uint8), "part.tif", valid=valid)) as raster:
        subject = read_subject(path, {}, raster)
    assert subject.summary["diagonal_px"] == pytest.approx(150) and subject.valid_pixels == 120 * 90


def test_an_image_that_is_gone_leaves_out_the_pictures_and_a_wrong_one_is_refused(reviewed, write_raster, tmp_path):
    path, raster = reviewed
    other = write_raster(np.zeros((50, 50, 3), np.uint8), "other.tif")
    with pytest.raises(RasterError, match="not the image that was inspected"):
        write_report(ordered(path, tmp_path, "html", raster=str(other)))
    raster.rename(raster.with_name("moved.tif"))
    events = []
    write_report(ordered(path, tmp_path, "html"), lambda event, **values: events.append(values.get("code")))
    assert "report_no_image" in events
    assert "未找到被检影像" in (tmp_path / "报告.html").read_text("utf-8")


def test_cancelling_writes_nothing(reviewed, tmp_path):
    with pytest.raises(Cancelled):
        write_report(ordered(reviewed[0], tmp_path, "html", "csv"), cancelled=lambda: True)
    assert not list(tmp_path.glob("报告*"))


def test_the_command_line_writes_what_the_names_say(reviewed, tmp_path, capsys):
    words = ["report", str(reviewed[0]), "--language", "en", "--reviewer", "Li"]
    outputs = [str(tmp_path / name) for name in ("a.html", "a.csv")]
    assert main([*words, "--output", outputs[0], "--output", outputs[1]]) == 0
    assert capsys.readouterr().out.startswith("3 errors, score ")
    assert "<b>Li</b>" in (tmp_path / "a.html").read_text("utf-8") and (tmp_path / "a.csv").is_file()
    assert main([*words, "--output", str(tmp_path / "a.doc")]) == 2


def test_wrong_orders(reviewed, tmp_path):
    for more, error, words in (
        ({"language": "de"}, ParameterError, "report language 'de'"),
        ({"outputs": {"html": str(tmp_path / "none" / "a.html")}}, OutputError, "no such folder"),
        ({"outputs": {"csv": str(tmp_path / "a.txt")}}, OutputError, r"must end in \.csv"),
        ({"outputs": {"docx": "a.docx"}}, ParameterError, "'docx' is not one of"),
    ):
        with pytest.raises(error, match=words):
            Order(**{"errors": str(reviewed[0]), "outputs": {}} | more)


def test_a_failure_leaves_the_old_report(reviewed, tmp_path, monkeypatch):
    order = ordered(reviewed[0], tmp_path, "html")
    write_report(order)
    before = (tmp_path / "报告.html").read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        write_report(order)
    assert (tmp_path / "报告.html").read_bytes() == before
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_the_confidence_of_what_nobody_gave_one_is_a_dash():
    subject = found([polygon(1, 10, 10, 50, 50)])
    from dataclasses import replace

    without = replace(subject, errors=tuple(replace(e, confidence=math.nan) for e in subject.errors))
    text = Text(page(compose(without, Words("zh")))).parts
    assert "nan" not in " ".join(text) and "–" in text
