"""Fine-tuning: train an installed model on reviewed errors, set its thresholds, and compare it with the old one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..dataset.check import check_dataset
from ..dataset.labelled_blocks import LabelledBlock, read_part
from ..dataset.layout import TRAIN
from ..errors import ModelError, OutputError
from ..models import Model, load
from ..models.card import CARD, FALSE_ALARMS, write_card
from ..models.onnx_network import OnnxNetwork
from ..progress import Emit, Progress, no_events, to_events
from ..training.checkpoint import CHECKPOINT, read
from ..training.curve import ROWS
from ..training.loop import train
from ..training.settings import Settings, settings_for
from ..training.stream import Material
from .card_thresholds import adjusted
from .comparison import Comparison, compare
from .guesses import guess
from .holdout import hold_out
from .order import FineTuning
from .predictions import predict
from .rehearsal import pack_rehearsal
from .seeds import sow
from .unfinished import RUN, begin_or_go_on, move_to, remove

EPOCHS, RATE, BATCH, SIDE = 10, 2e-4, 16, 256
_ROW_EVERY = 5  # steps: on a processor a step takes a second or more
_VALIDATION = 96  # crops
_PER_RUN = 10  # checkpoints and validations at most


def fine_tune(job: FineTuning, emit: Emit = no_events) -> Comparison:
    """Train, set thresholds, compare, and write the new model if it is better.

    Unfinished work stays in a hidden folder beside the output, from where the same job is resumed. Three parts of the
    dataset without common pixels are used: most of the training part trains, the rest of it sets thresholds, and the
    test part compares.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets the events of the worker: ``progress`` (stage ``train``, ``thresholds`` or
        ``compare``), ``resumed`` with the step, ``curve`` with the rows of the training's curve, ``thresholds`` with
        the types that have got new ones, and ``warning``.

    Raises
    ------
    RsqiError
        If the model cannot be trained, the dataset does not suffice, or something cannot be written.
    """
    if job.of_checkpoints:
        from .checkpoint_run import CheckpointRun

        return CheckpointRun(job, emit).run()
    return _Run(job, emit).run()


class _Run:
    """One fine-tuning in its folder."""

    def __init__(self, job: FineTuning, emit: Emit):
        self.job, self.emit, self.progress = job, emit, to_events(emit)
        self.old = load(job.model, "cpu")
        if not (self.old.folder / CARD).exists():
            raise ModelError(f"{self.old.folder}: no model folder with {CARD} and ONNX files to be fine-tuned")
        self.network = OnnxNetwork(self.old.folder)
        if job.heads:
            self.network.keep_body()
        self.folder = job.folder

    def run(self) -> Comparison:
        held_out, test = self._prepare()
        self._train()
        new = self._export()
        if held_out:
            new = self._set_thresholds(new, held_out)
        else:
            self.emit("warning", code="few_blocks", message="too few blocks to set thresholds: they stay as they were")
        comparison = compare(
            self.old.card,
            predict(self.old, test, self._counter("compare", 0, 2)),
            new.card,
            predict(new, test, self._counter("compare", 1, 2)),
        )
        self._finish(new, comparison)
        return comparison

    def _prepare(self) -> tuple[list[LabelledBlock], list[LabelledBlock]]:
        """Make the run's folder, or take that of the same job; return held-out blocks and the test part."""
        job, data = self.job, self.folder / "data"
        check_dataset(job.dataset)
        try:
            held_out, test = hold_out(job.dataset, data, job.seed, job.synthetic)
            if job.seeds:
                sow(self.old, data, test)
            pool = job.pool
            if pool is None and job.rehearse:
                pool = self.folder / f"rehearsal-{Material(None, data).fingerprint()['dataset']}.npz"
                pack_rehearsal(read_part(data, TRAIN), pool)
            if job.unlabelled:
                guess(self.old, job.unlabelled, data)
            self.material = Material(pool, data)
            self.settings = self._settings()
            course = self.settings.course | self.material.fingerprint() | {"origin": self.network.origin}
            course |= {"heads": True} if job.heads else {}
            begin_or_go_on(self.folder, course)
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written: {error.strerror}") from error
        return held_out, test

    def _settings(self) -> Settings:
        job = self.job
        self.batch = job.batch or BATCH
        given: dict[str, Any] = {"batch": self.batch, "side": job.side or SIDE, "seed": job.seed}
        given |= {"rate": job.rate or RATE, "negatives": job.negatives, "augment": job.augment}
        # Half precision is too coarse for what the first, fixed filters measure.
        given |= {"workers": 0, "validation": _VALIDATION, "warmup": 0.1, "average": 0.99, "precision": "fp32"}
        settings = settings_for("joint", **given)
        samples = max(self.batch, self.material.samples(settings, job.epochs or EPOCHS))
        steps = samples // self.batch
        return replace(settings, samples=samples, checkpoint_every=max(_ROW_EVERY, -(-steps // _PER_RUN)))

    def _train(self) -> None:
        run = self.folder / RUN
        step, rows = _so_far(run)
        if step:
            self.emit("resumed", step=step)
        for row in rows:
            self.emit("curve", **row)

        self.progress(Progress("train", step, self.settings.steps))
        means = self.job.device, self.progress, self.emit
        best = train(self.material, run, self.settings, *means, network=self.network, every=_ROW_EVERY)
        self.network.load_state_dict(read(best if best.exists() else run / CHECKPOINT)["average"])

    def _export(self) -> Model:
        job, folder = self.job, self.folder / "model"
        shutil.rmtree(folder, ignore_errors=True)
        old = self.old.card
        self.network.cpu().write(folder)
        training = {
            "data": [
                "reviewed errors",
                *(["guesses in unlabelled images"] if job.unlabelled else []),
                *(["synthesised errors"] if self.material.pool else []),
            ],
            "start": f"{old.id} {old.version} ({self.network.origin})",
            **({"weights": "heads"} if job.heads else {}),
            **({"outlines": "seeds"} if job.seeds else {}),
            "settings": self.settings.course | self.material.fingerprint(),
        }
        write_card(folder, replace(old, id=job.output.name, version="1", training=training, quality={}))
        return Model(folder, "cpu")

    def _set_thresholds(self, new: Model, held_out: list[LabelledBlock]) -> Model:
        predictions = predict(new, held_out, self._counter("thresholds", 0, 1))
        card, codes = adjusted(new.card, predictions, new.card.false_alarms or FALSE_ALARMS)
        self.emit("thresholds", types=list(codes))
        write_card(new.folder, card)
        return Model(new.folder, "cpu")

    def _finish(self, new: Model, comparison: Comparison) -> None:
        """Move the new model to the output if it is to be kept, and remove the run's folder."""
        if comparison.better or self.job.keep:
            write_card(new.folder, replace(new.card, quality=_quality(comparison)))
            move_to(self.job.output, new.folder, comparison)
        remove(self.folder)

    def _counter(self, stage: str, part: int, parts: int) -> Callable[[int, int], None]:
        """Return what counts the pictures of one of several parts of a stage."""
        return lambda done, total: self.progress(Progress(stage, part * total + done, parts * total))


def _so_far(run: Path) -> tuple[int, list[dict[str, Any]]]:
    """Return the step and the curve's rows from which a run goes on."""
    file, rows = run / ROWS, []
    step = read(run / CHECKPOINT)["step"] if (run / CHECKPOINT).exists() else 0
    if step and file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):  # the last line of a run that was stopped may be cut
                rows.append(json.loads(line))
    return step, [row for row in rows if row["step"] <= step]


def _quality(comparison: Comparison) -> dict[str, Any]:
    """Figures of the card, by type."""
    found = {row.code: {"f1": row.new_f1, "iou": row.new_iou, "blocks": row.blocks} for row in comparison.rows}
    return {
        code: {name: value for name, value in figures.items() if value is not None} for code, figures in found.items()
    }
