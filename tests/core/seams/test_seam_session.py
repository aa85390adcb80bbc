"""Questions about lines of one raster, answered while it stays open."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from rsqi_core.errors import RasterError
from rsqi_core.jobs.follow import serve
from rsqi_core.synthesis.landscape import landscape

LEFT, TOP, PIXEL, AT = 500_000, 3_500_000, 0.5, 300


@pytest.fixture
def mosaic(tmp_path):
    image = landscape(512, 5)[:400].astype(int)
    image[:, AT:] += (40, 20, -15)
    image[:40] = 0
    path = tmp_path / "mosaic.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=512, height=400, count=3, dtype="uint8", crs="EPSG:32649", nodata=0,
        transform=Affine(PIXEL, 0, LEFT, 0, -PIXEL, TOP), photometric="RGB",
    ) as file:  # fmt: skip
        file.write(np.clip(image, 0, 255).astype(np.uint8).transpose(2, 0, 1))
    return str(path)


def place(column, row):
    return [LEFT + PIXEL * column, TOP - PIXEL * row]


def asked(mosaic, *questions, **request):
    answers = []
    lines = (each if isinstance(each, str) else json.dumps(each) for each in questions)
    serve({"raster": mosaic, **request}, lines, lambda event, **values: answers.append({"event": event, **values}))
    assert answers[0] == {"event": "ready", "width": 512, "height": 400}
    return answers[1:]


def test_a_path_is_followed_and_then_measured(mosaic):
    clicks = [place(AT - 6, 80), place(AT + 6, 350)]
    (path,) = asked(mosaic, {"command": "path", "id": 7, "points": clicks, "snap": 10})
    assert path["event"] == "path" and path["id"] == 7
    line = shapely.LineString(path["line"])
    assert shapely.hausdorff_distance(line, shapely.LineString([place(AT, 80), place(AT, 350)])) < 6
    (measured,) = asked(mosaic, {"command": "measure", "id": 8, "line": path["line"]})
    values, band = measured["measures"], shapely.from_wkb(bytes.fromhex(measured["band"]))
    steps = [values[f"step_dn_{name}"] for name in "rgb"]  # the right of a line that runs down lies in the west
    assert measured["visible"] and values["category_id"] == 7 and np.allclose(np.abs(steps), (40, 20, 15), atol=6)
    assert values["length_m"] == pytest.approx(line.length, rel=2e-3)
    assert band.geom_type == "MultiPolygon" and band.area == pytest.approx(line.length * 6, rel=0.05)


@pytest.mark.parametrize(("question", "words"), [
    ({"command": "path", "points": [place(-900, 80)]}, "beside the image"),
    ({"command": "path", "points": [[1, 2, 3]]}, "two numbers"),
    ({"command": "path", "points": "here"}, "two numbers"),
    ({"command": "path"}, "two numbers"),
    ({"command": "measure", "line": [place(100, 100), place(105, 100)]}, "shorter than 16 px"),
    ({"command": "measure", "line": [place(100, 2), place(400, 2)]}, "beside the image"),
    ({"command": "measure", "line": [place(100, 100), [float("nan"), 1]]}, "two numbers"),
    ({"command": "draw"}, "'draw'"),
    ("[]", "JSON object"),
    ("no JSON", "JSON object"),
])  # fmt: skip
def test_a_question_without_an_answer_is_refused_in_one_line_and_the_next_is_answered(mosaic, question, words):
    good = {"command": "measure", "id": 2, "line": [place(AT, 80), place(AT, 350)]}
    refused, measured = asked(mosaic, question, good)
    assert refused["event"] == "refused" and words in refused["message"] and "\n" not in refused["message"]
    assert measured["event"] == "measure" and measured["id"] == 2


def test_a_line_that_does_not_show_is_measured_with_its_band(mosaic):
    (measured,) = asked(mosaic, {"command": "measure", "id": 1, "line": [place(100, 80), place(110, 350)]})
    assert not measured["visible"] and measured["band"]


def test_nothing_is_asked_after_a_cancel(mosaic):
    assert asked(mosaic, {"command": "cancel"}, {"command": "draw"}) == []


def test_a_raster_that_is_gone_is_told(tmp_path):
    with pytest.raises(RasterError):
        serve({"raster": str(tmp_path / "gone.tif")}, io.StringIO(), lambda event, **values: None)


def test_the_worker_answers_line_by_line(mosaic):
    process = subprocess.Popen(
        [sys.executable, "-m", "rsqi_core.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        process.stdin.write(json.dumps({"command": "follow", "raster": mosaic}) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["event"] == "ready"
        question = {"command": "path", "id": 1, "points": [place(AT, 80), place(AT, 350)]}
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["event"] == "path"
        process.stdin.close()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
