"""What a Python prints of itself."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_a_python_says_what_it_is():
    script, nvidia = ROOT / "ui" / "setup" / "probe_python.py", ROOT / "rsqi_core" / "models" / "nvidia.py"
    done = subprocess.run([sys.executable, script, nvidia], capture_output=True, text=True, check=True, timeout=60)
    report = json.loads(done.stdout)
    assert report["problem"] == "" and report["version"].startswith("3.") and "gpu" in report
