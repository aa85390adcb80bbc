"""The real desktop under Xvfb: the dock, a cancelled, a failed and a good inspection, a review, and the way out.

Leaves its pictures in build/screenshots.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
TURNS = 5  # of the event loop, while an inspection runs; one if it blocked
TEXTS = {
    "en": {
        "steps": ["Inspect", "Review", "Score", "Report"],
        "aside": ["Learn", "Lot", "Find and ask", "Scheme"],
        "empty": "add an image to the project",
        "so_far": "Errors so far: ",
        "task": "Inspect scene",
        "cancelled": "Cancelled.",
        "status": "Score 90.0 (Good), errors: 10",
        "layer": "scene: errors",
        "summary": "Inspected: 2, errors: 20, lowest score: 90.0 (a); failed: 1",
    },
    "zh-Hans": {
        "steps": ["检查", "复核", "得分", "报告"],
        "aside": ["学习", "批", "查找与提问", "方案"],
        "empty": "请向工程添加影像",
        "so_far": "已发现错误：",
        "task": "检查 scene",
        "cancelled": "已取消。",
        "status": "得分 90.0（良），错误 10 个",
        "layer": "scene：错误",
        "summary": "已检查 2 幅，错误 20 个，最低得分 90.0（a）；失败 1 幅",
    },
}

pytestmark = pytest.mark.skipif(
    not (shutil.which("qgis") and shutil.which("xvfb-run")), reason="needs qgis and xvfb-run"
)


def scene(path):
    """Write a small image with some structure, 1024 x 768 px of 0.5 m in a CGCS2000 3-degree zone."""
    import numpy as np
    from osgeo import gdal, osr

    rng = np.random.default_rng(3)
    height, width = 768, 1024
    fields = np.kron(rng.integers(70, 150, (3, height // 64, width // 64)), np.ones((1, 64, 64)))
    rgb = np.clip(fields + rng.normal(0, 8, fields.shape), 1, 254).astype(np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, 3)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500000, 0.5, 0, 3400000, 0, -0.5))
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteArray(rgb[band])


def drive(folder, language, python, worker, pictures):
    """Start QGIS on a virtual screen, have it run drive.py, and return what it observed."""
    plugins, profiles = folder / "plugins", folder / "profiles"
    plugins.mkdir()
    (plugins / "rsqi").symlink_to(ROOT, target_is_directory=True)
    settings = profiles / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        "[PythonPlugins]\nrsqi=true\nprocessing=true\n[locale]\noverrideFlag=true\n"
        f"userLocale={language}\n[qgis]\ncheckVersion=false\nshowTips=false\n[app]\nprojections\\askUser=false\n"
    )
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugins),
        "RSQI_PYTHON": str(python),
        "RSQI_TEST_RASTER": str(folder / "scene.tif"),
        "RSQI_TEST_FOLDER": str(folder / "images"),
        "RSQI_TEST_OBSERVED": str(folder / "observed.json"),
        "RSQI_TEST_PICTURES": str(ROOT / "build" / "screenshots" / pictures),
        "RSQI_TEST_WORKER": worker,
    }
    environment.pop("QT_QPA_PLATFORM", None)
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", "qgis", "--nologo", "--noversioncheck"]
    command += ["--profiles-path", str(profiles), "--code", str(HERE / "drive.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert (folder / "observed.json").is_file(), done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads((folder / "observed.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def fake_python(tmp_path_factory):
    """An executable that stands for the worker's Python and runs the fake worker."""
    path = tmp_path_factory.mktemp("fake") / "python"
    script = ROOT / "tests" / "qgis" / "fake_worker.py"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("language", TEXTS)
def test_inspect_layer(tmp_path, fake_python, language):
    scene(tmp_path / "scene.tif")
    (tmp_path / "images").mkdir()
    for name in ("a", "c"):
        shutil.copy(tmp_path / "scene.tif", tmp_path / "images" / f"{name}.tif")
    (tmp_path / "images" / "b.tif").write_text("no image")
    observed = drive(tmp_path, language, fake_python, "fake", language)
    texts = TEXTS[language]
    assert "traceback" not in observed, observed["traceback"]
    assert observed["visible"] and observed["chosen"] == "scene" and observed["steps"] == texts["steps"]
    assert observed["aside"] == texts["aside"]
    assert texts["empty"] in observed["empty"]
    running = observed["running"]
    assert running["progress"] and running["errors"] > 0 and texts["task"] in running["task"][0]
    assert texts["so_far"] in running["status"] and running["active"] == "scene"
    assert observed["cancelled"] == texts["cancelled"]
    assert "write" not in observed["after_cancel"], "the worker went on to its end"
    assert observed["left_by_cancel"] == []
    assert any("Out of memory: tensor of 9 GB" in text for text in observed["messages"])
    assert observed["status"].splitlines()[0] == texts["status"]
    assert observed["layers"] == [texts["layer"]] and observed["features"] == 10
    assert observed["source"] == f"{tmp_path / 'scene_rsqi.gpkg'}|layername=errors"
    assert observed["renderer"] == "categorizedSymbol" and observed["page"] == "review"
    assert observed["several"]["status"] == texts["summary"]
    assert [row[0] for row in observed["several"]["rows"]] == ["a", "b", "c"]
    assert observed["several"]["opened"] == texts["layer"].replace("scene", "c")
    assert observed["several"]["page"] == "review"
    assert "CPUExecutionProvider" in observed["probe"]
    assert observed["turns"] >= TURNS, "QGIS did not answer while the inspection ran"
    assert observed["came_back"] == [True, True] and observed["docks"] == ["rsqiDock"] * 2
    assert observed["left_behind"] == [] and not observed["provider_left"] and not observed["dock_left"]


@pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")
@pytest.mark.skipif(not (ROOT / "resources" / "models" / "default").is_dir(), reason="there is no default model yet")
def test_inspect_a_demo_scene_with_the_real_worker(tmp_path):
    synthesize = [PYTHON, "-m", "rsqi_core", "synthesize", "--output", tmp_path / "demo", "--size", "1024"]
    subprocess.run([str(part) for part in synthesize], cwd=ROOT, check=True, timeout=300)
    shutil.copy(tmp_path / "demo" / "scene.tif", tmp_path / "scene.tif")
    observed = drive(tmp_path, "zh-Hans", PYTHON, "real", "real")
    assert "traceback" not in observed, observed["traceback"]
    assert observed["features"] > 0 and observed["renderer"] == "categorizedSymbol"
    assert f"错误 {observed['features']} 个" in observed["status"]
    review = observed["review"]
    assert review["decisions"] == ["accepted", "rejected", "corrected"] and review["relabelled"]
    assert review["undone"] == "unreviewed"
    drawn = review["drawn"]
    assert drawn["count"] == 1 and (drawn["status"], drawn["source"]) == ("added", "technician")
    assert drawn["category_id"] == 1 and 0 < review["reshaped"] < drawn["area_m2"]
    assert review["all_rejected"] == 100 and review["score"] < 100
    assert observed["turns"] >= TURNS, "QGIS did not answer while the inspection ran"
