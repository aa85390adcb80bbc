"""The panel *Report*: files beside the result, none replaced."""

import os
import time
from pathlib import Path

import pytest
from qgis.core import (
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop
from results import write_result

ROOT = Path(__file__).parents[4]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")


@pytest.fixture(autouse=True)
def real(application, monkeypatch):
    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))


@pytest.fixture
def panel(application):
    """The panel *Report*, without any memory of earlier ones."""
    from qgis.core import QgsSettings
    from rsqi.ui.score.report_panel import ReportPanel

    for key in ("report_language", "report_files", "reviewer", "scheme", "score_mode"):
        QgsSettings().remove(f"rsqi/{key}")
    made = ReportPanel()
    made.show()
    yield made
    made.stop()
    made.deleteLater()


def test_the_panel_writes_beside_the_result_and_replaces_nothing(application, panel, tmp_path):
    assert not panel.run_button.isEnabled()
    layer = QgsVectorLayer(write_result(tmp_path / "影像.gpkg", (1, 100, 200)) + "|layername=errors", "errors", "ogr")
    panel.set_layer(layer)
    panel.file_boxes["PDF"].setChecked(False)
    panel.file_boxes["XLSX"].setChecked(False)
    assert not panel.run_button.isEnabled()  # nothing is wanted
    panel.file_boxes["HTML"].setChecked(True)
    (tmp_path / "影像_report.html").write_text("signed")
    panel.run_button.click()
    assert panel.progress.isVisible() and not panel.run_button.isEnabled()
    end = time.monotonic() + 60
    while panel.progress.isVisible() and time.monotonic() < end:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    assert "影像_report_2.html" in panel.status.text()
    assert "no pictures" in panel.status.text()  # its image is nowhere
    assert (tmp_path / "影像_report.html").read_text() == "signed"
    assert "96.0" in (tmp_path / "影像_report_2.html").read_text(encoding="utf-8")


def test_free_names_share_a_number(application, tmp_path):
    from rsqi.ui.score.report_panel import free_names

    (tmp_path / "a_record.csv").touch()
    assert [Path(p).name for p in free_names(tmp_path, "a", ["PDF", "CSV"]).values()] == [
        "a_report_2.pdf",
        "a_record_2.csv",
    ]
