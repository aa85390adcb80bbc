"""Who inspects for whom: fields kept in settings and file, pictures, and the report that prints them."""

import os
import time
from pathlib import Path

import pytest
from qgis.core import QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop
from qgis.PyQt.QtGui import QColor, QImage
from results import write_result
from scored_layer import wait

ROOT = Path(__file__).parents[4]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
KEYS = ("report_station", "report_inspector", "report_logo", "report_language", "report_files", "report_evidence")


@pytest.fixture
def panel(application, monkeypatch):
    from rsqi.ui.score.report_panel import ReportPanel

    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))
    for key in (*KEYS, "reviewer", "scheme", "score_mode"):
        QgsSettings().remove(f"rsqi/{key}")
    made = ReportPanel()
    made.show()
    yield made
    made.stop()
    made.deleteLater()
    for key in KEYS:
        QgsSettings().remove(f"rsqi/{key}")


def open_result(path, *errors):
    return QgsVectorLayer(write_result(path, *errors) + "|layername=errors", "errors", "ogr")


def write_text(panel, **texts):
    for name, text in texts.items():
        box = panel.particulars_form.text_boxes[name]
        box.setText(text)
        box.editingFinished.emit()


def draw(path, color="#336699"):
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    assert image.save(str(path))
    return str(path)


def test_fields_go_to_the_file_and_what_stays_the_same_to_the_settings(panel, tmp_path):
    from rsqi.rsqi_core.files.particulars_table import read_particulars

    layer = open_result(tmp_path / "a.gpkg", (1, 100, 100))
    panel.set_layer(layer)
    write_text(panel, station="  测绘 站 ", client="甲", sheet="H50", inspector="张三", acceptance="合同 7")
    panel.particulars_form.pictures["logo"].file_box.setFilePath(draw(tmp_path / "logo.png"))
    panel.particulars_form.pictures["signature"].file_box.setFilePath(draw(tmp_path / "sign.jpg"))
    kept = read_particulars(tmp_path / "a.gpkg")
    assert (kept.station, kept.client, kept.sheet, kept.acceptance) == ("测绘 站", "甲", "H50", "合同 7")
    assert kept.logo[:4] == b"\x89PNG" and kept.signature[:2] == b"\xff\xd8"
    other = open_result(tmp_path / "b.gpkg", (1, 100, 100))
    panel.set_layer(other)
    form = panel.particulars_form
    assert form.text_boxes["station"].text() == "测绘 站" and form.text_boxes["inspector"].text() == "张三"
    assert (
        form.text_boxes["client"].text() == "" and form.particulars.logo == kept.logo and not form.particulars.signature
    )
    assert read_particulars(tmp_path / "b.gpkg").is_empty  # opening a layer changes nothing
    panel.set_layer(layer)
    assert form.text_boxes["client"].text() == "甲" and form.particulars == kept
    form.pictures["signature"].clear_button.click()
    assert not read_particulars(tmp_path / "a.gpkg").signature


def test_a_bad_picture_is_one_line_and_the_one_before_stays(panel, tmp_path):
    panel.set_layer(open_result(tmp_path / "a.gpkg", (1, 100, 100)))
    row = panel.particulars_form.pictures["logo"]
    row.file_box.setFilePath(draw(tmp_path / "logo.png"))
    before = panel.particulars_form.particulars
    for name, data in (("x.png", b"<svg/>"), ("y.png", before.logo[:-20])):
        (tmp_path / name).write_bytes(data)
        row.file_box.setFilePath(str(tmp_path / name))
        text = panel.particulars_form.status.text()
        assert name in text and "\n" not in text and panel.particulars_form.particulars == before


def test_the_image_is_described_in_the_language_of_the_report(panel, application, tmp_path):
    layer = open_result(tmp_path / "a.gpkg", (1, 300, 300))
    panel.language_box.setCurrentIndex(1)
    panel.set_layer(layer)
    wait(application, lambda: "contains" in panel.description.text())
    assert "This satellite image contains one small area of cloud" in panel.description.text()
    panel.language_box.setCurrentIndex(2)
    wait(application, lambda: "存在一处" in panel.description.text() and "contains" in panel.description.text())
    panel.set_layer(None)
    assert panel.description.text() == ""


@pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")
def test_the_report_prints_it_in_pdf_and_page(panel, application, tmp_path):
    from osgeo import gdal

    panel.set_layer(open_result(tmp_path / "a.gpkg", (1, 100, 200)))
    panel.language_box.setCurrentIndex(0)
    write_text(panel, station="<i>测绘站</i>", client="甲 & 乙", inspector="张三")
    panel.particulars_form.pictures["logo"].file_box.setFilePath(draw(tmp_path / "logo.png"))
    panel.particulars_form.pictures["signature"].file_box.setFilePath(draw(tmp_path / "sign.png", "#cc0000"))
    for name, box in panel.file_boxes.items():
        box.setChecked(name in ("PDF", "HTML"))
    panel.run_button.click()
    end = time.monotonic() + 90
    while panel.progress.isVisible() and time.monotonic() < end:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    page = (tmp_path / "a_report.html").read_text(encoding="utf-8")
    assert "&lt;i&gt;测绘站" in page and "甲 &amp; 乙" in page and page.count('<img src="data:image/png') == 2
    picture = gdal.Open(f"PDF:1:{tmp_path / 'a_report.pdf'}")
    if picture is not None:  # a GDAL that reads PDF: the red of the signature is on the page of the verdict
        red, green, _ = (picture.GetRasterBand(n).ReadAsArray().astype(int) for n in (1, 2, 3))
        assert ((red > 180) & (green < 30)).sum() > 200
