"""What is read is never written: by name, by link, by sidecar."""

import os

import pytest

from rsqi_core.errors import OutputError
from rsqi_core.files.clash import refuse_clashes, sidecars


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.tif"
    path.write_bytes(b"pixels")
    return path


def link(kind, path, target):
    {"symbolic": lambda: path.symlink_to(target), "hard": lambda: os.link(target, path)}[kind]()
    return path


@pytest.mark.parametrize("kind", ["symbolic", "hard"])
def test_a_link_to_the_input_is_the_input(scene, tmp_path, kind):
    alias = link(kind, tmp_path / "alias.gpkg", scene)
    with pytest.raises(OutputError) as caught:
        refuse_clashes([alias], [scene])
    assert str(alias) in str(caught.value) and str(scene) in str(caught.value)


def test_a_folder_that_is_a_link_leads_to_the_same_file(scene, tmp_path):
    (tmp_path / "other").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(OutputError, match="overwrite"):
        refuse_clashes([tmp_path / "other" / "scene.tif"], [scene])
    with pytest.raises(OutputError, match="same place"):  # neither of them is there yet
        refuse_clashes([tmp_path / "o.gpkg", tmp_path / "other" / "o.gpkg"], [scene])


def test_all_parts_of_a_shapefile_are_outputs(scene, tmp_path):
    for ending in (".prj", ".dbf", ".qix"):
        part = scene.with_suffix(ending)
        part.touch()
        with pytest.raises(OutputError, match=f"scene{ending}: would overwrite"):
            refuse_clashes([scene.with_suffix(".shp")], [scene, part])
        part.unlink()
    refuse_clashes([scene.with_suffix(".shp"), tmp_path / "scene.gpkg"], [scene])


def test_a_file_within_a_folder_that_is_read_is_read(tmp_path):
    safe = tmp_path / "S2.SAFE"
    safe.mkdir()
    (safe / "a.html").touch()
    with pytest.raises(OutputError, match=r"a\.html"):
        refuse_clashes([safe / "a.html"], [safe])
    refuse_clashes([safe / "new.html", tmp_path / "a.html"], [safe])


def test_sidecars_go_by_name(scene):
    named = [scene.with_suffix(end) for end in (".tfw", ".prj", ".TIFW", ".aux.xml")]
    named += [scene.with_name("scene.tif.ovr"), scene.with_name("scene.tif.aux.xml")]
    for path in (*named, scene.with_name("scene_2.tfw"), scene.with_suffix(".csv"), scene.with_suffix(".gpkg")):
        path.touch()
    assert set(sidecars(scene)) == set(named)
    scene.with_suffix(".shp").touch()  # whose the .prj is now
    assert set(sidecars(scene)) == set(named) - {scene.with_suffix(".prj")}
