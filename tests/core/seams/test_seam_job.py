"""A raster and its seamlines become a complete result that is scored, scored again and read by everything else."""

import os
import sqlite3
from pathlib import Path

import cv2
import numpy as np
import pytest
import shapely

from rsqi_core.cli import main
from rsqi_core.errors import Cancelled, OutputError, RsqiError
from rsqi_core.files.geopackage import read_errors
from rsqi_core.job import Job
from rsqi_core.jobs.seams import SeamJob, parameters_of, run
from rsqi_core.synthesis.landscape import landscape

from .test_seamlines import line, write

SIDE = 600
PLACE = (0.5, 0, 500_000, 0, -0.5, 3_500_000)


@pytest.fixture
def mosaic(tmp_path):
    """A picture with a step at column 300, and three lines down: along the step, beside it, outside the raster."""
    import rasterio
    from affine import Affine

    image = landscape(SIDE, 4)
    image[:, 300:] = np.clip(image[:, 300:].astype(int) + np.array([30, 28, 31]), 0, 255)
    path = tmp_path / "mosaic.tif"
    with rasterio.open(path, "w", driver="GTiff", width=SIDE, height=SIDE, count=3, dtype="uint8", crs="EPSG:4547",
                       transform=Affine(*PLACE)) as file:  # fmt: skip
        file.write(np.moveaxis(image, -1, 0))
    lines = [line((300, 0), (300, 600)), line((150, 0), (150, 600)), line((5000, 0), (5000, 90))]
    return path, write(tmp_path / "lines.gpkg", lines)


def job(mosaic, output, **values):
    return SeamJob(str(mosaic[1]), Job(str(mosaic[0]), output, parameters=parameters_of(values)))


def rows(path, sql):
    with sqlite3.connect(path) as database:
        return database.execute(sql).fetchall()


def test_the_result_holds_every_line_and_an_error_for_each_that_shows(mosaic, tmp_path):
    output, events = tmp_path / "result.gpkg", []
    result = run(job(mosaic, output), lambda event, **values: events.append((event, values)))
    assert result["seams"] == {"count": 2, "displaced": 0, "visible": 1}
    assert [v["code"] for event, v in events if event == "warning"] == ["seamlines_outside"]
    seams = rows(output, "SELECT category_id, step_dn_r, length_m, visible_share, error_id FROM seams")
    assert seams[0] == (7, pytest.approx(-30, abs=2), pytest.approx(300, rel=1e-3), pytest.approx(1, abs=0.1), 1)
    assert seams[1][0] == 7 and abs(seams[1][1]) < 4 and seams[1][4] is None
    assert rows(output, "SELECT fid, category_id, severity, penalty, source FROM errors") == [(1, 7, "B", 12, "rule")]
    assert rows(output, "SELECT area_m2 FROM errors")[0][0] == pytest.approx(12 * 600 * 0.25, rel=0.02)
    assert rows(output, "SELECT score, inspected FROM summary") == [(88, "stitching_trace,stitching_misalignment")]


def test_scored_again_the_measures_of_the_lines_count(mosaic, tmp_path, capsys):
    output = tmp_path / "result.gpkg"
    run(job(mosaic, output))
    (record,) = read_errors(output).records
    assert record.step_dn == pytest.approx(30, abs=2) and record.offset_px is None
    assert main(["score", str(output)]) == 0
    assert "score 88.0" in capsys.readouterr().out


def test_the_command_line_measures_and_says_so(mosaic, tmp_path, capsys):
    output = tmp_path / "result.gpkg"
    words = ["seams", str(mosaic[0]), "--lines", str(mosaic[1]), "--output", str(output)]
    assert main(words) == 0
    assert "2 seams measured, 1 of them show, 0 displaced" in capsys.readouterr().out
    assert main(words) == 0  # its own result may be replaced


def test_bands_are_chosen_as_for_an_inspection(mosaic, tmp_path):
    steps = {}
    for bands in ("1,2,3", "blue,green,red", "3"):
        output = tmp_path / f"{len(steps)}.gpkg"
        words = ["seams", str(mosaic[0]), "--lines", str(mosaic[1]), "--output", str(output), "--progress", "none"]
        assert main([*words, "--bands", bands]) == 0
        steps[bands] = rows(output, "SELECT step_dn_r, step_dn_b FROM seams")[0]
    red, blue = steps["1,2,3"]
    assert abs(red - blue) > 0.5
    assert steps["blue,green,red"] == pytest.approx((blue, red), rel=1e-5)
    assert steps["3"] == pytest.approx((blue, blue), rel=1e-2)


def test_outside_of_its_coordinate_system_a_mosaic_is_measured_in_the_plane(mosaic, tmp_path):
    import rasterio

    with rasterio.open(mosaic[0], "r+") as file:
        file.crs = "EPSG:4326"  # eastings and northings are none of its coordinates
    lines = write(tmp_path / "same.gpkg", [line((300, 0), (300, 600))], crs="EPSG:4326")
    output = tmp_path / "result.gpkg"
    run(job((mosaic[0], lines), output))
    assert rows(output, "SELECT length_m FROM seams")[0][0] == pytest.approx(300, rel=1e-3)
    assert rows(output, "SELECT area_m2 FROM errors")[0][0] == pytest.approx(12 * 600 * 0.25, rel=0.02)
    assert rows(output, "SELECT valid_area_m2 FROM summary")[0][0] == pytest.approx(300 * 300)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("piped", [0, 1])
def test_a_pipe_is_refused_and_not_waited_for(mosaic, tmp_path, piped):
    os.mkfifo(tmp_path / "pipe.gpkg")
    files = list(mosaic)
    files[piped] = tmp_path / "pipe.gpkg"
    with pytest.raises(RsqiError, match="pipe"):
        run(job(files, tmp_path / "result.gpkg"))
    assert not (tmp_path / "result.gpkg").exists()


def test_neither_the_lines_nor_the_raster_are_overwritten(mosaic, tmp_path):
    before = mosaic[1].read_bytes()
    with pytest.raises(OutputError, match="would overwrite"):
        run(job(mosaic, Path(mosaic[1])))
    assert mosaic[1].read_bytes() == before


def test_cancelled_it_leaves_nothing(mosaic, tmp_path):
    with pytest.raises(Cancelled):
        run(job(mosaic, tmp_path / "result.gpkg"), cancelled=lambda: True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.gpkg", "mosaic.tif"]


def test_a_displaced_seam_is_an_error_of_the_other_type(mosaic, tmp_path):
    import rasterio

    with rasterio.open(mosaic[0], "r+") as file:
        image = np.ascontiguousarray(np.moveaxis(file.read(), 0, -1))
        image[:, 300:] = image[:, 300:] - np.minimum(image[:, 300:], 30)
        rng = np.random.default_rng(1)
        for _ in range(12):
            ends = rng.uniform(-100, 700, (2, 2)).astype(int)
            cv2.line(image, *map(tuple, ends.tolist()), (220, 215, 200), 5, cv2.LINE_AA)
        image[7:, 300:] = image[:-7, 300:].copy()
        file.write(np.moveaxis(image, -1, 0))
    output = tmp_path / "result.gpkg"
    assert run(job(mosaic, output))["seams"]["displaced"] == 1
    assert rows(output, "SELECT category_id, severity FROM errors") == [(8, "B")]
    assert rows(output, "SELECT offset_px FROM seams WHERE category_id = 8")[0][0] == pytest.approx(7, abs=0.6)


def test_the_band_lies_along_the_line(mosaic, tmp_path):
    output = tmp_path / "result.gpkg"
    run(job(mosaic, output))
    import pyogrio

    _, _, (band,), _ = pyogrio.raw.read(output, layer="errors")
    _, _, lines, _ = pyogrio.raw.read(output, layer="seams")
    assert shapely.covers(shapely.from_wkb(band), shapely.from_wkb(lines[0]))


def test_of_a_file_with_several_layers_the_named_one_is_measured(mosaic, tmp_path):
    write(mosaic[1], [line((300, 100), (300, 500))], layer="second", append=True)
    given = job(mosaic, tmp_path / "result.gpkg")
    assert run(SeamJob(given.lines, given.job, "second"))["seams"]["count"] == 1
