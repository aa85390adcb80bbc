"""Compare architectures on equal terms: which are trained, their results on the frozen benchmark, time for a tile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...classify import as_tile, probabilities
from ...metrics import confusion, iou_of, mean
from ...models.architectures import CLASSIFIER, JOINT, PIXEL, SEGMENTER
from ...segment import labels
from ...synthesis.compose import Sample
from ...synthesis.defect import AMBIGUOUS, DEFECT
from ...taxonomy import PIXEL_TYPES
from .frozen import Entry
from .rule_results import RuleResult

THREADS = 2  # of a modest office computer
EQUAL = {"batch": 32, "rate": 1e-3, "schedule": "cosine", "warmup": 0.05, "average": 0.998, "precision": "auto"}


@dataclass(frozen=True)
class Run:
    """A network to train, named as in `rsqi_core.models.architectures`.

    Attributes
    ----------
    task, arch, size : str
    augment : bool
        With flips, turns and scaled crops.
    """

    task: str
    arch: str
    size: str
    augment: bool = True

    @property
    def name(self) -> str:
        """Name of its folder and in the curves."""
        return f"{self.task}-{self.arch}-{self.size}" + ("" if self.augment else "-unaugmented")


@dataclass(frozen=True)
class Candidate:
    """A classifier and a segmenter that could be the embedded model: one joint run, or a run of each."""

    title: str
    runs: tuple[Run, ...]

    @property
    def names(self) -> tuple[str, str]:
        """Names of the runs that classify and segment."""
        return self.runs[0].name, self.runs[-1].name


_SEGFORMER = Run(SEGMENTER, "segformer", "b0")
CANDIDATES = (
    Candidate("RSQI s, joint", (Run(JOINT, "rsqi", "s"),)),
    Candidate("RSQI m, joint", (Run(JOINT, "rsqi", "m"),)),
    Candidate("RSQI m, two networks", (Run(CLASSIFIER, "rsqi", "m"), Run(SEGMENTER, "rsqi", "m"))),
    Candidate("RSQI m, no texture planes", (Run(JOINT, "rsqi", "m-plain"),)),
    Candidate("RSQI m, no augmentation", (Run(JOINT, "rsqi", "m", augment=False),)),
    Candidate("ConvNeXtV2-atto + SegFormer-B0", (Run(CLASSIFIER, "convnextv2", "atto"), _SEGFORMER)),
    Candidate("EfficientNet-B0 + SegFormer-B0", (Run(CLASSIFIER, "efficientnet", "b0"), _SEGFORMER)),
    Candidate("ResNet-18 + MobileNetV2", (Run(CLASSIFIER, "resnet", "18"), Run(SEGMENTER, "mobilenetv2", "1.0"))),
    Candidate("MobileViT-xxs, twice", (Run(CLASSIFIER, "mobilevit", "xxs"), Run(SEGMENTER, "mobilevit", "xxs"))),
)
PIXEL_RUN = Run(PIXEL, "unet", "s")
RUNS = (*dict.fromkeys(run for candidate in CANDIDATES for run in candidate.runs), PIXEL_RUN)  # none is trained twice


class Graph:
    """An exported network on the processor, for one image at a time."""

    def __init__(self, file: Path):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._side = self._session.get_inputs()[0].shape[-1]  # a name where any side will do
        given = self._session.get_modelmeta().custom_metadata_map
        self._mean, self._std = (
            np.float32(json.loads(given[f"standardization_{name}"])) * 255 for name in ("mean", "std")
        )

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return float32 logits [C] or [C, H, W] of uint8 [H, W, 3], which is mirrored where the graph wants more."""
        h, w = image.shape[:2]
        tile = as_tile(image, self._side) if isinstance(self._side, int) else image
        batch = np.ascontiguousarray(((tile - self._mean) / self._std).transpose(2, 0, 1)[None])
        logits = self._session.run(None, {"image": batch})[0][0]
        return logits if logits.ndim == 1 else logits[:, :h, :w]


# Results --------------------------------------------------------------------------------------------------------------


def classify(graph: Graph, samples: Sequence[Sample]) -> np.ndarray:
    """Return block logits, float32 [N, 10]."""
    return np.stack([graph(sample.image) for sample in samples])


def segment(graph: Graph, samples: Sequence[Sample]) -> np.ndarray:
    """Return confusions int64 [N, 7, 7], truth by found, of the segmenter alone (one step)."""
    found = (labels(graph(sample.image), sample.valid.shape)[0] for sample in samples)
    return np.stack([confusion(sample.segmentation, one) for sample, one in zip(samples, found)])


def mark(graph: Graph, blocks: Sequence[tuple[Entry, Sample]], levels: Sequence[float], name: str) -> list[RuleResult]:
    """Measure the pixel network at several probabilities, as `rule_results` measures the rules."""
    cases = [(level, k, t.code) for level in levels for k, t in enumerate(PIXEL_TYPES)]
    counts: list[list[list[int]]] = [[] for _ in cases]
    areas: dict[str, list[list[float]]] = {"clean": [], "decoy": []}
    for entry, sample in blocks:
        p = probabilities(graph(sample.image))
        marked = [(p[k] >= level) & sample.valid for level, k, _ in cases]
        if entry.part in areas:
            areas[entry.part].append([float(one.mean()) for one in marked])
        for (_, _, code), one, mine in zip(cases, marked, counts):
            for truth in (defect.mask for defect in sample.defects if defect.code == code):
                known, real = (truth != AMBIGUOUS) & sample.valid, truth == DEFECT
                mine.append([int((a & known).sum()) for a in (one & real, one & ~real, ~one & real)])
    clean, decoy = (np.reshape(areas[part], (-1, len(cases))).T for part in ("clean", "decoy"))
    return [
        RuleResult(
            code,
            f"{name}, p >= {level}",
            np.array(counts[i]).reshape(-1, 3),
            mean(clean[i]),
            mean(clean[i] > 0),
            mean(decoy[i] > 0),
            np.zeros(0, bool),
        )
        for i, (level, _, code) in enumerate(cases)
    ]


def milliseconds(
    calls: Mapping[str, Callable[[np.ndarray], object]], tiles: Sequence[np.ndarray], rounds: int = 15
) -> dict[str, list[float]]:
    """Time every call on one tile after the other, in turns, so that other load on the machine affects all alike.

    Returns
    -------
    dict
        Milliseconds of each round by name; a first round, which warms up, is left out.
    """
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for k in range(rounds + 1):
        for name, call in calls.items():
            started = time.perf_counter()
            call(tiles[k % len(tiles)])
            spent[name].append(1000 * (time.perf_counter() - started))
    return {name: values[1:] for name, values in spent.items()}


# Figures --------------------------------------------------------------------------------------------------------------


def by_type(score: Callable[[np.ndarray, np.ndarray], float], logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return a threshold-free score of each type, float [10], where the truth uint8 [N, 10] is not 255."""
    return np.array([score(a[t != 255], t[t != 255] == 1) for a, t in zip(logits.T, truth.T)])


def miou(confusions: np.ndarray) -> np.ndarray:
    """Mean IoU over the classes of summed confusions [..., 7, 7] -> [...]."""
    return np.nanmean(iou_of(confusions), -1)


def resampled(statistic: Callable[[np.ndarray], float], count: int, draws: int = 300) -> tuple[float, float]:
    """95 % percentile interval of a statistic that takes the numbers of the blocks drawn, int [N]."""
    rng = np.random.default_rng(0)
    low, high = np.nanpercentile([statistic(rng.integers(0, count, count)) for _ in range(draws)], (2.5, 97.5))
    return float(low), float(high)
