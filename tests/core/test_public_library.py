"""What `import rsqi_core` promises, and the example in the README."""

import gc
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import rasterio
from affine import Affine

import rsqi_core
from rsqi_core.errors import RsqiError
from rsqi_core.synthesis.landscape import landscape

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """A scene with a lost block in the working folder."""
    image = landscape(512, seed=5)
    image[200:240, 300:360] = 0
    place = {"crs": "EPSG:32650", "transform": Affine(0.5, 0, 500_000, 0, -0.5, 4_000_000)}
    with rasterio.open(tmp_path / "scene.tif", "w", width=512, height=512, count=3, dtype="uint8", **place) as file:
        file.write(image.transpose(2, 0, 1))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "scene.tif"


def test_the_example_of_the_readme_runs(scene, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    assert len(example.strip().splitlines()) <= 10
    exec(compile(example, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("pixel_missing")] == ["pixel_missing"]
    assert any(line.startswith("inspect ") for line in lines)


def test_an_error_lies_where_the_raster_says(scene):
    with rsqi_core.open_raster(scene) as raster:
        found = rsqi_core.inspect_raster(raster, rsqi_core.Parameters(stages=("rules",)))
    (error,) = found.polygons
    assert error.geometry.bounds == pytest.approx((500_150, 3_999_880, 500_180, 3_999_900), rel=0, abs=1.5)
    assert error.code == "pixel_missing" and (found.label_map.label[200:240, 300:360] == error.category_id).all()


def test_temporary_files_go_with_the_result(scene, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with rsqi_core.open_raster(scene) as raster:
        found = rsqi_core.inspect_raster(raster, rsqi_core.Parameters(stages=("rules",)))
    assert list((tmp_path / "temporary").iterdir())
    del found
    gc.collect()
    assert not list((tmp_path / "temporary").iterdir())


def test_what_is_wrong_is_one_line(tmp_path):
    with pytest.raises(RsqiError) as raised, rsqi_core.open_raster(tmp_path / "gone.tif"):
        pass
    assert "gone.tif" in str(raised.value) and "\n" not in str(raised.value)


def test_the_names_load_with_their_first_use():
    """Importing the package, also within QGIS, loads none of the heavy libraries."""
    code = "import sys, rsqi_core; print(sorted(set(sys.modules) & {'numpy', 'rasterio', 'cv2', 'onnxruntime'}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=README.parent)
    assert run.stdout.strip() == "[]"
    assert set(rsqi_core.__all__) < set(dir(rsqi_core))
    assert all(getattr(rsqi_core, name).__name__ == name for name in rsqi_core.__all__)
    with pytest.raises(AttributeError, match="no attribute 'inspect'"):
        rsqi_core.inspect  # noqa: B018
