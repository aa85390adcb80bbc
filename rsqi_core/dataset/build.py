"""Cut records into a dataset that Hugging Face `datasets` opens (paper, sections 2.2 and 2.3)."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import shapely

from .. import __version__
from ..blocks import Block, grid
from ..describe import LANGUAGES, Finding, QuestionAnswer, caption, find, question_answers
from ..errors import OutputError, ParameterError, RsqiError
from ..raster import Raster, open_raster
from ..taxonomy import IGNORED, by_code
from .card import card
from .draw import draw
from .records import UNKNOWN, Record, find_records, read_record
from .split import Item, split
from .vocabulary import Vocabulary

NEGATIVES = 1027 / 3882  # share of blocks without error (paper, section 2.2)
NEGATIVE_ANSWERS = 0.2  # share of the answers "no" that are kept (paper, section 2.3)
MIN_VALID = 0.1  # share of a block that must be image
MIN_SIZE = 32
TRAIN, TEST = "train", "test"
_MISSING = by_code("pixel_missing").id


@dataclass(frozen=True)
class Settings:
    """How a dataset is made.

    Attributes
    ----------
    sizes : tuple of int
        Sides of the blocks in pixels.
    overlap : float
        Of neighbouring blocks, 0 <= overlap < 1 of the side.
    test : float
        Share of the test part, 0 <= test < 1.
    negatives : float
        Share of blocks without error in the whole, 0 <= negatives < 1.
    languages : tuple of str
        Of descriptions, questions and answers.
    unreviewed : bool
        Take the errors of a GeoPackage that nobody has reviewed for true.
    seed : int
        The same records and settings give the same dataset.
    """

    sizes: tuple[int, ...] = (512, 1024)
    overlap: float = 0.0
    test: float = 0.1
    negatives: float = NEGATIVES
    languages: tuple[str, ...] = LANGUAGES
    unreviewed: bool = False
    seed: int = 0
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < MIN_SIZE:
            raise ParameterError(f"block sizes {self.sizes} must be at least {MIN_SIZE} px")
        for name in ("overlap", "test", "negatives"):
            if not 0 <= getattr(self, name) < 1:
                raise ParameterError(f"{name} {getattr(self, name)} must be at least 0 and below 1")


@dataclass(frozen=True)
class Built:
    """What came of it.

    Attributes
    ----------
    totals : dict
        Part to number of blocks.
    counts : dict
        Part to type to number of blocks; type 0 stands for blocks without error.
    questions : dict
        Part to number of question-answer pairs.
    failed : int
        Records that could not be used.
    """

    totals: dict[str, int]
    counts: dict[str, Counter]
    questions: dict[str, int]
    failed: int


@dataclass(frozen=True)
class _Sample:
    name: str
    item: Item
    findings: tuple[Finding, ...]


def build(
    sources: Sequence[Path],
    output: Path,
    settings: Settings,
    warn: Callable[[str], None] = lambda text: None,
    tell: Callable[[str], None] = lambda text: None,
) -> Built:
    """Make the dataset; the folder appears whole or not at all.

    Parameters
    ----------
    sources : sequence of Path
        Folders of records and GeoPackages.
    output : Path
        A folder that does not exist yet or is empty.
    warn : callable
        Told one line for each thing that a person should know, such as a record that cannot be used.
    tell : callable
        Told one line for each record that is done.

    Raises
    ------
    RsqiError
        A source does not exist, the output cannot be written, or no record holds an error.
    """
    for source in sources:
        if not source.exists():
            raise ParameterError(f"{source}: no such folder or file")
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise OutputError(f"{output} exists already; choose another folder")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".rsqi-", dir=output.parent) as name:
            work = _Work(Path(name), settings, warn, tell)
            built = work.run(sources)
            if output.exists():
                output.rmdir()
            work.folder.rename(output)
            return built
    except OSError as error:
        raise OutputError(f"{output}: cannot write the dataset ({error.strerror or error})") from error


class _Work:
    """One run, in a folder of its own."""

    def __init__(self, folder: Path, settings: Settings, warn: Callable[[str], None], tell: Callable[[str], None]):
        self.folder, self.settings, self.warn, self.tell = folder / "dataset", settings, warn, tell
        self.rng = np.random.default_rng(settings.seed)
        self.samples: list[_Sample] = []
        self.failed = 0
        self._stems: dict[str, str] = {}
        for kind in ("image", "mask"):
            (folder / kind).mkdir()
        self.staged = folder

    def run(self, sources: Sequence[Path]) -> Built:
        candidates: list[tuple[Record, Block]] = []
        for record in self._records(sources):
            try:
                candidates += self._cut(record)
            except RsqiError as error:
                self._fail(error)
        positives = len(self.samples)
        if not positives:
            raise RsqiError("no block with an error of known type in these records; nothing was written")
        share = self.settings.negatives
        self._add_negatives(candidates, round(positives * share / (1 - share)))
        return self._write()

    def _records(self, sources: Sequence[Path]) -> Iterable[Record]:
        rasters = set()
        for source in sources:
            try:
                found = list(find_records(source))
            except RsqiError as error:
                self._fail(error)
                continue
            for entry in found:
                try:
                    record = read_record(entry, self.settings.vocabulary, self.settings.unreviewed)
                    if record.raster in rasters:
                        raise RsqiError(f"{record.raster}: a second record of this raster; give only one of them")
                except RsqiError as error:
                    self._fail(error)
                    continue
                rasters.add(record.raster)
                for note in record.notes:
                    self.warn(note)
                yield record

    def _fail(self, error: Exception) -> None:
        self.failed += 1
        self.warn(str(error))

    def _cut(self, record: Record) -> list[tuple[Record, Block]]:
        """Add the blocks with errors; return those that no error touches."""
        clean, unclear, before = [], 0, len(self.samples)
        tree = shapely.STRtree(record.geometries)
        with open_raster(record.raster) as raster:
            for block in self._blocks(record):
                touched = tree.query(_centres(block), predicate="intersects")
                ids = record.category_ids[touched]
                if not len(touched):
                    clean.append((record, block))
                elif (ids == UNKNOWN).any():
                    unclear += 1
                else:
                    self._add(raster, block, record.geometries[touched], ids)
        self.tell(f"{record.raster}: {len(self.samples) - before} blocks with errors, {len(clean)} without")
        if unclear:
            self.warn(f"{record.raster}: {unclear} blocks left out, touched by errors unreviewed or of unknown type")
        return clean

    def _blocks(self, record: Record) -> Iterable[Block]:
        x, y, width, height = record.window
        for size in self.settings.sizes:
            for b in grid(width, height, size, self.settings.overlap):
                yield Block(size, b.row, b.col, b.x + x, b.y + y, b.width, b.height)

    def _add_negatives(self, candidates: list[tuple[Record, Block]], wanted: int) -> None:
        order = self.rng.permutation(len(candidates)).tolist()
        while wanted and order:
            chosen, order = order[:wanted], order[wanted:]
            by_raster: dict[str, list[Block]] = {}
            for n in sorted(chosen):
                record, block = candidates[n]
                by_raster.setdefault(record.raster, []).append(block)
            for path, blocks in by_raster.items():
                try:
                    with open_raster(path) as raster:
                        wanted -= sum(self._add(raster, block) for block in blocks)
                except RsqiError as error:
                    self._fail(error)
        if wanted:
            self.warn(f"{wanted} blocks without error are missing for the wanted share")

    def _add(
        self, raster: Raster, block: Block, geometries: np.ndarray | None = None, ids: np.ndarray | None = None
    ) -> bool:
        """Write image and mask of a block, padded to its size; return False if there is nothing to learn from it."""
        box = block.x, block.y, block.width, block.height
        rgb, valid = raster.read(*box)
        if np.count_nonzero(valid) < MIN_VALID * block.size**2:
            return False
        drawn = draw(geometries, ids, *box) if geometries is not None else np.zeros(valid.shape, np.uint8)
        mask = np.full((block.size, block.size), IGNORED, np.uint8)
        # Where the image marks lost pixels as nodata, the inspector's word for them goes first.
        known = valid | (drawn == _MISSING)
        mask[: block.height, : block.width] = np.where(known, drawn, IGNORED)
        findings = find(mask)
        if geometries is not None and not findings:
            return False  # errors beside the pixels, or too little of one to be said to exist
        image = np.zeros((block.size, block.size, 3), np.uint8)
        image[: block.height, : block.width] = rgb
        name = f"{self._stem(raster.path)}-{block.size}-{block.x}-{block.y}.png"
        _write_png(self.staged / "image" / name, image[..., ::-1])
        _write_png(self.staged / "mask" / name, mask)
        labels = tuple(finding.error_type.id for finding in findings)
        self.samples.append(_Sample(name, Item(raster.path, block.x, block.y, block.size, labels), findings))
        return True

    def _stem(self, raster: str) -> str:
        """Return a short name for the raster that no other has."""
        if raster not in self._stems:
            stem = wanted = re.sub(r"[^\w.]+", "_", Path(raster).stem)
            number = 1
            while stem in self._stems.values():
                number += 1
                stem = f"{wanted}_{number}"
            self._stems[raster] = stem
        return self._stems[raster]

    def _write(self) -> Built:
        """Divide what was cut, and write the tables and the card."""
        in_test = split([sample.item for sample in self.samples], self.settings.test, self.rng)
        if self.settings.test and not any(s.item.labels for s, test in zip(self.samples, in_test) if test):
            in_test[:] = False
            self.warn("no test part: too few blocks, or all of them overlap; give more images or --overlap 0")
        parts = {TRAIN: [s for s, test in zip(self.samples, in_test) if not test]}
        if in_test.any():
            parts[TEST] = [s for s, test in zip(self.samples, in_test) if test]
        questions = {part: self._write_part(part, samples) for part, samples in parts.items()}
        counts = {part: Counter(n for s in samples for n in s.item.labels or (0,)) for part, samples in parts.items()}
        totals = {part: len(samples) for part, samples in parts.items()}
        columns = [(name, "string") for name in (*self._descriptions(), "raster")]
        columns += [(name, "int64") for name in ("x", "y", "size")]
        text = card(
            counts, totals, columns, self.settings.languages, self.settings.sizes, len(self._stems), NEGATIVE_ANSWERS,
            __version__,
        )  # fmt: skip
        (self.folder / "README.md").write_text(text, encoding="utf-8")
        return Built(totals, counts, questions, self.failed)

    def _descriptions(self) -> dict[str, str]:
        """Return the columns of the descriptions and their languages; the first language has the plain name."""
        first, *others = self.settings.languages
        return {"description": first, **{f"description_{language}": language for language in others}}

    def _write_part(self, part: str, samples: list[_Sample]) -> int:
        """Write one part; return the number of its question-answer pairs."""
        folder = self.folder / part
        for kind in ("image", "mask"):
            (folder / kind).mkdir(parents=True)
            for sample in samples:
                (self.staged / kind / sample.name).rename(folder / kind / sample.name)
        # Readers take the type of a column from its first rows: a list of labels there should not be empty.
        rows = sorted(samples, key=lambda sample: not sample.item.labels)
        _write_lines(folder / "metadata.jsonl", map(self._row, rows))
        kept = retain([pair.positive for _, pair in self._pairs(rows)], NEGATIVE_ANSWERS, self.rng)
        pairs = (pair for keep, pair in zip(kept, self._pairs(rows)) if keep)
        _write_lines(folder / "qa.jsonl", (_qa_row(*pair) for pair in pairs))
        return int(kept.sum())

    def _pairs(self, samples: list[_Sample]) -> Iterator[tuple[_Sample, QuestionAnswer]]:
        for sample in samples:
            for language in self.settings.languages:
                for pair in question_answers(sample.findings, language):
                    yield sample, pair

    def _row(self, sample: _Sample) -> dict:
        item = sample.item
        return {
            "file_name": f"image/{sample.name}",
            "mask_file_name": f"mask/{sample.name}",
            "labels": list(item.labels),
            **{column: caption(sample.findings, language) for column, language in self._descriptions().items()},
            "raster": Path(item.raster).name,
            "x": item.x,
            "y": item.y,
            "size": item.size,
        }


def retain(positive: Sequence[bool], share: float, rng: np.random.Generator) -> np.ndarray:
    """Choose answers: every positive one and a random `share` of the negative ones (paper, section 2.3); bool [N]."""
    kept = np.array(positive, bool)
    negative = np.flatnonzero(~kept)
    kept[rng.choice(negative, round(share * len(negative)), replace=False)] = True
    return kept


def _centres(block: Block) -> shapely.Polygon:
    """Return what the centres of a block's pixels span: a polygon beside it marks none of them."""
    return shapely.box(block.x + 0.5, block.y + 0.5, block.x + block.width - 0.5, block.y + block.height - 0.5)


def _qa_row(sample: _Sample, pair: QuestionAnswer) -> dict:
    return {
        "image": f"image/{sample.name}",
        "question": pair.question,
        "answer": pair.answer,
        "language": pair.language,
        "type": pair.type,
    }


def _write_png(path: Path, pixels: np.ndarray) -> None:
    # The encoder's own writing fails on names that are not ASCII on some systems.
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def _write_lines(path: Path, rows: Iterable[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
