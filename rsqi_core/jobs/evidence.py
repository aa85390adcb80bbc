"""One error of a result in, a map of where the model saw it out: what the worker and the command line both run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine

from ..errors import Cancelled, OutputError, ParameterError
from ..evidence import EvidenceMap, heat
from ..files.atomic import reason, whole_file
from ..files.clash import refuse_clashes
from ..files.earlier import refuse_earlier_file
from ..files.inputs import files_of
from ..files.layer import OGR_ERRORS, checked_type, read_layer
from ..limits import DEVICES, MODEL
from ..progress import Emit, no_events
from ..raster import Raster, open_raster
from ..report.evidence import InspectedEvidence
from ..report.inspected_image import as_inspected, frame_in, noted_image
from ..report.subject import read_summary
from ..request import need_texts
from ..taxonomy import TYPES

_SIGN = "RSQI evidence"  # of the file, by which it is known again
_LONGEST = 1024  # px of the map's longer side


@dataclass(frozen=True)
class EvidenceJob:
    """An error, and where its map goes.

    Attributes
    ----------
    result : str
        The GeoPackage whose summary says how the image was inspected.
    output : str
        A GeoTIFF: red, green, blue and opacity.
    number : int or None
        Of the error in the layer (fid); else the next three say of what the map is.
    category_id, x, y, block_size : optional
        Type of the error, a place inside it in map units, and the block size that it was found with.
    raster : str or None
        The image, if it is not where the inspection noted it.
    model, device : str
    overwrite : bool
    """

    result: str
    output: str
    number: int | None = None
    category_id: int | None = None
    x: float = 0.0
    y: float = 0.0
    block_size: int | None = None
    raster: str | None = None
    model: str = MODEL
    device: str = DEVICES[0]
    overwrite: bool = False


def evidence_job_from_mapping(values: Mapping[str, Any]) -> EvidenceJob:
    """Build a job from a worker's request.

    Raises
    ------
    ParameterError
        For missing or wrong values.
    """
    known = {f.name for f in fields(EvidenceJob)}
    given = {name: value for name, value in values.items() if name in known and value is not None}
    need_texts(given, "result", "output")
    if given.get("number") is None and given.get("category_id") not in range(1, len(TYPES) + 1):
        raise ParameterError("the request needs the number of an error, or a category_id of 1 to 10")
    return EvidenceJob(**given)


def run(
    job: EvidenceJob,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str | None], None] = lambda folder: None,
) -> dict[str, Any]:
    """Ask the model and write the map; the file appears whole or not at all.

    Returns
    -------
    dict
        ``outputs``, ``category_id``, ``probability`` of the type in the block, and ``block`` (its side in pixels).

    Raises
    ------
    RsqiError
        With one line that says what is wrong.
    """
    output = Path(job.output)
    if output.suffix.lower() not in (".tif", ".tiff"):
        raise OutputError(f"{job.output}: the name must end in .tif")
    summary = read_summary(job.result)
    if not summary.get("transform"):
        raise OutputError(f"{job.result}: is no result of an inspection; give a GeoPackage that inspect wrote")
    source = job.raster or noted_image(summary, job.result)
    refuse_clashes([output], [*files_of(source), job.result])
    refuse_earlier_file(output, _is_own, job.overwrite)
    category_id, place, size = _wanted(job)
    with open_raster(source, *as_inspected(summary)) as raster:
        frame = frame_in(raster, summary)
        model = InspectedEvidence(summary, job.model, job.device, emit)
        found = model.of(raster, frame, category_id, ~raster.transform * place, size)
        if cancelled():
            raise Cancelled("cancelled; nothing was written")
        claim(None)
        _write(output, found, raster)
    return {
        "outputs": {"evidence": str(output)},
        "category_id": category_id,
        "probability": found.probability,
        "block": max(found.window[2:]),
    }


def _wanted(job: EvidenceJob) -> tuple[int, tuple[float, float], int | None]:
    """Return type, place and block size of the error."""
    if job.number is None:
        return int(job.category_id or 0), (float(job.x), float(job.y)), job.block_size
    try:
        meta, fids, shapes, columns = read_layer(job.result, "errors")
    except (*OGR_ERRORS, OSError) as error:
        raise OutputError(f"{job.result}: has no layer of errors ({reason(error)}); give a result of RSQI") from error
    rows = np.flatnonzero(fids == job.number)
    if not len(rows) or shapes is None or shapes[rows[0]] is None:
        raise ParameterError(f"{job.result}: has no error {job.number}")
    row = {name: column[rows[0]] for name, column in zip(meta["fields"], columns)}
    point = shapely.from_wkb(shapes[rows[0]]).representative_point()
    size = row.get("block_size")
    category_id = checked_type(job.result, job.number, row["category_id"])
    return category_id, (point.x, point.y), int(size) if size is not None and size > 0 else None


def _write(path: Path, found: EvidenceMap, raster: Raster) -> None:
    x, y, width, height = found.window
    scale = min(1.0, _LONGEST / max(width, height))
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    transform = raster.transform * Affine.translation(x, y) * Affine.scale(width / columns, height / rows)
    picture = heat(found, (rows, columns))
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 4, "dtype": "uint8", "compress": "deflate"}
    with (
        whole_file(path, "the map", errors=(rasterio.RasterioIOError,)) as part,
        rasterio.open(
            part, "w", **profile, crs=raster.crs, transform=transform, photometric="RGB", alpha="yes"
        ) as file,
    ):
        file.write(np.moveaxis(picture, -1, 0))
        file.update_tags(TIFFTAG_SOFTWARE=_SIGN)


def _is_own(path: Path) -> bool:
    try:
        with rasterio.open(path, driver="GTiff") as file:
            return file.tags().get("TIFFTAG_SOFTWARE") == _SIGN
    except rasterio.RasterioIOError:
        return False
