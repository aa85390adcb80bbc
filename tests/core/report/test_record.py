"""The station's record of errors, as CSV, workbook and shapefile."""

import csv
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import replace
from datetime import datetime

import numpy as np
import pyogrio
import pytest
from test_report import found, polygon

from rsqi_core.report import record
from rsqi_core.report.compose import types_table
from rsqi_core.report.texts import Words, load
from rsqi_core.taxonomy import CODES

HEADS = ("质量元素", "质量子元素", "检查项", "错漏类别", "错漏描述", "处理意见", "修改情况", "复查情况", "检查者",
         "检查日期", "备注", "Shape")  # fmt: skip
MADE = datetime(2026, 3, 9, 8, 0)


@pytest.fixture
def subject():
    """A cloud that 王 has accepted with a comment, and a stripe that nobody has seen."""
    plain = found([polygon(1, 100, 100, 300, 200), polygon(9, 600, 600, 50, 2)])
    first, second = plain.errors
    seen = replace(
        first, status="accepted", comment="=2+3", edited_by="王", edited_at=datetime(2026, 3, 4), source="model"
    )
    return replace(plain, errors=(seen, second))


@pytest.fixture
def table(subject):
    return record.rows(subject, Words("zh"), "李", MADE)


def test_the_columns_are_those_of_a_station(table):
    assert record.heads(Words("zh")) == HEADS
    cloud, stripe = (dict(zip(HEADS, row)) for row in table)
    assert cloud["错漏描述"] == "影像有云，地物被遮挡，面积 15,000 m²"
    assert (cloud["质量元素"], cloud["错漏类别"], cloud["检查者"], cloud["检查日期"]) == (
        "影像质量", "C", "王", "2026-03-04",
    )  # fmt: skip
    assert (stripe["检查者"], stripe["检查日期"]) == ("李", "2026-03-09")
    assert cloud["修改情况"] == cloud["复查情况"] == ""
    assert cloud["备注"] == "=2+3 (已确认；来源：模型 0.75)"
    assert cloud["Shape"] == "POINT (500125.00 2899900.00)"


def test_every_type_has_its_words_in_both_languages():
    for code in CODES:
        for part in ("subelement", "check", "finding", "remedy"):
            assert all(load("record")["types"][code][part][lang] for lang in ("zh", "en"))


def test_csv_opens_in_a_spreadsheet(tmp_path, table):
    path = tmp_path / "记录.csv"
    record.write_csv(path, table, HEADS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file))
    assert tuple(read[0]) == HEADS and len(read) == 3
    assert read[1][10] == "'=2+3 (已确认；来源：模型 0.75)"  # no formula


def test_the_workbook_has_the_record_and_the_sums(tmp_path, subject, table):
    path = tmp_path / "记录.xlsx"
    record.write_workbook(path, table, HEADS, "检查记录", [("各类统计", types_table(subject, Words("zh")))])
    with zipfile.ZipFile(path) as book:
        names = [e.get("name") for e in ElementTree.fromstring(book.read("xl/workbook.xml")).iter() if e.get("sheetId")]
        assert names == ["检查记录", "各类统计"]
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and sheet.count("<row ") == 3
    assert all(word in words for word in (*HEADS, "影像有云，地物被遮挡，面积 15,000 m²", "合计"))


def test_the_shapefile_has_the_columns_in_gbk(tmp_path, subject, table):
    path = tmp_path / "记录.shp"
    long = [(*table[0][:10], "备" * 200, table[0][11]), table[1]]
    record.write_record_shapefile(path, subject, long, HEADS)
    meta, _, _, columns = pyogrio.raw.read(path)
    assert list(meta["fields"]) == ["category_i", "labels", *HEADS[:-1]]
    values = dict(zip(meta["fields"], columns))
    assert values["错漏描述"].tolist() == [row[4].replace("²", "2") for row in table]  # GBK has no ²
    assert values["备注"][0] == "备" * 125
    assert np.array(values["category_i"]).tolist() == [1, 9]
    assert "影像质量".encode("gbk") in path.with_suffix(".dbf").read_bytes()


def test_english_columns_fit_a_shapefile():
    assert all(len(name) <= 10 for name in record.COLUMNS)
