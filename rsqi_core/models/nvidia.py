"""What NVIDIA's driver says of the GPU, asked of the driver itself, so that no library has to be installed for it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, _MINOR


class NoGpu(Exception):
    """There is no NVIDIA GPU to be used; the text is one line that says why."""


@dataclass(frozen=True)
class Gpu:
    """The GPU that CUDA uses first.

    Attributes
    ----------
    name : str
    total, free : int
        Memory in bytes.
    cuda : (int, int)
        Major and minor version of the newest CUDA that the driver runs.
    compute : (int, int)
        Its compute capability, which says of what generation it is.
    """

    name: str
    total: int
    free: int
    cuda: tuple[int, int]
    compute: tuple[int, int]


def find(load: Callable[[str], Any] = ctypes.CDLL) -> Gpu:
    """Ask the driver for its first GPU; takes some tenths of a second.

    Raises
    ------
    NoGpu
        If there is no driver or no GPU, or the driver does not answer.
    """
    try:
        driver = load(_LIBRARY)
    except OSError as error:
        raise NoGpu(f"no NVIDIA driver ({_LIBRARY} is not there)") from error
    _call(driver, "cuInit", ctypes.c_uint(0))
    device, version, context = ctypes.c_int(), ctypes.c_int(), ctypes.c_void_p()
    name = ctypes.create_string_buffer(128)
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    compute = ctypes.c_int(), ctypes.c_int()
    _call(driver, "cuDeviceGet", ctypes.byref(device), ctypes.c_int(0))
    _call(driver, "cuDeviceGetName", name, ctypes.c_int(len(name)), device)
    _call(driver, "cuDriverGetVersion", ctypes.byref(version))
    for part, attribute in zip(compute, (_MAJOR, _MINOR)):
        _call(driver, "cuDeviceGetAttribute", ctypes.byref(part), ctypes.c_int(attribute), device)
    # Free memory is only told within a context; the primary one is what onnxruntime and torch use as well.
    _call(driver, "cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
    try:
        _call(driver, "cuCtxPushCurrent_v2", context)
        try:
            _call(driver, "cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
        finally:
            _call(driver, "cuCtxPopCurrent_v2", ctypes.byref(context))
    finally:
        _call(driver, "cuDevicePrimaryCtxRelease_v2", device)
    major, minor = divmod(version.value, 1000)
    return Gpu(
        name=name.value.decode(errors="replace"),
        total=total.value,
        free=free.value,
        cuda=(major, minor // 10),
        compute=(compute[0].value, compute[1].value),
    )


def _call(driver: Any, name: str, *arguments: Any) -> None:
    try:
        code = getattr(driver, name)(*arguments)
    except AttributeError as error:
        raise NoGpu(f"the NVIDIA driver is too old: it has no {name}") from error
    if code == _NO_DEVICE:
        raise NoGpu("the NVIDIA driver finds no GPU")
    if code:
        raise NoGpu(f"the NVIDIA driver answers {name} with error {code}")
