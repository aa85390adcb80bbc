"""Fine-tuning of a folder of two Hugging Face checkpoints, by the same gate as a model folder's."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import __version__
from ..dataset.check import check_dataset
from ..dataset.labelled_blocks import LabelledBlock, read_part
from ..dataset.layout import TEST, TRAIN
from ..errors import ModelError, OutputError, RsqiError
from ..models import Model, huggingface, load
from ..models.card import file_hash
from ..models.checkpoints import CLASSIFIER, SEGMENTER, Checkpoint, find_starts
from ..progress import Emit, Progress, to_events
from ..taxonomy import REGION_TYPES
from ..training.curve import Curve
from ..training.pretrained import copy_checkpoint, write_network
from ..training.resumable import steps_so_far
from ..training.stream import Material
from ..training.transformers_run import BATCH, EPOCHS, RATE, Course, train_checkpoint
from .comparison import Comparison, compare
from .holdout import hold_out
from .order import FineTuning
from .pair_calibration import set_thresholds
from .predictions import nothing, predict
from .unfinished import RUN, begin_or_go_on, move_to, remove

NAMES = {CLASSIFIER: "classifier", SEGMENTER: "segmenter"}
_ROW_EVERY = 5  # steps
_REGIONS = frozenset(t.id for t in REGION_TYPES)


class CheckpointRun:
    """One fine-tuning in its folder: the classifier first, then the segmenter."""

    def __init__(self, job: FineTuning, emit: Emit):
        self.job, self.emit, self.progress = job, emit, to_events(emit)
        found = find_starts(Path(job.model))
        if found is None:
            raise ModelError(f"{job.model}: no two Hugging Face checkpoints here")
        self.starts: dict[str, Checkpoint] = dict(zip((CLASSIFIER, SEGMENTER), found))
        self.courses = {kind: self._course(kind) for kind in self.starts if job.only in ("", NAMES[kind])}
        self.folder = job.folder

    def run(self) -> Comparison:
        """Train, compare, and write the new model if it is better."""
        apart, test = self._prepare()
        self._train_all()
        new = Model(self.folder / "model", self.job.device)
        if CLASSIFIER in self.courses:
            new = self._set_thresholds(new, apart)
        comparison = self._compare(new, test)
        if comparison.better or self.job.keep:
            move_to(self.job.output, self.folder / "model", comparison)
        remove(self.folder)
        return comparison

    def _course(self, kind: str) -> Course:
        job = self.job
        return Course(
            epochs=job.epochs or EPOCHS[kind],
            rate=job.rate or RATE,
            batch=job.batch or BATCH,
            accumulate=job.accumulate,
            rank=job.lora,
            side=huggingface.BLOCK,
            augment=job.augment,
            seed=job.seed,
        )

    def _prepare(self) -> tuple[list[LabelledBlock], list[LabelledBlock]]:
        """Divide the dataset, and choose what each network learns from; return blocks held out and the test part."""
        job, data = self.job, self.folder / "data"
        check_dataset(job.dataset)
        try:
            apart, test = hold_out(job.dataset, data, job.seed, job.synthetic)
            parts = {part: read_part(data, part) for part in (TRAIN, TEST)}
            self.blocks = {kind: self._blocks(kind, parts[TRAIN]) for kind in self.courses}
            self.held_out = {kind: self._blocks(kind, parts[TEST]) for kind in self.courses}
            self._leave_out()
            begin_or_go_on(self.folder, self._fingerprint(data))
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written: {error.strerror}") from error
        return apart, test

    def _blocks(self, kind: str, blocks: list[LabelledBlock]) -> list[LabelledBlock]:
        """Return the blocks that a network learns from."""
        negatives = kind == CLASSIFIER if self.job.negatives is None else self.job.negatives
        if kind == CLASSIFIER:
            return [block for block in blocks if negatives or block.labels]
        outlined = [block for block in blocks if block.mask is not None]
        return [block for block in outlined if negatives or _REGIONS & set(block.labels)]

    def _leave_out(self) -> None:
        """Leave out a network that has nothing to learn from."""
        for kind in list(self.courses):
            if self.blocks[kind]:
                continue
            what = "outline" if kind == SEGMENTER else "error"
            text = f"{self.job.dataset}: no block to train on has an {what}"
            if len(self.courses) == 1:
                raise RsqiError(f"{text}, so that the {NAMES[kind]} has nothing to learn from")
            del self.courses[kind]
            self.emit("warning", code="nothing_to_learn", message=f"{text}: the {NAMES[kind]} stays as it is")

    def _fingerprint(self, data: Path) -> dict[str, Any]:
        weights = [file_hash(file) for start in self.starts.values() for file in start.weights]
        courses = {kind: asdict(course) for kind, course in self.courses.items()}
        return {"courses": courses, "weights": weights, "negatives": self.job.negatives} | Material(
            None, data
        ).fingerprint()

    def _train_all(self) -> None:
        steps = {kind: course.steps(len(self.blocks[kind])) for kind, course in self.courses.items()}
        total, before = sum(steps.values()), 0
        self.curve = Curve(self.folder / RUN, self._done(steps))
        if self.curve.rows:
            self.emit("resumed", step=self.curve.rows[-1]["step"])
        for row in self.curve.rows:
            self.emit("curve", **row)
        for kind, start in self.starts.items():
            place = self._place(kind)
            if kind not in self.courses:
                shutil.rmtree(place, ignore_errors=True)
                copy_checkpoint(start, place)
                continue
            if not self._mark(kind).exists():
                self._train(kind, start, place, before, total)
            before += steps[kind]

    def _train(self, kind: str, start: Checkpoint, place: Path, before: int, total: int) -> None:
        def take(row: dict[str, Any]) -> None:
            whole = row | {"step": before + row["step"], "steps": total}
            self.curve.add(whole)
            self.emit("curve", **whole)
            self.progress(Progress("train", whole["step"], total, row["eta_s"]))

        course, run = self.courses[kind], self.folder / RUN / NAMES[kind]
        self.progress(Progress("train", before + steps_so_far(run), total))
        # Blocks to validate on may all be without what this network learns.
        held_out = self.held_out[kind] or self.blocks[kind]
        network = train_checkpoint(
            start, kind, self.blocks[kind], held_out, run, course, self.job.device, take, _ROW_EVERY
        )
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        how = f"LoRA of rank {course.rank}" if course.rank else "all weights"
        passes = "pass" if course.epochs == 1 else "passes"
        write_network(network, start, place, __version__, f"{how}, {course.epochs} {passes}, rate {course.rate:g}")
        self._mark(kind).write_text("", encoding="ascii")
        shutil.rmtree(run, ignore_errors=True)

    def _set_thresholds(self, new: Model, apart: list[LabelledBlock]) -> Model:
        """Set the classifier's thresholds on blocks that it has not learned from, where there are enough."""
        found = set_thresholds(new, self._place(CLASSIFIER), apart, self._count_thresholds) if apart else {}
        if not found:
            self.emit("warning", code="few_blocks", message="too few blocks to set thresholds: they stay as they were")
            return new
        self.emit("thresholds", types=list(found))
        return Model(new.folder, self.job.device)

    def _count_thresholds(self, done: int, total: int) -> None:
        self.progress(Progress("thresholds", done, total))

    def _done(self, steps: dict[str, int]) -> int:
        """Return how many steps of both networks need not be done again."""
        done = 0
        for kind in self.courses:
            if not self._mark(kind).exists():
                return done + steps_so_far(self.folder / RUN / NAMES[kind])
            done += steps[kind]
        return done

    def _mark(self, kind: str) -> Path:
        return self.folder / RUN / f"{NAMES[kind]}.done"

    def _place(self, kind: str) -> Path:
        return self.folder / "model" / f"{self.job.output.name}-{NAMES[kind]}"

    def _compare(self, new: Model, test: list[LabelledBlock]) -> Comparison:
        """Compare with the model before; one whose labels name other things has found nothing."""
        by = "iou" if list(self.courses) == [SEGMENTER] else "f1"
        old_card = new.card
        if any(start.fresh for start in self.starts.values()):
            before = nothing(test)
        else:
            old = load(self.job.model, self.job.device)
            old_card, before = old.card, predict(old, test, self._counter(0))
        after = predict(new, test, self._counter(1))
        return compare(old_card, before, new.card, after, by)

    def _counter(self, part: int) -> Any:
        return lambda done, total: self.progress(Progress("compare", part * total + done, 2 * total))
