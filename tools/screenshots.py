"""Take the pictures of the user guide from the real desktop, in both languages, on a virtual screen.

With ``--walk`` also write into the guide what the way from an image to a signed report costs: clicks, keys and seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rsqi_core.synthesis.scene import make_scene

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
WALK = "walk.json"
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
STEPS = ("open", "panel", "inspect", "judge", "sort", "draw", "score", "report")  # of the guide's list, in its order
COSTS = {
    "en": (
        "| step | clicks | keys | seconds |",
        "| together | {clicks} | {keys} | {seconds} |",
        "Seconds are what QGIS and RSQI needed with {cores} processor cores and no GPU, for {width} x {height} px with "
        "{errors} errors, {judged} of them judged one by one, in QGIS {qgis}. How long people look at an error is not "
        "in them: nobody has measured that.",
        " Other programs kept the processor busy meanwhile (load {load:.0f}), so an idle computer needs less.",
    ),
    "zh": (
        "| 步骤 | 点击 | 按键 | 秒 |",
        "| 合计 | {clicks} | {keys} | {seconds} |",
        "秒数是 QGIS 和 RSQI 所用的时间：{cores} 个处理器核心，无 GPU，影像 {width} x {height} 像素，"
        "图斑 {errors} 个，其中逐个判断 {judged} 个，QGIS {qgis}。人看图斑的时间不在其内，没有测过。",
        "当时其他程序占用处理器（负载 {load:.0f}），空闲的计算机用时更短。",
    ),
}
COSTS_BLOCK = re.compile(r"(?<=\[//\]: # \(walk\)\n\n).*?(?=\n\n\[//\]: # \(end of walk\))", re.DOTALL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=GUIDE / "images")
    parser.add_argument("--scene", type=Path, help="an image to walk through (a new demo scene)")
    parser.add_argument("--size", type=int, default=4096, help="px of the demo scene's side")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--walk", action="store_true", help="write clicks, keys and seconds into the guide")
    parser.add_argument("--train", action="store_true", help="train a model for the picture of the tab Learn")
    options = parser.parse_args()
    failed, load = 0, os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        scene = options.scene or make_scene(Path(name) / "scene", options.size).raster
        for language in options.languages.split(","):
            failed += _tour(Path(name) / language, scene, language, options.output, options.train)
            walked = Path(name) / language / WALK
        if options.walk and not failed:
            for language in COSTS:
                costs = json.loads(walked.read_text(encoding="utf-8"))
                write_costs(GUIDE / f"{language}.md", language, {**costs, "load": load})
    return int(failed > 0)


def write_costs(guide: Path, language: str, walked: dict) -> None:
    """Put the table of costs into the guide, where the last one was."""
    head, foot, note, busy = COSTS[language]
    rows = [(number, *walked[step].values()) for number, step in enumerate(STEPS, 1)]
    lines = [head, "|---|---|---|---|", *(f"| {n} | {c} | {k} | {s:.1f} |" for n, c, k, s in rows)]
    clicks, keys, seconds = (sum(column) for column in list(zip(*rows))[1:])
    lines += [foot.format(clicks=clicks, keys=keys, seconds=round(seconds)), ""]
    if walked["load"] > os.cpu_count() / 2:
        note += busy
    lines += [note.format(cores=os.cpu_count(), **walked)]
    text, found = COSTS_BLOCK.subn(lambda _: "\n".join(lines), guide.read_text(encoding="utf-8"))
    if not found:
        raise SystemExit(f"{guide}: no place for the costs of the walk")
    guide.write_text(text, encoding="utf-8")


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
        "RSQI_TOUR_WALK": str(folder / WALK),
        "RSQI_TOUR_TRAIN": str(int(train)),
    }
    environment.pop("QT_QPA_PLATFORM", None)
    command = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", "qgis", "--nologo", "--noversioncheck"]
    command += ["--profiles-path", str(profiles), "--code", str(ROOT / "tools" / "guide_tour.py")]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
