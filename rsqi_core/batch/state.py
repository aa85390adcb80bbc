"""What a folder of results remembers of its batches: one file, written whole, that the next batch goes on from."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from ..errors import OutputError
from ..files.atomic import reason, write_whole
from .outcome import FAILED, Outcome, outcome_of

FILE = "lot.json"
_SIGN = "rsqi_batch"
_VERSION = 1
_IDLE = 20  # times as long as the last writing took nothing is written: a lot of 10 000 scenes makes megabytes
_PATIENCE, _AGAIN = 300.0, 2.0  # seconds after the last writing for which one may fail, and until the next try


class State:
    """Name and outcome of each scene that a batch into this folder has had to do with.

    Parameters
    ----------
    folder : pathlib.Path

    Raises
    ------
    OutputError
        The file is there and not RSQI's, or damaged.
    """

    def __init__(self, folder: Path):
        self.path = folder / FILE
        self.names: dict[str, str] = {}
        self.outcomes: dict[str, Outcome] = {}
        self._changed, self._due, self._written = False, 0.0, time.monotonic()
        if self.path.exists():
            self._read()

    def name(self, names: Mapping[str, str]) -> None:
        """Remember what the results of scenes are called; :meth:`save` writes it."""
        self._changed = self._changed or not names.items() <= self.names.items()
        self.names |= names

    def note(self, scene: str, outcome: Outcome) -> None:
        """Remember what came of a scene; :meth:`save` writes it.

        Where it failed, an earlier result that is still there, as nothing replaces what was reviewed, stays known.
        """
        earlier = self.outcomes.get(scene)
        if outcome.status != FAILED or earlier is None or not earlier.marker:
            self.outcomes[scene] = outcome
        self._changed = True

    def save(self, at_once: bool = False) -> None:
        """Write the file if anything has changed, and the last writing was long enough ago or it must be `at_once`.

        A share that is gone for a while is waited for: what is not written now is written later.

        Raises
        ------
        OutputError
        """
        started = time.monotonic()
        if not self._changed or (started < self._due and not at_once):
            return
        scenes = {
            scene: {"name": name, **(self.outcomes[scene].as_mapping() if scene in self.outcomes else {})}
            for scene, name in self.names.items()
        }
        text = json.dumps({_SIGN: _VERSION, "scenes": scenes}, ensure_ascii=False, indent=0)
        try:
            write_whole(self.path, text.encode("utf-8"))
        except OutputError:
            if at_once or started - self._written > _PATIENCE:
                raise
            self._due = started + _AGAIN
            return
        ended = time.monotonic()
        self._changed, self._due, self._written = False, ended + _IDLE * (ended - started), ended

    def _read(self) -> None:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content[_SIGN] != _VERSION:
                raise ValueError("of another version")
            for scene, values in content["scenes"].items():
                self.names[scene] = str(values["name"])
                if "status" in values:
                    self.outcomes[scene] = outcome_of(values)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            remedy = "move it away, or choose another output"
            raise OutputError(f"{self.path}: no batch of RSQI wrote this ({reason(error)}); {remedy}") from error
