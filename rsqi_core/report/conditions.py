"""What an image was inspected with, and what it is: the last section of a report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..taxonomy import CODES
from .content import Facts, Heading, Text
from .subject import Subject
from .texts import Words, number


def section(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield image, model and parameters."""
    summary, source = subject.summary, mapping(subject.summary.get("source"))
    rows = [
        ("raster", _same(summary.get("raster"))),
        ("size", size_text(subject, words)),
        ("crs", _crs(subject, words)),
    ]
    if source.get("data_type"):
        bands = ", ".join(str(band) for band in source.get("bands") or ())
        values = source["data_type"], source.get("band_count"), bands
        stretch = source.get("stretch")
        rows.append(
            (
                "data",
                words("stretch_value", *values, *(f"{v:g}" for v in stretch))
                if stretch
                else words("data_value", *values),
            )
        )
    if source.get("nodata") is not None:
        rows.append(("left_out_value", _same(f"{source['nodata']:.9g}")))
    rows.append(("valid_area", _same(f"{number(subject.valid_area_m2)} {subject.unit}")))
    for key, column in (("model", "model_id"), ("model_hash", "model_hash"), ("provider", "provider")):
        rows.append((key, _same(summary.get(column))))
    if summary.get("run_seconds"):
        rows.append(("seconds", words("seconds_value", f"{float(summary['run_seconds']):.1f}")))
    rows += [(key, _same(_settings(summary.get(key)))) for key in ("parameters", "versions")]
    yield Heading(words("conditions"))
    yield Facts(tuple((words(key), text) for key, text in rows if text[0]))


def _crs(subject: Subject, words: Words) -> Text:
    if subject.crs is None:
        return words("no_crs")
    from pyproj import CRS

    crs = CRS.from_user_input(subject.crs)
    code = crs.to_authority()
    return _same(f"{crs.name} ({':'.join(code)})" if code else crs.name)


def _same(value: Any) -> Text:
    """Return a value that is no word: it is printed once, whatever the languages."""
    return ("" if value is None else str(value),)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, or JSON text of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def _settings(value: Any) -> str:
    """Return a mapping, or JSON text of one, as ``key = value`` pairs; what is open, or all types, is left out."""
    pairs = mapping(value)
    if not pairs:
        return str(value or "")
    shown = {key: item for key, item in pairs.items() if item not in (None, "", list(CODES))}
    return " · ".join(f"{key} = {_setting(item)}" for key, item in shown.items())


def _setting(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_setting, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def size_text(subject: Subject, words: Words) -> Text:
    """Return width and height, and the size of a pixel on the ground."""
    if ground := subject.metres_per_pixel:
        return words("size_ground", *subject.size, f"{ground:.3g}")
    return words("size_value", *subject.size)
