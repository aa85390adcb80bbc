"""The station's shapefile, read back."""

import struct
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from pyogrio.errors import DataSourceError

from rsqi_core.errors import OutputError
from rsqi_core.files import shapefile as module
from rsqi_core.files.shapefile import write_shapefile
from rsqi_core.merge import LabelMap
from rsqi_core.polygons import polygonize
from rsqi_core.taxonomy import TYPES

CRS = rasterio.crs.CRS.from_epsg(4545)
TRANSFORM = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 2_950_000)


def polygons(ids=(1, 9)):
    label_map = LabelMap(100, 400)
    for n, category_id in enumerate(ids):
        label_map.label[10:40, n * 35 : n * 35 + 30] = category_id
        label_map.label[20:25, n * 35 + 5 : n * 35 + 10] = 0
        label_map.label[40, n * 35 + 30] = category_id  # touches at a corner: a second part
    label_map.block_size[label_map.label > 0] = 512
    return polygonize(label_map, TRANSFORM, CRS)


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "质检 成果"
    folder.mkdir()
    return folder / "影像错误.shp"


def test_reading_back(path):
    errors = polygons([t.id for t in TYPES])
    files = write_shapefile(path, errors, CRS)
    assert [f.suffix for f in files] == [".shp", ".shx", ".dbf", ".cpg", ".prj"]
    assert sorted(path.parent.iterdir()) == sorted(files)
    meta, _, geometries, (ids, labels) = pyogrio.raw.read(path)
    assert list(meta["fields"]) == ["category_i", "labels"]  # ten characters at most
    assert ids.dtype == np.int32 and ids.tolist() == list(range(1, 11))
    assert labels.tolist() == [t.zh for t in TYPES]
    for stored, error in zip(shapely.from_wkb(geometries), errors):
        assert stored.is_valid and stored.equals(error.geometry)
        assert sorted(len(part.interiors) for part in shapely.get_parts(stored)) == [0, 1]
        assert stored.area == pytest.approx((30 * 30 - 25 + 1) * 0.25)


def test_the_text_is_gbk_and_says_so(path):
    write_shapefile(path, polygons(), CRS)
    assert path.with_suffix(".cpg").read_text() == "GBK"
    table = path.with_suffix(".dbf").read_bytes()
    assert "条状噪声".encode("gbk") in table and "条状噪声".encode() not in table
    assert struct.unpack("<I", table[4:8]) == (2,)


def test_the_projection_is_esri_wkt(path):
    write_shapefile(path, polygons(), CRS)
    text = path.with_suffix(".prj").read_text()
    assert text.startswith('PROJCS["CGCS2000_3_Degree_GK_CM_108E"') and "AUTHORITY" not in text
    assert pyproj.CRS.from_wkt(text).to_epsg(min_confidence=70) == 4545


def test_no_errors_and_no_crs(path):
    files = write_shapefile(path, [], None)
    assert [f.suffix for f in files] == [".shp", ".shx", ".dbf", ".cpg"]
    assert len(pyogrio.raw.read(path)[2]) == 0


def test_an_older_set_is_replaced_whole(path):
    write_shapefile(path, polygons(), CRS)
    stale = path.with_suffix(".qix")
    stale.write_bytes(b"index of the old file")
    write_shapefile(path, polygons((3,)), None)
    assert pyogrio.raw.read(path)[3][0].tolist() == [3]
    assert not stale.exists() and not path.with_suffix(".prj").exists()


@pytest.mark.parametrize("failing", [".shx", ".dbf", ".cpg"])
def test_a_failure_in_between_puts_the_older_set_back(path, failing, monkeypatch):
    files = write_shapefile(path, polygons(), CRS)
    before = {file: file.read_bytes() for file in files}
    replace = Path.replace

    def fail(self, target):
        if self.parent.name == "new" and self.suffix == failing:
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="in use") as caught:
        write_shapefile(path, polygons((3,)), CRS)
    assert str(path) in str(caught.value)
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == before


def test_a_failed_write_leaves_nothing(path, monkeypatch):
    def fail(*_, **__):
        raise DataSourceError("disk full\nat byte 7")

    monkeypatch.setattr(module.pyogrio.raw, "write", fail)
    with pytest.raises(OutputError, match="disk full at byte 7"):
        write_shapefile(path, polygons(), CRS)
    assert list(path.parent.iterdir()) == []


def test_wrong_places(tmp_path):
    with pytest.raises(OutputError, match=r"must end in \.shp"):
        write_shapefile(tmp_path / "a.dbf", [], None)
    with pytest.raises(OutputError, match="cannot write the shapefile"):
        write_shapefile(tmp_path / "none" / "a.shp", [], None)
