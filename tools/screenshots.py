"""Take the pictures of the user guide from the real desktop, in both languages, on a virtual screen."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rsqi_core.synthesis.scene import make_scene

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en": "en", "zh": "zh-Hans"}  # ending of the pictures' names, and QGIS's locale
SETTINGS = """[PythonPlugins]
rsqi=true
processing=true
[locale]
overrideFlag=true
userLocale={locale}
[qgis]
checkVersion=false
showTips=false
[rsqi]
reviewer=Li Ming
[app]
projections\\askUser=false
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "guide" / "images")
    parser.add_argument("--size", type=int, default=4096, help="px of the demo scene's side")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--train", action="store_true", help="train a model for the picture of the tab Learn")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        scene = make_scene(Path(name) / "scene", options.size).raster
        for language in options.languages.split(","):
            failed += _tour(Path(name) / language, scene, language, options.output, options.train)
    return int(failed > 0)


def _tour(folder: Path, scene: Path, language: str, output: Path, train: bool) -> int:
    """Start QGIS with nothing but the plugin, in a profile that is thrown away."""
    plugins, profiles = folder / "plugins", folder / "profiles"
    plugins.mkdir(parents=True)
    (plugins / "rsqi").symlink_to(ROOT, target_is_directory=True)
    settings = profiles / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS.format(locale=LANGUAGES[language]), encoding="utf-8")
    image = Path(shutil.copy(scene, folder / "scene.tif"))
    environment = os.environ | {
        "QGIS_PLUGINPATH": str(plugins),
        "RSQI_PYTHON": os.environ.get("RSQI_PYTHON", sys.executable),
        "RSQI_TOUR_SCENE": str(image),
        "RSQI_TOUR_PICTURES": str(output.resolve()),
        "RSQI_TOUR_LANGUAGE": language,
        "RSQI_TOUR_TRAIN": str(int(train)),
    }
    environment.pop("QT_QPA_PLATFORM", None)
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", "qgis", "--nologo", "--noversioncheck"]
    command += ["--profiles-path", str(profiles), "--code", str(ROOT / "tools" / "guide_tour.py")]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
