"""The self-test of a worker's environment, as *Set up* shows it and *Copy diagnostics* copies it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from .models.diagnosis import report, self_test
from .models.onnx_runtime import get_runtime
from .progress import Emit


def probe(request: Mapping[str, Any], lines: Iterable[str], emit: Emit) -> None:
    """Emit the ``result`` of the self-test: versions of libraries, providers, and a report to be read by a person."""
    test = self_test()
    from .summary import versions  # its libraries: the test says it better where one cannot be loaded

    found = versions()
    providers = get_runtime().get_available_providers()
    emit("result", versions=found, providers=providers, **asdict(test), report=report(found, test))
