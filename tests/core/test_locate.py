"""Where a result's raster is noted, and where it is looked for once things have been moved."""

import pytest

from rsqi_core.locate import absolute_path, find_file


def test_a_file_is_noted_in_full_and_an_address_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "a.tif").touch()
    monkeypatch.chdir(tmp_path)
    assert absolute_path("a.tif") == str(tmp_path / "a.tif")
    assert absolute_path("/vsizip/b.zip/a.tif") == "/vsizip/b.zip/a.tif"


@pytest.mark.parametrize("now", ["影像/a.tif", "成果/a.tif"])
@pytest.mark.parametrize("noted", ["/gone/影像/a.tif", "D:\\项目\\影像\\a.tif", "影像/a.tif"])
def test_a_moved_project_still_finds_its_raster(tmp_path, noted, now):
    for folder in ("影像", "成果"):
        (tmp_path / folder).mkdir()
    (tmp_path / now).touch()
    assert find_file(noted, tmp_path / "成果" / "a.gpkg") == str(tmp_path / now)


def test_where_it_was_goes_first_and_nothing_is_made_up(tmp_path):
    (tmp_path / "there").mkdir()
    for name in ("a.tif", "there/a.tif"):
        (tmp_path / name).touch()
    assert find_file(str(tmp_path / "there" / "a.tif"), tmp_path / "a.gpkg") == str(tmp_path / "there" / "a.tif")
    assert find_file("b.tif", tmp_path / "a.gpkg") is None and find_file("", tmp_path / "a.gpkg") is None
    assert find_file("/none/a.tif", None) is None
