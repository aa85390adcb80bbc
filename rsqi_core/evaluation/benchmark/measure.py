"""Run the frozen benchmark: its blocks and scenes through a model, or through the rules alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...errors import ParameterError
from ...models import Model, load
from ...parameters import Parameters
from ...synthesis.compose import Sample, medium_and_strong
from . import blocks, frozen, scenes
from .frozen import Entry
from .own_errors import own_errors, unknown_in
from .real_results import RealResults, measure_real
from .rule_results import RuleResult, run_rules
from .run_model import ModelResult, run_model
from .scenes import SceneResult
from .seam_results import SeamResult, compose_blocks, measure_seams

RULES_ALONE = "rules"  # in place of a model: what the rules find without one
MIXED = ("defect", "clean", "decoy")

ComposedBlock = tuple[Entry, Sample]


@dataclass(frozen=True)
class Measured:
    """The results of one run of the benchmark.

    Attributes
    ----------
    blocks : list
        (entry, sample) of every block.
    differing : int
        Blocks, scenes and real pictures that do not match their frozen hash.
    model : Model or None
    model_results : list
        `ModelResult` of the model first, then of those it is compared with.
    rule_results : list
        `RuleResult` of each rule.
    scene_results : list
        `SceneResult` of each scene.
    real : RealResults
    seams : list
        `SeamResult` of each block and real picture; empty without a network of seams.
    """

    blocks: list[ComposedBlock]
    differing: int
    model: Model | None
    model_results: list[ModelResult]
    rule_results: list[RuleResult]
    scene_results: list[SceneResult]
    real: RealResults
    seams: list[SeamResult] = field(default_factory=list)

    def where(self, *parts: str) -> np.ndarray:
        """bool [N]: which blocks belong to these parts of the list."""
        return np.array([entry.part in parts for entry, _ in self.blocks])

    def truth(self, subtle: bool = True) -> np.ndarray:
        """Labels uint8 [N, 10]; without `subtle` those of subtle errors are unknown (255)."""
        return np.stack([s.labels if subtle else medium_and_strong(s) for _, s in self.blocks])

    def without_subtle(self) -> np.ndarray:
        """bool [N]: blocks that hold no subtle error."""
        return np.array([all(d.severity != "subtle" for d in sample.defects) for _, sample in self.blocks])


def measure(
    data: Path, model: str, against: Sequence[str] = (), log: Callable[[str], None] = lambda line: None
) -> Measured:
    """Run the whole benchmark.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the imagery sets.
    model : str
        ``default``, a model folder, or ``rules``.
    against : sequence of str
        Further models for the tables that compare.

    Raises
    ------
    RsqiError
        If a picture or a model is missing.
    """
    names = [] if model == RULES_ALONE else [model, *against]
    models = [load(name, "cpu") for name in names]
    entries = frozen.read(frozen.BLOCKS)
    log(f"composing {len(entries)} blocks")
    composed = [(entry, blocks.compose(entry, data)) for entry in entries]
    differing = sum(sample is None or blocks.digest_of(sample) != entry.digest for entry, sample in composed)
    seen = [blocks.as_seen(entry, sample) for entry, sample in composed if sample is not None]
    made = [(entry, unknown_in(sample, own_errors(entry, data))) for entry, sample in seen]
    where = np.array([entry.part in MIXED for entry, _ in made])
    model_results = []
    for name, one in zip(names, models):
        log(f"classifying and segmenting with {name}")
        model_results.append(run_model(one, _title(name, one), [sample for _, sample in made], where))
    log("running the rules")
    mixed = [block for block in made if block[0].part in MIXED]
    first = models[0] if models else None
    rule_results = run_rules(mixed, model_results[0].logits[where] if first else None, first)
    parameters = Parameters() if first else Parameters(stages=("rules",))
    scene_results = []
    for entry in frozen.read(frozen.SCENES):
        scene = scenes.compose(entry, data)
        differing += scenes.digest_of(scene) != entry.digest
        scene_results.append(scenes.inspect(entry, scene, parameters, first, log, own_errors(entry, data)))
    real = measure_real(data, first, _title(model, first), log)
    differing += real.differing
    seams = measure_seams(first, data, made, log) if first and first.card.seams else []
    return Measured(made, differing, first, model_results, rule_results, scene_results, real, seams)


def measure_real_part(data: Path, model: str, log: Callable[[str], None] = lambda line: None) -> RealResults:
    """Run the real pictures of the benchmark alone, which takes a few minutes; parameters and errors as `measure`."""
    loaded = None if model == RULES_ALONE else load(model, "cpu")
    return measure_real(data, loaded, _title(model, loaded), log)


def measure_seams_alone(data: Path, model: str, log: Callable[[str], None] = lambda line: None) -> list[SeamResult]:
    """Look for the seams of the benchmark alone, which takes a few minutes; parameters and errors as `measure`."""
    loaded = load(model, "cpu") if model != RULES_ALONE else None
    if loaded is None or not loaded.card.seams:
        raise ParameterError(f"{model}: there is no network of seams to measure")
    return measure_seams(loaded, data, compose_blocks(data), log)


def _title(name: str, model: Model | None) -> str:
    if model is None:
        return "the rules alone"
    return f"{model.card.id} {model.card.version} ({model.hash[:8]})" if name == "default" else Path(name).name
