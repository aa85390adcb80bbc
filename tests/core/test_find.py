"""Finding by words: tiny models with random weights, whose scores need not make sense, only arrive whole."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import tiny_text_models

from rsqi_core.cli import main
from rsqi_core.errors import Cancelled, ModelError, OutputError, ParameterError
from rsqi_core.frame import Frame
from rsqi_core.jobs.find import find_job_from_mapping, run
from rsqi_core.raster import open_raster
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.text_search import Found, Search, TextModel

KINDS = ("clipseg", "groupvit", "clip", "siglip")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    for name in KINDS:
        tiny_text_models.MAKERS[name](folder / name)
    return folder


def job(raster, models, folder, kind="clipseg", **values):
    given = {"raster": str(raster), "output": str(folder / "found.gpkg"), "text": "cloud shadow on water"}
    return find_job_from_mapping({**given, "model": str(models / kind), "device": "cpu", **values})


class Painted:
    """In place of a model: how red a pixel is."""

    batch = 2

    def scores(self, images):
        return images[..., 0].astype(np.float32) / 255


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_gives_places_and_a_heat_map(models, write_raster, tmp_path, kind):
    raster = write_raster(landscape(320, seed=3)[:300])
    seen = []
    answer = run(
        job(raster, models, tmp_path, kind, block=128, threshold=0.01), lambda name, **v: seen.append((name, v))
    )
    with rasterio.open(answer["outputs"]["heat"]) as heat, rasterio.open(raster) as image:
        values = heat.read(1)
        assert (heat.crs, heat.transform, heat.shape) == (image.crs, image.transform, image.shape)
        assert heat.scales == (1 / 254,) and heat.nodata == 255 and (values < 255).all()
    meta, _, shapes, columns = pyogrio.raw.read(answer["outputs"]["found"], layer="found")
    table = dict(zip(meta["fields"], columns))
    assert answer["count"] == len(shapes) and list(table["score"]) == sorted(table["score"], reverse=True)
    assert set(table["phrase"]) <= {"cloud shadow on water"}
    with sqlite3.connect(answer["outputs"]["found"]) as database:
        ((kept,),) = database.execute("SELECT phrase FROM search").fetchall()
    assert kept == "cloud shadow on water"
    progress = [v for name, v in seen if name == "progress" and v["stage"] == "find"]
    assert progress[-1]["done"] == progress[-1]["total"] == 9


def test_what_is_found_does_not_depend_on_the_cuts(write_raster):
    picture = np.zeros((700, 520, 3), np.uint8)
    picture[40:640, 100:300, 0] = 255  # through several blocks and strips
    picture[0, 0, 1] = 9
    with open_raster(str(write_raster(picture))) as raster:
        found = Found(Frame(raster, (0, 0, 520, 700)), Painted(), Search(("red",), block=256))
        bands = list(found.bands())
        (place,) = found.polygons
    heat = np.concatenate(bands)
    assert heat.shape == (700, 520) and set(np.unique(heat)) == {0, 254} and len(bands) > 1
    assert place.pixels == 600 * 200 and place.confidence == 1 and len(place.geometry.geoms) == 1
    assert found.valid_pixels == 700 * 520


def test_small_places_are_left_out_and_the_threshold_decides(write_raster):
    picture = np.zeros((256, 256, 3), np.uint8)
    picture[10:20, 10:20, 0], picture[100:150, 100:150, 0] = 255, 100
    picture[0, 0, 1] = 9
    with open_raster(str(write_raster(picture))) as raster:
        frame = Frame(raster, (0, 0, 256, 256))
        for wanted, pixels in (
            (Search(("x",)), [100]),
            (Search(("x",), 0.3), [2500, 100]),
            (Search(("x",), 0.3, least_pixels=101), [2500]),
        ):
            found = Found(frame, Painted(), wanted)
            list(found.bands())
            assert [each.pixels for each in found.polygons] == pixels


def test_a_cancelled_search_leaves_nothing(models, write_raster, tmp_path):
    raster = write_raster(landscape(320, seed=3))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        run(job(raster, models, tmp_path, block=128), cancelled=lambda: True)
    assert sorted(tmp_path.iterdir()) == before


def test_wrong_values_are_one_line_before_any_work(models, write_raster, tmp_path):
    raster = write_raster(landscape(64, seed=3))
    for values, said in (
        ({"text": " ; "}, "say in words"),
        ({"threshold": 2}, "threshold"),
        ({"block": 8}, "block"),
        ({"output": str(tmp_path / "found.shp")}, "gpkg"),
        ({"heat": str(tmp_path / "heat.png")}, "tif"),
        ({"model": ""}, "model"),
    ):
        with pytest.raises(ParameterError, match=said):
            job(raster, models, tmp_path, **values)
    (tmp_path / "empty").mkdir()
    for folder, said in ((tmp_path / "empty", "takes words"), (tmp_path / "none", "no such folder")):
        with pytest.raises(ModelError, match=said):
            run(job(raster, models, tmp_path, model=str(folder)))
    (tmp_path / "found.gpkg").write_text("mine")
    with pytest.raises(OutputError):
        run(job(raster, models, tmp_path))
    assert (tmp_path / "found.gpkg").read_text() == "mine"


def test_several_ways_to_say_it_are_one_thing(models):
    images = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), np.uint8)
    one, other, both = (
        TextModel(models / "siglip", texts, "cpu").scores(images) for texts in (["cloud"], ["haze"], ["cloud", "haze"])
    )
    assert min(one, other) - 0.05 <= both <= max(one, other) + 0.05 and both != one


def test_the_command_says_what_it_found(models, write_raster, tmp_path, capsys):
    raster = write_raster(landscape(128, seed=3))
    words = [
        "find",
        str(raster),
        "--text",
        "smoke",
        "--model",
        str(models / "clip"),
        "--output",
        str(tmp_path / "f.gpkg"),
    ]
    assert main([*words, "--device", "cpu", "--threshold", "0.001"]) == 0
    assert "1 places" in capsys.readouterr().out and (tmp_path / "f_heat.tif").exists()
    assert main([*words, "--progress", "json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["event"] == "result"
    assert main([*words[:-3], str(tmp_path), "--output", str(tmp_path / "g.gpkg")]) == 1
    assert capsys.readouterr().err.count("\n") == 1 and not Path(tmp_path / "g.gpkg").exists()


def test_a_heat_map_is_no_scene_of_a_lot(models, write_raster, tmp_path):
    from rsqi_core.batch.scenes import find_scenes

    raster = write_raster(landscape(128, seed=3))
    run(job(raster, models, tmp_path, "clip", threshold=0.9))
    assert (tmp_path / "found_heat.tif").exists()
    assert [Path(scene).name for scene in find_scenes([str(tmp_path)], False)] == [Path(raster).name]
