"""The model card for people, in English and Chinese: a model's purpose, data, training, figures and failures.

The texts lie in ``resources/model_card/texts.json``, both languages of each side by side, the facts about the imagery
sets in ``sets.json`` beside it. Everything else comes from the model's own card and from what the benchmark measured.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import OutputError, ParameterError
from ...files.atomic import reason, write_whole
from ...files.earlier import refuse_foreign
from ...imagery import CLEAN, MATTES, REAL, files
from ...models import Model
from ...models.architectures import CLASSIFIER, SEGMENTER
from ...models.card import INT8
from ...parameters import Parameters
from ...resources import path as resource
from ...taxonomy import by_code
from ..benchmark.frozen import Entry
from ..benchmark.measure import Measured
from ..benchmark.scenes import COVERED, MATCHES
from ..calibration.thresholds import SPARING, TOGETHER
from ..pages.page import IMAGES
from ..pages.tables import markdown
from .card_figures import TypeFigures, figures_by_type, figures_together

LANGUAGES = {"en": "", "zh": ".zh"}  # what stands before the suffix of the file's name
CURVE = "images/training.svg"  # beside the card
_MARK = b"rsqi evaluate --card"  # in every card
LICENCE = "GPL-3.0-or-later"
_BAR = 0.75  # F1 that every type is meant to reach
_SHOWN = 2  # types whose examples are in the card itself
_LANDSCAPE = "landscape"  # generated, so there are no pictures to count
_SEPARATOR = {"en": ", ", "zh": "、"}
_REAL = ("real_cloud", "real_shadow", "real_shadow_auroc", "real_seam_auroc", "real_veils", "real_clean_worst",
         "real_clean_any")  # fmt: skip
_TOGETHER = ("macro_f1", "miou", "any_clean", "any_decoy", "touched", "false_objects", "sentinel", "landsat", "veil",
             "dates", *_REAL, "objects", "score_error", "grade", "two_steps", "two_steps_precision")  # fmt: skip


def write_model_card(measured: Measured, data: Path, card: Path, page: Path | None = None) -> list[Path]:
    """Write the card in English as `card` and in Chinese beside it: ``card.md`` and ``card.zh.md``.

    Parameters
    ----------
    measured : Measured
        A run of the benchmark with a model.
    data : pathlib.Path
        Folder of the imagery sets, whose pictures are counted.
    page : pathlib.Path, optional
        The benchmark's page, for links to it and to the examples beside it; beside the card if missing.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    ParameterError
        If only the rules were measured.
    OutputError
        If a file cannot be written.
    """
    if measured.model is None:
        raise ParameterError("a model card needs a model, but only the rules were measured")
    files = files_of(card)
    facts = Facts(measured, measured.model, data, card.parent, page or card.with_name("benchmark.md"))
    for language, file in files.items():
        (other,) = (another.name for another in files.values() if another != file)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{file.parent}: cannot make this folder: {reason(error)}") from error
        write_whole(file, Wording(language, facts).card(other).encode("utf-8"))
    return list(files.values())


def files_of(card: Path) -> dict[str, Path]:
    """Return the files of a card by language."""
    return {language: card.with_name(f"{card.stem}{mark}{card.suffix}") for language, mark in LANGUAGES.items()}


def refuse_other_card(card: Path) -> None:
    """Refuse to write over texts that are no model cards of `write_model_card`.

    Raises
    ------
    OutputError
    """
    refuse_foreign(files_of(card).values(), _is_card)


def _is_card(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(4096)


class Facts:
    """The content of the card that does not depend on its language.

    Attributes
    ----------
    types : list of TypeFigures
    values : dict
        Figures by the names that the texts use.
    runs : list of dict
        Settings of the trainings that the model comes from; empty for a foreign model.
    learned_from : list of str
        Imagery sets that errors were planted on.
    trained, held_out : Counter
        Pictures of each imagery set.
    blocks : Counter
        Blocks and real pictures of the benchmark that use each set.
    """

    def __init__(self, measured: Measured, model: Model, data: Path, folder: Path, page: Path):
        self.model, self.folder, self.page = model, folder, page
        self.runs = _runs(model.card.training)
        pooled = any("pool" in run or _earlier(run) for run in self.runs)
        named = model.card.training.get("data", ()) if pooled else ()
        self.learned_from = [_LANDSCAPE if name.endswith(_LANDSCAPE) else name for name in named]
        self.types = figures_by_type(measured, model.card)
        self.trained, self.held_out = (_pictures(data, validation) for validation in (False, True))
        entries = [*(entry for entry, _ in measured.blocks), *measured.real.entries]
        self.blocks = Counter(name for entry in entries for name in _sets_of(entry))
        self.values = figures_together(measured) | _conditions(measured, model) | {"page": self.link(page)}

    def link(self, file: Path) -> str:
        """Path of a file as seen from the card."""
        return Path(os.path.relpath(file, self.folder)).as_posix()

    def example(self, code: str) -> str:
        """Link to a type's finds and misses; empty if there is no such picture."""
        file = self.page.parent / IMAGES / f"{code}.jpg"
        return self.link(file) if file.exists() else ""


def _runs(training: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Settings of one training, or of the classifier's and the segmenter's."""
    settings = training.get("settings", {})
    runs = [settings[part] for part in (CLASSIFIER, SEGMENTER) if part in settings] or [settings]
    return [run for run in runs if {"samples", "batch"} <= run.keys()]


def _earlier(run: Mapping[str, Any]) -> bool:
    """Was the run, or one that it was initialised from, made with other recipes than today's?

    So it was before there were tasks to choose from; later a note ``recipes`` among the settings says so.
    """
    first = run.get("init")
    return "task" not in run or "recipes" in run or (isinstance(first, Mapping) and _earlier(first))


def _taught(run: Mapping[str, Any]) -> bool:
    """Had the run, or one that it was initialised from, a teacher?"""
    first = run.get("init")
    return bool(run.get("teacher")) or (isinstance(first, Mapping) and _taught(first))


def _conditions(m: Measured, model: Model) -> dict[str, Any]:
    card, usual = model.card, Parameters()
    sides = sorted({sample.image.shape[0] for _, sample in m.blocks})
    return {
        "model": f"{card.id} {card.version}",
        "mb": [f"{size / 1e6:.1f}" for size in model.sizes],
        "ms": [f"{time:.0f}" for time in m.model_results[0].milliseconds],
        "sides": f"{sides[0]}–{sides[-1]}",
        "provider": model.provider,
        "blocks": "/".join(map(str, usual.blocks)),
        "overlap": f"{100 * usual.overlap:.0f}",
        "tile": card.tile_size,
        "gate": f"{card.stripe_gate:.2g}",
        "match": MATCHES[0],
        "covered": f"{100 * COVERED:.0f}",
        "bar": _BAR,
        "differing": m.differing,
    } | {part: int(m.where(part).sum()) for part in ("defect", "clean", "decoy")}


def _pictures(data: Path, validation: bool) -> Counter[str]:
    """Pictures of each set, of twins one."""
    shown = {
        (kind.name, re.sub("_(cloudy|clear|hazy)$", "", file.stem))
        for kind in (*CLEAN, *REAL, *MATTES)
        for file in files(data, kind, validation)
    }
    return Counter(name for name, _ in shown)


def _sets_of(entry: Entry) -> set[str]:
    return {source.partition("/")[0] for source in (entry.source, entry.second) if source}


class Wording:
    """The card in one language.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.
    """

    def __init__(self, language: str, facts: Facts):
        self.language, self.facts = language, facts
        self._texts = _resource("texts.json")

    def t(self, key: str, **values: Any) -> str:
        """Return a text with the figures in it."""
        return self._texts[key][self.language].format(**(self.facts.values | values))

    def name(self, code: str) -> str:
        """Name of a type."""
        return getattr(by_code(code), self.language)

    def names(self, figures: Mapping[str, float | None]) -> str:
        """Names of types with a figure each, or without one."""
        named = (f"{self.name(code)} {'' if value is None else f'{value:.3f}'}" for code, value in figures.items())
        return _SEPARATOR[self.language].join(text.strip() for text in named)

    def card(self, other: str) -> str:
        """Return the whole card as Markdown; `other` is the file of the other language."""
        sections: dict[str, Sequence[str]] = {
            "purpose": [self.t("purpose_text")],
            "interface": [self._interface()],
            "figures": [self._by_type(), self.t("figures_note"), self._together()],
            "failures": [self._failures(), *self._examples()],
            "data": self._data(),
            "training": self._training(),
        }
        parts = [f"# {self.t('title')}", self.t("other", other=other), self.t("origin")]
        parts += [self.t("differing")] if self.facts.values["differing"] else []
        parts.append(self._summary())
        for key, texts in sections.items():
            parts += [f"## {self.t(key)}", *texts]
        return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"

    def _summary(self) -> str:
        parts = ("task", "arch", "size")
        networks = [" ".join(str(run[part]) for part in parts if part in run) for run in self.facts.runs]
        rows = [[self.t("network"), " + ".join(networks)]] if any(networks) else []
        rows += [
            [self.t("encoder"), self.t("encoder_cell", **{"sha256": "–", **encoder})]
            for encoder in self.facts.model.card.training.get("encoder", ())
        ]
        card = self.facts.model.card
        if made := card.training.get(INT8):
            rows.append([self.t("precision"), self.t("precision_cell", precision=card.precision, **made)])
        rows += [[self.t(key), self.t(f"{key}_cell")] for key in ("files", "time")]
        licence = LICENCE if self.facts.runs else self.t("licence_elsewhere")
        if any(map(_taught, self.facts.runs)):
            licence += f"; {self.t('licence_taught')}"
        rows += [[self.t("licence"), licence], [self.t("contact"), self.t("contact_cell")]]
        return markdown([self.t("model"), f"{self.facts.values['model']} (`{self.facts.model.hash}`)"], rows)

    def _interface(self) -> str:
        card = self.facts.model.card
        lines = [self.t("interface_text", mode=self.t(card.constraint))]
        lines.append(self.t("seams_as_lines" if card.seams else "seams_as_blocks"))
        if card.false_alarms is not None:
            share, together = (f"{100 * each * card.false_alarms:g}" for each in (1, TOGETHER))
            lines.append(self.t("thresholds_text", false_alarms=share, together=together))
        if card.false_alarms is not None and card.sparing:
            share, names = f"{100 * SPARING * card.false_alarms:.2g}", self.names(dict.fromkeys(card.sparing))
            lines.append(self.t("sparing", false_alarms=share, types=names))
        return "\n".join(lines)

    def _by_type(self) -> str:
        rows = []
        for t in self.facts.types:
            threshold = self.t("by_rule") if t.by_rule else self.t("not_marked")
            if t.threshold is not None and not t.by_rule:
                threshold = f"{t.threshold:.2f}"
            file = self.facts.example(t.type.code)
            name = f"[{self.name(t.type.code)}]({file})" if file else self.name(t.type.code)
            rows.append([name, threshold, t.shown_f1, t.auroc, t.iou, t.clean, t.decoy])
        return markdown([self.t(k) for k in ("type", "threshold", "f1", "auroc", "iou", "clean", "decoys")], rows)

    def _together(self) -> str:
        rows = [[self.t(key), self.facts.values[key]] for key in _TOGETHER]
        return markdown([self.t("together"), self.t("measured")], rows)

    def _failures(self) -> str:
        """Return a line on each kind of failure."""
        model, types = self.facts.model, self.facts.types
        withheld = model.card.withheld
        auroc = {code: model.card.quality.get(code, {}).get("auroc") for code in model.blind}
        lists = {
            "lacking": {code: None for code in model.blind if code in model.lacking},
            "blind": {code: auroc[code] for code in model.blind if code not in (*model.lacking, *withheld)},
            "withheld": {code: auroc[code] for code in withheld},
            "weak": {t.type.code: t.f1 for t in _worst_first(types) if t.f1 < _BAR},
            "confused": {t.type.code: t.decoy for t in sorted(types, key=lambda t: -t.decoy)[:3] if t.decoy},
        }
        lines = [self.t(key, types=self.names(figures)) for key, figures in lists.items() if figures]
        if self.facts.values["lost"]:
            lines.append(self.t("missed"))
        return "\n".join(f"* {line}" for line in lines)

    def _examples(self) -> list[str]:
        """Pictures of the types that are marked worst."""
        shown = [t.type.code for t in _worst_first(self.facts.types) if self.facts.example(t.type.code)][:_SHOWN]
        pictures = [f"![{self.name(code)}]({self.facts.example(code)})\n\n*{self.name(code)}*" for code in shown]
        return [self.t("shown"), *pictures] if pictures else []

    def _data(self) -> list[str]:
        facts, known = self.facts, _resource("sets.json")
        rows = []
        for name in dict.fromkeys([*facts.learned_from, *sorted(facts.blocks)]):
            row: list[object] = [name, self.t("unknown_set"), None, None, None]
            if entry := known.get(name):
                row = [name, entry["shows"][self.language], entry["resolution"], entry["source"],
                       entry["licence"][self.language]]  # fmt: skip
            counts: tuple[object, object] = (None, None)
            if name in facts.learned_from:
                generated = name == _LANDSCAPE
                counts = (self.t("generated"),) * 2 if generated else (facts.trained[name], facts.held_out[name])
            rows.append([*row, *counts, facts.blocks[name]])
        keys = ("set", "shows", "resolution", "source", "stated", "trained", "held_out", "benchmark")
        table = [markdown([self.t(key) for key in keys], rows), self.t("data_note")]
        return [*table, *self._errors()] if facts.runs else [self.t("undocumented"), *table]

    def _errors(self) -> list[str]:
        """Sources of the errors in the training data, and what these lack."""
        recorded = any("dataset" in run for run in self.facts.runs)
        texts = [self.t("recorded")] if recorded else []
        if self.facts.learned_from:
            texts.append(self.t("earlier" if any(map(_earlier, self.facts.runs)) else "synthesised"))
        if not recorded:
            texts.append(self.t("unseen"))
        return texts

    def _training(self) -> list[str]:
        texts = [text for run in self.facts.runs for text in self._run(run)]
        if not texts:
            return [self.t("undocumented")]
        texts.append(self.t("not_reproduced" if any(map(_earlier, self.facts.runs)) else "reproduce"))
        if (self.facts.folder / CURVE).exists():
            texts.append(f"![{self.t('curve')}]({CURVE})\n\n*{self.t('curve')}*")
        return texts

    def _run(self, run: Mapping[str, Any]) -> list[str]:
        """Return the length and the settings of a run, after those of the run that it goes on from."""
        first = run.get("init")
        texts = self._run(first) if isinstance(first, Mapping) else []
        start = self.t("from_weights" if first else "from_random")
        counts = {"samples": run["samples"], "batch": run["batch"], "steps": run["samples"] // run["batch"]}
        shown = {name: value for name, value in run.items() if value not in ("", None) and value is not first}
        settings = ", ".join(f"`{name} = {value}`" for name, value in shown.items())
        taught = [self.t("taught", teacher=run["teacher"])] if run.get("teacher") else []
        return [*texts, self.t("length", start=start, **counts), *taught, self.t("settings", settings=settings)]


def _worst_first(types: Sequence[TypeFigures]) -> list[TypeFigures]:
    """The types that are marked at all, by ascending F1."""
    return sorted((t for t in types if not math.isnan(t.f1)), key=lambda t: t.f1)


def _resource(name: str) -> dict[str, Any]:
    return json.loads(resource("model_card", name).read_text(encoding="utf-8"))
