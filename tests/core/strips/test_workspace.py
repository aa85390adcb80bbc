"""The folder of unfinished work: kept when it is worth it, and never for ever."""

import os
import time

import numpy as np
import pytest

from rsqi_core.errors import Cancelled, OutputError, RasterError
from rsqi_core.raster import open_raster
from rsqi_core.strips.workspace import run_key, workspace

WEEK = 7 * 86400


def break_off(output, error, key="a", entry=True, resume=True):
    with pytest.raises(type(error)), workspace(output, key, resume) as folder:
        if entry:
            (folder / "000000000.npz").write_bytes(b"1")
        raise error
    return folder


def test_success_leaves_nothing(tmp_path):
    with workspace(tmp_path / "o.gpkg", "a") as folder:
        assert folder.parent == tmp_path and folder.name.startswith(".")
        (folder / "labels").write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [Cancelled("no"), RasterError("damaged"), KeyboardInterrupt()])
def test_nothing_is_kept_of_what_is_cancelled_or_hopeless(tmp_path, error):
    assert not break_off(tmp_path / "o.gpkg", error).exists()


def test_a_full_disk_keeps_what_was_found_if_there_is_any(tmp_path):
    assert not break_off(tmp_path / "o.gpkg", OutputError("full"), entry=False).exists()
    folder = break_off(tmp_path / "o.gpkg", OutputError("full"))
    with workspace(tmp_path / "o.gpkg", "a", resume=True) as again:
        assert again == folder and (folder / "000000000.npz").exists()
    assert not folder.exists()


@pytest.mark.parametrize(("key", "resume"), [("a", False), ("b", True)])
def test_it_is_emptied_unless_the_same_run_is_resumed(tmp_path, key, resume):
    break_off(tmp_path / "o.gpkg", OutputError("full"))
    with workspace(tmp_path / "o.gpkg", key, resume) as folder:
        assert not list(folder.glob("*.npz"))


def test_two_runs_cannot_write_to_one_output(tmp_path):
    with (
        workspace(tmp_path / "o.gpkg", "a"),
        pytest.raises(OutputError, match="another inspection"),
        workspace(tmp_path / "o.gpkg", "a"),
    ):
        pass
    with workspace(tmp_path / "o.gpkg", "a"), workspace(tmp_path / "p.gpkg", "a"):
        pass


def test_what_others_left_behind_goes_after_a_week_unless_they_still_run(tmp_path):
    old, recent = break_off(tmp_path / "a.gpkg", OutputError("")), break_off(tmp_path / "b.gpkg", OutputError(""))
    os.utime(old, (time.time() - WEEK - 60,) * 2)
    with workspace(tmp_path / "c.gpkg", "a") as running:
        os.utime(running, (time.time() - WEEK - 60,) * 2)
        with workspace(tmp_path / "d.gpkg", "a"):
            assert not old.exists() and recent.exists() and running.exists()


def test_the_key_follows_file_pixels_model_and_parameters(write_raster):
    rgb = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    path = write_raster(rgb)

    def key(model="m", **parameters):
        with open_raster(str(path)) as raster:
            return run_key(raster, model, {"alpha": 1.0} | parameters)

    first, status = key(), path.stat()
    assert key() == first
    assert key(model="n") != first and key(alpha=2.0) != first
    rgb[100, 100] = 255 - rgb[100, 100]
    write_raster(rgb)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size and key() != first  # as behind a VRT, where only pixels change
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    assert key() != first
