"""Choosing among generated images: keys decide, what is decided is kept, and those kept join the dataset."""

import json

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLabel, QListWidget, QPushButton


def write(folder, name, color="#507050"):
    folder.mkdir(parents=True, exist_ok=True)
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    assert image.save(str(folder / name))


@pytest.fixture
def made(tmp_path):
    """A dataset of one clean block, and three candidates painted into it."""
    for part in ("train", "test"):
        write(tmp_path / "data" / part / "image", "a.png")
        row = {"file_name": "image/a.png", "labels": [], "size": 64}
        (tmp_path / "data" / part / "metadata.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    lines = []
    for n in range(3):
        for kind in ("image", "mask"):
            write(tmp_path / "drawn" / kind, f"{n}.png", "#b04040")
        files = {"file_name": f"image/{n}.png", "mask_file_name": f"mask/{n}.png", "labels": [5], "size": 64}
        figures = {"synthetic": "image/a.png", "type": "spectral_overflow", "probability": 0.9, "distance": 1.0}
        lines.append(json.dumps(files | figures) + "\n")
    (tmp_path / "drawn" / "candidates.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path


@pytest.fixture
def window(made, application):
    from rsqi.ui.learn.candidate_window import CandidateWindow

    found = CandidateWindow(str(made / "drawn"), str(made / "data"))
    found.show()
    QgsApplication.processEvents()
    yield found
    found.close()
    found.deleteLater()


def press(window, key):
    QTest.keyClick(window.findChild(QListWidget), key)


def decisions(made):
    return json.loads((made / "drawn" / "decisions.json").read_text(encoding="utf-8"))


def test_keys_decide_and_go_on(window, made):
    sheet = window.findChild(QListWidget)
    take = window.findChild(QPushButton, "rsqiLearnTakeCandidates")
    assert sheet.count() == 3 and sheet.currentRow() == 0 and not take.isEnabled()
    press(window, Qt.Key.Key_K)
    assert decisions(made) == {"0": True} and sheet.currentRow() == 1
    press(window, Qt.Key.Key_X)
    press(window, Qt.Key.Key_K)
    assert decisions(made) == {"0": True, "1": False, "2": True} and sheet.currentRow() == 2
    press(window, Qt.Key.Key_U)
    assert decisions(made) == {"0": True, "1": False}
    assert "1" in window.findChild(QLabel, "rsqiLearnCandidateStatus").text() and take.isEnabled()


def test_those_kept_join_the_training_part(window, made):
    press(window, Qt.Key.Key_K)
    told = []
    window.taken.connect(told.append)
    window.findChild(QPushButton, "rsqiLearnTakeCandidates").click()
    assert told == [1]
    rows = [json.loads(line) for line in (made / "data" / "train" / "metadata.jsonl").read_text().splitlines()]
    assert [row["synthetic"] for row in rows] == ["", "image/a.png"] and rows[1]["labels"] == [5]
    assert (made / "data" / "train" / rows[1]["file_name"]).is_file()
    assert len((made / "data" / "test" / "metadata.jsonl").read_text().splitlines()) == 1


def test_what_was_decided_is_there_again(window, made):
    from rsqi.ui.learn.candidate_window import CandidateWindow

    press(window, Qt.Key.Key_K)
    again = CandidateWindow(str(made / "drawn"), str(made / "data"))
    assert [each.name for each in again.kept()] == ["0"]
    again.deleteLater()


def test_a_folder_without_pictures_is_one_line(application, trainer, made):
    from rsqi.ui.learn.page import LearnPage

    page = LearnPage(None)
    page.show_generated(str(made / "data"))
    assert "no generated pictures here" in page.findChild(QLabel, "rsqiLearnStatus").text()
    page.stop()
    page.deleteLater()
