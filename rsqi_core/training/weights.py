"""The weights of a run as one small file, for another run to start from (torch, safetensors).

Filters are stored in half precision. Biases and batch statistics, a hundredth of the file, keep theirs: a variance may
be too small for half precision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RsqiError
from ..files.atomic import whole_file

SUFFIX = ".safetensors"
_SETTINGS = "settings"  # entry of the file's metadata


def write(values: Mapping[str, Any], file: Path) -> int:
    """Write the averaged weights of a checkpoint, whole or not at all; return the crops that they have seen in all.

    Parameters
    ----------
    values : mapping
        As `rsqi_core.training.checkpoint.read` returns it.
    file : pathlib.Path
        Replaced if it is there.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    settings = values["settings"]
    crops = settings.get("crops") or values["step"] * settings["batch"] + crops_of(settings.get("init"))
    tensors = {
        name: (value.half() if value.is_floating_point() and value.ndim > 1 else value).contiguous()
        for name, value in values["average"].items()
    }
    with whole_file(file, "the weights", errors=(SafetensorError,)) as part:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, part, {_SETTINGS: json.dumps({**settings, "crops": crops})})
    return crops


def read(file: Path) -> dict[str, Any]:
    """Read a file that `write` has written: ``average``, tensors by name in single precision, and ``settings``.

    Raises
    ------
    RsqiError
        If the file is missing or another one.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as stored:
            settings = json.loads((stored.metadata() or {})[_SETTINGS])
            average = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except OSError as error:
        raise RsqiError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (SafetensorError, KeyError, ValueError) as error:
        raise RsqiError(f"{file}: not weights that `rsqi train --weights` has written") from error
    floats = {name: value.float() if value.is_floating_point() else value for name, value in average.items()}
    return {"average": floats, "settings": settings}


def is_own(file: Path) -> bool:
    """Tell whether a file is one that `write` has written."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as stored:
            return _SETTINGS in (stored.metadata() or {})
    except (OSError, SafetensorError):
        return False


def crops_of(settings: Mapping[str, Any] | str | None) -> int:
    """Crops that a run and those that it started from have seen; `settings` as `checkpoint.course_of` returns them."""
    if not isinstance(settings, Mapping):
        return 0
    return settings.get("crops") or settings.get("samples", 0) + crops_of(settings.get("init"))
