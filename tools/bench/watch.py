"""What an inspection spends its processor time on, and the most memory this process has had."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil

from rsqi_core import collect, examine, job, merge
from rsqi_core.merge import Mosaic
from rsqi_core.models import Model
from rsqi_core.raster import Raster
from rsqi_core.strips import journal, walk
from rsqi_core.strips.label_file import LabelFile

# What belongs to a stage, outermost calls only: none of these calls another.
STAGES = {
    "reading": ((Raster, "read"),),
    "strips": ((walk._Strips, "take"), (walk._Strips, "forget"), (walk.Decimator, "add"), (walk, "_native_tile")),
    "pictures": ((examine.Examiner, "_picture"),),
    "rules": ((examine.Examiner, "_rules"),),
    "regions": ((examine.Examiner, "_regions"),),
    "merging": (
        (examine, "patch"),
        (merge, "decode"),
        *((Mosaic, name) for name in ("add", "_decompress", "_spans", "_merged")),
    ),
    "vectorising": ((collect.Tracer, "add"), (collect.Outliner, "add")),
    "label file": ((LabelFile, "append"),),
    "journal": ((journal.Journal, "_write"),),
    "writing": ((job, "_stage"), (job, "_commit")),
}
NETWORKS = "networks"


class Watch:
    """Adds up the time of the thread that each stage runs in, until it is stopped.

    Attributes
    ----------
    calls : Counter
        Calls of the networks by (name, number of blocks).
    """

    def __init__(self) -> None:
        self._spent: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._replaced: list[tuple[object, str, object]] = []
        self.calls: Counter = Counter()
        for stage, members in STAGES.items():
            for owner, name in members:
                self._replace(owner, name, self._timed(stage, getattr(owner, name)))
        for name in ("describe", "segment"):
            self._replace(Model, name, self._counted(name, getattr(Model, name)))

    def stop(self) -> None:
        """Put everything back."""
        for owner, name, function in self._replaced:
            setattr(owner, name, function)

    def spent(self, total: float) -> dict[str, float]:
        """Seconds of processor time by stage; the threads of onnxruntime have what is left of `total`."""
        others = dict(self._spent)
        return {NETWORKS: max(0.0, total - sum(others.values())), **others}

    def _replace(self, owner: object, name: str, function: object) -> None:
        self._replaced.append((owner, name, getattr(owner, name)))
        setattr(owner, name, function)

    def _timed(self, stage: str, function):
        def timed(*arguments, **named):
            started = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                with self._lock:
                    self._spent[stage] += time.thread_time() - started

        return timed

    def _counted(self, name: str, function):
        def counted(model: Model, images):
            self.calls[name, len(images)] += 1
            return function(model, images)

        return counted


def peak() -> int:
    """Most bytes of memory that this process has had at a time."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says holds for the process that started this one as well
        return next(int(line.split()[1]) << 10 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    memory = psutil.Process().memory_info()
    return getattr(memory, "peak_wset", memory.rss)
