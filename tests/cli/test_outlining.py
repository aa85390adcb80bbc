"""``rsqi outline``: GeoJSON of the error at a place, by the shell and by the worker."""

import json
import subprocess
import sys

import pytest
import shapely

from rsqi_core.cli import main
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture
def scene(write_raster):
    rgb = landscape(300, seed=2)
    rgb[100:180, 90:200] = 240
    return write_raster(rgb)


PLACE = "500072,2899930"


def test_the_outline_comes_as_geojson(scene, capsys):
    assert main(["outline", str(scene), "--at", PLACE, "--type", "cloud"]) == 0
    feature = json.loads(capsys.readouterr().out)
    geometry = shapely.geometry.shape(feature["geometry"])
    planted = shapely.box(500_045, 2_899_910, 500_100, 2_899_950)
    assert geometry.intersection(planted).area / geometry.union(planted).area > 0.85
    assert feature["properties"]["code"] == "cloud" and 0 <= feature["properties"]["confidence"] <= 1


@pytest.mark.parametrize(
    "words, says",
    [
        (["--at", "1,1"], "lies outside"),
        (["--at", PLACE, "--type", "stripe_noise"], "no outline around a place"),
        (["--at", PLACE, "--tolerance", "99"], "tolerance"),
    ],
)
def test_what_is_wrong_is_one_line(scene, capsys, words, says):
    assert main(["outline", str(scene), *words]) == 2
    assert says in capsys.readouterr().err


def test_the_worker_answers(scene):
    place = [float(value) for value in PLACE.split(",")]
    request = {"command": "outline", "raster": str(scene), "at": [place], "type": "cloud"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "rsqi_core.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    worker.stdin.write(json.dumps(request) + "\n")
    worker.stdin.flush()
    events = [json.loads(line) for line in worker.stdout]
    assert worker.wait() == 0 and [event["event"] for event in events] == ["started", "result"]
    assert shapely.from_wkb(events[-1]["wkb"]).contains(shapely.Point(place)) and events[-1]["category_id"] == 1
