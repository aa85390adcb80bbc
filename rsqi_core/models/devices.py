"""Run a network on as many blocks at a time as memory holds; on fewer where it runs out, at last on the processor."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ModelError, RsqiError

CPU_BATCH = 4  # blocks; more gains nothing on a processor and delays a cancel
MOST = 32  # blocks; more gains nothing on a GPU and fills the memory of the computer
BUDGET = 3 << 29  # bytes for the blocks of one network: two, their weights and the driver stay under 4 GB
_SHARE = 0.4  # of the free memory of a GPU, for each of two networks

# What libraries say when memory runs out; none of them has an exception of its own for it on every device.
_MEMORY = (
    "failed to allocate memory for requested buffer",  # onnxruntime, arena of any device
    "is smaller than requested bytes",  # onnxruntime, limit of an arena
    "out of memory",  # CUDA through onnxruntime ("CUDA failure 2: out of memory") and torch ("CUDA out of memory")
    "_alloc_failed",  # CUBLAS_STATUS_ALLOC_FAILED, CUDNN_STATUS_ALLOC_FAILED, CUFFT_ALLOC_FAILED
    "8007000e",  # DirectML: E_OUTOFMEMORY, whose text is in the language of Windows
    "you tried to allocate",  # torch, processor
    "unable to find an engine",  # torch: what cuDNN answers where no workspace is left
    "bad_alloc",
    "bad allocation",
)


class Unavailable(Exception):
    """A network cannot be put on a device; the text is one line that says why."""


@dataclass(frozen=True)
class Device:
    """A network that lies on a device.

    Attributes
    ----------
    provider : str
        What it really runs on.
    batch : int
        Blocks of a call that should fit into memory.
    run : callable
        From arrays [N, ...], uint8 RGB images or what another network said of them, to a tuple of float32 [N, ...].
    release : callable
        Gives back what a failed call or a network that is gone has left behind.
    """

    provider: str
    batch: int
    run: Callable[..., tuple[np.ndarray, ...]]
    release: Callable[[], None] = lambda: None


class Runner:
    """A network on the best of several devices.

    Where a call needs more memory than there is, half as many blocks are tried, down to one; after that, and after any
    other failure, the next device takes over for good. The caller gets the same array in any case, and a warning.
    One call at a time: a second thread waits.

    Parameters
    ----------
    name : str
        Of the network, for messages.
    openers : iterable of callable
        Each puts the network on a device and returns a `Device` or raises `Unavailable`; best first. A device is
        opened when it is needed.
    warn : callable
        ``warn(code, message)``.
    """

    def __init__(self, name: str, openers: Iterable[Callable[[], Device]], warn: Callable[[str, str], None]):
        self._name, self._openers, self._warn = name, deque(openers), warn
        self._device: Device | None = None
        self._batch = 0
        self._ran: list[str] = []
        self._lock = threading.RLock()

    @property
    def batch(self) -> int:
        """Blocks that are run at a time at present."""
        return self._batch or self._open().batch

    @property
    def provider(self) -> str:
        """What has really run it, in order of use; before the first call, what will."""
        return ", then ".join(self._ran) or self._open().provider

    @property
    def used(self) -> bool:
        """Has a call succeeded?"""
        return bool(self._ran)

    def __call__(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the network's outputs, float32 [N, ...], of its inputs [N, ...].

        Raises
        ------
        ModelError
            If no device can run the network.
        """
        with self._lock:
            self._open()
            planned = self._batch
            found: list[tuple[np.ndarray, ...]] = []
            first, count = 0, len(inputs[0])
            while not found or first < count:
                part = [each[first : first + self._batch] for each in inputs]
                error = _attempt(self._open(), part, found)
                if error is None:
                    first += len(part[0])
                    provider = self._open().provider
                    if provider not in self._ran:
                        self._ran.append(provider)
                elif is_memory(error) and len(part[0]) > 1:
                    self._open().release()
                    self._batch = len(part[0]) // 2
                else:
                    self._step_down(error)
                    planned = self._batch
            if self._batch < planned:
                self._warn(
                    "batch",
                    f"{self._name}: {self._open().provider} has no memory for {planned} blocks at a time; "
                    f"RSQI goes on with {self._batch}",
                )
            return found[0] if len(found) == 1 else tuple(map(np.concatenate, zip(*found)))

    def _open(self) -> Device:
        with self._lock:
            reasons: list[str] = []
            while self._device is None:
                try:
                    self._device = self._openers[0]()
                    self._batch = self._device.batch
                except Unavailable as error:
                    if len(self._openers) == 1:
                        raise ModelError(f"{self._name}: {error}") from error
                    reasons.append(str(error))
                self._openers.popleft()
            for reason in reasons:
                self._warn("device", f"{reason}; RSQI goes on with {self._device.provider}")
            return self._device

    def _step_down(self, error: Exception) -> None:
        failed, release = self._open().provider, self._open().release
        reason = "out of memory with a single block" if is_memory(error) else first_line(error)
        if not self._openers:
            remedy = "; close other programs" if is_memory(error) else ""
            raise ModelError(f"{self._name}: cannot be run on {failed}: {reason}{remedy}") from error
        self._device, self._batch = None, 0  # with the device goes the network that lies there
        release()
        following = self._open().provider
        self._warn("device", f"{self._name}: {failed} failed: {reason}; RSQI goes on with {following}")


def both(classifier: Runner, segmenter: Runner) -> str:
    """What two networks have really run on, as it is written into results."""
    if not segmenter.used or classifier.provider == segmenter.provider:
        return classifier.provider
    return f"classifier: {classifier.provider}; segmenter: {segmenter.provider}"


def memory_share(free: int | None) -> int:
    """Bytes that one of two networks may take of a GPU with `free` bytes; None stands for a small GPU."""
    return BUDGET // 2 if free is None else int(_SHARE * free)


def fitting(free: int | None, block: int) -> int:
    """Number of blocks of `block` bytes that a call may take on a GPU with `free` bytes: 1 to `MOST`."""
    return max(1, min(MOST, min(BUDGET, memory_share(free)) // block))


def is_memory(error: Exception) -> bool:
    """Does an exception of onnxruntime or torch say that memory ran out, on whatever device?"""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _MEMORY)


def first_line(error: Exception) -> str:
    """The first line of an exception's text, or its name if it has none."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _attempt(device: Device, inputs: Sequence[np.ndarray], found: list[tuple[np.ndarray, ...]]) -> Exception | None:
    """Run once; the exception comes without its traceback, whose frames would keep the tensors of the failed call."""
    try:
        found.append(device.run(*inputs))
    except RsqiError:
        raise
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        return error.with_traceback(None)
    return None
