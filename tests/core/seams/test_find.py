"""Seams that a network sees in a raster become lines, errors, and bands in the mask."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from rsqi_core.files.geopackage import read_errors
from rsqi_core.frame import Frame
from rsqi_core.job import Job, run
from rsqi_core.models import Description
from rsqi_core.parameters import Parameters
from rsqi_core.raster import open_raster
from rsqi_core.seams.evidence import CELL, evidence
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES

WIDTH, HEIGHT, AT = 1900, 1200, 1003  # px; the mosaic is parted at column AT


class SeesSteps:
    """Stands for a model: its network of seams sees where the left half of a mosaic meets the brighter right one."""

    blind, lacking, warnings, batch = (), (), (), 4
    hash, provider, thresholds = "0" * 16, "none", np.full(10, np.inf, np.float32)
    card = SimpleNamespace(
        tile_size=512,
        constraint="absolute",
        stripe_gate=1.0,
        id="steps",
        version="1",
        seams={"low": 0.4, "enough": 100.0},
    )

    def describe(self, images):
        return Description(np.full((len(images), 10), -9, np.float32))

    def seams(self, images):
        assert images.shape == (1, 512, 512, 3)
        found = np.full((1, 64, 64), -6, np.float32)
        step = np.median(np.diff(images[0, :, :, 0].astype(int), axis=1), axis=0)
        for column in np.flatnonzero(np.abs(step) > 20):
            found[0, :, column // 8] = 4
        return found


@pytest.fixture
def mosaic(tmp_path):
    image = cv2.resize(landscape(1024, 5), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    image[:, AT:] = cv2.add(image[:, AT:], (60, 60, 60, 0))
    image[:100] = 0
    path = tmp_path / "mosaic.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=WIDTH, height=HEIGHT, count=3, dtype="uint8", crs="EPSG:32649", nodata=0,
        transform=Affine(0.5, 0, 500_000, 0, -0.5, 3_500_000), photometric="RGB",
    ) as file:  # fmt: skip
        file.write(image.transpose(2, 0, 1))
    return path


def test_evidence_covers_the_raster_and_leaves_out_what_is_not_valid(mosaic):
    calls = []
    with open_raster(str(mosaic)) as raster:
        seen = evidence(Frame(raster, (0, 0, WIDTH, HEIGHT)), SeesSteps().seams, lambda *done: calls.append(done))
    assert seen.shape == (HEIGHT // CELL, -(-WIDTH // CELL)) and seen.dtype == np.uint8
    assert calls == [(n + 1, 6) for n in range(6)]
    assert (seen[8:, AT // CELL] > 200).all()
    assert seen[:6].max() == 0 and np.delete(seen, AT // CELL, 1).max() < 10


def test_a_window_of_a_raster_gives_its_own_cells(mosaic):
    with open_raster(str(mosaic)) as raster:
        seen = evidence(Frame(raster, (600, 200, 900, 640)), SeesSteps().seams)
    assert seen.shape == (40, 57) and (seen.argmax(1) == (AT - 600) // CELL).all()


def test_an_inspection_gives_the_line_its_band_and_the_band_in_the_mask(mosaic, tmp_path):
    output = tmp_path / "found.gpkg"
    stages = []
    job = Job(str(mosaic), output, mask=True, shapefile=True, parameters=Parameters(types=CODES[:8]))
    run(job, lambda event, **values: stages.append(values.get("stage")), model=SeesSteps())
    assert "evidence" in stages
    seams = rasterio.open(f"{tmp_path}/found_mask.tif").read(1)
    assert (seams[150:1150, AT - 3 : AT + 3] == 7).all() and (seams[:, : AT - 20] != 7).all()
    stored = read_errors(output)
    (record,) = [each for each in stored.records if each.category_id == 7]
    assert record.step_dn == pytest.approx(60, abs=6)
    import pyogrio

    meta, _, geometry, columns = pyogrio.raw.read(output, layer="seams")
    fields = dict(zip(meta["fields"], columns))
    (line,) = shapely.from_wkb(geometry)
    x, _ = np.array(line.coords).T
    assert np.abs((x - 500_000) / 0.5 - AT).max() < 3
    assert fields["error_id"][0] == 1 and fields["length_m"][0] == pytest.approx(550, rel=0.1)


def test_without_boundary_types_nobody_looks_for_seams(mosaic, tmp_path):
    output = tmp_path / "found.gpkg"
    run(Job(str(mosaic), output, parameters=Parameters(types=("cloud",))), model=SeesSteps())
    import pyogrio

    assert "seams" not in {name for name, _ in pyogrio.list_layers(output)}


def test_only_the_wanted_boundary_type_is_kept(mosaic, tmp_path):
    output = tmp_path / "found.gpkg"
    found = run(Job(str(mosaic), output, parameters=Parameters(types=("stitching_misalignment",))), model=SeesSteps())
    assert found["summary"]["error_count"] == 0
