"""Scenes come from files, folders, patterns and lists of every kind."""

import json

import numpy as np
import pyogrio
import pytest
import rasterio.shutil
import shapely

from rsqi_core.batch import task
from rsqi_core.batch.scenes import find_scenes, weight
from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.files.mask import is_mask
from rsqi_core.raster import open_raster

GROUND = np.full((8, 8, 3), 90, np.uint8)


@pytest.fixture
def lot(write_raster, tmp_path):
    """Two images in folders below `tmp_path`, and one beside them."""
    for folder in ("2023", "2024/deep"):
        (tmp_path / folder).mkdir(parents=True)
    return [str(write_raster(GROUND, name)) for name in ("2023/a.tif", "2024/deep/b.tif", "c.tif")]


def write_vector(path, scenes, field="location", **more):
    square = shapely.to_wkb(np.array([shapely.box(0, 0, 1, 1)] * len(scenes)))
    pyogrio.raw.write(
        path, square, [np.array(scenes, object)], [field], geometry_type="Polygon", crs="EPSG:4326", **more
    )


def test_a_folder_is_searched_to_the_bottom_without_what_is_hidden_or_no_image(lot, write_raster, tmp_path):
    (tmp_path / ".rsqi-work").mkdir()
    write_raster(GROUND, ".rsqi-work/part.tif")
    (tmp_path / "notes.md").write_text("a.tif")
    assert find_scenes([str(tmp_path)]) == lot


def test_masks_of_earlier_batches_are_no_scenes_but_images_called_so_are(lot, write_raster, tmp_path):
    from rsqi_core.cli import main

    options = ["--mask", "--stages", "rules", "--progress", "none"]
    assert main(["inspect", lot[2], "--output", str(tmp_path / "c.gpkg"), *options]) == 0
    assert is_mask(tmp_path / "c_mask.tif")
    called_so = str(write_raster(GROUND, "land_mask.tif"))
    assert find_scenes([str(tmp_path)]) == [*lot, called_so]


def test_a_pattern_and_a_scene_named_twice(lot, tmp_path):
    assert find_scenes([str(tmp_path / "**" / "*.tif"), lot[0]]) == [lot[0], lot[1], lot[2]]
    assert find_scenes([lot[2], str(tmp_path)]) == [lot[2], lot[0], lot[1]]


def test_what_is_named_and_not_there_is_a_scene_that_will_fail(tmp_path):
    assert find_scenes([str(tmp_path / "gone.tif")]) == [str(tmp_path / "gone.tif")]


def test_a_text_has_a_scene_a_line(lot, tmp_path):
    path = tmp_path / "scenes.txt"
    path.write_text("# the lot\n\n2023/a.tif\n2024/deep/b.tif\n/vsizip/x.zip/y.tif\nhttps://host/z.tif\n")
    assert find_scenes([str(path)]) == [*lot[:2], "/vsizip/x.zip/y.tif", "https://host/z.tif"]


@pytest.mark.parametrize(
    "text",
    [
        "id,Raster\n1,2023/a.tif\n2,2024/deep/b.tif\n",
        "path;score\n2023/a.tif;9\n2024/deep/b.tif;8\n",
        "2023/a.tif,x\n2024/deep/b.tif,y\n",
        "file,who\n2023/a.tif,x\n2024/deep/b.tif,y\n",
    ],
    ids=["a named column", "semicolons", "no heads", "unknown heads"],
)
def test_a_csv_has_them_in_a_named_column_or_the_first(lot, tmp_path, text):
    path = tmp_path / "scenes.csv"
    path.write_text(text)
    assert find_scenes([str(path)]) == lot[:2]


def test_a_csv_as_a_chinese_spreadsheet_saves_it(write_raster, tmp_path):
    scene = write_raster(GROUND, "影像.tif")
    path = tmp_path / "清单.csv"
    path.write_bytes("序号,path\r\n1,影像.tif\r\n".encode("gb18030"))
    assert find_scenes([str(path)]) == [str(scene)]


@pytest.mark.parametrize("name", ["index.gpkg", "index.shp", "index.geojson"])
def test_a_vector_file_as_gdaltindex_writes_it(lot, tmp_path, name):
    write_vector(tmp_path / name, ["2023/a.tif", lot[1]])
    assert find_scenes([str(tmp_path / name)]) == lot[:2]


def test_a_result_or_a_vector_file_without_such_a_field_is_refused(lot, tmp_path):
    from rsqi_core.cli import main

    out = tmp_path / "c.gpkg"
    assert main(["inspect", lot[2], "--output", str(out), "--stages", "rules", "--progress", "none"]) == 0
    with pytest.raises(RsqiError, match="result of an inspection"):
        find_scenes([str(out)])
    write_vector(tmp_path / "roads.shp", ["x"], "name")
    with pytest.raises(RsqiError, match="needs a field"):
        find_scenes([str(tmp_path / "roads.shp")])


def test_a_stac_collection_gives_the_asset_to_look_at(lot, tmp_path):
    def item(**assets):
        return {"type": "Feature", "stac_version": "1.0.0", "id": "i", "geometry": None, "assets": assets}

    small = {"href": "c.tif", "roles": ["thumbnail"]}
    items = [
        item(t=small, band={"href": "x.tif", "roles": ["data"]}, look={"href": "./2023/a.tif", "roles": ["visual"]}),
        item(t=small, image={"href": lot[1], "roles": ["data"]}),
        item(meta={"href": "m.json"}, t=small, any={"href": "https://host/z.tif?key=1"}),
    ]
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    assert find_scenes([str(path)]) == [*lot[:2], "https://host/z.tif?key=1"]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [item(t=small)]}))
    with pytest.raises(RsqiError, match="'i' has no image"):
        find_scenes([str(path)])


@pytest.mark.parametrize("text", ["{", "[1, 2]", '{"a": 1}'])
def test_other_json_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(RsqiError, match=r"x\.json: "):
        find_scenes([str(tmp_path / "x.json")])


def test_a_mosaic_is_one_scene_or_its_parts(lot, tmp_path):
    mosaic = tmp_path / "all.vrt"
    sources = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename></SimpleSource>'
        for name in ("2023/a.tif", "2024/deep/b.tif")
    )
    bands = "".join(f'<VRTRasterBand dataType="Byte" band="{n}">{sources}</VRTRasterBand>' for n in (1, 2))
    mosaic.write_text(f'<VRTDataset rasterXSize="8" rasterYSize="8">{bands}</VRTDataset>')
    assert find_scenes([str(mosaic)]) == [str(mosaic)]
    assert find_scenes([str(mosaic), lot[2]], parts=True) == lot
    assert weight(str(mosaic)) > weight(lot[0]) + weight(lot[1]) > 2


def test_nothing_at_all_is_refused(tmp_path):
    for given in (tmp_path, tmp_path / "*.tif"):
        with pytest.raises(ParameterError, match="no images there"):
            find_scenes([str(given)])


def test_a_mosaic_that_leads_out_of_the_folder_it_was_found_in_must_be_named(tmp_path, write_raster):
    (tmp_path / "tiles").mkdir()
    (tmp_path / "lot").mkdir()
    tile = write_raster(np.full((40, 40, 3), 90, np.uint8), "tiles/a.tif")
    mosaic = tmp_path / "lot" / "all.vrt"
    rasterio.shutil.copy(tile, mosaic, driver="VRT")
    with pytest.raises(ParameterError, match=rf"all\.vrt: this mosaic is made of .*a\.tif, outside of {mosaic.parent}"):
        find_scenes([str(mosaic.parent)])
    assert find_scenes([str(mosaic)]) == find_scenes([str(mosaic.parent / "*.vrt")]) == [str(mosaic)]
    assert len(find_scenes([str(tmp_path)])) == 2


def test_the_way_from_a_coordinate_system_to_degrees_is_looked_for_once(write_raster):
    pixels = np.full((40, 40, 3), 90, np.uint8)
    scenes = [write_raster(pixels, name) for name in ("a.tif", "b.tif", "c.tif")]
    task._to_degrees.cache_clear()
    corners = []
    for scene in scenes:
        with open_raster(scene) as raster:
            corners.append(task._footprint(raster))
    assert corners[0] == corners[2] and len(corners[0]) == 4
    assert task._to_degrees.cache_info().misses == 1
