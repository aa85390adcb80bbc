"""The report on a lot: order, verdict, map and files."""

import zipfile
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rsqi_core.batch.lot_files import lot_files, refuse_foreign, write_lot
from rsqi_core.batch.lot_map import draw_map
from rsqi_core.batch.lot_report import Scene, compose, judge, worst_first
from rsqi_core.batch.outcome import DONE, FAILED, SKIPPED, Outcome
from rsqi_core.errors import OutputError
from rsqi_core.report.html import page
from rsqi_core.report.texts import LANGUAGES, Words
from rsqi_core.scoring import GRADE_COLORS

NONE = {"A": 0, "B": 0, "C": 0, "D": 0}


def scene(name, score=None, grade="unscored", status=DONE, x=0.0, **more):
    ring = ((100 + x, 31.0), (100.9 + x, 31.0), (100.9 + x, 30.0), (100 + x, 30.0))
    return Scene(
        f"/d/{name}.tif",
        Path(f"/o/{name}.gpkg"),
        Outcome(status, score=score, grade=grade, severities=NONE, footprint=ring, **more),
    )


LOT = [
    scene("good", 80.0, "good", counts={"cloud": 2, "blur": 1}),
    scene("vetoed", 97.0, "rejected", status=SKIPPED, x=1),
    scene("best", 98.5, "excellent", x=2),
    scene("broken", status=FAILED, reason="cannot <open> it", x=3),
    scene("poor", 50.0, "rejected", x=4),
]


def test_the_worst_comes_first():
    assert [s.result.stem for s in worst_first(LOT)] == ["broken", "poor", "vetoed", "good", "best"]


def test_the_scenes_are_the_lot_or_a_sample_of_it():
    verdict = judge(LOT, None)
    assert verdict.grade == "rejected" and verdict.parts[0][0] == 5 and verdict.parts[0][1].inspected == 4
    fine = [LOT[0], LOT[2]]
    assert judge(fine, None).grade == "excellent" and judge(fine, None).mean == pytest.approx(89.25)
    assert judge(fine, 100).grade is None and judge(fine, 100).parts[0][1].needed == 10


def test_more_than_a_thousand_scenes_are_several_lots():
    many = [scene(str(n), 95.0, "excellent") for n in range(1500)]
    verdict = judge(many, None)
    assert [size for size, _ in verdict.parts] == [750, 750]
    assert (verdict.grade, verdict.mean) == ("excellent", None)
    spoilt = judge([*many[:-1], LOT[4]], None)
    assert [part.grade for _, part in spoilt.parts] == ["excellent", "rejected"] and spoilt.grade == "rejected"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_it_in_each_language_and_escapes(language):
    text = page(compose(worst_first(LOT), judge(LOT, 20), Words(language), Path("/o/2024 & Q3"), datetime(2026, 1, 2)))
    assert "2024 &amp; Q3" in text and "cannot &lt;open&gt; it" in text
    for lang, words in {
        "zh": ("批质量判定", "抽样方案", "不合格影像", "云 2、模糊 1"),
        "en": ("Verdict on the lot", "Sampling plan", "Rejected images", "Cloud 2, Blur 1"),
    }.items():
        assert all((word in text) == (lang in LANGUAGES[language]) for word in words)
    listed = text[text.index("</svg>") :]
    assert listed.index("broken") < listed.index("poor") < listed.index("vetoed")


def test_the_map_has_each_scene_in_the_colour_of_its_grade_where_it_lies():
    figure = draw_map([(s.result.stem, s.outcome) for s in worst_first(LOT)], ("map",))
    root = ElementTree.fromstring(figure.svg)
    name = "{http://www.w3.org/2000/svg}"
    drawn = {shape.find(f"{name}title").text: shape for shape in root.iter(f"{name}polygon")}
    assert list(drawn) == ["best", "good", "vetoed", "poor", "broken"]  # the worst above
    assert {stem: shape.get("fill") for stem, shape in drawn.items()} == {
        "best": GRADE_COLORS["excellent"], "good": GRADE_COLORS["good"], "vetoed": GRADE_COLORS["rejected"],
        "poor": GRADE_COLORS["rejected"], "broken": GRADE_COLORS["unscored"],
    }  # fmt: skip
    left = {stem: float(shape.get("points").split(",")[0]) for stem, shape in drawn.items()}
    assert sorted(left, key=left.get) == ["good", "vetoed", "best", "broken", "poor"]
    assert min(left.values()) > 0 and max(left.values()) < figure.width
    assert [text.text for text in root.iter(f"{name}text")][:-1] == ["5", "4", "3", "2", "1"]


def test_scenes_across_the_180th_meridian_lie_side_by_side():
    figure = draw_map([("w", scene("w", x=79.5).outcome), ("e", scene("e", x=-279.6).outcome)], ("map",))
    first, second = (
        shape.get("points") for shape in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}polygon")
    )
    assert (
        float(second.split(",")[0]) < float(first.split(",")[0]) < figure.width
        and "179.5000° E – 178.7000° W" in figure.svg
    )


def test_without_places_there_is_no_map():
    lost = Scene("/d/x.tif", Path("/o/x.gpkg"), Outcome(DONE, score=99.0, grade="excellent", severities=NONE))
    text = page(compose([lost], judge([lost], None), Words("en"), Path("/o"), datetime.now()))
    assert "<svg" not in text and "1 images lie nowhere" in text


def test_files_are_known_again_until_somebody_changes_them(tmp_path):
    write_lot(tmp_path, LOT, None, "en")
    refuse_foreign(tmp_path, overwrite=False)
    with zipfile.ZipFile(tmp_path / "lot.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>98.5</v>" in sheet and sheet.count("<row ") == 6  # numbers are numbers
    lines = (tmp_path / "lot.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Image,Result,Status,Score,Grade,Errors,Cloud,")
    assert lines[1].startswith("/d/broken.tif,broken.gpkg,failed,,") and lines[-1].startswith(
        "/d/best.tif,best.gpkg,inspected,98.5,Excellent,0"
    )
    path = lot_files(tmp_path)["csv"]
    text = path.read_text(encoding="utf-8-sig").replace("Why it failed", "Reason")  # as another version calls it
    path.write_text(text, encoding="utf-8-sig")
    refuse_foreign(tmp_path, overwrite=False)
    path.write_text(text.replace("\n", ",seen by Li\n"), encoding="utf-8-sig")
    with pytest.raises(OutputError, match=r"lot\.csv"):
        refuse_foreign(tmp_path, overwrite=False)
    refuse_foreign(tmp_path, overwrite=True)


def test_the_agreement_of_two_people_stands_in_the_report_and_in_the_tables(tmp_path):
    twice = [scene("a", 80.0, "good", second=((1, 1), (0, 1))), scene("b", 90.0, "excellent", second=((2, 2), (0, 0)))]
    write_lot(tmp_path, twice, None, "en")
    text = (tmp_path / "lot.html").read_text(encoding="utf-8")
    assert "Second review" in text and "4 errors of 2 images" in text and "75%" in text and "0.64" in text
    lines = (tmp_path / "lot.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].endswith("Judged twice,Judged alike,Seconds,Why it failed") and ",2,0.5,0.0," in lines[1]
    write_lot(tmp_path, LOT, None, "en")
    assert "Second review" not in (tmp_path / "lot.html").read_text(encoding="utf-8")


def test_a_table_without_a_second_review_as_older_versions_wrote_it_is_ours(tmp_path):
    write_lot(tmp_path, LOT, None, "en")
    path = lot_files(tmp_path)["csv"]
    rows = [line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines()]
    path.write_text("\n".join(",".join([*row[:-4], *row[-2:]]) for row in rows) + "\n", encoding="utf-8-sig")
    refuse_foreign(tmp_path, overwrite=False)
