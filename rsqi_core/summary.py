"""The one row of the table ``summary``: what was inspected, by what, and what came of it."""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from . import __version__
from .frame import Frame
from .locate import absolute_path
from .models import Model
from .parameters import Parameters
from .scoring import Score
from .taxonomy import TYPES

_DECISIVE = ("numpy", "onnxruntime", "opencv-python-headless", "rasterio", "shapely", "pyproj")
_OPTIONAL = ("torch", "transformers")  # needed for Hugging Face checkpoints only


def summary_row(
    frame: Frame,
    ground: Frame,
    parameters: Parameters,
    model: Model | None,
    valid_pixels: int,
    score: Score,
    run_seconds: float,
) -> dict[str, Any]:
    """Return the row of an inspection; what is no number or text is JSON.

    Parameters
    ----------
    ground : Frame
        The part of the frame in which its valid pixels lie.
    model : Model or None
        None where only the rules ran.
    valid_pixels : int
        Of the frame.
    run_seconds : float
        What the inspection took.
    """
    row: dict[str, Any] = {
        "raster": absolute_path(frame.raster.path),
        "inspected_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "width": frame.width,
        "height": frame.height,
        "valid_pixels": valid_pixels,
        "valid_area_m2": ground.valid_area(valid_pixels),
        "diagonal_px": ground.diagonal,
        "error_count": sum(t.count for t in score.by_type.values()),
        "score": score.value,
        "grade": score.grade,
        "score_mode": score.mode,
        "inspected": ",".join(code for code in parameters.types if code not in score.not_inspected),
        "model_id": f"{model.card.id} {model.card.version}" if model else "",
        "model_hash": model.hash if model else "",
        "provider": model.provider if model else "",
    }
    for error_type in TYPES:
        found = score.by_type.get(error_type.code)
        row[f"count_{error_type.code}"] = found.count if found else 0
        row[f"area_{error_type.code}"] = found.area_m2 if found else 0.0
    files = {name: getattr(parameters, name) for name in ("scheme", "memory")}
    noted = {**parameters.as_dict(), **{name: file and absolute_path(file) for name, file in files.items()}}
    row["parameters"] = json.dumps(noted, ensure_ascii=False)
    row["source"] = json.dumps(frame.raster.describe(), ensure_ascii=False)
    row["versions"] = json.dumps(versions())
    row["run_seconds"] = round(run_seconds, 2)
    return row


@cache
def versions() -> dict[str, str]:
    """Return the versions of RSQI, Python and the libraries that decide a result."""
    found = {"rsqi": __version__, "python": platform.python_version()}
    for name in _DECISIVE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    for name in _OPTIONAL:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
