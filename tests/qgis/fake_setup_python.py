"""Stands for any Python that *Set up* calls: to be looked at, to make an environment, as pip, and as the worker.

FAKE_SETUP says how it behaves: ``good`` (default), ``old`` (a Python that is refused), ``offline`` (pip's index does
not answer), ``slow`` (pip takes a minute), ``sick`` (the worker fails its test). FAKE_SETUP_SEEN names a file that gets
the arguments and the environment of pip.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

ME = os.environ["FAKE_SETUP_ME"]
RETRY = (
    "WARNING: Retrying (Retry(total=1, connect=None)) after connection broken by 'NewConnectionError(<pip._vendor>: "
    "Failed to establish a new connection')': /simple/affine/"
)


def pip(mode):
    if "FAKE_SETUP_SEEN" in os.environ:
        seen = {"arguments": sys.argv[1:], "environment": dict(os.environ)}
        Path(os.environ["FAKE_SETUP_SEEN"]).write_text(json.dumps(seen), encoding="utf-8")
    if mode == "offline":
        print(RETRY)
        print("ERROR: Could not find a version that satisfies the requirement affine>=2.4 (from versions: none)")
        print("ERROR: No matching distribution found for affine>=2.4")
        return 1
    print("Collecting affine>=2.4", flush=True)
    if mode == "slow":
        print("Collecting numpy>=1.24\n  Downloading numpy-2.0-cp311.whl (60.0 MB)", flush=True)
        time.sleep(60)
    print("Installing collected packages: affine, numpy\nSuccessfully installed affine numpy")
    return 0


def probe(mode):
    sys.stdin.readline()
    if mode == "sick":
        print(json.dumps({"event": "error", "code": "model", "message": "onnxruntime cannot be loaded"}))
        return 1
    answer = {
        "event": "result",
        "versions": {"rsqi": "0", "onnxruntime": "1"},
        "providers": ["CPUExecutionProvider"],
        "provider": "CPUExecutionProvider",
        "milliseconds": 12.3,
        "model": "fake 1",
        "hash": "0",
        "warnings": [],
        "report": ["runs on                 CPUExecutionProvider"],
    }
    print(json.dumps(answer))
    return 0


def main():
    mode, arguments = os.environ.get("FAKE_SETUP", "good"), sys.argv[1:]
    if arguments[0].endswith("probe_python.py"):
        problem = "old" if mode == "old" else ""
        print(json.dumps({"version": "3.11.9", "prefix": "/", "problem": problem, "gpu": None}))
        return 0
    module = arguments[1]
    if module == "venv":
        target = Path(arguments[-1]) / "bin"
        target.mkdir(parents=True)
        shutil.copy(ME, target / "python")
        (target.parent / "pyvenv.cfg").write_text(f"home = {Path(ME).parent}\n", encoding="utf-8")
        return 0
    return {"ensurepip": lambda mode: 0, "pip": pip, "rsqi_core.worker": probe}[module](mode)


if __name__ == "__main__":
    sys.exit(main())
