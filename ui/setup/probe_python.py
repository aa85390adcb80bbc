"""Run by a Python that may build RSQI's environment: print in one line of JSON what it is and whether it will do.

``python probe_python.py NVIDIA`` with the path of ``rsqi_core/models/nvidia.py``, which asks the driver for its GPU.
That is done in this process, as a driver that crashes must not take QGIS with it.
"""

import json
import runpy
import struct
import sys


def problem():
    """Return what keeps this Python from carrying the environment; empty if nothing does."""
    if sys.version_info < (3, 10):
        return "old"
    if struct.calcsize("P") < 8:
        return "32bit"
    try:
        import ctypes  # noqa: F401
        import ensurepip  # noqa: F401
        import ssl  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        return f"lacks {error.name or error}"
    return ""


def gpu(path):
    """Return name, CUDA version of the driver and compute capability of the first NVIDIA GPU, or None."""
    nvidia = runpy.run_path(path)
    try:
        found = nvidia["find"]()
    except nvidia["NoGpu"]:
        return None
    return {"name": found.name, "cuda": list(found.cuda), "compute": list(found.compute)}


if __name__ == "__main__":
    report = {"version": "{}.{}.{}".format(*sys.version_info), "prefix": sys.base_prefix, "problem": problem()}
    if not report["problem"]:
        report["gpu"] = gpu(sys.argv[1])
    print(json.dumps(report))
