"""Stages of a pipeline that overlap: each runs in a thread of its own, a few items ahead of the next."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class _End:
    """Comes after the last item, with the error that made it the last."""

    error: BaseException | None


def prefetch(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """Yield `items` in their order while a thread already makes the next ones.

    What `items` raises is raised here. Closing the generator ends the thread, after the item it is at, and closes
    `items` where that is a generator; a chain of stages is thus closed by its last one.

    Parameters
    ----------
    items : iterable
        Is iterated in the thread.
    depth : int
        Items that may wait to be taken, at least 1.
    """
    waiting: Queue[Item | _End] = Queue(depth)
    stopped = threading.Event()

    def work() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                waiting.put(item)
            end = _End(None)
        except BaseException as error:  # the thread's owner decides what to make of it
            end = _End(error)
        finally:
            if isinstance(items, Generator):
                items.close()
        waiting.put(end)

    thread = threading.Thread(target=work, name=f"prefetch-{getattr(items, '__name__', 'items')}", daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if not isinstance(item, _End):
                yield item
            elif item.error is None:
                return
            else:
                raise item.error
    finally:
        stopped.set()
        while thread.is_alive():  # whatever it still puts must find room
            _drain(waiting)
            thread.join(0.01)


def _drain(waiting: Queue[Any]) -> None:
    try:
        while True:
            waiting.get_nowait()
    except Empty:
        return
