"""What a person waits for in the review of very many errors, measured in the real QGIS on a virtual screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from crowd import crowd

HERE = Path(__file__).resolve().parent
SETTINGS = """[PythonPlugins]
rsqi=true
processing=true
[locale]
overrideFlag=true
userLocale=en
[qgis]
checkVersion=false
showTips=false
[app]
projections\\askUser=false
"""


def waits(count: int, folder: Path) -> dict[str, Any]:
    """Seconds of each action in a layer of `count` errors, by name."""
    plugins, profiles, observed = folder / "plugins", folder / "profiles", folder / "observed.json"
    plugins.mkdir()
    (plugins / "rsqi").symlink_to(HERE.parents[1], target_is_directory=True)
    settings = profiles / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS, encoding="utf-8")
    environment = os.environ | {
        "QGIS_PLUGINPATH": str(plugins),
        "RSQI_PYTHON": os.environ.get("RSQI_PYTHON", sys.executable),
        "RSQI_BENCH_RESULT": str(crowd(folder / "crowd.gpkg", count)),
        "RSQI_BENCH_OBSERVED": str(observed),
    }
    environment.pop("QT_QPA_PLATFORM", None)
    command = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", "qgis", "--nologo", "--noversioncheck"]
    command += ["--profiles-path", str(profiles), "--code", str(HERE / "desk.py")]
    subprocess.run(command, env=environment, stdout=sys.stderr, check=True)
    found = json.loads(observed.read_text(encoding="utf-8"))
    if "traceback" in found:
        raise RuntimeError(found["traceback"])
    return found
