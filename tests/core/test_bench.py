"""The page that `make bench` writes, of whatever has been measured so far."""

import re
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "bench"
MACHINE = {"processor": "P", "cores": 2, "memory_gb": 8, "versions": {"rsqi": "1"}}


def inspection(side, seconds, **others):
    return {
        "width": side, "height": side, "valid": side * side, "errors": 3, "wall": seconds, "cpu": 2 * seconds,
        "alone": 0.8 * seconds, "classified": 9, "segmented": 2, "loaded_mib": 500, "peak_mib": 700, "provider": "CPU",
        "stages": {"networks": 1.5 * seconds, "rules": 0.3 * seconds, "reading": 0.2 * seconds},
    } | others  # fmt: skip


@pytest.fixture
def page(monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.syspath_prepend(str(TOOLS))
    yield __import__("page")
    sys.modules.pop("page")


def test_the_page_shows_what_is_known_and_nothing_else(page, tmp_path):
    known = {"machine": MACHINE, "inspect 2000": inspection(2000, 20.0), "inspect 1000": inspection(1000, 5.0)}
    page.write(known, tmp_path / "bench.md")
    text = (tmp_path / "bench.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+ x \d+) \|.*\| ([\d.]+) \| 700 \| 200 \|$", text, re.M)
    assert rows == [("1000 x 1000", "1.25"), ("2000 x 2000", "1.25")]
    pictures = re.findall(r"\]\((images/\w+\.svg)\)", text)
    assert len(pictures) == 3 and all((tmp_path / name).stat().st_size for name in pictures)
    assert "slope 2.00" in (tmp_path / "images" / "bench_cost.svg").read_text(encoding="utf-8")
    assert "rule" not in text.split("##")[-1]


def test_each_part_has_its_table(page, tmp_path):
    known = {
        "machine": MACHINE,
        "inspect 1000": inspection(1000, 5.0),
        "sparse 60000": inspection(60_000, 50.0, alone=0),
        "limits 1000": {"decode": 80.0, "copy": 4000.0},
        "rules": {"stripe noise: otsu": 40.0},
        "spinning 0": inspection(1000, 5.0),
        "spinning 1": inspection(1000, 6.0),
        "strips 1000": {"pixels": 1, "marked": 1, "pixels_differ": 0, "polygons": 1, "polygons_differ": 0},
        "fuzz 5": {"result": 2, "refused": 3},
        "synthesis": {"crops_per_s": 100.0, "recipes": {"cloud": [3.0, 1.0]}},
    }
    page.write(known, tmp_path / "bench.md")
    text = (tmp_path / "bench.md").read_text(encoding="utf-8")
    for row in ("| sparse 60000 x 60000 | 3600 |", "| networks | 7.5 | 0 |", "| stripe noise: otsu | 40 |",
                "| wait busily | 6.0 |", "| 5 | 2 | 3 |", "| cloud | 3.00 | 100 % |"):  # fmt: skip
        assert row in text
