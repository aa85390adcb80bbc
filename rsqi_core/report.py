"""The report a technician signs: one HTML file with the picture, the counts and the arithmetic of the score."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Mapping, Sequence

import cv2
import numpy as np
import shapely
from affine import Affine
from shapely.affinity import affine_transform

from . import resources
from .errors import OutputError, ParameterError
from .polygons import ErrorPolygon
from .scoring import GRADE_NAMES, SEVERITIES, Score
from .taxonomy import CODES, ErrorType, by_code, by_id

LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
_LISTED = 200  # the list is for reading; everything is in the GeoPackage
_MARKER = 9  # errors smaller than this many pixels of the picture get a ring around them


def overview(image: np.ndarray, polygons: Sequence[ErrorPolygon], transform: Affine) -> bytes:
    """Draw the outlines of the errors, in the colours of their types, over a small picture of the raster.

    Parameters
    ----------
    image : uint8 [H, W, 3]
        RGB; left alone.
    polygons : sequence of ErrorPolygon
        In map units.
    transform : Affine
        Pixel of `image` to map coordinates.

    Returns
    -------
    bytes
        PNG.
    """
    canvas = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR)
    to_image = (~transform).to_shapely()
    width = max(2, round(max(image.shape[:2]) / 700))
    rings = []
    # Small errors last, so that a cloud's outline does not cover the stripe in it.
    for polygon in sorted(polygons, key=lambda p: -p.area_m2):
        geometry = affine_transform(polygon.geometry, to_image)
        left, top, right, bottom = geometry.bounds
        if max(right - left, bottom - top) < _MARKER:
            outlines = [shapely.Point((left + right) / 2, (top + bottom) / 2).buffer(_MARKER - 2).exterior]
        else:
            parts = shapely.get_parts(geometry)
            outlines = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        points = [np.rint(shapely.get_coordinates(ring) * 16).astype(np.int32) for ring in outlines]
        rings.append((points, _bgr(by_id(polygon.category_id))))
    # A dark rim below every colour keeps white readable on clouds and yellow on fields.
    for extra, dark in ((2, True), (0, False)):
        for points, color in rings:
            cv2.polylines(canvas, points, True, (30, 30, 30) if dark else color, width + extra, cv2.LINE_AA, 4)
    return cv2.imencode(".png", canvas)[1].tobytes()


def write_report(
    path: Path | str,
    *,
    title: str,
    summary: Mapping[str, Any],
    score: Score,
    polygons: Sequence[ErrorPolygon] = (),
    image_png: bytes | None = None,
    lang: str = "both",
    area_unit: str = "m²",
) -> None:
    """Write a self-contained HTML report; it appears whole or not at all.

    Parameters
    ----------
    title : str
    summary : mapping
        The row of the ``summary`` table; missing entries are left out.
    score : Score
    polygons : sequence of ErrorPolygon
        Listed with severity and deduction; aligned with ``score.items``.
    image_png : bytes, optional
        From :func:`overview`.
    lang : {"zh", "en", "both"}
    area_unit : str
        ``"px²"`` for a raster without georeference.

    Raises
    ------
    ParameterError
        Unknown language.
    OutputError
        The file cannot be written.
    """
    if lang not in LANGUAGES:
        raise ParameterError(f"report language '{lang}' is not one of {', '.join(LANGUAGES)}")
    page = _Page(LANGUAGES[lang], area_unit).page(title, summary, score, polygons, image_png)
    path = Path(path)
    temporary = path.with_name(f".{uuid.uuid4().hex}.html")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot write the report ({error.strerror}); check folder and free space") from error
    finally:
        temporary.unlink(missing_ok=True)


class _Page:
    """Builds the page in one or two languages; everything that is not markup goes through escape."""

    def __init__(self, languages: tuple[str, ...], area_unit: str):
        self.languages = languages
        self.area_unit = area_unit
        self.texts = json.loads(resources.path("report", "texts.json").read_text(encoding="utf-8"))

    def both(self, texts: Mapping[str, str]) -> str:
        """Return the first language, the second one small behind it."""
        first, *others = (escape(texts[lang]) for lang in self.languages)
        return first + "".join(f"<small>{other}</small>" for other in others)

    def t(self, key: str, *values: Any) -> str:
        return self.both({lang: text.format(*values) for lang, text in self.texts[key].items()})

    def name(self, error_type: ErrorType) -> str:
        return self.both({"zh": error_type.zh, "en": error_type.en})

    def page(
        self,
        title: str,
        summary: Mapping[str, Any],
        score: Score,
        polygons: Sequence[ErrorPolygon],
        image_png: bytes | None,
    ) -> str:
        template = Template(resources.path("report", "report.html").read_text(encoding="utf-8"))
        sections = [
            self.arithmetic(score),
            self.picture(image_png),
            self.by_type(score),
            self.listing(score, polygons),
            self.not_inspected(score),
            self.conditions(summary),
        ]
        return template.substitute(
            html_lang="zh-CN" if self.languages[0] == "zh" else "en",
            title=escape(title),
            raster=escape(str(summary.get("raster", ""))),
            made=self.t("made", datetime.now().strftime("%Y-%m-%d %H:%M")),
            grade_class=score.grade,
            value=f"{score.value:.1f}",
            grade=self.both(GRADE_NAMES[score.grade]),
            sections="\n".join(sections),
            inspector=self.t("inspector"),
            reviewer=self.t("reviewer"),
            date=self.t("date"),
        )

    def picture(self, image_png: bytes | None) -> str:
        if image_png is None:
            return ""
        data = base64.b64encode(image_png).decode("ascii")
        alt = escape(self.texts["overview"][self.languages[0]])
        return f'<h2>{self.t("overview")}</h2><img alt="{alt}" src="data:image/png;base64,{data}">'

    def arithmetic(self, score: Score) -> str:
        scheme = score.scheme
        reasons = "".join(f"<li>{self.reason(code, scheme)}</li>" for code in score.reasons)
        name = self.both({lang: f"{scheme.name[lang]} {scheme.version}" for lang in ("zh", "en")})
        notes = [
            self.t(f"mode_{score.mode}"),
            self.t("neighbours", f"{scheme.merge_distance_m:g}"),
            f"{self.t('scheme')}: {name}",
            self.both(scheme.note),
        ]
        sums = dict.fromkeys(score.arithmetic(lang) for lang in self.languages)  # count mode has no words
        return (
            f"<h2>{self.t('score')}</h2>"
            + "".join(f'<div class="sum">{escape(text)}</div>' for text in sums)
            + (f'<ul class="reasons">{reasons}</ul>' if reasons else "")
            + "".join(f'<p class="note">{note}</p>' for note in notes)
        )

    def reason(self, reason: str, scheme: Any) -> str:
        kind, _, code = reason.partition(":")
        if kind == "a_error":
            texts = self.texts[kind]
            return self.both({lang: texts[lang].format(getattr(by_code(code), lang)) for lang in texts})
        return self.t(kind, f"{scheme.grades['qualified']:g}")

    def by_type(self, score: Score) -> str:
        rows = []
        for code in CODES:
            part = score.by_type.get(code)
            label = f"{_swatch(by_code(code))}{self.name(by_code(code))}"
            if part is None:
                absent = f'<td colspan="6">{self.t("not_inspected_cell")}</td>'
                rows.append(f'<tr class="none"><td>{label}</td>{absent}</tr>')
                continue
            charged = " ".join(f"{s}×{n}" for s, n in part.severities.items() if n) or "–"
            cells = (
                str(part.count), str(part.errors), _number(part.area_m2), f"{100 * part.share:.3f} %", charged,
                _points(part.penalty),
            )  # fmt: skip
            rows.append(f"<tr{'' if part.count else ' class=none'}><td>{label}</td>{_cells(cells)}</tr>")
        parts = score.by_type.values()
        total = (
            str(sum(p.count for p in parts)), str(sum(p.errors for p in parts)), _number(sum(p.area_m2 for p in parts)),
            f"{100 * sum(p.share for p in parts):.3f} %",
            " ".join(f"{s}×{score.severities[s]}" for s in SEVERITIES if score.severities[s]) or "–",
            _points(sum(p.penalty for p in parts)),
        )  # fmt: skip
        rows.append(f'<tr class="total"><td>{self.t("total")}</td>{_cells(total)}</tr>')
        heads = self.heads("type", "count", "errors", "area", "share", "charged", "penalty")
        return f"<h2>{self.t('by_type')}</h2>{_table(heads, rows)}"

    def listing(self, score: Score, polygons: Sequence[ErrorPolygon]) -> str:
        heading = f"<h2>{self.t('list')}</h2>"
        if not score.items:
            return f"{heading}<p>{self.t('nothing')}</p>"
        if not polygons:
            return ""
        entries = sorted(zip(polygons, score.items), key=lambda entry: (-entry[1].penalty, -entry[0].area_m2))
        rows = []
        for number, (polygon, item) in enumerate(entries[:_LISTED], start=1):
            error_type = by_id(polygon.category_id)
            point = polygon.geometry.representative_point()
            cells = (
                item.severity or "–", _points(item.penalty), _number(polygon.area_m2), f"{polygon.confidence:.2f}",
                f"{point.x:.6g}, {point.y:.6g}" if abs(point.x) <= 360 else f"{point.x:.1f}, {point.y:.1f}",
            )  # fmt: skip
            label = f'<td class="text">{_swatch(error_type)}{self.name(error_type)}</td>'
            rows.append(f"<tr><td>{number}</td>{label}{_cells(cells)}</tr>")
        heads = self.heads("number", "type", "severity", "penalty", "area", "confidence", "place")
        more = len(entries) - _LISTED
        rest = f'<p class="note">{self.t("more", more)}</p>' if more > 0 else ""
        return f"{heading}{_table(heads, rows)}{rest}"

    def not_inspected(self, score: Score) -> str:
        names = {lang: [getattr(by_code(code), lang) for code in score.not_inspected] for lang in ("zh", "en")}
        rows = [
            (self.t("types_left_out"), self.both(_sentence(names)) if score.not_inspected else self.t("none")),
            (self.t("not_covered"), self.both(_sentence(score.scheme.not_covered))),
        ]
        return f"<h2>{self.t('not_inspected')}</h2>{_facts(rows)}"

    def conditions(self, summary: Mapping[str, Any]) -> str:
        def size() -> str:
            return f"{summary['width']} × {summary['height']}"

        shown = {
            "raster": ("raster", str),
            "size": ("width", lambda _: size()),
            "valid_area": ("valid_area_m2", lambda value: f"{_number(float(value))} {self.area_unit}"),
            "model": ("model_id", str),
            "model_hash": ("model_hash", str),
            "provider": ("provider", str),
            "seconds": ("run_seconds", lambda value: f"{float(value):.1f}"),
            "parameters": ("parameters", _settings),
            "versions": ("versions", _settings),
        }
        rows = [
            (self.t(key), escape(text(summary[column])))
            for key, (column, text) in shown.items()
            if summary.get(column) not in (None, "")
        ]
        return f"<h2>{self.t('conditions')}</h2>{_facts(rows)}"

    def heads(self, *keys: str) -> str:
        unit = {"area": f" ({escape(self.area_unit)})"}
        attributes = {"type": ' class="text"'}
        return "".join(f"<th{attributes.get(key, '')}>{self.t(key)}{unit.get(key, '')}</th>" for key in keys)


def _table(heads: str, rows: Sequence[str]) -> str:
    body = "".join(rows)
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    return '<table class="facts">' + "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in rows) + "</table>"


def _cells(texts: Sequence[str]) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in texts)


def _sentence(names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {"zh": "、".join(names["zh"]), "en": ", ".join(names["en"])}


def _settings(value: Any) -> str:
    """Return a mapping, or JSON text of one, as ``key = value`` pairs."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if not isinstance(value, Mapping):
        return str(value)
    return " · ".join(f"{key} = {_setting(item)}" for key, item in value.items())


def _setting(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def _points(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "–"


def _swatch(error_type: ErrorType) -> str:
    return f'<span class="swatch" style="background:{error_type.color}"></span>'


def _bgr(error_type: ErrorType) -> tuple[int, int, int]:
    red, green, blue = (int(error_type.color[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red
