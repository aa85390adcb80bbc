"""One inspection in the background: `rsqi:inspect` as a task."""

from __future__ import annotations

from ..background import Background


class Inspection(Background):
    """Runs once; the list of tasks calls it by the image's `name`."""

    def __init__(self, parameters: dict, name: str, parent=None):
        super().__init__("rsqi:inspect", parameters, parent)
        self._algorithm.subject = name
