"""What every request of another process is checked for first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ParameterError


def need_texts(values: Mapping[str, Any], *names: str) -> None:
    """Refuse a request in which one of these is missing, empty or no text.

    Raises
    ------
    ParameterError
        Names the first of them.
    """
    for name in names:
        if not isinstance(values.get(name), str) or not values[name]:
            raise ParameterError(f"the request has no '{name}'")
