"""The demo: plant errors in a landscape, inspect it through the real plugin in QGIS, show what was found."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from rsqi_core.evaluation.benchmark.planted import match_planted
from rsqi_core.synthesis.scene import make_scene
from rsqi_core.taxonomy import TYPES

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "build" / "demo"
# The wrapper of Debian 12 hands qgis_process an option of the desktop program, which it refuses.
QGIS_PROCESS = shutil.which("qgis_process.bin") or "qgis_process"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qgis-python", default="/usr/bin/python3")
    options = parser.parse_args()
    if not (DEMO / "planted.json").exists():
        print("Making the demo scene ...", flush=True)
        make_scene(DEMO)
    environment = _throw_away_profile()
    summary = _inspect(environment)
    subprocess.run([options.qgis_python, str(ROOT / "tools" / "render.py"), str(DEMO)], env=environment, check=True)
    _print_tables(summary)
    for name in ("scene.tif", "errors.gpkg", "errors.shp", "report.html", "mask.tif", "result.png"):
        print(f"  {(DEMO / name).relative_to(ROOT)}")
    return 0


def _throw_away_profile() -> dict[str, str]:
    """A QGIS that sees this checkout as its plugin `rsqi` and nothing of the user's own settings."""
    plugins, profile = ROOT / "build" / "plugins", DEMO / "profile"
    plugins.mkdir(parents=True, exist_ok=True)
    if not (plugins / "rsqi").exists():
        (plugins / "rsqi").symlink_to(ROOT)
    shutil.rmtree(profile, ignore_errors=True)
    environment = os.environ | {
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QT_QPA_PLATFORM": "offscreen",
        "RSQI_PYTHON": os.environ.get("RSQI_PYTHON", sys.executable),
    }
    subprocess.run([QGIS_PROCESS, "plugins", "enable", "rsqi"], env=environment, check=True, capture_output=True)
    return environment


def _inspect(environment: dict[str, str]) -> dict:
    print("Inspecting it with rsqi:inspect ...", flush=True)
    outputs = {"OUTPUT": "errors.gpkg", "MASK": "mask.tif", "REPORT": "report.html", "SHAPEFILE": "errors.shp"}
    words = [f"--{key}={DEMO / name}" for key, name in outputs.items()]
    command = [QGIS_PROCESS, "--json", "run", "rsqi:inspect", "--", f"INPUT={DEMO / 'scene.tif'}"]
    command += [word[2:] for word in words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"qgis_process failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return json.loads(done.stdout[done.stdout.index("{") :])["results"]


def _print_tables(results: dict) -> None:
    with sqlite3.connect(DEMO / "errors.gpkg") as database:
        rows = database.execute("SELECT category_id, count(*), sum(area_m2), sum(penalty) FROM errors GROUP BY 1")
        found = {row[0]: row[1:] for row in rows}
    print(f"\n{'type':24}{'count':>7}{'area m2':>14}{'penalty':>9}")
    for error_type in TYPES:
        count, area, penalty = found.get(error_type.id, (0, 0.0, 0.0))
        print(f"{error_type.en:24}{count:7}{area:14.1f}{penalty:9.1f}")
    print(f"\nScore {results['SCORE']:.1f}, grade {results['GRADE']}, {results['ERROR_COUNT']:.0f} errors")
    print(f"\n{'found against planted':24}{'planted':>9}{'found':>7}{'false polygons':>16}{'pixel IoU':>11}")
    for row in match_planted(DEMO / "truth.tif", DEMO / "planted.json", DEMO / "mask.tif"):
        print(f"{row.code:24}{row.planted:9}{row.recalled:7}{row.false:9} of {row.found:<4}{row.iou:11.3f}")
    print()


if __name__ == "__main__":
    sys.exit(main())
