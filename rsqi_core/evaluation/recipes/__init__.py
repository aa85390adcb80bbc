"""A second set of recipes for the ten errors, used for testing only.

A model that learnt from `rsqi_core.synthesis` is tested on errors that other code made in other ways and ranges; only
the record of a planted error (`synthesis.defect`) is shared. numpy and OpenCV only.
"""

from __future__ import annotations

import numpy as np

from ...errors import ParameterError
from ...synthesis.defect import Defect
from ...taxonomy import by_code
from . import blur, cloud, distortion, pixel_missing, seams, shadow, spectral_overflow, stretching_blur, stripe_noise
from .decoys import DECOYS, decoy
from .disturbance import disturb

__all__ = ["DECOYS", "LATE", "SEVERITIES", "decoy", "disturb", "plant"]

SEVERITIES = ("subtle", "medium", "strong")
LATE = ("stripe_noise", "pixel_missing")  # planted after `disturb`: their pixels are exact

_SIDES = (256, 2400)  # px
_RECIPES = {
    "cloud": cloud.plant,
    "shadow": shadow.plant,
    "stretching_blur": stretching_blur.plant,
    "blur": blur.plant,
    "spectral_overflow": spectral_overflow.plant,
    "distortion": distortion.plant,
    "stitching_trace": seams.plant_trace,
    "stitching_misalignment": seams.plant_misalignment,
    "stripe_noise": stripe_noise.plant,
    "pixel_missing": pixel_missing.plant,
}
_PARTNER = {"cloud": "matte", "stitching_trace": "second"}


def plant(
    code: str,
    image: np.ndarray,
    rng: np.random.Generator,
    severity: str | None = None,
    inside: bool = False,
    *,
    second: np.ndarray | None = None,
    matte: np.ndarray | None = None,
) -> Defect | None:
    """Plant one error of the type `code`.

    Parameters
    ----------
    code : str
        Type code of `rsqi_core.taxonomy`.
    image : numpy.ndarray
        uint8 [H, W, 3], sides 256 to 2400 px; left as it is.
    rng : numpy.random.Generator
        The same state gives the same error.
    severity : str, optional
        ``"subtle"``, ``"medium"`` or ``"strong"``; drawn if not given.
    inside : bool
        Let the error fade out before the border, so that the image can be pasted back into a larger scene. Seams cut
        through the whole image all the same.
    second : numpy.ndarray, optional
        The same place on another date, uint8 as `image`; only for ``"stitching_trace"``, whose severity then is what
        the two dates give.
    matte : numpy.ndarray, optional
        Opacity of a real cloud, float32 [h, w] 0-1; only for ``"cloud"``.

    Returns
    -------
    Defect or None
        ``None`` if this draw cannot be seen on this ground; try again, or elsewhere.

    Raises
    ------
    ParameterError
        If the type, the severity or the shape of an array is not one of the above.
    """
    by_code(code)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ParameterError(f"image is {image.dtype} {list(image.shape)}; it must be uint8 [H, W, 3]")
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in image.shape[:2]):
        rows, columns = image.shape[:2]
        raise ParameterError(f"image is {columns} x {rows} px; sides must be {_SIDES[0]} to {_SIDES[1]}")
    if severity is not None and severity not in SEVERITIES:
        raise ParameterError(f"unknown severity '{severity}'; choose from {', '.join(SEVERITIES)}")
    if second is not None and (second.shape != image.shape or second.dtype != np.uint8):
        raise ParameterError("second must be of the same shape and type as image")
    partner = {"second": second, "matte": matte}.get(_PARTNER.get(code, ""))
    options = {} if partner is None else {_PARTNER[code]: partner}
    return _RECIPES[code](image, rng, severity or str(rng.choice(SEVERITIES)), inside, **options)
