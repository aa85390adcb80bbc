"""Lots: the sample sizes of the standard, the draw, the verdict."""

import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.scoring.lot import Unit, draw, judge, overview_passes, sample_size, split


def unit(name, value, detailed=True, **severities):
    grade = "excellent" if value >= 90 else "good" if value >= 75 else "qualified" if value >= 60 else "rejected"
    grade = "rejected" if severities.get("A") else grade
    return Unit(name, value, grade, {"A": 0, "B": 0, "C": 0, "D": 0, **severities}, detailed)


@pytest.mark.parametrize(
    ("lot", "sample"),
    [(1, 1), (2, 2), (3, 3), (20, 3), (21, 5), (40, 5), (41, 7), (100, 10), (101, 11), (121, 12), (200, 15), (201, 17),
     (232, 17), (233, 20), (282, 20), (283, 24), (363, 30), (487, 30), (488, 40), (686, 40), (687, 56), (1000, 56)],
)  # fmt: skip
def test_sample_sizes_of_the_standard(lot, sample):
    assert sample_size(lot) == sample


def test_a_larger_lot_is_split_evenly():
    assert split(1000) == (1000,) and split(1001) == (501, 500) and split(2500) == (834, 833, 833)
    with pytest.raises(ParameterError, match="a lot of 1001 units is split: 501, 500"):
        sample_size(1001)
    with pytest.raises(ParameterError, match="at least one unit"):
        sample_size(0)


def test_the_draw_depends_on_the_seed_alone():
    names = [f"{n:03}.tif" for n in range(50)]
    drawn = draw(names, "2026-11")
    assert len(drawn) == 7 and set(drawn) <= set(names)
    assert draw(names[::-1], "2026-11") == drawn != draw(names, "2026-12")


def test_every_unit_is_drawn_as_often_as_another():
    names = [str(n) for n in range(20)]
    counts = dict.fromkeys(names, 0)
    for seed in range(2000):
        for name in draw(names, str(seed)):
            counts[name] += 1
    assert sum(counts.values()) == 6000 and min(counts.values()) > 240 and max(counts.values()) < 360


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ([95, 90, 75], "excellent"),
        ([95, 80, 75, 60, 60], "qualified"),
        ([95, 92, 80, 80, 60], "good"),
        ([95, 92, 91, 80, 75], "excellent"),
        ([95, 92, 80, 80, 75], "good"),
        ([89, 80, 80, 80, 75], "qualified"),
    ],
)
def test_grades_of_a_lot(values, grade):
    verdict = judge([unit(str(n), value) for n, value in enumerate(values)], 20 if len(values) == 3 else 40)
    assert verdict.grade == grade
    assert verdict.mean == pytest.approx(sum(values) / len(values))


def test_shares_include_their_limits():
    """Of ten units nine good or better and five excellent: just excellent; one excellent less: good."""
    values = [90] * 5 + [75] * 4 + [60]
    assert judge([unit(str(n), v) for n, v in enumerate(values)], 100).grade == "excellent"
    values[0] = 89
    assert judge([unit(str(n), v) for n, v in enumerate(values)], 100).grade == "good"


def test_one_failed_unit_fails_the_lot_even_before_the_sample_is_complete():
    verdict = judge([unit("a", 100), unit("b", 59)], 40)
    assert (verdict.grade, verdict.mean, verdict.failed, verdict.needed) == ("rejected", None, ("b",), 5)
    assert judge([unit("a", 100, A=1)], 1).grade == "rejected"


def test_too_few_units_say_nothing_yet():
    verdict = judge([unit("a", 100), unit("b", 80)], 20)
    assert (verdict.grade, verdict.mean, verdict.inspected, verdict.needed) == (None, 90, 2, 3)
    assert judge([], 20).mean is None


def test_a_unit_that_nobody_looked_at_is_still_to_be_inspected():
    unseen = Unit("c", None, "unscored", dict.fromkeys("ABCD", 0))
    verdict = judge([unit("a", 100), unit("b", 80), unseen], 20)
    assert (verdict.grade, verdict.mean, verdict.inspected, verdict.failed) == (None, 90, 2, ())
    assert not unseen.passes and not Unit("d", None, "unscored", dict.fromkeys("ABCD", 0), detailed=False).passes


def test_units_outside_the_sample_are_looked_over():
    assert overview_passes({"A": 0, "B": 3, "C": 99, "D": 99})
    assert not overview_passes({"A": 0, "B": 4}) and not overview_passes({"A": 1, "B": 0})
    sample = [unit(str(n), 95) for n in range(3)]
    fine = judge([*sample, unit("over", 40, detailed=False, B=3)], 20)
    assert (fine.grade, fine.mean, fine.inspected) == ("excellent", 95, 3)
    assert judge([*sample, unit("over", 40, detailed=False, B=4)], 20).failed == ("over",)


def test_more_units_than_the_lot_has_are_refused():
    with pytest.raises(ParameterError, match="2 units cannot come from a lot of 1"):
        judge([unit("a", 90), unit("b", 90)], 1)


def test_the_command_line_judges_a_lot(tmp_path, monkeypatch, capsys):
    from rsqi_core.cli import main
    from rsqi_core.files import geopackage
    from rsqi_core.scoring import ErrorRecord

    def read(path):
        clouds = (ErrorRecord(1, 0.02e6),) if path.stem == "b" else ()
        return geopackage.StoredErrors(clouds, 1e6, 1_000_000, 1414.0, ("cloud",), (1,) * len(clouds), {})

    monkeypatch.setattr(geopackage, "read_errors", read)
    assert main(["score", "a.gpkg", "b.gpkg", "c.gpkg", "--dry-run", "--lot", "20"]) == 0
    assert capsys.readouterr().out.endswith("lot of 20: 3 of 3 images inspected\nlot 98.7 (excellent)\n")
    assert main(["score", "a.gpkg", "--dry-run", "--lot", "20"]) == 0
    assert capsys.readouterr().out.endswith("lot of 20: 1 of 3 images inspected\nlot 100.0 (no verdict yet)\n")
