"""What an ONNX file may hold before anything opens it: all of its weights, so that it names no other file.

Only the outer structure of its protobuf is walked, https://onnx.ai/onnx/repo-docs/IR.html and ``onnx.proto``.
"""

from __future__ import annotations

import mmap
from pathlib import Path

from ..errors import ModelError

# By message, its fields that hold messages on the way to a tensor.
_INNER = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL = 13, 14  # of a tensor: where its values lie, if that is another file
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_DEEP = 100  # messages within messages, protobuf's own limit


def refuse_unsafe(file: Path) -> None:
    """Refuse an ONNX file that is damaged or keeps weights in other files.

    Raises
    ------
    ModelError
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
            external = _is_external(data, 0, size, "model", 0)
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error}") from error
    except (IndexError, ValueError) as error:
        raise ModelError(f"{file}: is no ONNX file, or damaged") from error
    if external:
        raise ModelError(f"{file}: keeps weights in other files, which are not opened; save it as one file")


def _is_external(data: mmap.mmap, at: int, end: int, message: str, depth: int) -> bool:
    """Does a tensor of a message, at any depth, keep its values elsewhere?"""
    if depth > _DEEP:
        raise ValueError("too deep")
    inner = _INNER[message]
    while at < end:
        tag, at = _varint(data, at)
        field, kind = tag >> 3, tag & 7
        if message == "tensor" and field in _EXTERNAL:
            return True  # nobody writes the default
        if kind == _VARINT:
            _, at = _varint(data, at)
        elif kind == _LENGTH:
            length, at = _varint(data, at)
            if at + length > end:
                raise ValueError("cut off")
            if field in inner and _is_external(data, at, at + length, inner[field], depth + 1):
                return True
            at += length
        elif kind in (_EIGHT, _FOUR):
            at += 8 if kind == _EIGHT else 4
        else:
            raise ValueError("no such kind of field")
    return False


def _varint(data: mmap.mmap, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("too long a number")
