"""What an inspection has found so far, on disk, so that one that was stopped hard can go on."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..blocks import Step
from ..files.atomic import whole_file
from ..findings import Finding, Patch
from ..taxonomy import TYPES
from ..uniform import is_uniform, uniform

ENTRIES = "[0-9]*.npz"  # what the files are called
_LEVEL = 1  # of zlib: claims are plain enough
_UNUSUAL, _WHERE = "unusual", "where_unusual"  # arrays of an entry


class Journal:
    """Findings in the order of their steps, one file for those that are due together.

    A file appears whole or not at all. Polygons and label map are not stored: to merge and trace again what is known
    takes a fraction of the time in which it was found.

    Parameters
    ----------
    folder : pathlib.Path
        Belongs to the caller.
    first : int
        Steps that others deal with: what is replayed and recorded follows them.
    also : pathlib.Path, optional
        Folder where others have written down what is not in `folder`.

    Attributes
    ----------
    known : int
        Steps that have been replayed.
    """

    def __init__(self, folder: Path, first: int = 0, also: Path | None = None):
        self._folder, self._also = folder, also
        self._done, self.known = first, 0

    def replay(self, steps: Sequence[Step]) -> Iterator[Finding]:
        """Yield what an earlier run has found, from the first of `steps` on; what cannot be read ends it."""
        while self._done < len(steps):
            entry = self._read(self._folder, steps) or (self._read(self._also, steps) if self._also else None)
            if entry is None:
                return
            self._done += len(entry)
            self.known += len(entry)
            yield from entry

    def record(self, findings: Iterator[Finding]) -> Iterator[Finding]:
        """Pass on the findings that follow, and write them down.

        Raises
        ------
        OutputError
            The disk is full.
        """
        waiting: list[Finding] = []
        for finding in findings:
            waiting.append(finding)
            if finding.step.last:
                self._write(waiting)
                waiting = []
            yield finding

    def _path(self, folder: Path) -> Path:
        return folder / f"{self._done:09d}.npz"

    def _write(self, findings: list[Finding]) -> None:
        unknown = np.full(len(TYPES), np.nan, np.float32)
        probabilities = [unknown if f.probabilities is None else f.probabilities for f in findings]
        packed = [_pack(f.patch) for f in findings]
        with whole_file(self._path(self._folder), "what was found so far", "free some disk space and resume") as part:
            arrays: dict[str, Any] = {
                "probabilities": np.array(probabilities, np.float32),
                "seams": np.array([f.seam for f in findings], np.uint8),
                "shows": np.array([f.shows for f in findings], bool),
                "boxes": np.array([box for box, _ in packed], np.int64),
                "claims": np.frombuffer(b"".join(data for _, data in packed), np.uint8),
                **_stacked(findings),
            }
            np.savez(part, **arrays)
        self._done += len(findings)

    def _read(self, folder: Path, steps: Sequence[Step]) -> list[Finding] | None:
        try:
            with np.load(self._path(folder), allow_pickle=False) as entry:
                probabilities, seams, shows, boxes = (
                    entry[name] for name in ("probabilities", "seams", "shows", "boxes")
                )
                data = entry["claims"].tobytes()
                unusual = dict(zip(entry[_WHERE].tolist(), entry[_UNUSUAL])) if _UNUSUAL in entry else {}
            found, start = [], 0
            rows = zip(steps[self._done :], probabilities, seams, shows, boxes)
            for number, (step, p, seam, shown, box) in enumerate(rows):
                size = int(box[-1])
                patch = _unpack(box, data[start : start + size])
                p = None if np.isnan(p[0]) else p
                found.append(Finding(step, p, int(seam), patch, bool(shown), unusual.get(number)))
                start += size
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return None
        return found or None


def _stacked(findings: list[Finding]) -> dict[str, np.ndarray]:
    """Return what is unusual in some of the findings, and in which; nothing where no memory was asked."""
    said = {number: f.unusual for number, f in enumerate(findings) if f.unusual is not None}
    if not said:
        return {}
    return {_UNUSUAL: np.stack([*said.values()]), _WHERE: np.array([*said], np.int64)}


def _pack(patch: Patch | None) -> tuple[tuple[int, ...], bytes]:
    """Return x, y, height, width, whether all claims are alike, bytes; and the claims."""
    if patch is None:
        return (0, 0, 0, 0, 0, 0), b""
    constant = is_uniform(patch.claims)
    claims = patch.claims[:1, :1] if constant else patch.claims
    data = zlib.compress(np.ascontiguousarray(claims).data, _LEVEL)
    return (patch.x, patch.y, *patch.claims.shape, int(constant), len(data)), data


def _unpack(box: np.ndarray, data: bytes) -> Patch | None:
    x, y, height, width, constant, _ = box.tolist()
    if not height:
        return None
    claims = np.frombuffer(zlib.decompress(data), np.uint16)
    shape = height, width
    return Patch(x, y, uniform(shape, claims[0], np.uint16) if constant else claims.reshape(shape))
