"""The report: what it says, that it is self-contained and escaped, and the picture."""

import base64
import json
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
import shapely
from affine import Affine

from rsqi_core import report as module
from rsqi_core.errors import OutputError, ParameterError
from rsqi_core.polygons import ErrorPolygon, records
from rsqi_core.report import overview, write_report
from rsqi_core.scoring import GRADES, load_scheme, score
from rsqi_core.taxonomy import CODES, TYPES

TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 2_950_000)
SIDE = 2000


def polygon(category_id, x, y, width, height):
    """Return an error of `width` x `height` pixels at pixel x, y."""
    left, top = 500_000 + x * 0.5, 2_950_000 - y * 0.5
    shape = shapely.MultiPolygon([shapely.box(left, top - height * 0.5, left + width * 0.5, top)])
    return ErrorPolygon(category_id, shape, width * height, shape.area, 0.75, 512, "model")


def judged(polygons, mode="count", inspected=CODES):
    return score(
        records(polygons, TRANSFORM), load_scheme(), SIDE * SIDE / 4, SIDE * SIDE, SIDE * 2**0.5, mode, inspected
    )


def written(tmp_path, polygons=(), mode="count", inspected=CODES, **more):
    path = tmp_path / "报告.html"
    arguments = {"title": "检查报告", "summary": {"raster": "影像.tif"}, "score": judged(polygons, mode, inspected)}
    write_report(path, polygons=polygons, **(arguments | more))
    return path.read_text(encoding="utf-8")


class Text(HTMLParser):
    """Collects the visible text and checks that tags are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.parts, self.tags = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes the wrong element")

    def handle_data(self, data):
        if "style" not in self.open and data.strip():
            self.parts.append(data.strip())


SOME = [polygon(1, 100, 100, 300, 200), polygon(4, 600, 600, 100, 300), polygon(3, 1000, 100, 80, 60)]


def test_the_numbers_of_the_score_are_in_it(tmp_path):
    result = judged(SOME)
    text = Text(written(tmp_path, SOME)).parts
    assert result.arithmetic() in text and text.count(result.arithmetic()) == 1
    assert f"{result.value:.1f}" in text
    assert "100 - (12×1 + 4×2 + 1×0)/1 - 42×0 = 80" in text
    row = text.index("Cloud")  # of the table by type
    assert text[row + 1 : row + 7] == ["1", "1", "15,000", "1.500 %", "C×1", "4"]
    row = text.index("Total")
    assert text[row + 1 : row + 7] == ["3", "3", "23,700", "2.370 %", "B×1 C×2", "20"]


def test_the_list_starts_with_the_dearest(tmp_path):
    text = Text(written(tmp_path, SOME, lang="en")).parts
    first = text.index("Place (x, y)") + 1
    row = ["1", "Stretching Blur Pattern", "B", "12", "1,200", "0.75", "500520.0, 2949935.0"]
    assert text[first : first + 7] == row


def test_a_long_list_is_cut_and_says_so(tmp_path):
    many = [polygon(9, 5 * (i % 300), 10 * (i // 300), 3, 1) for i in range(250)]
    assert "50 smaller errors are in the GeoPackage." in Text(written(tmp_path, many)).parts


def test_area_mode_shows_its_sum_in_both_languages(tmp_path):
    text = Text(written(tmp_path, SOME, "area")).parts
    assert judged(SOME, "area").arithmetic("zh") in text and judged(SOME, "area").arithmetic("en") in text


@pytest.mark.parametrize(("lang", "has", "lacks"), [
    ("zh", ["扣分", "不合格", "云"], ["Deduction", "Rejected", "Cloud"]),
    ("en", ["Deduction", "Rejected", "Cloud"], ["扣分", "不合格", "云"]),
    ("both", ["扣分", "Deduction", "不合格", "Rejected", "云", "Cloud"], []),
])  # fmt: skip
def test_languages(tmp_path, lang, has, lacks):
    text = Text(written(tmp_path, [polygon(1, 0, 0, 900, 900)], lang=lang)).parts
    assert all(word in text for word in has)
    assert not any(word in text for word in lacks)


def test_why_it_was_rejected(tmp_path):
    text = Text(written(tmp_path, [polygon(1, 0, 0, 900, 900)])).parts
    assert "存在 A 类错误：云" in text and "There is an A error: Cloud" in text
    assert "得分低于 60 分" in text  # 100 - 42


def test_what_was_not_inspected(tmp_path):
    text = Text(written(tmp_path, inspected=("cloud", "shadow"))).parts
    assert (
        "Stretching Blur Pattern, Blur, Spectral Overflow, Distortion, Stitching Trace, Stitching Misalignment, "
        "Stripe Noise, Pixel Missing" in text
    )
    assert text.count("not inspected") == 8
    assert any("positional accuracy" in part for part in text)
    assert "No errors were found." in text


def test_everything_is_escaped(tmp_path):
    evil = "<script>alert('x')</script>&\"$title"
    summary = dict.fromkeys(("raster", "model_id", "model_hash", "provider"), evil)
    summary |= {"parameters": {evil: evil}, "versions": evil}
    page = Text(written(tmp_path, title=evil, summary=summary, area_unit=evil, polygons=SOME[:0]))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.parts.count(evil) >= 5
    assert page.open == []


def test_it_is_whole_and_self_contained(tmp_path):
    png = overview(np.zeros((40, 60, 3), np.uint8), [], TRANSFORM)
    page = written(tmp_path, SOME, image_png=png)
    parsed = Text(page)
    assert parsed.open == []
    (image,) = [attributes for tag, attributes in parsed.tags if tag == "img"]
    kind, _, data = image["src"].partition(",")
    assert kind == "data:image/png;base64" and base64.b64decode(data) == png
    assert not re.search(r"https?://|<link|@import|url\(|<script", page)
    assert [p.name for p in tmp_path.iterdir()] == ["报告.html"]


def test_conditions_come_from_the_summary(tmp_path):
    summary = {
        "raster": "a.tif", "width": 10, "height": 20, "valid_area_m2": 1234567.0, "model_id": "default 1",
        "run_seconds": 3, "versions": {"rsqi": "0.1"},
        "parameters": json.dumps({"alpha": 1.5, "blocks": [512, 2048], "constraint": None}),
    }  # fmt: skip
    text = Text(written(tmp_path, summary=summary)).parts
    for value in ("10 × 20", "1,234,567 m²", "default 1", "3.0", "rsqi = 0.1",
                  "alpha = 1.5 · blocks = [512, 2048] · constraint = null"):  # fmt: skip
        assert value in text
    assert "Provider" not in text  # nothing known, nothing claimed


def test_every_grade_has_its_colour():
    template = module.resources.path("report", "report.html").read_text(encoding="utf-8")
    assert all(f".{grade} {{ background" in template for grade in GRADES)


def test_the_picture_has_each_outline_in_its_colour_where_the_error_is():
    image = np.full((500, 500, 3), 90, np.uint8)
    for error_type in TYPES:
        png = overview(image, [polygon(error_type.id, 400, 800, 400, 200)], TRANSFORM * Affine.scale(4))
        drawn = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1].astype(int)
        assert drawn.shape == image.shape
        color = tuple(int(error_type.color[i : i + 2], 16) for i in (1, 3, 5))
        assert drawn[225, 100] == pytest.approx(color, abs=25)  # left edge
        assert drawn[200, 150] == pytest.approx(color, abs=25)  # upper edge
        assert tuple(drawn[225, 150]) == (90, 90, 90)  # inside
        changed = np.argwhere((drawn != 90).any(axis=2))
        assert changed.min(axis=0).tolist() >= [195, 95] and changed.max(axis=0).tolist() <= [255, 205]
    assert np.all(image == 90)


def test_a_tiny_error_gets_a_ring():
    image = np.zeros((500, 500, 3), np.uint8)
    png = overview(image, [polygon(10, 1000, 1000, 1, 1)], TRANSFORM * Affine.scale(4))
    drawn = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert 10 <= np.ptp(np.argwhere(drawn.any(axis=2)), axis=0).min() <= 24
    assert not drawn[250, 250].any()  # the pixel itself stays visible


def test_wrong_language_and_place(tmp_path):
    with pytest.raises(ParameterError, match="report language 'de'"):
        written(tmp_path, lang="de")
    with pytest.raises(OutputError, match="cannot write the report"):
        written(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_report(tmp_path, monkeypatch):
    before = written(tmp_path, SOME)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.Path, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        written(tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.read_text(encoding="utf-8") == before
