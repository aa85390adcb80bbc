"""A memory as a safetensors file."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..files.atomic import reason, whole_file
from ..models import Model
from .bank import Memory

SUFFIX = ".safetensors"
MOST_BYTES = 50 * 2**20
_NOTES, _FORMAT, _VERSION = "notes", "rsqi_memory", "1"  # entries of the file's metadata
_TENSORS = ("projection", "offset", "prototypes", "limit")


def write_memory(path: Path, memory: Memory) -> None:
    """Write a memory; prototypes are stored in half precision. The file appears whole or not at all.

    Raises
    ------
    OutputError
        The file cannot be written.
    ModelError
        It would be larger than `MOST_BYTES`.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    if 2 * memory.prototypes.size > MOST_BYTES:
        raise ModelError(f"{path}: a memory of {len(memory.prototypes)} patches is larger than 50 MB; keep fewer")
    tensors = {
        "projection": memory.projection.astype(np.float32),
        "offset": memory.offset.astype(np.float32),
        "prototypes": memory.prototypes.astype(np.float16),
        "limit": np.array([memory.limit], np.float32),
    }
    said = {_FORMAT: _VERSION, "model": memory.model, _NOTES: json.dumps(dict(memory.notes), ensure_ascii=False)}
    with whole_file(path, "the memory", errors=(SafetensorError,)) as part:
        save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, part, said)


def read_memory(path: Path) -> Memory:
    """Read a memory.

    Raises
    ------
    ModelError
        The file is missing or no memory.
    """
    need_library()
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np") as stored:
            said = stored.metadata() or {}
            if said.get(_FORMAT) != _VERSION:
                raise ModelError(f"{path}: no memory of clean images; make one with: rsqi memory build FOLDER")
            found = {name: stored.get_tensor(name).astype(np.float32) for name in _TENSORS}
        memory = Memory(
            said["model"],
            found["projection"],
            found["offset"],
            found["prototypes"],
            float(found["limit"][0]),
            json.loads(said[_NOTES]),
            hash_of(path),
        )
    except OSError as error:
        raise ModelError(f"{path}: the memory cannot be read ({reason(error)})") from error
    except (SafetensorError, KeyError, ValueError, IndexError) as error:
        raise ModelError(
            f"{path}: no memory of clean images, or a damaged one; make one with: rsqi memory build FOLDER"
        ) from error
    _check(path, memory)
    return memory


def need_library() -> None:
    """Refuse what cannot be read or written, before any work.

    Raises
    ------
    ModelError
        An environment of an earlier version lacks safetensors.
    """
    if find_spec("safetensors") is None:
        raise ModelError("a memory needs the library safetensors; set the worker environment up again")


def memory_for(path: Path, model: Model | None) -> Memory:
    """Read the memory of a model.

    Raises
    ------
    ModelError
        It is none, or one of another model.
    """
    memory = read_memory(path)
    if model is None:
        raise ModelError(f"{path}: a memory needs the model's features; leave the stage 'classify' in")
    if memory.model != model.hash:
        raise ModelError(
            f"{path}: this memory was made with another model ({memory.model[:8]}, here {model.hash[:8]}); "
            "make one with: rsqi memory build FOLDER --model ..."
        )
    return memory


def hash_of(path: Path) -> str:
    """Short hash of a file, hexadecimal [16].

    Raises
    ------
    ModelError
        It cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise ModelError(f"{path}: the memory cannot be read ({reason(error)})") from error


def is_memory(path: Path) -> bool:
    """Tell whether a file is one of `write_memory`."""
    try:
        read_memory(path)
    except ModelError:
        return False
    return True


def _check(path: Path, memory: Memory) -> None:
    fits = (
        memory.projection.ndim == memory.prototypes.ndim == 2
        and memory.offset.shape == memory.projection.shape[1:] == memory.prototypes.shape[1:]
        and len(memory.prototypes) > 0
        and memory.limit > 0
        and all(np.isfinite(each).all() for each in (memory.projection, memory.offset, memory.prototypes))
    )
    if not fits:
        raise ModelError(f"{path}: a damaged memory; make one with: rsqi memory build FOLDER")
