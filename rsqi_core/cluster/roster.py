"""Which workers a cluster has at the moment, and which of them a batch does not use."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

from .. import __version__

_EVERY = 1.0  # seconds between two looks
_LONELY = 10.0  # seconds without a worker after which that is said


def probe() -> str:
    """Tell, on a worker, what it has; any of its versions must be able to."""
    import socket

    return json.dumps({"version": __version__, "host": socket.gethostname()})


class Roster:
    """The workers of a cluster, as a batch sees them.

    Parameters
    ----------
    resource : str or None
        Label without which a worker is none of ours.
    """

    def __init__(self, resource: str | None):
        self._resource = resource
        self._threads: dict[str, int] = {}
        self._avoided: dict[str, float | None] = {}  # until when; None for good
        self._due, self._lonely, self._told = 0.0, time.monotonic(), False

    def look(self, client: Any) -> Iterator[str]:
        """Look who is there, if the last look was long ago; yield warnings.

        What a worker cannot do, as it has no RSQI or another version, keeps it out.
        """
        now = time.monotonic()
        if now < self._due or client.status != "running":
            return
        self._due = now + _EVERY
        present = self._present(client)
        new = [address for address in present if address not in self._threads]
        self._threads = present
        strangers = list(self._strangers(client, new))
        self._avoided |= {address: None for address, _ in strangers}
        yield from (reason for _, reason in strangers)
        if self.slots():
            self._lonely, self._told = now, False
        elif now - self._lonely > _LONELY and not self._told:
            self._told = True
            label = f" with the resource {self._resource}" if self._resource else ""
            yield f"the scheduler has no worker{label} that can do this batch; waiting for one"

    def slots(self) -> int:
        """Requests that can be at work at the same time."""
        return sum(self._threads[address] for address in self._good())

    def hopeful(self) -> bool:
        """Tell whether any worker that is there is not out for good, or none is there yet."""
        return not self._threads or any(self._avoided.get(address, 0.0) is not None for address in self._threads)

    def avoid(self, address: str, until: float | None) -> None:
        """Leave out a worker until then, or for good."""
        if self._avoided.get(address, 0.0) is not None:
            self._avoided[address] = until

    def chosen(self) -> list[str] | None:
        """Return the workers that may be asked; None if it is all of them, so that new ones are as well."""
        good = self._good()
        return None if not good or len(good) == len(self._threads) else good

    def _good(self) -> list[str]:
        now = time.monotonic()
        until = {address: self._avoided.get(address, 0.0) for address in self._threads}
        return [address for address, time_ in until.items() if time_ is not None and time_ <= now]

    def _present(self, client: Any) -> dict[str, int]:
        with contextlib.suppress(Exception):  # it is just being lost: seen by who looks after the connection
            workers = client.scheduler_info(n_workers=-1)["workers"]
            found = {}
            for address, facts in workers.items():
                label = facts.get("resources", {}).get(self._resource, 0) if self._resource else facts["nthreads"]
                if label:
                    found[str(address)] = min(int(label), int(facts["nthreads"]))
            return found
        return self._threads

    def _strangers(self, client: Any, new: list[str]) -> Iterator[tuple[str, str]]:
        """Yield workers that are not fit for any work of this version, and why."""
        if not new:
            return
        answers: dict[str, Any] = {}
        with contextlib.suppress(Exception):  # one of them has left meanwhile: it is asked when it is back
            answers = client.run(probe, workers=new, on_error="return")
        for address, answer in answers.items():
            if isinstance(answer, BaseException):
                yield address, f"worker at {address} has no rsqi that can be used ({type(answer).__name__}: {answer})"
            elif (version := json.loads(str(answer)).get("version")) != __version__:
                host = json.loads(str(answer)).get("host")
                yield address, f"worker at {host} ({address}) has rsqi {version}, and this batch is of {__version__}"
