"""How the progress of a batch is shown in a shell."""

from __future__ import annotations

import json
import sys
from typing import Any

from ..scoring import score_text


class BatchReporter:
    """Show the events of `rsqi_core.batch.run.run` as lines with one bar for all, as JSON lines, or lines only."""

    def __init__(self, mode: str):
        self._mode, self._open, self._last = mode, False, (-1, -1.0)
        self._warned: set[str] = set()

    def __call__(self, event: str, **values: Any) -> None:
        """Show an event, or the result as the event ``lot``."""
        if event == "progress":
            self._progress(values)
        elif self._mode == "json":
            self._write({"event": event, **values})
        else:
            self.end()
            getattr(self, f"_{event}")(values)

    def end(self) -> None:
        """End the line of the bar, so that something else can be printed."""
        if self._open:
            print(file=sys.stderr)
        self._open = False

    def _progress(self, values: dict[str, Any]) -> None:
        now = values["done"], round(values["share"], 3)
        if now == self._last:
            return
        self._last = now
        if self._mode == "json":
            self._write({"event": "progress", **values})
        elif self._mode == "bar" and sys.stderr.isatty():
            share, eta = values["share"], values["eta_s"]
            left = "" if eta is None else f" {_duration(eta)} left"
            count = f"{values['done']} of {values['total']}"
            print(f"\r[{'#' * int(30 * share):30}] {100 * share:3.0f} % {count}{left}   ", end="", file=sys.stderr)
            self._open = True

    def _scene(self, values: dict[str, Any]) -> None:
        count = f"[{values['done']}/{values['total']}] {values['raster']}"
        if values["status"] == "failed":
            print(f"rsqi: {count}: {values['reason']}", file=sys.stderr)
            return
        text = f"{values['errors']} errors, score {score_text(values['score'])} ({values['grade']})"
        before = ", done before" if values["status"] == "skipped" else ""
        print(f"{count}: {text}{before} -> {values['output']}", flush=True)

    def _again(self, values: dict[str, Any]) -> None:
        print(f"rsqi: warning: {values['raster']}: {values['reason']}; it is tried again", file=sys.stderr)

    def _warning(self, values: dict[str, Any]) -> None:
        raster, message = values["raster"], values["message"]
        if message not in self._warned:  # what is said of all scenes is said once
            self._warned.add(message)
            print(f"rsqi: warning: {message if raster in message else f'{raster}: {message}'}", file=sys.stderr)

    def _lot(self, values: dict[str, Any]) -> None:
        print(f"{values['done']} inspected, {values['skipped']} done before, {values['failed']} failed")
        mean = "" if values["score"] is None else f"{values['score']:.1f} "
        print(f"lot {mean}({values['grade'] or 'no verdict yet'}) -> {values['outputs']['html']}")

    @staticmethod
    def _write(values: dict[str, Any]) -> None:
        print(json.dumps(values, ensure_ascii=False), flush=True)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"
