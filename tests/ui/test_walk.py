"""From an image to a signed report by clicks and keys, in the real QGIS under Xvfb: what the way costs.

The walk is that of the user guide (``tools/guide_tour.py``); its pictures lie in build/screenshots/walk.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
STEPS = ("open", "panel", "inspect", "judge", "sort", "draw", "score", "report")
CLICKS = {"open": 1, "panel": 1, "inspect": 1, "judge": 0, "draw": 5, "score": 1, "report": 2}
MODEL = ROOT / "resources" / "models" / "default"

pytestmark = [
    pytest.mark.skipif(not (shutil.which("qgis") and shutil.which("xvfb-run")), reason="needs qgis and xvfb-run"),
    pytest.mark.skipif(not (PYTHON.exists() and MODEL.is_dir()), reason="the worker environment is not built"),
]


def walk(folder):
    """Start QGIS, have it walk, and return what each step cost."""
    make = [PYTHON, "-m", "rsqi_core", "synthesize", "--output", folder / "demo", "--size", "1024"]
    subprocess.run([str(part) for part in make], cwd=ROOT, check=True, timeout=300)
    shutil.copy(folder / "demo" / "scene.tif", folder / "scene.tif")
    plugins, profiles = folder / "plugins", folder / "profiles"
    plugins.mkdir()
    (plugins / "rsqi").symlink_to(ROOT, target_is_directory=True)
    settings = profiles / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        "[PythonPlugins]\nrsqi=true\nprocessing=true\n[locale]\noverrideFlag=true\nuserLocale=en\n"
        "[qgis]\ncheckVersion=false\nshowTips=false\n[rsqi]\nreviewer=Li Ming\n[app]\nprojections\\askUser=false\n"
    )
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugins),
        "RSQI_PYTHON": str(PYTHON),
        "RSQI_TOUR_SCENE": str(folder / "scene.tif"),
        "RSQI_TOUR_PICTURES": str(ROOT / "build" / "screenshots" / "walk"),
        "RSQI_TOUR_LANGUAGE": "en",
        "RSQI_TOUR_WALK": str(folder / "walk.json"),
        "RSQI_TOUR_SHORT": "1",
    }
    environment.pop("QT_QPA_PLATFORM", None)
    command = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", "qgis", "--nologo", "--noversioncheck"]
    command += ["--profiles-path", str(profiles), "--code", str(ROOT / "tools" / "guide_tour.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    assert (folder / "walk.json").is_file(), done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads((folder / "walk.json").read_text(encoding="utf-8"))


def test_the_way_from_an_image_to_a_signed_report(tmp_path):
    walked = walk(tmp_path)
    for name in STEPS:
        print(f"{name:10}{walked[name]['clicks']:4} clicks {walked[name]['keys']:4} keys")
    assert {name: walked[name]["clicks"] for name in CLICKS} == CLICKS
    assert walked["judge"]["keys"] == walked["judged"] > 0, "one key a verdict"
    assert walked["draw"]["keys"] == 3
    assert walked["sort"]["clicks"] == 8 and walked["sort"]["keys"] == 4
    reports = list(tmp_path.glob("*_report.pdf"))
    assert len(reports) == 1 and reports[0].read_bytes().startswith(b"%PDF")
    heights = subprocess.run(
        [str(PYTHON), "-c", "import sys; from PIL import Image; print(*(Image.open(f).size for f in sys.argv[1:]))"]
        + [str(file) for file in sorted((ROOT / "build" / "screenshots" / "walk").glob("*.en.jpg"))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(heights.replace(") (", ")|(").strip().split("|")) == {"(1366, 768)"}, "the window fits the screen"
