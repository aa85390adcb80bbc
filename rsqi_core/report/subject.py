"""What a report is about: the errors of one raster, found just now or reviewed since, with their score."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Mapping

import numpy as np
import pyproj
import shapely
from affine import Affine

from ..components import summarize_outlines
from ..describe import describe_inspected
from ..errors import OutputError
from ..files.atomic import reason
from ..files.layer import OGR_ERRORS, checked_mode, checked_status, checked_type, read_layer, refuse_no_area
from ..files.seam_layer import StoredSeam, stored
from ..files.unusual_layer import UnusualPlace, as_places
from ..geodesy import area_function, crs_of_areas
from ..ground import valid_diagonal
from ..inspection import Inspection
from ..particulars import EMPTY, Particulars
from ..polygons import measure
from ..raster import Raster, read_thumbnail
from ..scoring import MODES, JudgedItem, Score, load_scheme, score
from ..taxonomy import by_id, noted_codes

REJECTED, UNREVIEWED = "rejected", "unreviewed"
_SAMPLE = 1024  # px; longer side of the small picture in which valid pixels are counted where nobody else did


@dataclass(frozen=True)
class Reported:
    """One error of the raster.

    Attributes
    ----------
    category_id : int
        1..10.
    geometry : shapely geometry
        In the units of the subject's transform.
    area_m2, confidence : float
        `confidence` is NaN where nobody gave one.
    severity : str or None
    penalty : float
    status, source, comment, edited_by : str
        Empty where unknown.
    edited_at : datetime or None
    number : int
        Of the error in its layer (fid), by which seams name it.
    block_size : int or None
        Of the blocks that it was found with.
    """

    category_id: int
    geometry: shapely.Geometry
    area_m2: float
    confidence: float = math.nan
    severity: str | None = None
    penalty: float = 0.0
    status: str = UNREVIEWED
    source: str = ""
    comment: str = ""
    edited_by: str = ""
    edited_at: datetime | None = None
    number: int = 0
    block_size: int | None = None


@dataclass(frozen=True)
class Subject:
    """A raster's errors and score.

    Attributes
    ----------
    errors : tuple of Reported
        Those that count, the dearest first; a report numbers them from 1 in this order.
    statuses : mapping of str to int
        Of all errors, rejected ones too.
    score : Score
    summary : mapping
        The row of the table ``summary``; empty for a layer that has none.
    transform : affine.Affine
        Pixels of the inspected window to map units.
    size : (int, int)
        Width and height of the window in pixels.
    crs : Any
        Of the geometries; None: in pixels, or a plane nobody knows the units of.
    valid_area_m2 : float
    valid_pixels : int
    seams : tuple of StoredSeam
        Measured lines, those of errors that do not count left out.
    particulars : Particulars
        Who inspected it for whom.
    unusual : tuple of UnusualPlace, optional
        Places that are unlike anything clean, apart from the errors; None where no memory was asked.
    """

    errors: tuple[Reported, ...]
    statuses: Mapping[str, int]
    score: Score
    summary: Mapping[str, Any]
    transform: Affine
    size: tuple[int, int]
    crs: Any
    valid_area_m2: float
    valid_pixels: int
    seams: tuple[StoredSeam, ...] = ()
    particulars: Particulars = EMPTY
    unusual: tuple[UnusualPlace, ...] | None = None

    @property
    def name(self) -> str:
        """File name of the raster."""
        return Path(str(self.summary.get("raster") or "")).name

    @property
    def inspected_at(self) -> datetime | None:
        """When it was inspected; None for results of earlier versions, and for layers without a summary."""
        try:
            return datetime.fromisoformat(str(self.summary.get("inspected_at") or ""))
        except ValueError:
            return None

    @property
    def metres_per_pixel(self) -> float | None:
        """Mean side of a pixel on the ground; None where the ground is unknown."""
        return math.sqrt(self.valid_area_m2 / self.valid_pixels) if self.crs is not None else None

    @property
    def unit(self) -> str:
        """Of areas."""
        return "px²" if self.crs is None else "m²"

    @property
    def not_inspected(self) -> tuple[str, ...]:
        """Codes of the types that neither the inspection looked for nor a technician has drawn."""
        drawn = {by_id(error.category_id).code for error in self.errors}
        return tuple(code for code in self.score.not_inspected if code not in drawn)

    def description(self, language: str) -> str:
        """Return in sentences what errors the image has (Tables B1-B3)."""
        shapes = np.array([error.geometry for error in self.errors], object)
        ids = np.array([error.category_id for error in self.errors], int)
        summaries = summarize_outlines(shapes, ids, self.transform, self.valid_pixels, self.size)
        return describe_inspected(summaries, self.not_inspected, language)


def of_inspection(found: Inspection, crs: Any) -> Subject:
    """Return what an inspection has just found."""
    errors = [
        Reported(
            p.category_id,
            p.geometry,
            p.area_m2,
            p.confidence,
            item.severity,
            item.penalty,
            source=p.source,
            number=number,
            block_size=p.block_size,
        )
        for number, (p, item) in enumerate(zip(found.polygons, found.score.items), 1)
    ]
    return Subject(
        _ordered(errors),
        {UNREVIEWED: len(errors)},
        found.score,
        found.summary,
        found.transform,
        (found.window[2], found.window[3]),
        crs,
        float(found.summary["valid_area_m2"]),
        int(found.summary["valid_pixels"]),
        stored(found.seams or ()),
        unusual=None if found.unusual is None else as_places(found.unusual.places()),
    )


def read_summary(path: Path | str | None) -> dict[str, Any]:
    """Return the row of the table ``summary`` of a GeoPackage; nothing where there is none."""
    if path is None:
        return {}
    try:
        meta, _, _, columns = read_layer(path, "summary")
    except (*OGR_ERRORS, OSError):
        return {}
    row = {name: column[0] for name, column in zip(meta["fields"], columns) if len(column)}
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}


def read_subject(
    errors: Path | str,
    summary: Mapping[str, Any],
    raster: Raster | None = None,
    scheme: str | None = None,
    mode: str | None = None,
    t: float | None = None,
    seams: tuple[StoredSeam, ...] = (),
    checks: tuple[JudgedItem, ...] = (),
) -> Subject:
    """Read a layer of errors and score it as it is now.

    Parameters
    ----------
    errors : path
        With a layer ``errors`` that has at least the field ``category_id``.
    summary : mapping
        From :func:`read_summary`.
    raster : Raster, optional
        Says how large the image is where the summary does not.
    scheme, mode, t : optional
        As for `rsqi_core.scoring`; `t` replaces that of the scheme, and `mode` is by default that of the summary.
    seams : tuple of StoredSeam, optional
        Of the result that the errors are from; they name errors by number.
    checks : tuple of JudgedItem
        What a person has judged beside the image.

    Raises
    ------
    OutputError
        There is no such layer, it makes no sense, or neither summary nor raster says how large the image is.
    """
    table, shapes, crs = _read_layer(errors)
    crs = None if summary.get("source") and not _source(summary).get("crs") else crs
    if summary.get("transform"):
        try:
            transform = Affine(*json.loads(summary["transform"]))
            size = int(summary["width"]), int(summary["height"])
            valid_pixels, valid_area = int(summary["valid_pixels"]), float(summary["valid_area_m2"])
        except (KeyError, TypeError, ValueError) as fault:
            text = f"not a complete result of RSQI ({reason(fault)}); inspect the raster again"
            raise OutputError(f"{errors}: {text}") from fault
        refuse_no_area(errors, valid_area)
        area = area_function(crs_of_areas(crs, transform, *size))
    elif raster is not None:
        transform, size = raster.transform, (raster.width, raster.height)
        if crs is not None and raster.crs is not None:
            shapes = _reproject(shapes, crs, raster.crs)
        crs = raster.crs
        _, valid = read_thumbnail(raster, (0, 0, *size), _SAMPLE)
        valid_pixels = max(1, round(valid.mean() * size[0] * size[1]))
        summary = {"diagonal_px": valid_diagonal(valid, *size), **summary}
        outline = shapely.Polygon([transform * corner for corner in ((0, 0), (size[0], 0), size, (0, size[1]))])
        area = area_function(crs_of_areas(crs, transform, *size))
        valid_area = area(outline) * valid_pixels / (size[0] * size[1])
        summary = {"raster": raster.path, "width": size[0], "height": size[1], **summary}
    else:
        raise OutputError(f"{errors}: nothing says how large the image is; give the image")
    measured = {seam.error_id: seam.for_score for seam in seams}
    records = [
        replace(
            measure(shape, row["category_id"], transform, area(shape), row["status"]),
            **measured.get(row["number"], {}),
        )
        for shape, row in zip(shapes, table)
    ]
    rules = load_scheme(scheme)
    judged = score(
        records,
        replace(rules, t=t) if t else rules,
        valid_area,
        valid_pixels,
        float(summary.get("diagonal_px") or math.hypot(*size)),
        mode or checked_mode(errors, summary.get("score_mode")) or MODES[0],
        noted_codes(summary),
        checks,
    )
    reported = [
        Reported(geometry=shape, area_m2=record.area_m2, severity=item.severity, penalty=item.penalty, **row)
        for shape, record, item, row in zip(shapes, records, judged.items, table)
    ]
    counts: dict[str, int] = {}
    for each in reported:
        counts[each.status] = counts.get(each.status, 0) + 1
    kept = [each for each in reported if each.status != REJECTED]
    numbers = {None, *(each.number for each in kept)}
    lines = tuple(seam for seam in seams if seam.error_id in numbers)
    return Subject(_ordered(kept), counts, judged, summary, transform, size, crs, valid_area, valid_pixels, lines)


def _ordered(errors: list[Reported]) -> tuple[Reported, ...]:
    return tuple(sorted(errors, key=lambda e: (-e.penalty, e.severity or "E", -e.area_m2, e.category_id)))


def _source(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return json.loads(summary.get("source") or "{}")
    except ValueError:
        return {}


def _read_layer(path: Path | str) -> tuple[list[dict[str, Any]], np.ndarray, Any]:
    """Return the fields of each error, the shapes and the CRS."""
    try:
        meta, fids, geometries, columns = read_layer(path, "errors")
    except (*OGR_ERRORS, OSError) as error:
        raise OutputError(f"{path}: has no layer of errors ({reason(error)}); give a result of RSQI") from error
    fields = dict(zip(meta["fields"], columns))
    if "category_id" not in fields:
        raise OutputError(f"{path}: the errors have no field category_id; give a result of RSQI")
    shapes = shapely.from_wkb(geometries)
    rows = []
    for n in np.flatnonzero([shape is not None and not shape.is_empty for shape in shapes]):
        row = {name: _value(fields[name][n]) for name in fields}
        number = int(fids[n])
        rows.append(
            {
                "number": number,
                "category_id": checked_type(path, number, row["category_id"]),
                "confidence": math.nan if row.get("confidence") is None else float(row["confidence"]),
                "status": checked_status(path, number, row.get("status")),
                "edited_at": row.get("edited_at"),
                "block_size": int(row["block_size"]) if row.get("block_size") else None,
                **{name: row.get(name) or "" for name in ("source", "comment", "edited_by")},
            }
        )
    kept = [shape for shape in shapes if shape is not None and not shape.is_empty]
    crs = meta["crs"]
    # What GeoPackages call pixels: undefined, Cartesian or geographic.
    crs = None if not crs or "undefined" in pyproj.CRS.from_user_input(crs).name.lower() else crs
    return rows, shapely.make_valid(np.array(kept, object)), crs


def _value(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[s]").item()
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and math.isnan(value) else value


def _reproject(shapes: np.ndarray, source: Any, target: Any) -> np.ndarray:
    source, target = pyproj.CRS.from_user_input(source), pyproj.CRS.from_user_input(target)
    if source == target:
        return shapes
    move = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return shapely.transform(shapes, lambda c: np.stack(move.transform(c[:, 0], c[:, 1]), -1))
