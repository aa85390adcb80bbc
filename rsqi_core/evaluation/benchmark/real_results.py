"""Run the real part of the benchmark: the networks on every picture, and a whole inspection of the clean ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

from ...errors import ParameterError
from ...imagery import Picture
from ...job import Job, run
from ...models import Model
from ...parameters import Parameters
from ...taxonomy import CODES
from . import frozen, real
from .frozen import Entry
from .run_model import ModelResult, run_model
from .scenes import false_objects, write_raster


@dataclass(frozen=True)
class RealResults:
    """The results on N real pictures, and what is known of them.

    Attributes
    ----------
    entries : list of Entry
    labels : numpy.ndarray
        uint8 [N, 10], as `real.labels_of`.
    outlined : numpy.ndarray
        bool [N, 10], as `real.outlined_types`.
    absent : numpy.ndarray
        bool [N, 10]: types that are known not to be in a clean picture; for shadow, outside of its dark places.
    false : numpy.ndarray
        bool [N, 10]: those of them that a whole inspection marks.
    differing : int
        Pictures that do not match their frozen hash.
    model : Model or None
    model_result : ModelResult or None
        Of the networks on the pictures, given to them as an inspection gives them; None without a model.
    """

    entries: list[Entry]
    labels: np.ndarray
    outlined: np.ndarray
    absent: np.ndarray
    false: np.ndarray
    differing: int
    model: Model | None
    model_result: ModelResult | None

    @property
    def of_networks(self) -> ModelResult:
        """`model_result`, for what only networks tell.

        Raises
        ------
        ParameterError
            If only the rules were measured.
        """
        if self.model_result is None:
            raise ParameterError("figures of networks need a model, but only the rules were measured")
        return self.model_result

    def where(self, part: str) -> np.ndarray:
        """bool [N]: which pictures belong to a part of the list."""
        return np.array([entry.part == part for entry in self.entries], bool)

    def of_sets(self, *names: str) -> np.ndarray:
        """bool [N]: which pictures come from one of these sets."""
        return np.array([entry.source.partition("/")[0] in names for entry in self.entries], bool)


def measure_real(
    data: Path, model: Model | None, title: str = "", log: Callable[[str], None] = lambda line: None
) -> RealResults:
    """Run every real picture through a model, and the clean ones through a whole inspection, with the rules.

    Parameters
    ----------
    model : Model or None
        None for the rules alone.
    title : str
        Of the model in the tables.

    Raises
    ------
    RsqiError
        If a picture is missing.
    """
    entries = frozen.read(frozen.REAL)
    log(f"reading {len(entries)} real pictures")
    shown = [(entry, real.compose(entry, data)) for entry in entries]
    differing = sum(real.digest_of(picture) != entry.digest for entry, picture in shown)
    model_result = None
    if model:
        log(f"classifying and segmenting real pictures with {title}")
        side = model.card.tile_size
        model_result = run_model(model, title, [real.as_sample(picture, entry.part, side) for entry, picture in shown])
    log("inspecting clean real pictures")
    clean = [picture if entry.part == real.UNSPOILT else None for entry, picture in shown]
    absent = [[picture is not None and code not in picture.unknown for code in CODES] for picture in clean]
    parameters = Parameters() if model else Parameters(stages=("rules",))
    nothing = np.zeros(len(CODES), bool)
    false = [nothing if picture is None else false_marks(picture, parameters, model) for picture in clean]
    return RealResults(
        entries,
        np.array([real.labels_of(picture, entry.part) for entry, picture in shown]).reshape(-1, len(CODES)),
        np.array([real.outlined_types(picture, entry.part) for entry, picture in shown]).reshape(-1, len(CODES)),
        np.array(absent, bool).reshape(-1, len(CODES)),
        np.array(false, bool).reshape(-1, len(CODES)) & np.array(absent, bool).reshape(-1, len(CODES)),
        differing,
        model,
        model_result,
    )


def false_marks(picture: Picture, parameters: Parameters, model: Model | None) -> np.ndarray:
    """Inspect a clean picture as `rsqi inspect` does; return the types that have a false object, bool [10].

    Where the truth is unknown, marks of suspected types are not counted as false: a dark place may be a shadow, but it
    is no missing pixel.
    """
    with tempfile.TemporaryDirectory(prefix="rsqi-evaluate-") as name:
        raster = write_raster(Path(name) / "picture.tif", picture.image)
        job = Job(str(raster), raster.with_suffix(".gpkg"), mask=True, parameters=parameters)
        with rasterio.open(run(job, model=model)["outputs"]["mask"]) as file:
            found = file.read(1)
    truth, nothing = real.truth_of(picture), np.zeros_like(found)
    return np.array([false_objects(found, truth if c in picture.suspected else nothing, c)[0] > 0 for c in CODES])
