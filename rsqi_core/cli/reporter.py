"""How the progress of an inspection is shown in a shell."""

from __future__ import annotations

import json
import sys
from typing import Any

from ..scoring import score_text


class Reporter:
    """Show the events of one raster as a bar, as JSON lines or not at all.

    Parameters
    ----------
    mode : {"bar", "json", "none"}
    raster : str
    said : set of str
        The warnings that the command has shown so far: what holds for all rasters of a run is said once.
    """

    def __init__(self, mode: str, raster: str, said: set[str]):
        self.mode, self.raster, self._said, self._open = mode, raster, said, False

    def __call__(self, event: str, **values: Any) -> None:
        """Show an event of `rsqi_core.job.run`."""
        if self.mode == "json":
            print(json.dumps({"event": event, "raster": self.raster, **values}, ensure_ascii=False), flush=True)
        elif event == "result":
            self.end()
            summary = values["summary"]
            text = f"{summary['error_count']} errors, score {score_text(summary['score'])} ({summary['grade']})"
            print(f"{self.raster}: {text} -> {values['outputs']['errors']}")
        elif event == "warning":
            if values["message"] not in self._said:
                self._said.add(values["message"])
                self.end()
                print(f"rsqi: warning: {values['message']}", file=sys.stderr)
        elif event == "progress" and self.mode == "bar" and sys.stderr.isatty():
            share = values["done"] / max(values["total"], 1)
            left = "" if values["eta_s"] is None else f" {values['eta_s']:4.0f} s left"
            speed = f" {values['mpx_per_s']:5.1f} Mpx/s" if values.get("mpx_per_s") else ""
            print(
                f"\r{values['stage']:9}[{'#' * int(30 * share):30}] {100 * share:3.0f} %{speed}{left} ",
                end="",
                file=sys.stderr,
            )
            self._open = True

    def end(self) -> None:
        """End the line of the bar, so that something else can be printed."""
        if self._open:
            print(file=sys.stderr)
        self._open = False
