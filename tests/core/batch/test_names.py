"""Names of results are short, readable and each scene's own."""

import pytest

from rsqi_core.batch.names import name_scenes


@pytest.mark.parametrize(
    ("scenes", "names"),
    [
        (["/d/a.tif", "/d/b.tif"], ["a", "b"]),
        (["/d/2023/a.tif", "/d/2024/a.tif", "/d/b.tif"], ["2023_a", "2024_a", "b"]),
        (["/x/n/a.tif", "/y/n/a.tif"], ["x_n_a", "y_n_a"]),
        (["/d/a.tif", "/d/a.jp2"], ["a_tif", "a_jp2"]),
        (["/d/A.tif", "/e/a.tif"], ["d_A", "e_a"]),  # one name on Windows
        (["GPKG:/d/x.gpkg:north", "GPKG:/d/x.gpkg:south"], ["x_gpkg_north", "x_gpkg_south"]),
        (["/d/.tif", "/d/云 1.tif"], ["tif", "云 1"]),
    ],
)
def test_scenes_of_one_stem_are_told_apart(scenes, names):
    found = name_scenes(scenes, {})
    assert list(found.values()) == names
    assert name_scenes(scenes[::-1], {}) == found


def test_a_name_stays_when_another_scene_of_its_stem_is_added():
    known = name_scenes(["/d/2023/a.tif"], {})
    assert known == {"/d/2023/a.tif": "a"}
    assert name_scenes(["/d/2024/a.tif", "/d/2023/a.tif"], known) == {"/d/2024/a.tif": "2024_a", "/d/2023/a.tif": "a"}


def test_a_name_made_of_folders_is_not_that_of_another_scene():
    found = name_scenes(["/d/2023_a.tif", "/d/2023/a.tif", "/d/2024/a.tif"], {})
    assert len({name.casefold() for name in found.values()}) == 3 and found["/d/2023_a.tif"] == "2023_a"
