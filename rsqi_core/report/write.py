"""From an inspection, or from a reviewed file, to the files of a report: what worker and command line call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import Cancelled, OutputError, ParameterError, RasterError
from ..files.atomic import write_whole
from ..files.checklist_table import read_checklist
from ..files.clash import refuse_clashes
from ..files.earlier import refuse_earlier_file
from ..files.inputs import files_of
from ..files.particulars_table import read_particulars
from ..files.seam_layer import read_seams
from ..files.shapefile import is_as_written
from ..files.unusual_layer import read_unusual
from ..inspection import Inspection
from ..limits import DEVICES, MODEL
from ..locate import find_file
from ..particulars import EMPTY, PICTURES, Particulars, particulars_from_mapping
from ..progress import Emit, Progress, no_events, to_events
from ..raster import Raster, open_raster
from ..raster.gdal import refuse_pipe
from ..scoring import GRADE_NAMES, score_text
from . import checklist, image_checks, pictures, record
from .compose import compose, signer, types_table
from .conditions import mapping
from .content import dumps, is_content
from .evidence import evidence_for
from .html import is_report, page
from .inspected_image import as_inspected, noted_image
from .particulars import particulars_table
from .pdf import is_as_printed
from .subject import Subject, of_inspection, read_subject, read_summary
from .texts import Words
from .workbook import is_own_workbook

ENDINGS = {"html": ".html", "content": ".json", "csv": ".csv", "xlsx": ".xlsx", "shapefile": ".shp"}
_RENDERERS = {"html": page, "content": dumps}
_IS_OWN = {
    "html": is_report,
    "content": is_content,
    "csv": record.is_blank_csv,
    "xlsx": is_own_workbook,
    "shapefile": is_as_written,
    "pdf": is_as_printed,
}


@dataclass(frozen=True)
class Order:
    """A report that is wanted of a reviewed layer.

    Attributes
    ----------
    errors : str
        A file with the layer ``errors``.
    summary : str or None
        The GeoPackage with the table ``summary``; None: there is none.
    raster : str or None
        The image; None: the one that the summary names.
    outputs : mapping
        Paths by the keys of `ENDINGS`; ``content`` is the report as JSON, for a program that prints it otherwise.
    language : {"zh", "en", "both"}
    reviewer : str
    scheme, mode, t : optional
        As for scoring; scheme and mode are by default those of the inspection.
    overwrite : bool
        Replace files at these places that RSQI has not written, or in which somebody has filled something in.
    targets : mapping
        Further files, which the caller writes afterwards: ``pdf``.
    particulars : mapping
        Texts and paths of pictures by the names of :class:`rsqi_core.particulars.Particulars`; they go before what
        the result holds.
    evidence : bool
        Show where the model saw the dearest errors.
    model, device : str
        That are asked for it.
    """

    errors: str
    outputs: Mapping[str, str]
    summary: str | None = None
    raster: str | None = None
    language: str = "zh"
    reviewer: str = ""
    scheme: str | None = None
    mode: str | None = None
    t: float | None = None
    overwrite: bool = False
    targets: Mapping[str, str] = field(default_factory=dict)
    particulars: Mapping[str, str | None] = field(default_factory=dict)
    evidence: bool = False
    model: str = MODEL
    device: str = DEVICES[0]
    _given: Particulars = field(init=False, repr=False, compare=False)
    _words: Words = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_words", Words(self.language))
        object.__setattr__(self, "_given", particulars_from_mapping(self.particulars))
        if unknown := sorted((set(self.outputs) - set(ENDINGS)) | (set(self.targets) - set(_IS_OWN))):
            raise ParameterError(f"report: '{unknown[0]}' is not one of {', '.join(ENDINGS)}")
        for kind, path in self.outputs.items():
            record.check_ending(Path(path), ENDINGS[kind])
            if not Path(path).parent.is_dir():
                raise OutputError(f"{Path(path).parent}: no such folder; create it first")


def order_from_mapping(values: Mapping[str, Any]) -> Order:
    """Build an order from a worker's request.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    known = {f.name for f in fields(Order) if f.init}
    given = {name: value for name, value in values.items() if name in known and value is not None}
    if not isinstance(given.get("errors"), str) or not isinstance(given.get("outputs"), Mapping):
        raise ParameterError("the request needs 'errors' and 'outputs'")
    return Order(**given)


def write_inspection(path: Path | str, raster: Raster, found: Inspection, language: str = "both") -> None:
    """Write the HTML report of what an inspection has just found; it appears whole or not at all.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    subject = of_inspection(found, raster.crs)
    checked = image_checks.check_image(raster, subject)
    write_whole(Path(path), page(compose(subject, Words(language), raster, checked=checked)).encode("utf-8"))


def write_report(
    order: Order,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
) -> dict[str, Any]:
    """Write the files of a reviewed layer's report; each appears whole or not at all.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``warning`` and ``progress``.
    cancelled : callable
        Asked between the pictures and before anything is written.
    claim : callable
        Gets None once the files move to their places and a stop would do harm.

    Returns
    -------
    dict
        ``outputs``, ``score``, ``grade`` and ``error_count``.

    Raises
    ------
    RsqiError
        With one line that says what is wrong.
    """
    for path in filter(None, (order.errors, order.summary, order.scheme)):
        refuse_pipe(path)
    summary = read_summary(order.summary)
    _refuse_outputs(order, summary)
    raster = _open(order, summary, emit)
    try:
        scheme = order.scheme or _noted_scheme(order, summary, emit)
        beside = order.summary if summary else None
        seams, checks = (read_seams(beside), read_checklist(beside)) if beside else ((), ())
        subject = read_subject(order.errors, summary, raster, scheme, order.mode, order.t, seams, checks)
        given = order._given.over(read_particulars(beside) if beside else EMPTY)
        subject = replace(subject, particulars=given, unusual=read_unusual(beside))
        if raster is not None and not pictures.fits(raster, subject):
            if order.raster:
                raise RasterError(f"{order.raster}: this is not the image that was inspected; give that one")
            emit("warning", code="report_no_image", message=f"{raster.path} is not the image that was inspected")
            raster.close()
            raster = None

        def forward(event: str, **values: Any) -> None:
            if cancelled():
                raise Cancelled("cancelled; nothing was written")
            emit(event, **values)

        _write(order, subject, raster, forward, claim)
    finally:
        if raster is not None:
            raster.close()
    return {
        "outputs": dict(order.outputs),
        "score": subject.score.value,
        "grade": subject.score.grade,
        "error_count": len(subject.errors),
    }


def _refuse_outputs(order: Order, summary: Mapping[str, Any]) -> None:
    """Refuse, before any work, to write over what is read, or over what is not RSQI's."""
    raster = order.raster or noted_image(summary, order.summary)
    pictures_given = [order.particulars.get(name) for name in PICTURES]
    named = (order.errors, order.summary, order.scheme, *pictures_given)
    read: list[Path | str] = [*files_of(raster), *filter(None, named)]
    written = {**order.outputs, **order.targets}
    refuse_clashes(written.values(), read)
    for kind, path in written.items():
        refuse_earlier_file(Path(path), _IS_OWN[kind], order.overwrite)


def _open(order: Order, summary: Mapping[str, Any], emit: Emit) -> Raster | None:
    """Open the image; one that the summary names and that is gone is a warning only."""
    if order.raster:
        return open_raster(order.raster, *as_inspected(summary))
    noted = noted_image(summary, order.summary)
    if not noted:
        emit("warning", code="report_no_image", message="the report has no pictures: no image is noted; give the image")
        return None
    try:
        return open_raster(noted, *as_inspected(summary))
    except RasterError as error:
        emit("warning", code="report_no_image", message=f"the report has no pictures: {error}")
        return None


def _noted_scheme(order: Order, summary: Mapping[str, Any], emit: Emit) -> str | None:
    """Return the file that the image was scored by; one that is gone is a warning, and the default takes its place."""
    noted = str(mapping(summary.get("parameters")).get("scheme") or "")
    found = find_file(noted, order.summary) if noted else None
    if noted and found is None:
        emit("warning", code="report_no_scheme", message=f"{noted}: the scoring scheme is gone; the default is taken")
    return found


def _write(
    order: Order,
    subject: Subject,
    raster: Raster | None,
    emit: Emit,
    claim: Callable[[str | None], None],
) -> None:
    words, made, progress = order._words, datetime.now(), to_events(emit)
    wanted = {kind: Path(path) for kind, path in order.outputs.items()}
    report = checked = None
    steps = 0  # of the checks, which come first

    def of_checks(checks: Progress) -> None:
        nonlocal steps
        steps = checks.total
        progress(Progress("report", checks.done, steps + pictures.count(subject)))

    def of_pictures(drawn: Progress) -> None:
        progress(Progress("report", steps + drawn.done, steps + drawn.total))

    if raster is not None and {*_RENDERERS, "xlsx"} & set(wanted):
        checked = image_checks.check_image(raster, subject, of_checks)
    if set(_RENDERERS) & set(wanted):
        asked = raster if order.evidence and subject.errors else None
        evidence = evidence_for(subject, asked, order.model, order.device, emit) if asked is not None else None
        report = compose(subject, words, raster, order.reviewer, made, of_pictures, checked, evidence)
    reviewer = signer(subject, order.reviewer)
    rows, heads = record.rows(subject, words, reviewer, made), record.heads(words)
    table = [*rows, *record.defect_rows(subject, words, reviewer, made)]
    progress(Progress("report", 1, 1))
    claim(None)
    for kind, path in wanted.items():
        if report is not None and kind in _RENDERERS:
            write_whole(path, _RENDERERS[kind](report).encode("utf-8"))
        elif kind == "csv":
            record.write_csv(path, table, heads)
        elif kind == "xlsx":
            verdict = words.of(GRADE_NAMES[subject.score.grade])
            verdict = tuple(f"{score_text(subject.score.value)} {name}" for name in verdict)
            tables = [
                (words("particulars_sheet")[0], particulars_table(subject, words, reviewer, verdict)),
                (words("sums_sheet")[0], types_table(subject, words)),
            ]
            if subject.score.checks:
                tables.append((words("checks_sheet")[0], checklist.table(subject, words)))
            if checked:
                tables.append((words("whole_sheet")[0], image_checks.table(checked, words)))
            shown = [picture for picture in (subject.particulars.logo, subject.particulars.signature) if picture]
            record.write_workbook(path, table, heads, words("record_sheet")[0], tables, shown)
        else:
            names = heads if words.languages[0] == "zh" else record.COLUMNS
            record.write_record_shapefile(path, subject, rows, names)
