"""What the worker learns and measures: datasets, fine-tuning and evaluation, each a function of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .errors import Cancelled, ParameterError, RsqiError
from .limits import MODEL, REVIEWED_SIZES, REVIEWED_TEST
from .notes import Note, message_fields, message_of
from .progress import Emit, to_events

Claim = Callable[[str], None]


class MissingLibrary(RsqiError):
    """The worker's environment lacks what training needs."""

    code = "library"


def make_dataset(request: Mapping[str, Any], emit: Emit, cancelled: Callable[[], bool], claim: Claim) -> dict[str, Any]:
    """Cut reviewed GeoPackages into a dataset: ``sources`` (paths), ``output``, and ``sizes``, ``test``, ``seed``.

    Answers with the blocks of each part, in all and by type, and how many of them hold a rejected error.
    """
    from .dataset.build import Settings, build

    sources = [Path(source) for source in _wanted(request, "sources")]

    def forward(event: str, **values: Any) -> None:
        _check(cancelled)
        if event != "record":  # one of the library's own, for a shell
            emit(event, **values)

    given = {name: request[name] for name in ("test", "seed") if request.get(name) is not None}
    settings = Settings(sizes=tuple(request.get("sizes") or REVIEWED_SIZES), **{"test": REVIEWED_TEST, **given})
    built = build(sources, Path(_wanted(request, "output")), settings, to_events(forward), forward, claim)
    return {
        "output": str(request["output"]),
        "totals": built.totals,
        "counts": {part: dict(sorted(counts.items())) for part, counts in built.counts.items()},
        "rejected": built.rejected,
        "failed": built.failed,
    }


def fine_tune(request: Mapping[str, Any], emit: Emit, cancelled: Callable[[], bool], claim: Claim) -> dict[str, Any]:
    """Fine-tune a model: ``dataset``, ``output``, and what else `FineTuning` has; answers with the verdict.

    What a cancelled run has learned stays, and the same request goes on from there.
    """
    from .learning.order import FineTuning

    names = ("model", "epochs", "rate", "side", "batch", "negatives", "augment", "only", "lora", "accumulate",
             "device", "seed", "keep", "rehearse", "heads")  # fmt: skip
    given: dict[str, Any] = {name: request[name] for name in names if request.get(name) is not None}
    given |= {name: Path(_wanted(request, name)) for name in ("dataset", "output")}
    if request.get("pool"):
        given["pool"] = Path(request["pool"])
    try:
        job = FineTuning(**given)
    except TypeError as error:
        raise ParameterError(f"a value of the request makes no sense: {error}") from error
    _need(job.libraries)
    from .learning.finetune import fine_tune as run

    def forward(event: str, **values: Any) -> None:
        _check(cancelled)
        emit(event, **values)

    comparison = run(job, forward)
    return {"output": str(job.output) if job.output.exists() else None, "verdict": comparison.as_mapping()}


def fit_thresholds(
    request: Mapping[str, Any], emit: Emit, cancelled: Callable[[], bool], claim: Claim
) -> dict[str, Any]:
    """Fit a model's thresholds to reviewed results: ``sources`` (paths), ``model``, ``output`` (a folder; optional).

    Answers with the folder, None if no threshold is better, and the rows of the types (`Refit`).
    """
    from .learning.station_model import fit_station

    sources = [Path(source) for source in _wanted(request, "sources")]
    output = Path(request["output"]) if request.get("output") else None

    def seen(done: int, total: int) -> None:
        _check(cancelled, "cancelled; nothing was written")
        emit("progress", stage="verdicts", done=done, total=total)

    def left_out(error: RsqiError) -> None:
        emit("warning", code=error.code, **message_fields(message_of(error)))

    rows = fit_station(sources, str(request.get("model") or MODEL), output, seen=seen, left_out=left_out)
    written = str(output) if output is not None and output.exists() else None
    return {"output": written, "rows": [row.as_mapping() for row in rows]}


def evaluate(request: Mapping[str, Any], emit: Emit, cancelled: Callable[[], bool], claim: Claim) -> dict[str, Any]:
    """Measure models on a dataset's test part: ``dataset``, ``models``, ``output`` (a page), ``device``, ``overwrite``.

    Answers with the page and, in the order of the models, the figures of each.
    """
    from dataclasses import asdict

    from .evaluation.station.figures import figures
    from .evaluation.station.measure import measure_dataset
    from .evaluation.station.page import refuse_page, write_page

    dataset, page = Path(_wanted(request, "dataset")), Path(_wanted(request, "output"))
    models = [str(model) for model in _wanted(request, "models")]
    refuse_page(page, [dataset, *(Path(model) for model in models if model != MODEL)], bool(request.get("overwrite")))

    def forward(event: str, **values: Any) -> None:
        _check(cancelled, "cancelled; nothing was written")
        emit(event, **values)

    def quiet(line: str) -> None:
        _check(cancelled, "cancelled; nothing was written")

    measured = measure_dataset(dataset, models, request.get("device") or "cpu", quiet, to_events(forward))
    _check(cancelled, "cancelled; nothing was written")
    write_page(measured, page)
    return {"output": str(page), "figures": [asdict(each) for each in figures(measured)], "lacking": measured.lacking}


def _need(libraries: Sequence[str]) -> None:
    if missing := [name for name in libraries if find_spec(name) is None]:
        text = "{names} is missing; install it with: pip install 'rsqi[train]'"
        raise MissingLibrary(Note("no_libraries", text, names=", ".join(missing)))


def _wanted(request: Mapping[str, Any], name: str) -> Any:
    if not request.get(name):
        raise ParameterError(f"the request lacks '{name}'")
    return request[name]


def _check(cancelled: Callable[[], bool], text: str = "cancelled; what was learned so far is kept") -> None:
    if cancelled():
        raise Cancelled(text)
