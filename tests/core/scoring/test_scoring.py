"""Scoring: the standard's formula, the default scheme, joining, area mode, schemes that are wrong."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rsqi_core import limits, resources
from rsqi_core.errors import ParameterError, RasterError, SchemeError
from rsqi_core.scoring import ErrorRecord, load_scheme, score, score_text
from rsqi_core.taxonomy import CODES, by_code

ROOT = Path(__file__).parents[3]
DEFAULT = load_scheme()
SIDE = 10_000  # an image of 10 000 x 10 000 pixels of 1 m
AREA = float(SIDE * SIDE)
DIAGONAL = SIDE * 2**0.5


def error(code, share=0.0, place=None, **more):
    """One error covering `share` of the image; `place` puts it 200 m from the others."""
    area = share * AREA
    bounds = None if place is None else (place * 200.0, 0.0, place * 200.0 + 10, 10.0)
    values = {"pixels": round(area), "length_px": 10.0, "bounds": bounds, **more}
    return ErrorRecord(by_code(code).id, area, **values)


def judge(records, scheme=DEFAULT, mode="count", **more):
    return score(records, scheme, AREA, SIDE * SIDE, DIAGONAL, mode, **more)


def edited(tmp_path, change):
    data = json.loads(resources.path("schemes", "default.json").read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "方案.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def with_t(tmp_path, t):
    return load_scheme(edited(tmp_path, lambda data: data.update(t=t)))


def test_a_clean_image():
    result = judge([])
    assert (result.value, result.grade, result.items, result.reasons) == (100.0, "excellent", (), ())
    assert tuple(result.by_type) == CODES and result.not_inspected == ()
    assert result.arithmetic() == "100 - (12×0 + 4×0 + 1×0)/1 - 42×0 = 100"


def test_a_worked_example():
    """Two stretched slopes (C and B), three small clouds (D each), one shadow of 3 % (C), 12 stripes (C once)."""
    records = [
        error("stretching_blur", 0.0005, 0),
        error("stretching_blur", 0.002, 1),
        *(error("cloud", 0.001, i) for i in range(3)),
        error("shadow", 0.03),
        *(error("stripe_noise", 1e-7, i) for i in range(12)),
    ]
    result = judge(records)
    assert result.severities == {"A": 0, "B": 1, "C": 3, "D": 3}
    assert result.value == 100 - (12 * 1 + 4 * 3 + 1 * 3) == 73
    assert result.grade == "qualified"
    assert [item.severity for item in result.items] == ["C", "B", "D", "D", "D", "C", *"C" * 12]
    assert [item.penalty for item in result.items] == [4, 12, 1, 1, 1, 4, 4, *[0] * 11]
    assert result.by_type["stripe_noise"].count == 12
    assert result.arithmetic() == "100 - (12×1 + 4×3 + 1×3)/1 - 42×0 = 73"


def test_t_divides_all_but_a(tmp_path):
    records = [error("distortion", 0.002), error("pixel_missing", 0.002)]  # B and A
    result = judge(records, with_t(tmp_path, 2))
    assert result.value == 100 - 12 / 2 - 42
    assert [item.penalty for item in result.items] == [6, 42]


def test_an_a_rejects_although_the_value_alone_would_not(tmp_path):
    scheme = load_scheme(edited(tmp_path, lambda data: data["deductions"].update(A=10)))
    result = judge([error("cloud", 0.2)], scheme)
    assert (result.value, result.grade, result.reasons) == (90, "rejected", ("a_error:cloud",))


@pytest.mark.parametrize("code", CODES)
def test_an_error_that_is_just_kept_can_have_the_least_severity(code):
    """In a scene of 10 000 x 10 000 px; a limit of 0.01 % of the scene let no small error of four types through."""
    pixels = limits.least_pixels(512)
    record = error(code, pixels / AREA, pixels=1 if code == "pixel_missing" else pixels, offset_px=1.0)
    assert judge([record]).items[0].severity == "D"


def test_the_floor_is_0_and_the_sum_shows_what_was_deducted():
    result = judge([error("distortion", 0.002, i) for i in range(10)])
    assert (result.value, result.grade, result.reasons) == (0, "rejected", ("below_qualified",))
    assert result.deducted == 120 and sum(item.penalty for item in result.items) == 120
    assert result.arithmetic() == "100 - (12×10 + 4×0 + 1×0)/1 - 42×0 = -20 → 0"
    areas = judge([error("cloud", 0.3), error("shadow", 0.5), error("blur", 0.2)], mode="area")
    assert (areas.value, areas.arithmetic()) == (0, "100 - (Cloud 42 + Shadow 42 + Blur 42)/1 = -26 → 0")


def test_where_nothing_was_inspected_there_is_no_score():
    result = judge([], inspected=())
    assert (result.value, result.grade, result.reasons) == (None, "unscored", ("nothing_inspected",))
    assert result.not_inspected == CODES and result.by_type == {} and result.arithmetic() == ""
    assert score_text(result.value) == "–" and score_text(0.0) == "0.0"
    rejected = judge([error("cloud", 0.2, status="rejected")], inspected=())
    assert rejected.value is None and rejected.items[0].severity is None
    drawn = judge([error("cloud", 0.2, status="added")], inspected=())  # somebody has looked
    assert (drawn.value, drawn.grade) == (58, "rejected")


@pytest.mark.parametrize(
    ("c_errors", "d_errors", "grade"),
    [
        (2, 2, "excellent"),
        (2, 3, "good"),
        (6, 1, "good"),
        (6, 2, "qualified"),
        (10, 0, "qualified"),
        (10, 1, "rejected"),
    ],
)
def test_grades_include_their_limit(c_errors, d_errors, grade):
    records = [error("distortion", 0.0005, i) for i in range(c_errors)]
    records += [error("stretching_blur", 0.00001, i) for i in range(d_errors)]
    result = judge(records)
    assert result.value == 100 - 4 * c_errors - d_errors
    assert result.grade == grade


@pytest.mark.parametrize(("code", "limit", "at", "above"), [
    ("distortion", 0.001, "C", "B"),  # a B above it
    ("distortion", 0.00005, "C", "C"),  # a C from it on
    ("cloud", 0.10, "B", "A"),
])  # fmt: skip
def test_who_measures_does_not_matter_at_a_limit(code, limit, at, above):
    """Areas of one polygon differ by 1e-8 between pyproj and QGIS."""
    for noise in (-2e-8, 0, 2e-8):
        assert judge([error(code, limit * (1 + noise))]).items[0].severity == at
    assert judge([error(code, limit * 1.0001)]).items[0].severity == above
    under = judge([error(code, limit * 0.9999)]).items[0].severity
    assert under == (at if code == "cloud" or limit == 0.001 else "D")


def test_of_equal_errors_the_first_bear_the_points_whoever_measures():
    noises = ([0, 1e-8, -1e-8, 2e-8, 0, 3e-8], [3e-8, 0, 2e-8, 0, -1e-8, 0])
    first, second = ([error("cloud", 0.001 * (1 + e), i) for i, e in enumerate(each)] for each in noises)
    penalties = [item.penalty for item in judge(first).items]
    assert penalties == [item.penalty for item in judge(second).items] == [1, 1, 1, 1, 0, 0]


def test_rounding_does_not_cost_a_grade(tmp_path):
    result = judge([error("stretching_blur", 0.00001, i) for i in range(3)], with_t(tmp_path, 0.3))
    assert (result.value, result.grade) == (90, "excellent")


@pytest.mark.parametrize(
    ("code", "share", "severity"),
    [
        ("cloud", 0.01, "D"), ("cloud", 0.011, "C"), ("cloud", 0.05, "C"), ("cloud", 0.06, "B"), ("cloud", 0.11, "A"),
        ("shadow", 0.02, "D"), ("shadow", 0.021, "C"), ("shadow", 0.5, "B"),
        ("stretching_blur", 0.00004, "D"), ("stretching_blur", 0.00005, "C"), ("stretching_blur", 0.0011, "B"),
        ("blur", 0.005, "D"), ("blur", 0.03, "C"), ("blur", 0.1, "B"), ("blur", 0.11, "A"),
        ("spectral_overflow", 0.00005, "D"), ("spectral_overflow", 0.001, "C"), ("spectral_overflow", 0.002, "B"),
        ("spectral_overflow", 0.06, "A"),
        ("distortion", 0.00004, "D"), ("distortion", 0.001, "C"), ("distortion", 0.0011, "B"),
        ("pixel_missing", 0.002, "A"),
    ],
)  # fmt: skip
def test_default_limits_by_share(code, share, severity):
    assert judge([error(code, share)]).items[0].severity == severity


@pytest.mark.parametrize(("length", "severity"), [(0.019, "D"), (0.02, "C"), (0.25, "C"), (0.26, "B")])
def test_default_limits_of_seams(length, severity):
    assert judge([error("stitching_trace", 0.01, length_px=length * DIAGONAL)]).items[0].severity == severity


@pytest.mark.parametrize(
    ("offset", "severity"), [(None, "C"), (0.9, None), (1, "D"), (2, "D"), (2.1, "C"), (5, "C"), (5.1, "B")]
)
def test_default_limits_of_misalignment(offset, severity):
    result = judge([error("stitching_misalignment", 0.01, offset_px=offset)])
    assert result.items[0].severity == severity
    assert result.value == 100 - {None: 0, "D": 1, "C": 4, "B": 12}[severity]


@pytest.mark.parametrize(("step", "severity"), [(None, "D"), (25, "D"), (25.1, "B"), (50, "B"), (50.1, "A")])
def test_default_limits_of_a_step(step, severity):
    assert judge([error("stitching_trace", 0.001, length_px=10, step_dn=step)]).items[0].severity == severity


def test_a_displacement_of_more_than_the_edge_limit_rejects():
    """8 m: at an edge of 1:10 000 in mountains, by a national rule of 2023 (domain facts, section 1.2)."""
    side = 1.0  # metres a pixel
    record = error("stitching_misalignment", 0.01, offset_px=8.1)
    assert score([record], load_scheme(), AREA * side**2, AREA, DIAGONAL).items[0].severity == "A"
    record = error("stitching_misalignment", 0.01, offset_px=7.9)
    assert score([record], load_scheme(), AREA * side**2, AREA, DIAGONAL).items[0].severity == "B"


@pytest.mark.parametrize(("pixels", "severity"), [(10, "D"), (11, "C"), (1000, "C"), (1001, "B")])
def test_default_limits_of_missing_pixels(pixels, severity):
    assert judge([error("pixel_missing", pixels / AREA)]).items[0].severity == severity


@pytest.mark.parametrize(("lines", "penalty"), [(1, 1), (10, 1), (11, 4), (100, 4), (101, 12)])
def test_stripes_are_judged_by_their_number(lines, penalty):
    assert 100 - judge([error("stripe_noise", 1e-7, i) for i in range(lines)]).value == penalty


def test_a_dropped_line_across_the_image():
    assert judge([error("stripe_noise", 1e-4, length_px=SIDE)]).items[0].severity == "B"


def test_many_small_clouds_are_no_catastrophe():
    result = judge([error("cloud", 0.015 / 30, i) for i in range(30)])
    assert result.value == 96
    assert {item.severity for item in result.items} == {"C"}


@pytest.mark.parametrize("code", ["cloud", "shadow", "blur"])
def test_more_of_a_type_judged_by_its_total_never_costs_less(code):
    penalties = [100 - judge([error(code, 0.0008, i) for i in range(n)]).value for n in range(150)]
    assert penalties == sorted(penalties)
    assert penalties[1:6] == [1, 2, 3, 4, 4]


def test_500_dead_pixels_cost_like_one_c():
    assert judge([error("pixel_missing", 1e-8, i) for i in range(500)]).value == 96


def test_rejected_polygons_do_not_count():
    records = [error("cloud", 0.2, status="rejected"), error("shadow", 0.03, status="accepted")]
    result = judge(records)
    assert result.value == 96
    assert (result.items[0].severity, result.items[0].penalty) == (None, 0)
    assert result.by_type["cloud"].count == 0


def test_what_was_not_inspected_is_listed_and_added_errors_still_count():
    result = judge([error("cloud", 0.03, status="added")], inspected=("shadow", "blur"))
    assert result.not_inspected == tuple(code for code in CODES if code not in ("shadow", "blur"))
    assert tuple(result.by_type) == ("cloud", "shadow", "blur")
    assert result.value == 96


def boxes(*positions, share=0.0004):
    return [error("distortion", share, bounds=(x, y, x + 10, y + 10), length_px=10.0) for x, y in positions]


@pytest.mark.parametrize(
    ("positions", "errors"),
    [
        ([(0, 0), (30, 0)], 1),  # a gap of exactly 20 m
        ([(0, 0), (30.5, 0)], 2),
        ([(0, 0), (25, 25)], 2),  # 15 m each way: 21.2 m
        ([(0, 0), (24, 24)], 1),
        ([(0, 0), (60, 0), (30, 0)], 1),  # a chain
        ([(0, 0), (500, 0), (0, 25), (500, 25)], 2),
    ],
)
def test_neighbours_count_once(positions, errors):
    result = judge(boxes(*positions))
    assert result.by_type["distortion"].errors == errors
    assert result.by_type["distortion"].count == len(positions)


def test_joined_errors_are_judged_by_their_sum_and_the_largest_bears_the_points():
    records = boxes((0, 0), (15, 0), (30, 0))
    records[1] = error("distortion", 0.0005, bounds=(15, 0, 25, 10))
    result = judge(records)  # 1.3 permille together
    assert [item.severity for item in result.items] == ["B"] * 3
    assert [item.penalty for item in result.items] == [0, 12, 0]


def test_the_distance_is_in_metres_and_0_joins_nothing(tmp_path):
    records = boxes((0, 0), (60, 0))  # a gap of 50 pixels
    assert judge(records).by_type["distortion"].errors == 2
    quarter_metre = score(records, DEFAULT, AREA / 16, SIDE * SIDE, DIAGONAL)  # 12.5 m
    assert quarter_metre.by_type["distortion"].errors == 1
    never = load_scheme(edited(tmp_path, lambda data: data.update(merge_distance_m=0)))
    assert judge(boxes((0, 0), (5, 5)), never).by_type["distortion"].errors == 2


def test_types_are_never_joined():
    records = [error("distortion", 0.0005, 0), error("stretching_blur", 0.0005, 0)]
    assert judge(records).value == 92


def test_parallel_lines_do_not_add_up_to_a_dropped_one():
    box = {"length_px": 0.1 * DIAGONAL}
    lines = [error("stripe_noise", 1e-6, bounds=(0, y, 0.1 * DIAGONAL, y + 1), **box) for y in range(0, 100, 10)]
    assert judge(lines).items[0].severity == "D"
    dashes = [error("stripe_noise", 1e-6, bounds=(x, 0, x + 990, 1), length_px=990.0) for x in range(0, SIDE, 1000)]
    assert judge(dashes).items[0].severity == "B"


def test_many_records_are_quick_enough():
    records = [
        error("stripe_noise", 1e-7, bounds=(i * 7 % SIDE, i * 13 % SIDE, i * 7 % SIDE + 5, i * 13 % SIDE + 1))
        for i in range(3000)
    ]
    assert judge(records).by_type["stripe_noise"].count == 3000


def test_area_mode_charges_weight_times_percent_up_to_the_cap():
    result = judge([error("cloud", 0.01, 0), error("cloud", 0.02, 1), error("shadow", 0.03)], mode="area")
    assert [item.penalty for item in result.items] == pytest.approx([2, 4, 3])
    assert result.value == pytest.approx(91)
    assert result.arithmetic() == "100 - (Cloud 6 + Shadow 3)/1 = 91"
    assert result.arithmetic("zh") == "100 - (云 6 + 阴影 3)/1 = 91"
    assert judge([error("shadow", 0.9)], mode="area").value == 58
    assert judge([error("stitching_trace", 0.4, length_px=DIAGONAL / 10)], mode="area").value == 95


def test_area_mode_divides_by_t_and_an_a_still_rejects(tmp_path):
    assert judge([error("shadow", 0.08)], with_t(tmp_path, 2), "area").value == 96
    rejected = judge([error("cloud", 0.11)], with_t(tmp_path, 10), "area")
    assert (rejected.value, rejected.grade) == (97.8, "rejected")


@pytest.mark.parametrize("mode", ["count", "area"])
def test_penalties_add_up(mode):
    records = [error(code, 0.003 * (i + 1), i) for i, code in enumerate(CODES * 3)]
    result = judge(records, mode=mode)
    assert sum(item.penalty for item in result.items) == pytest.approx(result.deducted)
    assert sum(part.penalty for part in result.by_type.values()) == pytest.approx(result.deducted)
    assert result.value == pytest.approx(max(0, 100 - result.deducted))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: judge([], mode="mean"), "score mode 'mean'"),
        (lambda: judge([error("cloud", 0.1, status="gone")]), "status 'gone'"),
        (lambda: judge([ErrorRecord(11, 1.0)]), "category_id 11"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


def test_an_image_without_a_valid_pixel_is_no_fault_of_a_parameter():
    with pytest.raises(RasterError, match="no valid pixel"):
        score([], DEFAULT, 0, 0, 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("t"), "top level: 't' is missing"),
        (lambda d: d.update(t=0), "t: 0 must be above 0"),
        (lambda d: d.update(t=True), "t: expected a number, found true"),
        (lambda d: d.update(format=2), "format: 2 is not 1"),
        (lambda d: d.update(colour="red"), "'colour' is unknown"),
        (lambda d: d["name"].pop("zh"), "name: 'zh' is missing"),
        (lambda d: d["deductions"].update(B=-1), "deductions.B: -1 must be at least 0"),
        (lambda d: d["grades"].update(good=95), "excellent > good > qualified"),
        (lambda d: d["types"].pop("blur"), "types: 'blur' is missing"),
        (lambda d: d["types"].update(haze={}), "types: 'haze' is unknown"),
        (lambda d: d["types"]["cloud"].update(rules={}), "types.cloud.rules: expected a list"),
        (lambda d: d["types"]["cloud"]["rules"][0].update(severity="E"), r"cloud.rules\[0\].severity: \"E\" is not"),
        (lambda d: d["types"]["cloud"]["rules"][1].update(measure="size"), r"rules\[1\].measure: \"size\" is not"),
        (lambda d: d["types"]["cloud"]["rules"][1].pop("above"), "needs either 'above' or 'from'"),
        (lambda d: d["types"]["cloud"]["rules"][1].update(above="1 %"), "expected a number, found \"1 %\""),
        (lambda d: d["types"]["cloud"].update(otherwise="none"), "cloud.otherwise: \"none\" is not one of A,"),
        (lambda d: d["types"]["cloud"]["area"].update(basis="volume"), "types.cloud.area.basis"),
        (lambda d: d["types"]["cloud"]["max_errors"].update(E=1), "max_errors: 'E' is unknown"),
        (lambda d: d.update(not_covered={"en": "x", "zh": []}), "not_covered.en: expected a list"),
        (lambda d: d.update(a_rejects="yes"), "a_rejects"),
    ],
)  # fmt: skip
def test_a_wrong_scheme_is_refused_by_key(tmp_path, change, message):
    path = edited(tmp_path, change)
    with pytest.raises(SchemeError, match=message) as caught:
        load_scheme(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_unreadable_schemes(tmp_path):
    with pytest.raises(SchemeError, match="cannot read"):
        load_scheme(tmp_path / "none.json")
    path = tmp_path / "bad.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SchemeError, match="not valid JSON"):
        load_scheme(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(SchemeError, match="expected an object"):
        load_scheme(path)
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SchemeError, match="not valid JSON"):
        load_scheme(path)


def test_every_shipped_scheme_loads_and_says_what_it_is():
    for path in sorted(resources.path("schemes").glob("*.json")):
        load_scheme(path)
    assert copy.copy(DEFAULT.name)["en"] == "RSQI default, not the standard's text"
    original = json.loads(resources.path("schemes", "default.json").read_text(encoding="utf-8"))
    assert original["deductions"] == {"A": 42, "B": 12, "C": 4, "D": 1}


def test_only_the_standard_library_is_imported():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import rsqi_core.scoring as s; s.load_scheme();"
        "print([m for m in ('numpy', 'shapely', 'rasterio', 'cv2', 'pyproj', 'pyogrio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(ROOT)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
