"""Pictures as files: read or decoded, or refused in one line that names them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ..errors import RsqiError


def read_rgb(path: Path) -> np.ndarray:
    """Read an 8-bit picture as uint8 [H, W, 3].

    Raises
    ------
    RsqiError
        If it cannot be read.
    """
    return decode_rgb(_bytes_of(path), str(path))


def read_grey(path: Path) -> np.ndarray:
    """Read an 8-bit mask as uint8 [H, W]; errors as of `read_rgb`."""
    return decode_grey(_bytes_of(path), str(path))


def decode_rgb(data: np.ndarray, name: str) -> np.ndarray:
    """Decode the bytes of a picture, uint8 [N], as uint8 [H, W, 3].

    Raises
    ------
    RsqiError
        If they are none; `name` says of what.
    """
    return np.ascontiguousarray(_decoded(data, name, cv2.IMREAD_COLOR)[..., ::-1])


def decode_grey(data: np.ndarray, name: str) -> np.ndarray:
    """Decode the bytes of a mask, uint8 [N], as uint8 [H, W]; errors as of `decode_rgb`."""
    return _decoded(data, name, cv2.IMREAD_GRAYSCALE)


def _bytes_of(path: Path) -> np.ndarray:
    try:
        return np.fromfile(path, np.uint8)
    except OSError as error:
        raise RsqiError(f"{path}: cannot be read: {error.strerror}") from error


def _decoded(data: np.ndarray, name: str, flags: int) -> np.ndarray:
    image: np.ndarray | None = cv2.imdecode(data, flags) if data.size else None
    if image is None:
        raise RsqiError(f"{name}: not a picture that OpenCV can read")
    return image
