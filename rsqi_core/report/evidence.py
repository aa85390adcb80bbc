"""Where the model saw an error, asked while a report is composed."""

from __future__ import annotations

from ..errors import ModelError
from ..evidence import EvidenceMap, evidence_of
from ..limits import BLOCK_SIZES, OVERLAP
from ..models import load
from ..progress import Emit
from ..raster import Raster
from .conditions import mapping
from .pictures import Seen, window_of
from .subject import Reported, Subject


def witness(subject: Subject, raster: Raster, model_name: str, device: str, emit: Emit) -> Seen:
    """Return what asks the model for the evidence of an error; a model that has none is a warning.

    Parameters
    ----------
    model_name : str
        ``"default"`` or a model folder.

    Raises
    ------
    ModelError
        There is no such model.
    """
    model, frame = load(model_name, device), window_of(raster, subject)
    summary = subject.summary
    if summary.get("model_hash") and model.hash != summary["model_hash"]:
        text = f"the image was inspected with {summary.get('model_id')}; the evidence is what {model.card.id} sees"
        emit("warning", code="evidence_model", message=text)
    said = mapping(summary.get("parameters"))
    overlap, least = float(said.get("overlap") or OVERLAP), int(min(said.get("blocks") or BLOCK_SIZES))
    silent: list[str] = []

    def seen(error: Reported) -> EvidenceMap | None:
        if silent:
            return None
        point = error.geometry.representative_point()
        place = ~raster.transform * (point.x, point.y)
        try:
            return evidence_of(model, raster, frame, error.category_id, place, error.block_size or least, overlap)
        except ModelError as fault:
            silent.append(str(fault))
            emit("warning", code="no_evidence", message=str(fault))
            return None

    return seen
