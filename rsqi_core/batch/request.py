"""A batch that another process asks for: its request, and how it is carried out and told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..parameters import from_mapping
from ..progress import Emit
from .run import Batch, run
from .scenes import find_scenes

_FLAGS = ("mask", "report", "shapefile", "overwrite")
_NUMBERS = ("workers", "retries", "lot_size")


def batch_from_mapping(values: Mapping[str, Any]) -> Batch:
    """Build a batch from a worker's request: ``scenes`` (texts), ``output`` (folder), and what else `Batch` has.

    Raises
    ------
    ParameterError
        For missing or wrong values, and where there is no scene at all.
    """
    scenes, output = values.get("scenes"), values.get("output")
    if not isinstance(scenes, list) or not all(isinstance(scene, str) and scene for scene in scenes):
        raise ParameterError("the request lacks 'scenes', a list of texts")
    if not isinstance(output, str) or not output:
        raise ParameterError("the request lacks 'output'")
    given: dict[str, Any] = {name: bool(values.get(name, False)) for name in _FLAGS}
    for name in _NUMBERS:
        if values.get(name) is not None:
            if isinstance(values[name], bool) or not isinstance(values[name], int):
                raise ParameterError(f"{name}: expected a whole number, found {values[name]!r}")
            given[name] = values[name]
    return Batch(
        tuple(find_scenes(scenes, bool(values.get("parts", False)))),
        Path(output),
        from_mapping(values.get("parameters") or {}),
        language=str(values.get("language") or "both"),
        **given,
    )


def run_request(
    request: Mapping[str, Any], emit: Emit, cancelled: Callable[[], bool], claim: Callable[[str | None], None]
) -> dict[str, Any]:
    """Carry out a request; its progress has the stage ``batch``, with scenes as ``done`` and ``total``.

    A cancelled batch tidies up itself, which takes its workers some seconds: nothing of it is removed by force.
    """
    claim(None)

    def forward(event: str, **values: Any) -> None:
        emit(event, **({"stage": "batch"} if event == "progress" else {}), **values)

    return run(batch_from_mapping(request), forward, cancelled)
