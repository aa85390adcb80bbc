"""What must hold for every raster: geometry, data type, nodata, bands and container are drawn at random, always alike.

Same ground, same errors; inputs stay as they are; outputs are whole or absent; the exit code is one of four; what is
said is one line a message.
"""

import os
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp

from rsqi_core.cli import main

CASES = 80
HEIGHT, WIDTH = 90, 110
COLLAR = 12  # columns without data
RED, GREEN, BLUE, ALPHA, GREY, OTHER = (
    getattr(ColorInterp, name) for name in ("red", "green", "blue", "alpha", "gray", "undefined")
)
# The planes by what they show: 0 red, 1 green, 2 blue, 3 another one, None alpha.
LAYOUTS = {
    "rgb": ((0, RED), (1, GREEN), (2, BLUE)),
    "bgr": ((2, BLUE), (1, GREEN), (0, RED)),
    "rgb and infrared": ((0, RED), (1, GREEN), (2, BLUE), (3, OTHER)),
    "rgba": ((0, RED), (1, GREEN), (2, BLUE), (None, ALPHA)),
    "grey": ((0, GREY),),
}
PLACES = {  # coordinate system, upper left corner and size of a pixel
    "metres": ("EPSG:32648", 500_000, 3_000_000, 0.5),
    "degrees": ("EPSG:4326", 105, 27, 5e-6),
    "feet": ("EPSG:2227", 6_000_000, 2_100_000, 1.5),
    "grads": ("EPSG:4807", 2, 54, 5e-6),
    "local": ('LOCAL_CS["site",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]', 100, 200, 0.5),
    "outside": ("EPSG:4326", 500_000, 3_000_000, 0.5),
    "none": (None, 100, 200, 0.5),
}
TURNS = {
    "north up": Affine.scale(1, -1),
    "south up": Affine.scale(1, 1),
    "rotated": Affine.rotation(30) * Affine.scale(1, -1),
    "sheared": Affine.shear(8, 0) * Affine.scale(1, -1.5),
}
WORDS = {"a good one": (), "no such band": ("--bands", "9"), "wrong in itself": ("--alpha", "-1")}


@dataclass(frozen=True)
class Case:
    """A raster: how it is stored, and what is done to it."""

    place: str
    turn: str
    dtype: str
    nodata: str
    layout: str
    container: str
    tiled: bool
    damaged: bool
    words: str
    outputs: tuple[str, ...]


@st.composite
def cases(draw):
    container = draw(st.sampled_from(["GTiff", "GTiff", "VRT", "ENVI", "PNG", "GPKG"]))
    dtypes = {"PNG": ["uint8", "uint16"], "GPKG": ["uint8"]}.get(
        container, ["uint8", "uint16", "int16", "float32", "float64"]
    )
    dtype = draw(st.sampled_from(dtypes))
    whole = container in ("PNG", "GPKG")  # they hold neither a mask nor one value for all bands
    nodata = draw(
        st.sampled_from(
            ["none"] if whole else ["none", "value", "mask", "not a number" if dtype[0] == "f" else "value"]
        )
    )
    layouts = ["rgb", "rgba", "grey"] if whole else [*LAYOUTS]
    if nodata == "mask" or dtype not in ("uint8", "uint16") or container == "ENVI":  # which knows no alpha
        layouts = [name for name in layouts if name != "rgba"]
    return Case(
        "metres" if container == "GPKG" else draw(st.sampled_from([*PLACES, "unplaced"])),
        "north up" if container == "GPKG" else draw(st.sampled_from([*TURNS])),
        dtype,
        nodata,
        draw(st.sampled_from(layouts)),
        container,
        draw(st.booleans()),
        draw(st.integers(0, 5)) == 5,
        draw(st.sampled_from(["a good one"] * 6 + [*WORDS])),
        draw(st.sampled_from([(), ("mask",), ("mask", "shapefile"), ("mask", "shapefile", "report")])),
    )


def ground():
    """Four planes of noisy ground with a lost block, a lost line and a stripe, uint8 [4, HEIGHT, WIDTH]."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    noise = np.random.default_rng(3).normal(0, 6, (4, HEIGHT, WIDTH))
    planes = (120 + 50 * np.sin(rows / 17) * np.cos(columns / 13) + noise).clip(30, 210).astype(np.uint8)
    planes[:, 20:34, 50:70] = 0
    planes[:, 60, 30:90] = 0
    return planes


def write(case, folder):
    """Write the raster of a case; return what to open."""
    data = ground()
    valid = np.arange(WIDTH) >= COLLAR if case.nodata != "none" or case.layout == "rgba" else np.ones(WIDTH, bool)
    valid = np.broadcast_to(valid, (HEIGHT, WIDTH))
    empty = {"value": 255, "not a number": np.nan}.get(case.nodata)
    bands = []
    top = np.iinfo(case.dtype).max if case.dtype[0] in "ui" else 255
    for plane, _ in LAYOUTS[case.layout]:
        band = np.where(valid, top, 0).astype(case.dtype) if plane is None else data[plane].astype(case.dtype)
        bands.append(np.where(valid, band, empty).astype(case.dtype) if empty is not None else band)
    profile = {"driver": "GTiff", "count": len(bands), "dtype": case.dtype, "height": HEIGHT, "width": WIDTH}
    if case.place != "unplaced":
        crs, x, y, pixel = PLACES[case.place]
        profile |= {"crs": crs, "transform": Affine.translation(x, y) * Affine.scale(pixel) * TURNS[case.turn]}
    if empty is not None:
        profile["nodata"] = empty
    if case.tiled:
        profile |= {"tiled": True, "blockxsize": 32, "blockysize": 48, "compress": "deflate", "interleave": "band"}
    source = folder / "scene.tif"
    with rasterio.open(source, "w", **profile) as target:
        target.colorinterp = [color for _, color in LAYOUTS[case.layout]]
        target.write(np.stack(bands))
        if case.nodata == "mask":
            target.write_mask(valid)
    if case.container == "GTiff":
        return source
    ending, options = {
        "VRT": (".vrt", {}), "ENVI": (".dat", {"interleave": "bil"}), "PNG": (".png", {}),
        "GPKG": (".gpkg", {"tile_format": "png", "raster_table": "scene"}),
    }[case.container]  # fmt: skip
    path = source.with_suffix(ending)
    rasterio.shutil.copy(source, path, driver=case.container, **options)
    if case.container != "VRT":
        for file in folder.glob("scene.tif*"):
            file.unlink()
    return path


def damage(case, path):
    """Cut the file that holds the pixels."""
    file = path.with_suffix(".tif") if case.container == "VRT" else path
    os.truncate(file, file.stat().st_size // 3)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def inspect(path, output, *words):
    chosen = ("--types", "pixel_missing,stripe_noise", "--stages", "rules", "--blocks", "64", "--progress", "none")
    return main(["inspect", str(path), "--output", str(output), *chosen, *words])


@cache
def reference(grey, collar):
    """The labels of the same ground in a plain file."""
    case = Case("metres", "north up", "uint8", "mask" if collar else "none", "grey" if grey else "rgb", "GTiff", False,
                False, "a good one", ())  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        assert inspect(write(case, Path(name)), Path(name) / "o.gpkg", "--mask") == 0
        with rasterio.open(Path(name) / "o_mask.tif") as mask:
            labels = mask.read(1)
    assert {9, 10} & set(np.unique(labels))
    return labels


@pytest.mark.filterwarnings("ignore")
def test_every_raster_keeps_the_promises(capfd):
    seen = Counter()

    @settings(max_examples=CASES, derandomize=True, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
    @given(cases())
    def hold(case):
        code = check(case, capfd)
        seen.update((code, case.container, case.place, case.turn, case.dtype, case.nodata, case.layout))

    hold()
    assert seen[0] > CASES / 2 and seen[1] and seen[2]
    missing = {*PLACES, "unplaced", *TURNS, *LAYOUTS, "VRT", "ENVI", "PNG", "GPKG", "mask", "not a number"} - {*seen}
    assert not missing


def check(case, capfd):
    """Inspect the raster of a case, and say how that ended, if all promises are kept."""
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "in", Path(name) / "out"
        source.mkdir()
        target.mkdir()
        path = write(case, source)
        if case.damaged:
            damage(case, path)
        labels = reference(case.layout == "grey", case.nodata != "none" or case.layout == "rgba")
        before = content(source)
        capfd.readouterr()
        code = inspect(path, target / "o.gpkg", *(f"--{kind}" for kind in case.outputs), *WORDS[case.words])
        said = capfd.readouterr().err.splitlines()
        assert content(source) == before
        assert code in (0, 1, 2, 130)
        assert all(line.startswith("rsqi: ") and "internal error" not in line for line in said), said
        assert len(set(said)) == len(said)
        assert sum(not line.startswith("rsqi: warning: ") for line in said) == (code != 0), said
        if code:
            assert case.damaged or case.words != "a good one", said
            assert not list(target.iterdir())
            return code
        assert case.words == "a good one"
        check_outputs(case, target)
        if not case.damaged and "mask" in case.outputs:
            with rasterio.open(target / "o_mask.tif") as mask:
                assert np.array_equal(mask.read(1), labels)
        return code


def check_outputs(case, folder):
    """Check that all outputs are there, and nothing else."""
    made = {"o.gpkg"} | ({"o_mask.tif"} if "mask" in case.outputs else set())
    made |= {"o.html"} if "report" in case.outputs else set()
    found = {file.name for file in folder.iterdir()}
    parts = {file for file in found if Path(file).suffix in (".shp", ".shx", ".dbf", ".cpg", ".prj")}
    assert found - parts == made
    assert {".shp", ".shx", ".dbf"} <= {Path(file).suffix for file in parts} or "shapefile" not in case.outputs
    with closing(sqlite3.connect(folder / "o.gpkg")) as database:
        assert database.execute("SELECT count(*) FROM summary").fetchone() == (1,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    if "report" in case.outputs:
        assert (folder / "o.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
