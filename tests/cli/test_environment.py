"""What surrounds the command line: a broken library, and names that are no text."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.imports import broken_import

PROJECT = Path(__file__).resolve().parents[2]
GBK = os.fsdecode(b"\xd3\xb0\xcf\xf1")  # a folder of a Chinese Windows on a disk of today


def run(*words, path):
    """Run the command line as a process of its own, with PYTHONPATH."""
    places = os.pathsep.join(map(str, [path, PROJECT]))
    command = [sys.executable, "-m", "rsqi_core", *words]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": places}, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("package", "text"),
    [
        ("numpy", "raise ImportError('numpy of another Python')"),
        ("numpy", "from numpy.nothing import array"),
        ("rasterio", "import os; os.nothing"),
        ("cv2", "1 / 0"),
    ],
)
def test_a_broken_package_and_pythonpath_are_named_in_one_line(tmp_path, package, text):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(text)
    for words in (["inspect", "a.tif", "--output", str(tmp_path / "o.gpkg")], ["doctor"]):
        ended = run(*words, path=tmp_path)
        assert ended.returncode == 1 and ended.stderr.count("\n") == 1
        assert ended.stderr.startswith(f"rsqi: the package {package} cannot be loaded (")
        assert "unset PYTHONPATH" in ended.stderr


def test_a_package_of_the_environment_is_no_matter_of_pythonpath(tmp_path, monkeypatch):
    package = tmp_path / "brokenlib"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('libfoo.so: no such file')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with pytest.raises(ImportError) as caught:
        __import__("brokenlib")
    line = broken_import(caught.value)
    assert "brokenlib" in line and "libfoo.so" in line and "PYTHONPATH" not in line


def test_any_other_error_is_none_of_an_import():
    with pytest.raises(ZeroDivisionError) as caught:
        print(1 / 0)
    assert broken_import(caught.value) is None


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes")
def test_an_output_whose_folder_is_no_text_is_refused_before_any_work(write_raster, tmp_path, capsys):
    scene = write_raster(np.full((64, 64, 3), 90, np.uint8))
    folder = tmp_path / GBK
    folder.mkdir()
    for words in (
        ["inspect", str(scene), "--output", str(folder / "o.gpkg")],
        ["inspect", str(scene), "--output", str(folder)],
        ["synthesize", "--output", str(folder / "demo")],
    ):
        assert main(words) == 1
        error = capsys.readouterr().err
        assert "no text; rename it" in error and r"\xcf\xf1" in error and error.count("\n") == 1
        assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes")
def test_an_image_whose_name_is_no_text_does_not_stop_the_others(write_raster, tmp_path, capsys):
    scene = write_raster(np.full((64, 64, 3), 90, np.uint8))
    odd = scene.rename(tmp_path / f"{GBK}.tif")
    good = write_raster(np.full((64, 64, 3), 90, np.uint8), "good.tif")
    words = ["inspect", str(odd), str(good), "--output", str(tmp_path / "out"), "--stages", "rules"]
    assert main(words) == 1
    error = capsys.readouterr().err
    assert r"\xcf\xf1" in error and "rename" in error and (tmp_path / "out" / "good.gpkg").exists()
