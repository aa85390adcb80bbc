"""Where in its block the model saw an error: the right block, the right place, on demand and in the report."""

import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio

from rsqi_core.blocks import grid
from rsqi_core.cli import main
from rsqi_core.errors import ModelError, OutputError, ParameterError, RasterError
from rsqi_core.evidence import block_around, evidence_of, heat
from rsqi_core.jobs.evidence import EvidenceJob, evidence_job_from_mapping, run
from rsqi_core.models import Description
from rsqi_core.report import evidence as report_evidence


class Bright:
    """A model that sees clouds in what is bright, on maps of one cell for eight pixels."""

    card = SimpleNamespace(tile_size=128, seams={}, id="bright")
    hash = "0" * 16

    def describe(self, tiles):
        n, side = len(tiles), tiles.shape[1] // 8
        grey = tiles[..., 0].reshape(n, side, 8, side, 8).mean((2, 4)).astype(np.float32)
        maps = np.repeat(((grey - 128) / 12)[:, None], 10, 1)
        return Description(maps.max((2, 3)), maps)


@pytest.fixture
def bright(monkeypatch):
    monkeypatch.setattr(report_evidence, "load", lambda *_: Bright())
    return Bright()


def test_the_block_is_the_one_with_the_place_in_its_middle():
    blocks = grid(1000, 700, 256, 0.2)
    for place in ((128, 128), (500, 350), (999, 699), (0, 0)):
        block = block_around(blocks, place)
        assert block.x <= place[0] <= block.x + block.width and block.y <= place[1] <= block.y + block.height
    assert block_around(grid(100, 80, 512, 0.2), (50, 40)).width == 100


def test_the_map_is_bright_where_the_image_is(write_raster):
    rgb = np.full((300, 260, 3), 60, np.uint8)
    rgb[200:232, 120:160] = 250
    from rsqi_core.raster import open_raster

    with open_raster(write_raster(rgb, "spot.tif")) as raster:
        found = evidence_of(Bright(), raster, (10, 20, 240, 270), 1, (140, 216), 128, 0.2)
        x, y, width, height = found.window
        assert x <= 120 and y <= 200 and x + width >= 160 and y + height >= 232
        shown = heat(found, (height, width))
        spot = shown[200 - y : 232 - y, 120 - x : 160 - x, 3]
        outside = shown[..., 3].copy()
        outside[max(0, 190 - y) : 242 - y, max(0, 110 - x) : 170 - x] = 0
        assert np.median(spot) > 150 and outside.max() == 0 and found.probability > 0.99


def test_a_model_without_maps_says_so(write_raster):
    class Blind(Bright):
        def describe(self, tiles):
            return Description(np.zeros((len(tiles), 10), np.float32))

    from rsqi_core.raster import open_raster

    with open_raster(write_raster(np.zeros((64, 64, 3), np.uint8), "x.tif")) as raster, pytest.raises(ModelError):
        evidence_of(Blind(), raster, (0, 0, 64, 64), 1, (5, 5), 64, 0.2)


def test_seams_are_asked_of_their_own_network(write_raster):
    class Seams(Bright):
        card = SimpleNamespace(tile_size=128, seams={"low": 0.5}, id="seams")

        def seams(self, tiles):
            return np.full((1, tiles.shape[1] // 8, tiles.shape[2] // 8), 4.0, np.float32)

    from rsqi_core.raster import open_raster

    with open_raster(write_raster(np.full((400, 300, 3), 90, np.uint8), "x.tif")) as raster:
        found = evidence_of(Seams(), raster, (0, 0, 300, 400), 7, (290, 390), 512, 0.2)
    assert found.window == (0, 0, 300, 400) and found.sure.shape == (25, 19) and found.probability > 0.9


def test_the_map_lies_on_the_ground_where_the_error_is(small_result, bright, tmp_path):
    path, raster = small_result
    out = tmp_path / "e.tif"
    answer = run(EvidenceJob(str(path), str(out), 1))
    assert answer["category_id"] == 1 and 0 <= answer["probability"] <= 1
    with rasterio.open(out) as made, rasterio.open(raster) as image:
        assert made.count == 4 and made.crs == image.crs
        assert image.bounds.left <= made.bounds.left < made.bounds.right <= image.bounds.right
    run(EvidenceJob(str(path), str(out), 1))  # its own file may be replaced
    out.write_bytes(b"mine")
    with pytest.raises(OutputError, match="not as RSQI wrote it"):
        run(EvidenceJob(str(path), str(out), 1))
    assert out.read_bytes() == b"mine"


def test_wrong_requests_are_one_line(small_result, bright, tmp_path, write_raster):
    path, raster = small_result
    out = str(tmp_path / "e.tif")
    for job, error, words in (
        (EvidenceJob(str(path), out, 999), ParameterError, "has no error 999"),
        (EvidenceJob(str(path), str(tmp_path / "e.png"), 1), OutputError, "must end in .tif"),
        (EvidenceJob(str(raster), out, 1), OutputError, "no result of an inspection"),
        (EvidenceJob(str(path), str(raster), 1), OutputError, "would overwrite"),
        (
            EvidenceJob(str(path), out, 1, raster=str(write_raster(np.zeros((20, 20, 3), np.uint8), "o.tif"))),
            RasterError,
            "not the image that was inspected",
        ),
    ):
        with pytest.raises(error, match=words):
            run(job)
    for values in ({}, {"result": "a", "output": "b"}, {"result": "a", "output": "b", "category_id": 11}):
        with pytest.raises(ParameterError):
            evidence_job_from_mapping(values)


def test_another_model_than_that_of_the_inspection_is_said(small_result, bright, tmp_path):
    path, _ = small_result
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE summary ADD COLUMN model_hash TEXT")
        database.execute("UPDATE summary SET model_hash = 'other'")
    said = []
    run(EvidenceJob(str(path), str(tmp_path / "e.tif"), 1), lambda event, **values: said.append(values.get("code")))
    assert said == ["evidence_model"]


def test_the_command_line_and_the_report_show_it(small_result, bright, tmp_path, capsys):
    path, _ = small_result
    assert main(["evidence", str(path), "--error", "1", "--output", str(tmp_path / "e.tif")]) == 0
    assert capsys.readouterr().out.startswith("Cloud: ")
    pages = {}
    for name, words in (("plain", []), ("seen", ["--evidence"])):
        page = tmp_path / f"{name}.json"
        assert main(["report", str(path), "--language", "en", "--output", str(page), *words]) == 0
        pages[name] = json.loads(page.read_text(encoding="utf-8"))
    cards = {
        name: [card for block in page["blocks"] if block["kind"] == "Gallery" for card in block["cards"]]
        for name, page in pages.items()
    }
    assert not any(card["second"] for card in cards["plain"])
    assert all("data:image/png" in card["second"]["svg"] for card in cards["seen"][: evidence_cards()])
    assert any("evidence: " in line for card in cards["seen"] for line in card["lines"])


def evidence_cards():
    from rsqi_core.report.pictures import EVIDENCE

    return EVIDENCE


def test_a_model_without_maps_is_a_warning_in_a_report(small_result, tmp_path, monkeypatch, capsys):
    def blind(*_):
        raise ModelError("blind: this model does not say where")

    monkeypatch.setattr(report_evidence, "load", lambda *_: Bright())
    monkeypatch.setattr(report_evidence, "evidence_of", blind)
    path, _ = small_result
    assert main(["report", str(path), "--evidence", "--output", str(tmp_path / "r.html")]) == 0
    assert capsys.readouterr().err.count("does not say where") == 1
