"""What no image shows: the list, the verdicts, what they cost, and how they are kept."""

import json
import sqlite3
from contextlib import closing

import pytest

from rsqi_core.cli import main
from rsqi_core.errors import ParameterError, SchemeError
from rsqi_core.files.checklist_table import read_checklist, store_checklist
from rsqi_core.files.earlier import read_earlier
from rsqi_core.scoring import JudgedItem, load_scheme, score
from rsqi_core.scoring.checklist import AlgorithmCheck, judge, merged, merged_verdicts
from rsqi_core.scoring.checklist_file import (
    DEFAULT_LIST,
    as_mapping,
    list_beside,
    load_list,
    parse_list,
    write_list,
)

ITEMS = {item.code: item for item in load_list()}


def defect(code, severity="", count=1):
    return judge(JudgedItem(ITEMS[code]), "defect", severity, count)


def scored(*checks, mode="count", t=None):
    from dataclasses import replace

    scheme = load_scheme()
    return score([], replace(scheme, t=t) if t else scheme, 100.0, 100, 10.0, mode, checks=checks)


def test_the_list_that_ships_is_in_both_languages_and_covers_what_is_asked():
    assert {"crs", "position", "naming", "metadata", "attachments"} <= set(ITEMS)
    for item in ITEMS.values():
        assert item.text["en"] != item.text["zh"] and item.element["en"] != item.element["zh"]


@pytest.mark.parametrize(
    ("severity", "count", "value"), [("D", 3, 97.0), ("C", 2, 92.0), ("B", 1, 88.0), ("A", 1, 58.0)]
)
@pytest.mark.parametrize("mode", ["count", "area"])
def test_a_defect_costs_what_the_scheme_charges_for_its_class(severity, count, value, mode):
    found = scored(defect("naming", severity, count), mode=mode)
    assert found.value == value and f"= {value:g}" in found.arithmetic()
    assert found.severities[severity] == count and found.charged_errors[severity] == 0
    assert (found.grade == "rejected") == (severity == "A")


def test_t_divides_all_but_a():
    assert scored(defect("naming", "B"), t=2.0).value == 94.0
    assert scored(defect("naming", "A"), t=2.0).value == 58.0


def test_an_a_rejects_and_the_reason_names_the_item():
    assert scored(defect("crs")).reasons == ("a_check:crs", "below_qualified")


def test_what_is_met_or_does_not_apply_costs_nothing():
    checks = [judge(JudgedItem(ITEMS["crs"]), verdict) for verdict in ("met", "none", "")]
    assert scored(*checks).value == 100.0 and scored(*checks).checks == tuple(checks)


@pytest.mark.parametrize(("verdict", "severity", "count"), [("bad", "", 1), ("defect", "E", 1), ("defect", "A", 0)])
def test_a_verdict_that_there_is_not_is_refused(verdict, severity, count):
    with pytest.raises(ParameterError):
        judge(JudgedItem(ITEMS["crs"]), verdict, severity, count)


def test_an_item_that_was_judged_stays_when_it_leaves_the_list():
    stored = (defect("naming"), judge(JudgedItem(ITEMS["crs"]), ""))
    shown = merged([ITEMS["position"]], stored)
    assert [each.item.code for each in shown] == ["position", "naming"]
    again = merged_verdicts(shown, [JudgedItem(ITEMS["naming"]), judge(JudgedItem(ITEMS["position"]), "met")])
    assert [each.verdict for each in again] == ["met", "defect"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 9}, "format"),
        ({"items": {}}, "items"),
        ({"items": [{}]}, "code"),
        ({"items": [as_mapping(ITEMS["crs"])] * 2}, "two items"),
        ({"items": [as_mapping(ITEMS["crs"]) | {"severity": "E"}]}, "crs.severity"),
        ({"items": [as_mapping(ITEMS["crs"]) | {"text": {"en": "a"}}]}, "crs.text"),
        ({"items": [as_mapping(ITEMS["crs"]) | {"algorithm": {}}]}, "'id' is missing"),
        ({"items": [as_mapping(ITEMS["crs"]) | {"algorithm": {"id": "a:b", "met": {"output": "X"}}}]}, "crs.algorithm"),
    ],
)
def test_a_wrong_list_is_one_line_that_names_the_place(change, words):
    with pytest.raises(SchemeError, match=words) as caught:
        parse_list({"format": 1, "items": []} | change, "x.json")
    assert str(caught.value).startswith("x.json: checklist") and "\n" not in str(caught.value)


def test_a_list_beside_a_scheme_goes_before_the_one_that_ships(tmp_path):
    scheme = tmp_path / "station.json"
    assert list_beside(scheme) == list_beside(None) == DEFAULT_LIST
    write_list(tmp_path / "station.checklist.json", [ITEMS["crs"], ITEMS["naming"]])
    assert load_list(list_beside(scheme)) == (ITEMS["crs"], ITEMS["naming"])
    (tmp_path / "station.checklist.json").write_text("{", encoding="utf-8")
    with pytest.raises(SchemeError, match="not valid JSON"):
        load_list(list_beside(scheme))


@pytest.mark.parametrize(
    ("bound", "limit", "value", "met"),
    [
        ("equals", "EPSG:4547", "EPSG:4547", True),
        ("differs", "", "EPSG:4547", True),
        ("differs", "", "", False),
        ("equals", 3, 3.0, True),
        ("above", 3, 3, False),
        ("from", 3, "3", True),
        ("below", 3, 2.5, True),
        ("to", 3, 4, False),
    ],
)
def test_the_result_of_an_algorithm_is_a_verdict(bound, limit, value, met):
    assert AlgorithmCheck("a:b", {}, "X", bound, limit).is_met({"X": value}) is met


def test_a_result_that_says_nothing_is_one_line():
    check = AlgorithmCheck("a:b", {}, "X", "above", 3)
    assert AlgorithmCheck("a:b").is_met({})
    with pytest.raises(ParameterError, match="a:b has given no X"):
        check.is_met({"Y": 1})
    with pytest.raises(ParameterError, match="no number"):
        check.is_met({"X": "many"})


def test_the_file_keeps_verdicts_and_the_score_charges_them(small_result, tmp_path, capsys):
    path, _ = small_result
    assert main(["score", str(path), "--dry-run"]) == 0
    before = float(capsys.readouterr().out.split("score ")[1].split()[0])
    judged = ["--judge", "naming=C2", "--judge", "crs=met", "--judge", "zone=none", "--inspector", "张三"]
    assert main(["score", str(path), *judged]) == 0
    out = capsys.readouterr().out
    assert float(out.split("score ")[1].split()[0]) == before - 8 and "naming" in out
    found = {each.item.code: each for each in read_checklist(path)}
    assert list(found) == list(ITEMS) and found["naming"].count == 2 and found["naming"].judged_by == "张三"
    assert [code for code, each in found.items() if each.verdict] == ["crs", "zone", "naming"]
    assert read_earlier(path).is_own and read_earlier(path).verdicts >= 3
    page, table = tmp_path / "r.html", tmp_path / "r.csv"
    words = ["--output", str(page), "--output", str(table), "--language", "en"]
    assert main(["report", str(path), *words]) == 0
    assert f"score {before - 8:.1f}" in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert "Files and folders are named as agreed" in text and "C×2" in text and "9 not judged yet" in text
    assert table.read_text("utf-8-sig").count("Files and folders are named as agreed,C,not met") == 2
    assert main(["score", str(path), "--judge", "naming=met"]) == 0
    assert f"score {before:.1f}" in capsys.readouterr().out
    for wrong in ("x=met", "crs=", "crs=E", "crs=C0"):
        assert main(["score", str(path), "--judge", wrong]) == 2


def test_verdicts_that_somebody_has_spoilt_do_not_count(small_result):
    path, _ = small_result
    store_checklist(path, [defect("naming"), defect("crs"), judge(JudgedItem(ITEMS["zone"]), "met")])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE checklist SET severity = 'E' WHERE code = 'naming'")
        database.execute("UPDATE checklist SET defects = 'many' WHERE code = 'crs'")
        database.execute("UPDATE checklist SET verdict = '?' WHERE code = 'zone'")
    assert [each.verdict for each in read_checklist(path)] == ["", "", ""]
    assert json.loads(DEFAULT_LIST.read_text(encoding="utf-8"))["format"] == 1
