"""Where the model saw an error of a result: asked as the image was inspected, for a report or for a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..errors import ModelError
from ..evidence import EvidenceMap, evidence_of
from ..limits import BLOCK_SIZES, OVERLAP
from ..models import load
from ..progress import Emit
from ..raster import Raster
from .conditions import mapping
from .pictures import window_of
from .subject import Reported, Subject

EvidenceOf = Callable[[Reported], Optional[EvidenceMap]]  # None: the model has none


class InspectedEvidence:
    """A model that is asked with the blocks of an inspection; that it is another one than then is a warning.

    Parameters
    ----------
    summary : mapping
        Of the inspection.
    model_name : str
        ``"default"`` or a model folder.

    Raises
    ------
    ModelError
        There is no such model.
    """

    def __init__(self, summary: Mapping[str, Any], model_name: str, device: str, emit: Emit):
        self._model = load(model_name, device)
        if summary.get("model_hash") and self._model.hash != summary["model_hash"]:
            now, then = self._model.card.id, summary.get("model_id")
            text = f"the image was inspected with {then}; the evidence is what {now} sees"
            emit("warning", code="evidence_model", message=text)
        said = mapping(summary.get("parameters"))
        self._overlap = float(said.get("overlap") or OVERLAP)
        self._least = int(min(said.get("blocks") or BLOCK_SIZES))

    def of(
        self,
        raster: Raster,
        frame: tuple[int, int, int, int],
        category_id: int,
        place: tuple[float, float],
        block_size: int | None,
    ) -> EvidenceMap:
        """Return the evidence of a type at a place, as of :func:`rsqi_core.evidence.evidence_of`.

        Parameters
        ----------
        place : tuple of float
            Column and row.
        block_size : int or None
            None or 0: nobody has noted one, as of what a person has drawn; it is the smallest then.
        """
        return evidence_of(self._model, raster, frame, category_id, place, block_size or self._least, self._overlap)


def evidence_for(subject: Subject, raster: Raster, model_name: str, device: str, emit: Emit) -> EvidenceOf:
    """Return what asks the model for the evidence of an error; a model that has none is a warning.

    Raises
    ------
    ModelError
        There is no such model.
    """
    model, frame = InspectedEvidence(subject.summary, model_name, device, emit), window_of(raster, subject)
    silent = False

    def evidence(error: Reported) -> EvidenceMap | None:
        nonlocal silent
        if silent:
            return None
        point = error.geometry.representative_point()
        try:
            return model.of(raster, frame, error.category_id, ~raster.transform * (point.x, point.y), error.block_size)
        except ModelError as fault:
            silent = True
            emit("warning", code="no_evidence", message=str(fault))
            return None

    return evidence
