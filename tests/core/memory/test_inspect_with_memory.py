"""From a folder of clean images to the layer ``unusual`` of an inspection, with the embedded model."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio

from rsqi_core.cli import main
from rsqi_core.files.geopackage import read_errors
from rsqi_core.files.unusual_layer import read_unusual
from rsqi_core.job import Job, run
from rsqi_core.parameters import Parameters
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    for seed in range(5):
        with rasterio.open(
            folder / f"{seed}.tif", "w", driver="GTiff", width=256, height=256, count=3, dtype="uint8"
        ) as file:
            file.write(landscape(256, seed=seed).transpose(2, 0, 1))
    return folder


@pytest.fixture(scope="module")
def memory(clean, tmp_path_factory):
    path = tmp_path_factory.mktemp("memory") / "clean.safetensors"
    assert main(["memory", "build", str(clean), "--output", str(path), "--patches", "300", "--progress", "none"]) == 0
    return path


def spoilt():
    """A landscape with stripes of colours that no ground has; nobody has a name for it."""
    image = landscape(512, seed=9).copy()
    image[160:352, 160:352] = np.indices((192, 192)).sum(0)[..., None] % 7 * np.array([36, 0, 30], np.uint8)
    return image


@pytest.fixture(scope="module")
def result(memory, tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    image = folder / "scene.tif"
    place = rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 3_400_000)
    with rasterio.open(image, "w", driver="GTiff", width=512, height=512, count=3, dtype="uint8", crs="EPSG:4547",
                       transform=place) as file:  # fmt: skip
        file.write(spoilt().transpose(2, 0, 1))
    parameters = Parameters(memory=str(memory), device="cpu", blocks=(512,))
    answer = run(Job(str(image), folder / "scene.gpkg", heat=True, report=True, parameters=parameters, language="en"))
    return answer


def test_what_nobody_has_named_is_marked_apart(result):
    path = result["outputs"]["errors"]
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="unusual")
    table = dict(zip(meta["fields"], columns))
    assert list(table["rank"]) == list(range(1, len(shapes) + 1)) and len(shapes) >= 1
    assert list(table["score"]) == sorted(table["score"], reverse=True) and table["score"].min() >= 0.49
    places = read_unusual(path)
    assert max(place.area_m2 for place in places) > 0.5 * 96 * 96  # m2, half of the square
    with rasterio.open(result["outputs"]["heat"]) as heat:
        values = heat.read(1)
        assert heat.crs.to_epsg() == 4547 and heat.nodata == 255 and heat.shape == (512, 512)
    assert values[200:312, 200:312].mean() > 2 * values[:96].mean()


def test_the_score_knows_nothing_of_it(result, memory, tmp_path):
    image = result["summary"]["raster"]
    parameters = Parameters(device="cpu", blocks=(512,))
    plain = run(Job(image, tmp_path / "plain.gpkg", parameters=parameters))
    assert plain["summary"]["score"] == result["summary"]["score"]
    assert len(read_errors(plain["outputs"]["errors"]).records) == len(read_errors(result["outputs"]["errors"]).records)
    assert "unusual" not in {name for name, _ in pyogrio.list_layers(plain["outputs"]["errors"])}
    assert read_unusual(plain["outputs"]["errors"]) is None
    assert json.loads(result["summary"]["parameters"])["memory"] == str(memory)


def test_the_report_lists_it_apart(result):
    text = Path(result["outputs"]["report"]).read_text(encoding="utf-8")
    assert "Unusual places (not scored)" in text


@pytest.mark.parametrize(
    ("folder", "said"),
    [("empty", "no images there"), ("tiny", "smaller than 64 px"), ("one", "too few"), ("missing", "no such folder")],
)
def test_a_folder_that_teaches_nothing_is_refused_in_one_line(tmp_path, capsys, folder, said):
    place = tmp_path / folder
    if folder != "missing":
        place.mkdir()
    if folder in ("tiny", "one"):
        side = 40 if folder == "tiny" else 128
        with rasterio.open(place / "a.tif", "w", driver="GTiff", width=side, height=side, count=3, dtype="uint8") as f:
            f.write(landscape(128, seed=0)[:side, :side].transpose(2, 0, 1))
    output = tmp_path / "m.safetensors"
    assert main(["memory", "build", str(place), "--output", str(output)]) != 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "warning" not in line]
    assert len(lines) == 1 and said in lines[0] and not output.exists()


def test_what_is_no_memory_ends_an_inspection_before_it_begins(result, clean, tmp_path, capsys):
    image = result["summary"]["raster"]
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"nothing")
    output = tmp_path / "out.gpkg"
    assert main(["inspect", image, "--output", str(output), "--memory", str(wrong), "--progress", "none"]) == 1
    assert "no memory of clean images" in capsys.readouterr().err and not output.exists()
    assert main(["inspect", image, "--output", str(output), "--heat"]) == 2
