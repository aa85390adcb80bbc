"""Rasters that somebody made on purpose: nothing is fetched that nobody asked for, and memory is kept."""

import subprocess
import sys

import numpy as np
import pytest
import rasterio

from rsqi_core.errors import RasterError
from rsqi_core.files.inputs import files_of
from rsqi_core.limits import LARGEST_PIECE, WIDEST
from rsqi_core.raster import open_raster, sources
from rsqi_core.raster.gdal import guarded
from rsqi_core.raster.trust import ANY_SOURCES, outside

PIXELS = np.full((40, 40, 3), 90, np.uint8)


@pytest.fixture
def server(tmp_path_factory, write_raster):
    """The address of a folder with ``scene.tif``, and what tells what has been asked of it: a process of its own."""
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    command += ["--directory", str(write_raster(PIXELS).parent)]
    with log.open("w") as said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as running:
        port = running.stdout.readline().split(" port ")[1].split()[0]
        yield f"http://127.0.0.1:{port}", lambda: log.read_text().splitlines()
        running.terminate()


def mosaic(source, tag="SourceFilename", more=""):
    box = 'xOff="0" yOff="0" xSize="40" ySize="40"/>'
    inner = f"<{tag}>{source}</{tag}><SourceBand>1</SourceBand><SrcRect {box}<DstRect {box}"
    band = f'<VRTRasterBand dataType="Byte" band="1">{more}<SimpleSource>{inner}</SimpleSource></VRTRasterBand>'
    return f'<VRTDataset rasterXSize="40" rasterYSize="40">{band}</VRTDataset>'


def web_map(address):
    service = f'<Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>'
    corners = (
        "<UpperLeftX>0</UpperLeftX><UpperLeftY>9</UpperLeftY><LowerRightX>9</LowerRightX><LowerRightY>0</LowerRightY>"
    )
    window = f"<DataWindow>{corners}<TileLevel>0</TileLevel><SizeX>40</SizeX><SizeY>40</SizeY></DataWindow>"
    return f"<GDAL_WMS>{service}{window}<BandsCount>3</BandsCount></GDAL_WMS>"


HOSTILE = {
    "streamed.vrt": lambda url: mosaic(f"/vsicurl/{url}/scene.tif"),
    "plain.vrt": lambda url: mosaic(f"{url}/scene.tif"),
    "literal.vrt": lambda url: mosaic(f"<![CDATA[{url}/scene.tif]]>"),
    "escaped.vrt": lambda url: mosaic(f"/vsi&#99;url/{url}/scene.tif"),
    "small_letters.vrt": lambda url: mosaic(f"{url}/scene.tif", tag="sourcefilename"),
    "commented.vrt": lambda url: mosaic(f"<!-- -->{url}/scene.tif"),
    "nested.vrt": lambda url: mosaic(mosaic(f"{url}/scene.tif").replace("<", "&lt;")),
    "image.tif": lambda url: mosaic(f"{url}/scene.tif"),
    "map.tif": web_map,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_names_an_address_is_refused_and_nothing_fetched(server, tmp_path, name):
    address, asked = server
    path, around = tmp_path / name, tmp_path / "around.vrt"
    path.write_text(HOSTILE[name](address))
    around.write_text(mosaic(path))
    for each in (path, around):
        with pytest.raises(RasterError, match=f"{each}: it names .*{ANY_SOURCES}=any") as caught:
            open_raster(each)
        assert "\n" not in str(caught.value)
        files_of(each)
    assert asked() == []


def test_who_trusts_a_mosaic_says_so(server, tmp_path, monkeypatch):
    address, asked = server
    path = tmp_path / "a.vrt"
    path.write_text(HOSTILE["streamed.vrt"](address))
    monkeypatch.setenv(ANY_SOURCES, "any")
    with open_raster(path) as raster:
        assert raster.read(0, 0, 40, 40)[0].max() == 90
    assert asked()


def test_an_address_that_the_user_opens_is_fetched(server):
    address, asked = server
    with open_raster(f"/vsicurl/{address}/scene.tif") as raster:
        assert raster.read(0, 0, 40, 40)[0].max() == 90
    assert asked()


def test_gdal_itself_asks_no_server_while_it_reads_a_file(server, tmp_path):
    address, asked = server
    path = tmp_path / "overlooked.vrt"
    path.write_text(HOSTILE["streamed.vrt"](address))
    with pytest.raises(RasterError), guarded(str(path), "read"), rasterio.open(path) as dataset:
        dataset.read()
    assert asked() == []


def test_a_mosaic_of_a_folder_beside_it_opens_and_says_what_lies_outside(tmp_path, write_raster):
    (tmp_path / "tiles").mkdir()
    (tmp_path / "mosaics").mkdir()
    tile = write_raster(PIXELS, "tiles/a.tif")
    path = tmp_path / "mosaics" / "all.vrt"
    path.write_text(mosaic(tile))
    with open_raster(path) as raster:
        assert raster.read(0, 0, 40, 40)[0].max() == 90
    assert outside(str(path), path.parent) == str(tile) and outside(str(path), tmp_path) is None


def test_functions_in_a_mosaic_are_not_run(tmp_path, write_raster):
    ran = tmp_path / "ran"
    code = f"<![CDATA[def f(*a, **k):\n    open({str(ran)!r}, 'w')\n]]>"
    words = "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"
    more = f"{words}<PixelFunctionCode>{code}</PixelFunctionCode>"
    path = tmp_path / "a.vrt"
    text = mosaic(write_raster(PIXELS), more=more).replace('band="1">', 'band="1" subClass="VRTDerivedRasterBand">', 1)
    path.write_text(text)
    with pytest.raises(RasterError), open_raster(path) as raster:
        raster.read(0, 0, 40, 40)
    assert not ran.exists()


def hollow(path, width, height, **profile):
    """A file of few bytes that says it is large."""
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=1, dtype="uint8", SPARSE_OK=True, **profile
    ):
        pass
    return path


@pytest.mark.parametrize(
    ("size", "profile", "said"),
    [
        ((WIDEST + 1, 40), {"tiled": True}, f"{WIDEST + 1} x 40 px are more"),
        ((WIDEST, 1_100_000), {"tiled": True, "blockxsize": 8192, "blockysize": 8192}, "in all"),
        ((40_000, 40_000), {"tiled": True, "blockxsize": 40_000, "blockysize": 40_000}, "stores 1.5 GiB in one piece"),
    ],
)
def test_a_raster_that_would_take_all_memory_is_refused(tmp_path, size, profile, said):
    path = hollow(tmp_path / "large.tif", *size, **profile)
    with pytest.raises(RasterError, match=said) as caught:
        open_raster(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_raster_within_the_limits_opens(tmp_path):
    side = int(LARGEST_PIECE**0.5)
    with open_raster(hollow(tmp_path / "a.tif", side, side, tiled=True, blockxsize=side, blockysize=side)) as raster:
        assert raster.width == side


def test_a_mosaic_of_endless_text_is_refused(tmp_path, write_raster, monkeypatch):
    path = tmp_path / "a.vrt"
    path.write_text(mosaic(write_raster(PIXELS)))
    monkeypatch.setattr(sources, "LONGEST", 100)
    with pytest.raises(RasterError, match=r"a\.vrt: a mosaic of more than"):
        open_raster(path)


def test_a_mosaic_of_itself_ends(tmp_path):
    path = tmp_path / "a.vrt"
    path.write_text(mosaic(path))
    assert outside(str(path), tmp_path) is None
    with pytest.raises(RasterError), open_raster(path) as raster:
        raster.read(0, 0, 40, 40)
