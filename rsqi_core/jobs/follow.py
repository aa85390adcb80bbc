"""Lines of a person at work, followed and measured one after the other while the raster stays open.

The worker's command ``follow`` names a raster as an inspection does; each further line of its input is a question with
an ``id``, in map units of the raster, and answered with an event of its name:

* ``{"command": "path", "id": 1, "points": [[x, y], ...], "snap": px}``: the line through clicked places that keeps to
  the seam, as ``line``;
* ``{"command": "measure", "id": 2, "line": [[x, y], ...]}``: ``measures``, the fields of the layer ``seams``,
  ``visible``, and ``band``, the WKB of the error's outline in hexadecimal digits.

A question that cannot be answered is answered with ``refused``. ``{"command": "cancel"}`` or the end of the input ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.affinity import affine_transform

from ..errors import ParameterError, RsqiError
from ..frame import Frame
from ..notes import Note, message_fields, message_of
from ..parameters import from_mapping
from ..progress import Emit
from ..raster import Raster, open_raster
from ..request import need_texts
from ..seams.follow import SNAP, Follower
from ..seams.profile import length_of
from ..seams.record import band_of, seam_of
from ..seams.seamlines import LEAST_LENGTH
from ..seams.steady import measure_followed

_MEASURES = ("delta_e", "sharpness_ratio", "offset_px", "offset_significance", "length_m", "visible_share")


def serve(request: Mapping[str, Any], questions: Iterable[str], emit: Emit) -> None:
    """Answer questions about the lines of one raster until there are no more.

    Parameters
    ----------
    request : mapping
        ``raster`` and perhaps ``bands`` and ``nodata``, as the raster was inspected.
    questions : iterable of str
        JSON, one object a line.

    Raises
    ------
    RsqiError
        The raster cannot be opened.
    """
    need_texts(request, "raster")
    given = {name: request[name] for name in ("bands", "nodata") if request.get(name) is not None}
    asked = from_mapping(given)
    with open_raster(request["raster"], asked.bands, asked.nodata) as raster:
        session = SeamSession(raster)
        emit("ready", width=raster.width, height=raster.height)
        for line in questions:
            try:
                question = json.loads(line)
            except ValueError:
                question = None
            if not isinstance(question, dict):
                emit("refused", id=None, code=ParameterError.code, message="a question must be a JSON object")
                continue
            if question.get("command") == "cancel":
                return
            _answer(session, question, emit)


def _answer(session: SeamSession, question: Mapping[str, Any], emit: Emit) -> None:
    number, command = question.get("id"), question.get("command")
    try:
        if command == "path":
            snap = question.get("snap")
            emit("path", id=number, line=session.path(question.get("points"), SNAP if snap is None else float(snap)))
        elif command == "measure":
            emit("measure", id=number, **session.measure(question.get("line")))
        else:
            raise ParameterError(f"a question asks for path or measure, not for {command!r}")
    except RsqiError as error:
        emit("refused", id=number, code=error.code, **message_fields(message_of(error)))


class SeamSession:
    """Follows and measures lines of one raster, in its map units."""

    def __init__(self, raster: Raster):
        self._raster = raster
        self._size = raster.width, raster.height
        self._crs = Frame(raster, (0, 0, *self._size)).crs_of_areas
        self._follower = Follower(raster.read, self._size)

    def path(self, points: Any, snap: float = SNAP) -> list[list[float]]:
        """Return the line through clicked places that keeps to the seam.

        Raises
        ------
        ParameterError
            The places make no sense, or lie all beside the raster.
        """
        clicks = self._pixels(points, 1)
        inside = ((clicks >= 0) & (clicks <= self._size)).all(1)
        if not inside.any():
            raise ParameterError(Note("seam_beside", "the line lies beside the image"))
        line = self._follower.follow([(float(x), float(y)) for x, y in clicks], snap)
        return [list(self._raster.transform * (float(x), float(y))) for x, y in line]

    def measure(self, points: Any) -> dict[str, Any]:
        """Measure a line as it is.

        Raises
        ------
        ParameterError
            It makes no sense, is too short, or no pixel beside it is valid.
        """
        line = self._pixels(points, 2)
        if length_of(line) < LEAST_LENGTH:
            text = "a line shorter than {least} px cannot be measured"
            raise ParameterError(Note("seam_short", text, least=f"{LEAST_LENGTH:g}"))
        found = measure_followed(self._raster.read, self._size, line)
        if found is None:
            raise ParameterError(Note("seam_beside", "the line lies beside the image"))
        transform = self._raster.transform
        seam = seam_of(line, found, transform, self._crs)
        values: dict[str, float | None] = {"category_id": found.category_id}
        values |= {f"step_dn_{band}": step for band, step in zip("rgb", found.step_dn)}
        values |= {name: getattr(seam.measure, name) for name in _MEASURES}
        band = shapely.to_wkb(band_of(seam, transform, self._size), hex=True)
        return {"measures": values, "visible": found.is_error, "band": band}

    def _pixels(self, points: Any, least: int) -> np.ndarray:
        try:
            places = np.array(points, np.float64)
        except (TypeError, ValueError):
            places = np.empty(0)
        if places.ndim != 2 or places.shape[1] != 2 or len(places) < least or not np.isfinite(places).all():
            raise ParameterError(f"a line needs {least} or more places of two numbers")
        return shapely.get_coordinates(
            affine_transform(shapely.MultiPoint(places), (~self._raster.transform).to_shapely())
        )
