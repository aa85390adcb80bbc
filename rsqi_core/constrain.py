"""Equation 3: the block's classification corrects the segmentation of its pixels (paper, section 3.5.1)."""

from __future__ import annotations

import numpy as np

from .errors import ParameterError
from .limits import ALL_CONSTRAINTS, INPUT_SIDE
from .taxonomy import REGION_TYPES

HOPELESS = -20.0  # a logit lowered by more cannot win a softmax any longer (e^-20 = 2e-9)

_REGIONS = len(REGION_TYPES)


def constrain(
    logits: np.ndarray,
    class_logits: np.ndarray,
    mode: str = "lowering",
    alpha: float = 1.0,
    threshold: float | np.ndarray = 0.5,
) -> np.ndarray:
    """Correct segmentation logits by classification logits (paper, eq. 3).

    With y the classification logit of a type, p its probability sigmoid(y) and t the threshold, this is added to the
    type's segmentation logit everywhere in the block; the background is never touched:

    ============  ==========================================  ==========================
    mode          where p < t                                 where p >= t
    ============  ==========================================  ==========================
    absolute      -inf (alpha has no meaning)                 0
    relative      y (whatever the threshold; alpha is 1)      y
    intermediate  alpha * y, literally: a boost where y > 0   0
    lowering      min(0, alpha * y): never a boost            0
    input-side    -inf: the type was not even asked for       0
    ============  ==========================================  ==========================

    The first three are the paper's (read as in domain facts 5.2-5.5: t is compared with the probability), the next is
    ours. The last is the paper's section 3.5.2: a segmenter that is told in words what to look for gets the words of
    the living types alone (`alive`), so that here the rest is only made certain.

    Parameters
    ----------
    logits : numpy.ndarray
        float [7, H, W]: background and the six region types.
    class_logits : numpy.ndarray
        float [10]: one per type, in taxonomy order.
    mode : str
        One of `rsqi_core.limits.ALL_CONSTRAINTS`.
    alpha : float
        Coefficient, finite and at least 0.
    threshold : float or numpy.ndarray
        Probability, one for all types or [10].

    Returns
    -------
    numpy.ndarray
        float32 [7, H, W], a new array.
    """
    added = _added(class_logits, mode, alpha, threshold)
    out = np.array(logits, np.float32)
    out[1:] += added[:, None, None].astype(np.float32)
    return out


def alive(
    class_logits: np.ndarray, mode: str = "lowering", threshold: float | np.ndarray = 0.5, alpha: float = 1.0
) -> np.ndarray:
    """Tell which region types may survive `constrain`, so that hopeless blocks need no segmentation.

    Relative and intermediate constraint leave a chance to every type. Lowering excludes a type once it takes away more
    than -`HOPELESS`.

    Returns
    -------
    numpy.ndarray
        bool [6], in taxonomy order.
    """
    added = _added(class_logits, mode, alpha, threshold)
    if mode in ("relative", "intermediate"):
        return np.ones(_REGIONS, bool)
    return added > HOPELESS


def _added(class_logits: np.ndarray, mode: str, alpha: float, threshold: float | np.ndarray) -> np.ndarray:
    """Return what each region type's logit gains, float64 [6]."""
    if mode not in ALL_CONSTRAINTS:
        raise ParameterError(f"unknown constraint '{mode}'; choose from {', '.join(ALL_CONSTRAINTS)}")
    if not 0 <= alpha < np.inf:
        raise ParameterError(f"alpha {alpha} must be a finite number of at least 0")
    y = np.asarray(class_logits, np.float64)[:_REGIONS]
    t = np.broadcast_to(np.asarray(threshold, np.float64), np.shape(class_logits))[:_REGIONS]
    if mode == "relative":
        return y
    p = 0.5 * (1 + np.tanh(0.5 * y))  # sigmoid that never overflows
    below = p < t
    if mode in ("absolute", INPUT_SIDE):
        return np.where(below, -np.inf, 0.0)
    step = alpha * y if mode == "intermediate" else np.minimum(0.0, alpha * y)
    return np.where(below, step, 0.0)
