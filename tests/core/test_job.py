"""An inspection with its files, when the disk runs full."""

from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import shapely

from rsqi_core.errors import OutputError, ParameterError
from rsqi_core.job import Job, job_from_mapping, run
from rsqi_core.parameters import Parameters
from rsqi_core.raster import open_raster
from rsqi_core.strips.journal import Journal
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture
def job(write_raster, tmp_path):
    rgb = landscape(512, seed=3)
    rgb[100:110, 100:130] = rgb[400:420, 300:330] = 0
    raster = write_raster(rgb)
    out = tmp_path / "out"
    out.mkdir()
    return lambda **more: Job(
        str(raster), out / "o.gpkg", mask=True, parameters=Parameters(blocks=(128,), stages=("rules",)), **more
    )


def test_after_a_full_disk_the_run_goes_on_where_it_was(job, monkeypatch):
    write, written, found = Journal._write, [], []

    def full(self, findings):
        if len(written) == 3:
            raise OutputError("no room")
        written.append(len(findings))
        write(self, findings)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "_write", full)
        with pytest.raises(OutputError, match="no room"):
            run(job(resume=True))
    folder = job().output.parent
    (left,) = folder.iterdir()
    assert {f.suffix for f in left.iterdir()} == {"", ".npz"} and not (left / "labels").exists()

    def counting(self, findings):
        found.append(len(findings))
        write(self, findings)

    monkeypatch.setattr(Journal, "_write", counting)
    result = run(job(resume=True))
    assert found and written[0] == found[0] and len(found) == 5 - 3
    assert result["summary"]["count_pixel_missing"] == 2
    assert {f.name for f in folder.iterdir()} == {"o.gpkg", "o_mask.tif"}


def test_a_full_disk_leaves_nothing_of_a_run_that_is_not_to_be_resumed(job, monkeypatch):
    def full(*_):
        raise OutputError("no room")

    monkeypatch.setattr("rsqi_core.job.write_geopackage", full)
    with pytest.raises(OutputError, match="no room"):
        run(job())
    assert list(job().output.parent.iterdir()) == []


def test_without_resume_a_stale_folder_is_removed(job, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Journal, "record", lambda self, findings: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            run(job())
    folder = job().output.parent
    assert list(folder.iterdir()) == []  # nothing had been found yet
    run(job())
    assert not [f for f in folder.iterdir() if f.name.startswith(".")]


def test_progress_tells_the_rate(job):
    seen = []
    run(job(), lambda event, **values: seen.append((event, values)))
    progress = [values for event, values in seen if event == "progress" and values["stage"] == "inspect"]
    assert all(values["mpx_per_s"] > 0 for values in progress)
    assert np.all(np.diff([values["done"] for values in progress]) == 1)


def test_the_polygons_sent_on_the_way_are_those_of_the_result(job):
    sent = []
    run(job(preview=True), lambda event, **values: sent.extend(values["errors"] if event == "errors" else ()))
    _, _, geometries, columns = pyogrio.raw.read(job().output, layer="errors")
    result = {(int(c), shapely.from_wkb(g).normalize().wkt) for c, g in zip(columns[0], geometries)}
    assert {(each["category_id"], shapely.from_wkb(each["wkb"]).normalize().wkt) for each in sent} == result
    assert len(result) == 2 and all(0 <= each["confidence"] <= 1 for each in sent)


def test_further_files_go_to_a_folder_of_their_own(job, tmp_path):
    extras = tmp_path / "extras"
    extras.mkdir()
    outputs = run(job(extras=extras))["outputs"]
    assert outputs == {"errors": str(job().output), "mask": str(extras / "o_mask.tif")}
    assert [f.name for f in job().output.parent.iterdir()] == ["o.gpkg"]


def inspect_area(job, area, extent=None):
    parameters = Parameters(blocks=(128,), stages=("rules",), area=area, extent=extent)
    return run(replace(job(), parameters=parameters))["summary"]


def test_only_the_pixels_inside_polygons_are_inspected(job, write_raster):
    with open_raster(job().raster) as raster:
        place = raster.transform
    two = shapely.MultiPolygon([shapely.box(95, 95, 135, 115), shapely.box(300, 100, 320, 140)])
    area = shapely.affinity.affine_transform(two, place.to_shapely())
    summary = inspect_area(job, area.wkt)
    assert summary["valid_pixels"] == 40 * 20 + 20 * 40  # and not those between the two
    assert summary["count_pixel_missing"] == 1  # the other hole lies outside
    left, bottom, right, top = shapely.affinity.affine_transform(shapely.box(0, 0, 120, 512), place.to_shapely()).bounds
    assert inspect_area(job, area.wkt, (left, bottom, right, top))["valid_pixels"] == 25 * 20


@pytest.mark.parametrize(
    "area, sentence", [("POLYGON((", "no polygons"), ("POLYGON((0 0,0 1,1 1,0 0))", "over the raster")]
)
def test_an_area_that_is_none_is_refused(job, area, sentence):
    with pytest.raises(ParameterError, match=sentence):
        inspect_area(job, area)


def test_a_report_speaks_the_language_that_is_asked_for(tmp_path):
    request = {"raster": "a.tif", "output": str(tmp_path / "o.gpkg")}
    assert job_from_mapping(request).language == "both"
    assert job_from_mapping({**request, "language": "zh"}).language == "zh"
    with pytest.raises(ParameterError, match="report language 'de'"):
        job_from_mapping({**request, "language": "de"})
