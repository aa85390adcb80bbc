"""Cut records into a dataset that Hugging Face `datasets` opens (paper, sections 2.2 and 2.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapely

from .. import limits
from ..blocks import Block, grid
from ..describe import LANGUAGES
from ..errors import OutputError, ParameterError, RsqiError
from ..files.atomic import whole_folder
from ..notes import Note, message_fields, message_of
from ..progress import Emit, OnProgress, Progress, no_events, no_progress
from ..raster import open_raster
from .card import card
from .layout import TEST, TRAIN
from .records import UNKNOWN, Record, find_records, read_record
from .samples import IMAGE, MASK, Samples
from .split import split
from .tables import write_tables
from .vocabulary import Vocabulary


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
    whole : bool
        Keep all blocks of a raster in one part, which is what tells how a model does on the next image.
    unreviewed : bool
        Take the errors of a GeoPackage that nobody has reviewed for true.
    seed : int
        The same records and settings give the same dataset.
    """

    sizes: tuple[int, ...] = limits.DATASET_SIZES
    overlap: float = limits.DATASET_OVERLAP
    test: float = limits.DATASET_TEST
    negatives: float = limits.NEGATIVES
    languages: tuple[str, ...] = LANGUAGES
    whole: bool = False
    unreviewed: bool = False
    seed: int = 0
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < limits.DATASET_SIZE_LEAST:
            raise ParameterError(f"block sizes {self.sizes} must be at least {limits.DATASET_SIZE_LEAST} px")
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
    rejected : int
        Blocks without error in which somebody has rejected one, the hardest to learn from.
    """

    totals: dict[str, int]
    counts: dict[str, Counter[int]]
    questions: dict[str, int]
    failed: int
    rejected: int = 0


def build(
    sources: Sequence[Path],
    output: Path,
    settings: Settings,
    progress: OnProgress = no_progress,
    emit: Emit = no_events,
    claim: Callable[[str], None] = lambda folder: None,
) -> Built:
    """Make the dataset; the folder appears whole or not at all.

    Parameters
    ----------
    sources : sequence of Path
        Folders of records and GeoPackages.
    output : Path
        A folder that does not exist yet or is empty.
    progress : callable
        Gets a `Progress` of the stage ``dataset`` after each record; its unit are the sources.
    emit : callable
        ``emit(event, **values)`` gets ``record`` for each record that is done, and ``warning`` for each thing that a
        person should know, such as a record that cannot be used; both have a ``message``.
    claim : callable
        Gets the folder of what is unfinished, which must be removed if the process is ended by force.

    Raises
    ------
    RsqiError
        A source does not exist, the output cannot be written, or no record holds an error.
    """
    for source in sources:
        if not source.exists():
            raise RsqiError(f"{source}: no such folder or file")
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise OutputError(Note("dataset_exists", "{path} exists already; choose another folder", path=str(output)))
    with whole_folder(output, "the dataset", "check the folder and the free space") as folder:
        claim(str(folder.parent))
        return _Work(folder, settings, progress, emit).run(sources)


class _Work:
    """One run, in a folder of its own."""

    def __init__(self, folder: Path, settings: Settings, progress: OnProgress, emit: Emit):
        self.folder, self.settings, self.progress, self.emit = folder, settings, progress, emit
        self.rng = np.random.default_rng(settings.seed)
        self.samples = Samples(folder.parent)  # until they are divided into parts
        self.failed = self.rejected = 0
        self.unknown: Counter[str] = Counter()

    def run(self, sources: Sequence[Path]) -> Built:
        clean: list[tuple[str, Block, bool]] = []
        cut = 0
        for record in self._records(sources):
            try:
                clean += ((record.raster, block, hard) for block, hard in self._cut(record))
            except RsqiError as error:
                self._fail(error)
                continue
            cut += 1
            self.progress(Progress("dataset", min(cut, len(sources)), len(sources)))
        for text, count in self.unknown.most_common():
            line = "the description '{text}' names no type or several (errors: {count}); see --words"
            self._warn(Note("dataset_words", line, text=text, count=count))
        positives = len(self.samples.items)
        if not positives:
            text = "no block with an error of known type in these records; nothing was written"
            raise RsqiError(Note("dataset_empty", text))
        share = self.settings.negatives
        # Where somebody has rejected an error, a person says that there is none: such blocks go in all and first.
        hard = sum(hard for _, _, hard in clean) if share else 0
        self._add_negatives(clean, max(hard, round(positives * share / (1 - share))))
        return self._write()

    def _records(self, sources: Sequence[Path]) -> Iterator[Record]:
        rasters = set()
        for source in sources:
            try:
                found = list(find_records(source))
            except (RsqiError, OSError) as error:
                self._fail(error)
                continue
            for entry in found:
                try:
                    record = read_record(entry, self.settings.vocabulary, self.settings.unreviewed)
                    if record.raster in rasters:
                        text = "{raster}: a second record of this raster; give only one of them"
                        raise RsqiError(Note("dataset_twice", text, raster=record.raster))
                except RsqiError as error:
                    self._fail(error)
                    continue
                rasters.add(record.raster)
                for note in record.notes:
                    self._warn(note)
                self.unknown += record.unknown
                yield record

    def _warn(self, text: str) -> None:
        self.emit("warning", code="dataset", **message_fields(text))

    def _fail(self, error: Exception) -> None:
        self.failed += 1
        self._warn(message_of(error))

    def _cut(self, record: Record) -> list[tuple[Block, bool]]:
        """Add the blocks with errors; return those that no error touches, and whether a rejected one does."""
        clean, unclear, before = [], 0, len(self.samples.items)
        tree, rejected = shapely.STRtree(record.geometries), shapely.STRtree(record.rejected)
        with open_raster(record.raster) as raster:
            for block in self._blocks(record):
                centres = _centres(block)
                touched = tree.query(centres, predicate="intersects")
                ids = record.category_ids[touched]
                if not len(touched):
                    clean.append((block, rejected.query(centres, predicate="intersects").size > 0))
                elif (ids == UNKNOWN).any():
                    unclear += 1
                else:
                    self.samples.add(raster, block, record.geometries[touched], ids)
        found = f"{len(self.samples.items) - before} blocks with errors, {len(clean)} without"
        self.emit("record", message=f"{record.raster}: {found}")
        if unclear:
            text = "{raster}: blocks left out, touched by errors unreviewed or of unknown type: {count}"
            self._warn(Note("dataset_unclear", text, raster=record.raster, count=unclear))
        return clean

    def _blocks(self, record: Record) -> Iterator[Block]:
        x, y, width, height = record.window
        for size in sorted(set(self.settings.sizes)):
            for block in grid(width, height, size, self.settings.overlap):
                yield replace(block, x=block.x + x, y=block.y + y)

    def _add_negatives(self, clean: list[tuple[str, Block, bool]], wanted: int) -> None:
        """Add blocks without error, the hard ones first and else by chance, until there are enough or no more."""
        order = sorted(self.rng.permutation(len(clean)).tolist(), key=lambda n: not clean[n][2])
        while wanted and order:
            chosen, order = order[:wanted], order[wanted:]
            by_raster: dict[str, list[tuple[Block, bool]]] = {}
            for path, block, hard in (clean[n] for n in sorted(chosen)):
                by_raster.setdefault(path, []).append((block, hard))
            for path, blocks in by_raster.items():
                try:
                    with open_raster(path) as raster:
                        for block, hard in blocks:
                            added = self.samples.add(raster, block)
                            wanted -= added
                            self.rejected += added and hard
                except RsqiError as error:
                    self._fail(error)
        if wanted:
            text = "blocks without error that are missing for the wanted share: {count}"
            self._warn(Note("dataset_negatives", text, count=int(wanted)))

    def _write(self) -> Built:
        """Divide what was cut, and write the tables and the card."""
        settings, samples = self.settings, self.samples.items
        in_test = split(samples, settings.test, self.rng, settings.whole)
        if settings.test and not any(sample.labels for sample, test in zip(samples, in_test) if test):
            in_test[:] = False
            text = "no test part: too few blocks, or all overlap; give more images, or less overlap"
            self._warn(Note("dataset_no_test", text))
        parts = {TRAIN: [sample for sample, test in zip(samples, in_test) if not test]}
        if in_test.any():
            parts[TEST] = [sample for sample, test in zip(samples, in_test) if test]
        questions = {}
        for part, members in parts.items():
            folder = self.folder / part
            for kind in (IMAGE, MASK):
                (folder / kind).mkdir(parents=True)
            for sample in members:
                self.samples.move(sample, folder)
            questions[part] = write_tables(folder, members, settings.languages, self.rng)
        built = Built(
            totals={part: len(members) for part, members in parts.items()},
            counts={part: Counter(n for s in members for n in s.labels or (0,)) for part, members in parts.items()},
            questions=questions,
            failed=self.failed,
            rejected=self.rejected,
        )
        rasters = len({sample.raster for sample in samples})
        text = card(built.counts, built.totals, settings.languages, settings.sizes, rasters)
        (self.folder / "README.md").write_text(text, encoding="utf-8")
        return built


def _centres(block: Block) -> shapely.Polygon:
    """Return what the centres of a block's pixels span: a polygon beside it marks none of them."""
    return shapely.box(block.x + 0.5, block.y + 0.5, block.x + block.width - 0.5, block.y + block.height - 0.5)
