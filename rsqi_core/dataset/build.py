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
from ..taxonomy import IGNORED, by_id
from .annotated import Annotated, read_annotated
from .card import card
from .class_names import UnknownClass
from .draw import draw
from .duplicates import refuse_duplicates
from .formats import AUTO, RECORDS, find_entries
from .layout import IMAGE, LIST, MASK, SHEET, TEST, TRAIN
from .palette import Palette
from .records import UNKNOWN, Record, Station, read_record
from .samples import Sample, Samples
from .scenes import scene_of, sheet_of
from .sheet import write_sheet
from .split import WHOLE, split
from .tables import write_list, write_tables
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
        Keep all blocks of a scene in one part, which is what tells how a model does on the next image. So it is anyhow
        where there are `WHOLE` scenes, and always with pictures of data sets.
    unreviewed : float, optional
        Take the errors of a GeoPackage that nobody has reviewed for true from this confidence on.
    seed : int
        The same records and settings give the same dataset.
    form : str
        One of `limits.DATASET_FORMATS`.
    palette : Palette
        What the pixels of masks mean.
    scene : str
        A regular expression that finds the scene in the name of a file; empty for the usual ones (`sheet_of`).
    """

    sizes: tuple[int, ...] = limits.DATASET_SIZES
    overlap: float = limits.DATASET_OVERLAP
    test: float = limits.DATASET_TEST
    negatives: float = limits.NEGATIVES
    languages: tuple[str, ...] = LANGUAGES
    whole: bool = False
    unreviewed: float | None = None
    seed: int = 0
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    form: str = AUTO
    palette: Palette = field(default_factory=Palette)
    scene: str = ""

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < limits.DATASET_SIZE_LEAST:
            raise ParameterError(f"block sizes {self.sizes} must be at least {limits.DATASET_SIZE_LEAST} px")
        for name in ("overlap", "test", "negatives"):
            if not 0 <= getattr(self, name) < 1:
                raise ParameterError(f"{name} {getattr(self, name)} must be at least 0 and below 1")
        if self.unreviewed is not None and not 0 <= self.unreviewed <= 1:
            raise ParameterError(f"confidence {self.unreviewed:g} must be between 0 and 1")
        if self.form not in limits.DATASET_FORMATS:
            raise ParameterError(f"unknown format '{self.form}'; choose from {', '.join(limits.DATASET_FORMATS)}")
        sheet_of("", self.scene)  # is it a regular expression?


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
    scenes : dict
        Part to number of scenes.
    """

    totals: dict[str, int]
    counts: dict[str, Counter[int]]
    questions: dict[str, int]
    failed: int
    rejected: int = 0
    scenes: dict[str, int] = field(default_factory=dict)


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
        A source does not exist, the output cannot be written, no record holds an error, a class is unknown, or the
        parts share a picture.
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
        self.scenes: dict[str, str] = {}  # by raster
        self.pictures = False  # is any record a picture of a data set?

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
        positives = sum(bool(sample.labels) for sample in self.samples.items)
        if not positives:
            text = "no block with an error of known type in these records; nothing was written"
            raise RsqiError(Note("dataset_empty", text))
        share = self.settings.negatives
        # Where somebody has rejected an error, a person says that there is none: such blocks go in all and first.
        hard = sum(hard for _, _, hard in clean) if share else 0
        self._add_negatives(
            clean, max(hard, round(positives * share / (1 - share)) - len(self.samples.items) + positives)
        )
        return self._write()

    def _records(self, sources: Sequence[Path]) -> Iterator[Record]:
        rasters = set()
        for source in sources:
            try:
                form, found = find_entries(source, self.settings.form, self.settings.vocabulary)
            except UnknownClass:
                raise  # of a whole class nothing would be there
            except (RsqiError, OSError) as error:
                self._fail(error)
                continue
            if form != RECORDS:
                self.emit("record", message=f"{source}: pictures as {form}: {len(found)}")
            for entry in found:
                try:
                    record = self._read(entry)
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

    def _read(self, entry: Station | Path | Annotated) -> Record:
        if isinstance(entry, Annotated):
            return read_annotated(entry, self.settings.palette)
        return read_record(entry, self.settings.vocabulary, self.settings.unreviewed)

    def _warn(self, text: str) -> None:
        self.emit("warning", code="dataset", **message_fields(text))

    def _fail(self, error: Exception) -> None:
        self.failed += 1
        self._warn(message_of(error))

    def _cut(self, record: Record) -> list[tuple[Block, bool]]:
        """Add the blocks with errors; return those that no error touches, and whether a rejected one does."""
        self.pictures |= record.is_picture
        scene = self.scenes[record.raster] = self._scene(record)
        with open_raster(record.raster) as raster:
            if record.labels is not None:
                self.samples.add_whole(raster, record.labels, scene)
                return []
            clean, unclear, before = [], 0, len(self.samples.items)
            look = _polygons_of(record) if record.mask is None else _mask_of(record.mask)
            for block in self._blocks(record):
                seen = look(block)
                if seen.drawn is not None:
                    self.samples.add(raster, block, scene, seen.drawn)
                elif seen.clean:
                    clean.append((block, seen.hard))
                else:
                    unclear += 1
        if not record.is_picture:
            found = f"{len(self.samples.items) - before} blocks with errors, {len(clean)} without"
            self.emit("record", message=f"{record.raster}: {found}")
        if unclear:
            text = "{raster}: blocks left out, touched by errors unreviewed or of unknown type: {count}"
            self._warn(Note("dataset_unclear", text, raster=record.raster, count=unclear))
        return clean

    def _scene(self, record: Record) -> str:
        """Return the scene of a record; empty for a raster whose name says none, as many are called alike."""
        if record.is_picture:
            return scene_of(record.raster, self.settings.scene)
        return sheet_of(record.raster, self.settings.scene) or ""

    def _blocks(self, record: Record) -> Iterator[Block]:
        x, y, width, height = record.window
        for size in sorted(set(self.settings.sizes)):
            for block in grid(width, height, size, self.settings.overlap):
                yield replace(block, x=block.x + x, y=block.y + y)

    def _add_negatives(self, clean: list[tuple[str, Block, bool]], wanted: int) -> None:
        """Add blocks without error, the hard ones first and else by chance, until there are enough or no more."""
        order = sorted(self.rng.permutation(len(clean)).tolist(), key=lambda n: not clean[n][2])
        while wanted > 0 and order:
            chosen, order = order[:wanted], order[wanted:]
            by_raster: dict[str, list[tuple[Block, bool]]] = {}
            for path, block, hard in (clean[n] for n in sorted(chosen)):
                by_raster.setdefault(path, []).append((block, hard))
            for path, blocks in by_raster.items():
                try:
                    with open_raster(path) as raster:
                        for block, hard in blocks:
                            added = self.samples.add(raster, block, self.scenes[path])
                            wanted -= added
                            self.rejected += added and hard
                except RsqiError as error:
                    self._fail(error)
        if wanted > 0:
            text = "blocks without error that are missing for the wanted share: {count}"
            self._warn(Note("dataset_negatives", text, count=int(wanted)))

    def _write(self) -> Built:
        """Divide what was cut, and write tables, lists, contact sheet and card."""
        parts = self._divided()
        refuse_duplicates(*({sample.place: self._image(sample) for sample in parts.get(p, ())} for p in (TRAIN, TEST)))
        settings, samples = self.settings, self.samples.items
        write_sheet(self.folder / SHEET, parts, self._image, self._mask)
        write_list(self.folder / LIST, parts)
        questions = {}
        for part, members in parts.items():
            folder = self.folder / part
            for kind in (IMAGE, MASK) if any(sample.has_mask for sample in members) else (IMAGE,):
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
            scenes={part: len({sample.scene for sample in members}) for part, members in parts.items()},
        )
        rasters = len({sample.raster for sample in samples})
        sizes = sorted({sample.size for sample in samples if sample.has_mask})
        masks = any(sample.has_mask for sample in samples)
        text = card(built.counts, built.totals, settings.languages, sizes, rasters, masks)
        (self.folder / "README.md").write_text(text, encoding="utf-8")
        return built

    def _divided(self) -> dict[str, list[Sample]]:
        """Divide the samples into parts: by scene, or, where there are few, without common pixels."""
        settings, samples = self.settings, self.samples.items
        scenes = len({sample.scene for sample in samples})
        by_scene = settings.whole or self.pictures or scenes >= WHOLE
        in_test = split(samples, settings.test, self.rng, by_scene)
        if settings.test and not any(sample.labels for sample, test in zip(samples, in_test) if test):
            in_test[:] = False
            text = "no test part: too few blocks, or all overlap; give more images, or less overlap"
            self._warn(Note("dataset_no_test", text))
        parts = {TRAIN: [sample for sample, test in zip(samples, in_test) if not test]}
        if not in_test.any():
            return parts
        parts[TEST] = [sample for sample, test in zip(samples, in_test) if test]
        if not by_scene:
            text = (
                "few scenes ({count}): both parts hold blocks of the same ones, which flatters a model; give {enough}"
            )
            self._warn(Note("dataset_few_scenes", text, count=scenes, enough=WHOLE))
        held = {n for sample in parts[TEST] for n in sample.labels}
        if lacking := sorted({n for sample in parts[TRAIN] for n in sample.labels} - held):
            text = "the test part holds no {types}: nothing can be measured of that; give more images with it"
            self._warn(Note("dataset_test_lacks", text, types=", ".join(by_id(n).code for n in lacking)))
        return parts

    def _image(self, sample: Sample) -> Path:
        return self.samples.folder / IMAGE / sample.name

    def _mask(self, sample: Sample) -> Path | None:
        return self.samples.folder / MASK / sample.name if sample.has_mask else None


@dataclass(frozen=True)
class _Seen:
    """What a record says of a block: its mask, or that it is clean (`hard`: an error was rejected), or neither."""

    drawn: np.ndarray | None = None
    clean: bool = False
    hard: bool = False


def _polygons_of(record: Record) -> Callable[[Block], _Seen]:
    tree, rejected = shapely.STRtree(record.geometries), shapely.STRtree(record.rejected)

    def look(block: Block) -> _Seen:
        centres = _centres(block)
        touched = tree.query(centres, predicate="intersects")
        if not len(touched):
            return _Seen(clean=True, hard=rejected.query(centres, predicate="intersects").size > 0)
        ids = record.category_ids[touched]
        if (ids == UNKNOWN).any():
            return _Seen()
        return _Seen(draw(record.geometries[touched], ids, block.x, block.y, block.width, block.height))

    return look


def _mask_of(mask: np.ndarray) -> Callable[[Block], _Seen]:
    def look(block: Block) -> _Seen:
        drawn = mask[block.y : block.y + block.height, block.x : block.x + block.width]
        if ((drawn > 0) & (drawn != IGNORED)).any():
            return _Seen(drawn)
        return _Seen(clean=not drawn.any())

    return look


def _centres(block: Block) -> shapely.Polygon:
    """Return what the centres of a block's pixels span: a polygon beside it marks none of them."""
    return shapely.box(block.x + 0.5, block.y + 0.5, block.x + block.width - 0.5, block.y + block.height - 0.5)
