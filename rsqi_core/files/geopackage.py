"""The result file: ``errors``, ``seams``, ``unusual``, ``blocks``, table ``summary`` and styles in one GeoPackage."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Mapping, Sequence

import numpy as np
import pyogrio
import shapely
from affine import Affine
from shapely.affinity import affine_transform

from .. import resources
from ..errors import OutputError
from ..findings import ErrorPolygon, ErrorRecord
from ..geodesy import area_function, crs_of_areas
from ..polygons import measure
from ..raster.gdal import refuse_pipe
from ..scoring import JudgedItem, Score
from ..seams.record import Seam
from ..taxonomy import CODES, TYPES, by_id, noted_codes
from .atomic import reason, whole_file
from .checklist_table import read_checklist
from .layer import OGR_ERRORS, checked_status, checked_type, column_of, read_layer, refuse_no_area, values_of
from .seam_layer import read_seams
from .unusual_layer import unusual_table

STYLED = ("errors", "seams", "unusual", "blocks")
_Columns = dict[str, tuple[np.ndarray, np.ndarray]]  # by field: values, and the mask of nulls

# As QGIS creates it when a style is saved into a GeoPackage.
_LAYER_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30),
  ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""
_REGISTER_STYLES = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', strftime('%Y-%m-%dT%H:%M:%fZ','now'), 0)
"""
_INSERT_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
  styleSLD, useAsDefault, description, owner, ui)
VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL)
"""


@dataclass(frozen=True)
class StoredErrors:
    """The errors of a GeoPackage, perhaps reviewed since, ready for :func:`rsqi_core.scoring.score`.

    Attributes
    ----------
    records : tuple of ErrorRecord
        Measured anew from the stored geometries, which the technician may have edited.
    valid_area_m2, valid_pixels, diagonal_px, inspected
        As :func:`rsqi_core.scoring.score` takes them.
    fids : tuple of int
        Row of each record.
    summary : mapping
        The row of the ``summary`` table.
    checks : tuple of JudgedItem
        What a person has judged beside the image.
    """

    records: tuple[ErrorRecord, ...]
    valid_area_m2: float
    valid_pixels: int
    diagonal_px: float
    inspected: tuple[str, ...]
    fids: tuple[int, ...]
    summary: Mapping[str, Any]
    checks: tuple[JudgedItem, ...] = ()


def write_geopackage(
    path: Path | str,
    polygons: Sequence[ErrorPolygon],
    blocks: Sequence[Any],
    summary: Mapping[str, Any],
    crs: Any,
    transform: Affine,
    score: Score | None = None,
    seams: Sequence[tuple[Seam, int | None]] | None = None,
    unusual: Sequence[ErrorPolygon] | None = None,
) -> None:
    """Write everything found in one raster; the file appears whole or not at all.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    polygons : sequence of ErrorPolygon
    blocks : sequence of BlockResult
        ``.block`` in pixels of `transform`, ``.probabilities`` [10] in 0..1 (NaN: not classified).
    summary : mapping
        Column to value; mappings and lists become JSON. The columns ``score``, ``grade``, ``valid_area_m2``,
        ``width`` and ``height`` are needed to score the file again.
    crs : rasterio or pyproj CRS, or None
    transform : Affine
        Pixel to map coordinates.
    score : Score, optional
        Its items, aligned with `polygons`, give severity and penalty.
    seams : sequence of (Seam, int or None), optional
        Measured lines, each with the index of its polygon in `polygons`; no layer ``seams`` without it.
    unusual : sequence of ErrorPolygon, optional
        Places that are unlike anything clean, the most unusual first; no layer ``unusual`` without it.

    Raises
    ------
    OutputError
        The file cannot be written: folder missing, disk full, file in use.
    """
    path = Path(path)
    wkt = None if crs is None else crs.to_wkt()
    with whole_file(path, "the GeoPackage", errors=(*OGR_ERRORS, sqlite3.Error)) as part:
        write_layer(part, "errors", *_errors_table(polygons, score), wkt, "MultiPolygon")
        if seams is not None:
            write_layer(part, "seams", *_seams_table(seams), wkt, "LineString")
        if unusual is not None:
            write_layer(part, "unusual", *unusual_table(unusual), wkt, "MultiPolygon")
        write_layer(part, "blocks", *_blocks_table(blocks, transform), wkt, "Polygon")
        row = {**summary, "transform": list(transform)[:6]}
        write_layer(part, "summary", None, {name: column_of(value) for name, value in row.items()}, None, None)
        absent = {name for name, layer in (("seams", seams), ("unusual", unusual)) if layer is None}
        _add_styles(part, [name for name in STYLED if name not in absent])
        release(path)


def read_errors(path: Path | str) -> StoredErrors:
    """Read the errors of a GeoPackage that :func:`write_geopackage` wrote and a technician may have edited.

    Raises
    ------
    OutputError
        The file is missing, is no result of RSQI, or a value in it makes no sense.
    """
    path = Path(path)
    refuse_pipe(path)
    try:
        meta, fids, geometries, columns = read_layer(path, "errors")
        summary_meta, _, _, summary_columns = read_layer(path, "summary")
    except (*OGR_ERRORS, OSError) as error:
        raise OutputError(
            f"{path}: not a result of RSQI ({reason(error)}); give a GeoPackage that inspect wrote"
        ) from error
    fields = dict(zip(meta["fields"], columns))
    summary = {name: _scalar(column[0]) for name, column in zip(summary_meta["fields"], summary_columns) if len(column)}
    try:
        transform = Affine(*json.loads(summary["transform"]))
        valid_area = float(summary["valid_area_m2"])
        size = int(summary["width"]), int(summary["height"])
        inspected = noted_codes(summary)
        shapes = shapely.from_wkb(geometries)
        area = area_function(crs_of_areas(meta["crs"], transform, *size))
        rows = [
            (int(fid), shape, category_id, status)
            for fid, shape, category_id, status in zip(fids, shapes, fields["category_id"], fields["status"])
            if shape is not None
        ]
        measured = {seam.error_id: seam.for_score for seam in read_seams(path)}
        records = [
            measure(
                shape,
                checked_type(path, fid, category_id),
                transform,
                area(shape),
                checked_status(path, fid, status),
            )
            for fid, shape, category_id, status in rows
        ]
        records = [replace(record, **measured.get(fid, {})) for (fid, *_), record in zip(rows, records)]
    except (KeyError, TypeError, ValueError, sqlite3.Error) as error:
        raise OutputError(
            f"{path}: not a complete result of RSQI ({reason(error)}); inspect the raster again"
        ) from error
    refuse_no_area(path, valid_area)
    return StoredErrors(
        records=tuple(records),
        valid_area_m2=valid_area,
        valid_pixels=int(summary.get("valid_pixels") or size[0] * size[1]),
        diagonal_px=float(summary.get("diagonal_px") or math.hypot(*size)),
        inspected=CODES if inspected is None else inspected,
        fids=tuple(fid for fid, *_ in rows),
        summary=summary,
        checks=read_checklist(path),
    )


def update_scores(path: Path | str, stored: StoredErrors, score: Score) -> None:
    """Write severity, penalty and area of every error, and the sums of the summary, in place and in one transaction.

    Parameters
    ----------
    stored : StoredErrors
        What :func:`read_errors` returned for this file.
    score : Score
        Of ``stored.records``.

    Raises
    ------
    OutputError
        The file changed meanwhile, is in use or cannot be written.
    """
    path = Path(path)
    rows = [
        (item.severity, item.penalty, record.area_m2, by_id(record.category_id).zh, by_id(record.category_id).en, fid)
        for item, record, fid in zip(score.items, stored.records, stored.fids)
    ]
    sums: dict[str, Any] = {"score": score.value, "grade": score.grade, "score_mode": score.mode, "error_count": 0}
    for code in CODES:
        part = score.by_type.get(code)
        sums[f"count_{code}"] = part.count if part else 0
        sums[f"area_{code}"] = part.area_m2 if part else 0.0
        sums["error_count"] += sums[f"count_{code}"]
    try:
        with closing(_connect(path)) as database, database:
            changed = database.executemany(
                "UPDATE errors SET severity = ?, penalty = ?, area_m2 = ?, label = ?, label_en = ? WHERE fid = ?", rows
            ).rowcount
            if rows and changed != len(rows):
                raise OutputError(f"{path}: errors were removed while scoring; score it again")
            present = {row[1] for row in database.execute("PRAGMA table_info(summary)")}
            columns = [name for name in sums if name in present]
            assignments = ", ".join(f'"{name}" = ?' for name in columns)
            database.execute(" ".join(("UPDATE summary SET", assignments)), [sums[name] for name in columns])
            database.execute(
                "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now')"
                " WHERE table_name IN ('errors', 'summary')"
            )
    except (sqlite3.Error, OSError) as error:
        raise OutputError(
            f"{path}: cannot store the score ({reason(error)}); "
            "end editing it elsewhere and check that it may be written"
        ) from error


def _errors_table(polygons: Sequence[ErrorPolygon], score: Score | None) -> tuple[np.ndarray, _Columns]:
    """Return the geometries and, per field, (values, mask of nulls)."""
    types = [by_id(p.category_id) for p in polygons]
    items = [None] * len(polygons) if score is None else score.items
    never = np.ones(len(polygons), bool)
    table = {
        "category_id": values_of([t.id for t in types], np.int32),
        "label": values_of([t.zh for t in types], object),
        "label_en": values_of([t.en for t in types], object),
        "confidence": values_of([p.confidence for p in polygons], np.float64),
        "area_m2": values_of([p.area_m2 for p in polygons], np.float64),
        "severity": values_of([item.severity if item else None for item in items], object),
        "penalty": values_of([item.penalty if item else math.nan for item in items], np.float64),
        "status": values_of(["unreviewed"] * len(polygons), object),
        "source": values_of([p.source for p in polygons], object),
        "block_size": values_of([p.block_size for p in polygons], np.int32),
        "comment": values_of([None] * len(polygons), object),
        "edited_at": (np.full(len(polygons), "NaT", "datetime64[ms]"), never),
        "edited_by": values_of([None] * len(polygons), object),
    }
    return shapely.to_wkb(np.array([p.geometry for p in polygons], object)), table


def _seams_table(seams: Sequence[tuple[Seam, int | None]]) -> tuple[np.ndarray, _Columns]:
    measures = [seam.measure for seam, _ in seams]

    def numbers(name: str) -> tuple[np.ndarray, np.ndarray]:
        return values_of([math.nan if (v := getattr(each, name)) is None else v for each in measures], np.float64)

    table = {"category_id": values_of([each.category_id for each in measures], np.int32)}
    for band, name in enumerate("rgb"):
        table[f"step_dn_{name}"] = values_of([each.step_dn[band] for each in measures], np.float64)
    for name in ("delta_e", "sharpness_ratio", "offset_px", "offset_significance", "length_m", "visible_share"):
        table[name] = numbers(name)
    fids = np.array([0 if index is None else index + 1 for _, index in seams], np.int64)
    table["error_id"] = fids, fids == 0
    table["status"] = values_of([None if index is None else "unreviewed" for _, index in seams], object)
    return shapely.to_wkb(np.array([seam.geometry for seam, _ in seams], object)), table


def _blocks_table(blocks: Sequence[Any], transform: Affine) -> tuple[np.ndarray, _Columns]:
    grid = [result.block for result in blocks]
    outlines = [
        affine_transform(shapely.box(b.x, b.y, b.x + b.width, b.y + b.height), transform.to_shapely()) for b in grid
    ]
    probabilities = np.array([result.probabilities for result in blocks], np.float64).reshape(len(grid), len(TYPES))
    table = {
        name: values_of([getattr(b, attribute) for b in grid], np.int32)
        for name, attribute in (("block_size", "size"), ("row", "row"), ("col", "col"))
    }
    table.update({f"p_{t.code}": values_of(probabilities[:, t.id - 1], np.float64) for t in TYPES})
    return shapely.to_wkb(np.array(outlines, object)), table


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def write_layer(
    path: Path, layer: str, geometry: np.ndarray | None, table: _Columns, wkt: str | None, kind: str | None
) -> None:
    """Write a layer or, without `geometry`, a table into a GeoPackage, which comes into being with the first."""
    options = {}
    if geometry is not None and wkt is None:
        options["SRID"] = "-1"  # undefined cartesian: pixel coordinates
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.raw.write(
            path,
            geometry,
            [values for values, _ in table.values()],
            list(table),
            field_mask=[null for _, null in table.values()],
            layer=layer,
            driver="GPKG",
            geometry_type=kind,
            crs=wkt,
            append=False,
            dataset_options={"VERSION": "1.3"},  # GDAL of QGIS 3.22 warns about 1.4
            layer_options=options,
        )


def _add_styles(path: Path, layers: Sequence[str]) -> None:
    files = {layer: resources.path("styles", f"{layer}.qml") for layer in layers}
    styles = {layer: file.read_text(encoding="utf-8") for layer, file in files.items() if file.exists()}
    if not styles:
        return
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_LAYER_STYLES)
        database.execute(_REGISTER_STYLES)
        database.executemany(_INSERT_STYLE, [(layer, f"RSQI {layer}", qml, "RSQI") for layer, qml in styles.items()])


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise FileNotFoundError(2, os.strerror(2))
    database = sqlite3.connect(path, timeout=5)
    # The triggers of the spatial index name these functions, so SQLite wants them although no geometry changes here.
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        database.create_function(name, 1, _unused)
    return database


def _unused(_: Any) -> None:
    raise sqlite3.OperationalError("the geometry must not change here")


def release(path: Path) -> None:
    """Fold a left-over journal into the old file, or fail because a program has it open.

    A write-ahead journal that stays behind would be applied to the new file and corrupt it.
    """
    journal = path.with_name(path.name + "-wal")
    if not journal.exists():
        return
    if not path.exists():
        journal.unlink()
        return
    with closing(sqlite3.connect(path, timeout=1)) as database:
        database.execute("PRAGMA journal_mode = DELETE").fetchall()
    if journal.exists():
        raise OSError("another program has it open")
