"""Stages of a pipeline that overlap: each runs in a thread of its own, a few items ahead of the next."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Empty, Queue
from typing import TypeVar

Item = TypeVar("Item")


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
    waiting: Queue = Queue(depth)
    stopped = threading.Event()

    def work() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                waiting.put((item, None))
            ending: BaseException = StopIteration()
        except BaseException as error:  # the thread's owner decides what to make of it
            ending = error
        finally:
            if isinstance(items, Generator):
                items.close()
        waiting.put((None, ending))

    thread = threading.Thread(target=work, name=f"prefetch-{getattr(items, '__name__', 'items')}", daemon=True)
    thread.start()
    try:
        while True:
            item, ending = waiting.get()
            if isinstance(ending, StopIteration):
                return
            if ending is not None:
                raise ending
            yield item
    finally:
        stopped.set()
        while thread.is_alive():  # whatever it still puts must find room
            _drain(waiting)
            thread.join(0.01)


def _drain(waiting: Queue) -> None:
    try:
        while True:
            waiting.get_nowait()
    except Empty:
        return
