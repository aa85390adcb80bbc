"""Run models and rules on the test part of a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...classify import probabilities
from ...dataset.check import check_dataset
from ...dataset.labelled_blocks import LabelledBlock, read_part
from ...dataset.layout import TEST, TRAIN
from ...errors import RsqiError
from ...findings import ErrorRecord
from ...limits import MODEL, least_pixels
from ...models import Model, load
from ...parameters import Parameters
from ...progress import OnProgress, Progress, no_progress
from ...rules import PIXEL_MISSING, STRIPE_NOISE
from ...scoring import load_scheme
from ...synthesis.compose import Sample
from ...taxonomy import BOUNDARY_TYPES, CODES, IGNORED, PIXEL_TYPES, REGION_TYPES, by_id
from ..benchmark.marks import marks_of_classifier
from ..benchmark.rule_results import RuleResult, run_rule, run_rules
from ..benchmark.run_model import ModelResult, run_model
from .blocks import RuleBlocks, Tiles, true_map
from .objects import FALSE, FOUND, FOUND_WELL, TRUE, count_objects
from .scores import OUTLINED, records_of, score_of

Log = Callable[[str], None]
_PASSES = len(STRIPE_NOISE) + len(PIXEL_MISSING) + 2  # over the blocks, without a model
_STRIPES, _MISSING = (CODES.index(t.code) for t in PIXEL_TYPES)


@dataclass(frozen=True)
class ModelOnDataset:
    """One model on the N blocks of a test part.

    Attributes
    ----------
    model : Model
    result : ModelResult
    marked : numpy.ndarray
        bool [N, 10]: the types that an inspection marks, those of pixels by their rules.
    objects : numpy.ndarray
        int64 [N, 10, 4] of `count_objects`.
    scores : numpy.ndarray
        float [N]: by what an inspection outlines; NaN of blocks without a known pixel.
    """

    model: Model
    result: ModelResult
    marked: np.ndarray
    objects: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Measured:
    """Models on the test part of a dataset.

    Attributes
    ----------
    dataset : pathlib.Path
    blocks : list of LabelledBlock
        Of the test part, N of them.
    counts : dict
        Part to type to number of blocks; type 0 stands for blocks without error.
    truth : numpy.ndarray
        uint8 [N, 10]: 1 the block shows the type, 0 it does not, 255 where nobody could say.
    megapixels : numpy.ndarray
        float [N]: known pixels of each block.
    scores : numpy.ndarray
        float [N]: of each block by what is drawn in it; NaN without a known pixel.
    models : list of ModelOnDataset
    rules : list of RuleResult
    """

    dataset: Path
    blocks: list[LabelledBlock]
    counts: dict[str, Counter[int]]
    truth: np.ndarray
    megapixels: np.ndarray
    scores: np.ndarray
    models: list[ModelOnDataset]
    rules: list[RuleResult]

    @property
    def lacking(self) -> list[str]:
        """Codes of the types that are trained on and that no block of the test part shows."""
        return [by_id(n).code for n in sorted(self.counts[TRAIN].keys() - self.counts[TEST].keys() - {0})]

    @property
    def outlined(self) -> np.ndarray:
        """bool [N]: blocks with any known pixel."""
        return self.megapixels > 0


def measure_dataset(
    dataset: Path,
    models: Sequence[str] = (MODEL,),
    device: str = "cpu",
    log: Log = print,
    progress: OnProgress = no_progress,
) -> Measured:
    """Measure models on the test part of a dataset, each block as an inspection would see it.

    Parameters
    ----------
    dataset : pathlib.Path
        Written by ``rsqi dataset``, or of the same form.
    models : sequence of str
        ``"default"`` or model folders.
    progress : callable
        Gets a `Progress` of the stage ``evaluate`` with each block.

    Raises
    ------
    RsqiError
        A model cannot be opened, the dataset contradicts itself, or its test part shows no error.
    """
    opened = [load(name, device) for name in models]
    parts = {part: read_part(dataset, part) for part in (TRAIN, TEST)}
    blocks = parts[TEST]
    if not any(block.labels for block in blocks):
        what = "no block of its test part shows an error" if blocks else "no test part"
        raise RsqiError(f"{dataset}: {what}, so that nothing can be measured; give more images, or a larger --test")
    check_dataset(dataset)
    log(f"running the rules on {len(blocks)} blocks")
    count = _Counter(len(blocks) * (_PASSES + len(models)), progress)
    whole = Tiles(blocks, drawn=count)
    rules = run_rules(RuleBlocks(whole))
    look = _look(whole)
    counts = {part: Counter(n for block in of for n in block.labels or (0,)) for part, of in parts.items()}
    done = []
    for title, model in zip(_titles(models, opened), opened):
        log(f"classifying and segmenting {len(blocks)} blocks with {title}")
        done.append(_run(model, title, whole, look, rules))
    behind = [_behind_gate(found, RuleBlocks(Tiles(blocks))) for found in done]
    return Measured(dataset, blocks, counts, look.truth, look.megapixels, look.scores, done, [*rules, *behind])


class _Counter:
    """Counts the blocks that were drawn; the rules draw each several times."""

    def __init__(self, total: int, progress: OnProgress):
        self._done, self._total, self._progress = 0, total, progress

    def __call__(self) -> None:
        self._done += 1
        self._progress(Progress("evaluate", min(self._done, self._total), self._total))


def _titles(names: Sequence[str], models: Sequence[Model]) -> list[str]:
    titles = [f"{m.card.id} {m.card.version}" if name == MODEL else Path(name).name for name, m in zip(names, models)]
    twice = {title for title, count in Counter(titles).items() if count > 1}
    return [f"{title} ({model.hash[:8]})" if title in twice else title for title, model in zip(titles, models)]


@dataclass(frozen=True)
class _Look:
    """What needs no model: truth, known megapixels and scores by it, and of the usual rules objects and errors.

    Of each block `objects` is int64 [2, 4], and `found` the errors by the rules of stripes and of missing pixels.
    """

    truth: np.ndarray
    megapixels: np.ndarray
    scores: np.ndarray
    objects: np.ndarray
    found: list[list[list[ErrorRecord]]]


def _look(tiles: Tiles) -> _Look:
    usual = (STRIPE_NOISE[Parameters().stripe_rule], PIXEL_MISSING[Parameters().missing_rule])
    truth, megapixels, scores, objects, found = [], [], [], [], []
    scheme = load_scheme()
    for sample in tiles:
        drawn = true_map(sample)
        known = drawn != IGNORED
        truth.append(sample.labels)
        megapixels.append(np.count_nonzero(known) / 1e6)
        real = [record for t in OUTLINED for record in records_of(drawn == t.id, t.id)]
        scores.append(score_of(real, known, scheme))
        marks = [rule(sample.image, sample.valid) for rule in usual]
        objects.append([count_objects(drawn == t.id, mark, ~known) for t, mark in zip(PIXEL_TYPES, marks)])
        found.append([records_of(mark & known, t.id) for t, mark in zip(PIXEL_TYPES, marks)])
    return _Look(np.array(truth), np.array(megapixels), np.array(scores), np.array(objects), found)


def _run(model: Model, title: str, tiles: Tiles, look: _Look, rules: Sequence[RuleResult]) -> ModelOnDataset:
    objects = np.zeros((len(tiles), len(CODES), 4), np.int64)
    regions: dict[int, tuple[list[ErrorRecord], np.ndarray]] = {}

    def seen(i: int, sample: Sample, found: np.ndarray) -> None:
        unknown, least = sample.segmentation == IGNORED, least_pixels(len(found))
        for t in REGION_TYPES:
            objects[i, t.id - 1] = count_objects(sample.segmentation == t.id, found == t.id, unknown, least)
        errors = [r for t in REGION_TYPES for r in records_of((found == t.id) & ~unknown, t.id, least)]
        regions[i] = errors, ~unknown

    result = run_model(model, title, replace(tiles, side=model.card.tile_size), seen=seen)
    marked = marks_of_classifier(result)
    stripes, missing = _usual(rules)
    gate = _gate(model, result)
    marked[:, _STRIPES], marked[:, _MISSING] = stripes.found & gate, missing.found
    objects[:, [_STRIPES, _MISSING]] = look.objects
    objects[~gate, _STRIPES, FOUND:] = 0
    for t in BOUNDARY_TYPES:  # they mark whole blocks
        k = t.id - 1
        real, said = look.truth[:, k] == 1, marked[:, k]
        objects[:, k, TRUE], objects[:, k, FALSE] = real, said & (look.truth[:, k] == 0)
        objects[:, k, FOUND] = objects[:, k, FOUND_WELL] = real & said
    return ModelOnDataset(model, result, marked, objects, _scores(regions, look, gate))


def _scores(regions: Mapping[int, tuple[list[ErrorRecord], np.ndarray]], look: _Look, gate: np.ndarray) -> np.ndarray:
    """Return the score of each block by what was found in it, float [N]."""
    scores, scheme = np.full(len(gate), np.nan), load_scheme()
    for i, (errors, known) in regions.items():
        stripes, missing = look.found[i]
        scores[i] = score_of([*errors, *(stripes if gate[i] else []), *missing], known, scheme)
    return scores


def _usual(rules: Sequence[RuleResult]) -> tuple[RuleResult, RuleResult]:
    """Return the results of the rules that an inspection runs if not told otherwise: stripes, missing pixels."""
    wanted = {(CODES[_STRIPES], Parameters().stripe_rule), (CODES[_MISSING], Parameters().missing_rule)}
    stripes, missing = (result for result in rules if (result.code, result.rule) in wanted)
    return stripes, missing


def _gate(model: Model, result: ModelResult) -> np.ndarray:
    """bool [N]: blocks in which an inspection lets the stripe rule look."""
    return probabilities(result.logits[:, _STRIPES]) >= model.card.stripe_gate


def _behind_gate(found: ModelOnDataset, blocks: RuleBlocks) -> RuleResult:
    """Run the usual stripe rule where the model lets it look."""
    rule, gate = Parameters().stripe_rule, _gate(found.model, found.result)
    return run_rule(CODES[_STRIPES], f"{rule}, gate of {found.result.name}", STRIPE_NOISE[rule], blocks, gate)
