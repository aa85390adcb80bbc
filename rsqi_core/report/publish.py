"""Put a file in its place whole or not at all."""

from __future__ import annotations

import uuid
from pathlib import Path

from ..errors import OutputError


def publish(path: Path, data: bytes) -> None:
    """Write `data` beside `path`, then rename.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot write this file ({error.strerror}); check the folder, the free space and that no program "
            "has it open"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
