"""Generated pictures: errors painted into clean blocks of a dataset, ranked, and laid out for a person to choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..dataset.candidates import CANDIDATE_SHEET, CANDIDATES, Candidate
from ..dataset.labelled_blocks import LabelledBlock, read_part
from ..dataset.layout import IMAGE, MASK, TRAIN
from ..dataset.rows import SYNTHETIC, as_lines, read_rows
from ..describe import caption, language_of, summarize_mask
from ..errors import OutputError, ParameterError, RsqiError
from ..files.atomic import write_whole
from ..imagery.picture_file import read_grey, read_rgb
from ..limits import MODEL
from ..models import load
from ..models.card import file_hash
from ..models.diffusion import LORA, Brush, Painter, diffusion_weights, paint_into
from ..progress import Emit, Progress, no_events
from ..synthesis.defect import CLEAN, DEFECT
from ..synthesis.sheet import contact_sheet, outline, write_sheet
from ..taxonomy import BOUNDARY_TYPES, IGNORED, ErrorType, by_code
from .augmentation import Learned, read_learned
from .ranking import Classifier, Look, best_first, distances, look
from .unfinished import begin_or_go_on, refuse_taken, remove, unfinished

COUNT = 1000  # paper, section 2.4
_LEAST_SIDE = 0.05  # share of a block that a side of a seam has at least
_LEAST = 0.0005  # share of a block that an error has at least
_COLUMNS, _SHOWN, _SIDE = 10, 200, 128  # pictures beside each other and in all on the sheet, px
_TRIES = 20

Paint = Callable[[np.ndarray, np.ndarray, str, int, bool], np.ndarray]


@dataclass(frozen=True)
class Painting:
    """What is to be painted.

    Attributes
    ----------
    dataset : pathlib.Path
        Written by ``rsqi dataset``: clean blocks of its training part are painted into.
    lora : pathlib.Path
        Written by `learn_errors`.
    output : pathlib.Path
        Folder of candidates; it must not exist.
    model : pathlib.Path, optional
        The Stable Diffusion; by default that the matrices were trained for.
    types : tuple of str
        Codes; empty: all that were learned.
    count : int
        Of candidates.
    brush : Brush
    inspector : str
        Model whose classifier ranks the candidates.
    device : str
    seed : int
    """

    dataset: Path
    lora: Path
    output: Path
    model: Path | None = None
    types: tuple[str, ...] = ()
    count: int = COUNT
    brush: Brush = field(default_factory=Brush)
    inspector: str = MODEL
    device: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, least in (("count", self.count, 1), ("seed", self.seed, 0)):
            if value < least:
                raise ParameterError(f"{name} is {value}; it must be at least {least}")
        refuse_taken(self.output, (self.dataset, self.lora), "new folder")

    @property
    def folder(self) -> Path:
        """Hidden folder beside the output, for unfinished work."""
        return unfinished(self.output)


@dataclass(frozen=True)
class Canvas:
    """What candidates are made of.

    Attributes
    ----------
    clean : list of (dict, LabelledBlock)
        Rows and blocks without errors.
    real : dict
        Real blocks with masks, by the code of a type that they show.
    """

    clean: list[tuple[dict[str, Any], LabelledBlock]]
    real: dict[str, list[LabelledBlock]]


@dataclass(frozen=True)
class _Sketch:
    """What a candidate is made of: a function of its number."""

    type: ErrorType
    row: dict[str, Any]
    block: np.ndarray
    mask: np.ndarray
    region: np.ndarray


def paint_candidates(job: Painting, emit: Emit = no_events) -> Path:
    """Paint, rank, and write a folder of candidates; return it.

    Pictures painted so far stay in a hidden folder, from where the same job goes on.

    Parameters
    ----------
    emit : callable
        ``emit(event, **values)`` gets ``resumed`` with the number of candidates there are, and ``progress`` (stages
        ``paint`` and ``rank``).

    Raises
    ------
    RsqiError
        The dataset or a model cannot be used, or something cannot be written.
    """
    learned = read_learned(job.lora)
    if unknown := [code for code in job.types if code not in learned.prompts]:
        raise ParameterError(f"{job.lora}: has not learned '{unknown[0]}', but {', '.join(learned.prompts)}")
    start = job.model or learned.start
    weights = diffusion_weights(start)
    job = replace(job, types=job.types or tuple(learned.prompts), model=start)
    canvas = canvas_of(job.dataset, job.types)
    inspector = load(job.inspector, "cpu")
    run = begin_or_go_on(job.folder, _fingerprint(job, canvas, weights))
    try:
        for kind in (IMAGE, MASK):
            (run / kind).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{job.folder}: cannot be written: {error.strerror}") from error
    _paint_missing(job, canvas, learned, run, emit)
    return finish(job, canvas, inspector, run, emit)


def canvas_of(dataset: Path, types: Sequence[str]) -> Canvas:
    """Read what candidates are made of.

    Raises
    ------
    RsqiError
        There are no clean blocks, or no outlined errors of a type.
    """
    pairs = [pair for pair in zip(read_rows(dataset, TRAIN), read_part(dataset, TRAIN)) if not pair[1].synthetic]
    if not pairs:
        raise RsqiError(f"{dataset}: its training part is empty; make the dataset with `rsqi dataset`")
    clean = [pair for pair in pairs if not pair[1].labels]
    if not clean:
        raise RsqiError(
            f"{dataset}: its training part has no block without errors to paint into; make the dataset with negatives"
        )
    real = {
        code: [block for _, block in pairs if block.mask is not None and by_code(code).id in block.labels]
        for code in types
    }
    if lacking := [code for code, blocks in real.items() if not blocks]:
        raise RsqiError(f"{dataset}: no block of its training part has an outline of {lacking[0]} to take the shape of")
    return Canvas(clean, real)


def _fingerprint(job: Painting, canvas: Canvas, weights: Sequence[Path]) -> dict[str, Any]:
    files = [*weights, job.lora / LORA]
    blocks = [block for _, block in canvas.clean] + [block for blocks in canvas.real.values() for block in blocks]
    given = {"types": job.types, "seed": job.seed, "brush": asdict(job.brush)}  # a larger count goes on as well
    return given | {"weights": [file_hash(file) for file in files], "blocks": [str(block.image) for block in blocks]}


def _paint_missing(job: Painting, canvas: Canvas, learned: Learned, run: Path, emit: Emit) -> None:
    """Paint the candidates that are not there yet."""
    wanted = [n for n in range(job.count) if not (run / IMAGE / name_of(n)).exists()]
    if len(wanted) < job.count:
        emit("resumed", step=job.count - len(wanted))
    if not wanted:
        return
    painter = Painter(job.model or learned.start, job.lora, job.device, job.brush)

    def paint(block: np.ndarray, region: np.ndarray, prompt: str, seed: int, soft: bool) -> np.ndarray:
        return paint_into(painter, block, region, prompt, seed, soft)

    for done, number in enumerate(wanted, job.count - len(wanted) + 1):
        paint_one(number, job, canvas, learned.prompts, paint, run)
        emit("progress", **asdict(Progress("paint", done, job.count)))


def name_of(number: int) -> str:
    """Return the name of a candidate's files."""
    return f"{number:05}.png"


def paint_one(number: int, job: Painting, canvas: Canvas, prompts: dict[str, str], paint: Paint, run: Path) -> None:
    """Paint one candidate, and write its mask and then its picture."""
    made = _sketch(number, job, canvas)
    soft = made.type not in BOUNDARY_TYPES
    painted = paint(made.block, made.region, prompts[made.type.code], job.seed * 2**20 + number, soft)
    for kind, pixels in ((MASK, made.mask), (IMAGE, painted[..., ::-1])):
        write_whole(run / kind / name_of(number), cv2.imencode(".png", pixels)[1].tobytes())


def _sketch(number: int, job: Painting, canvas: Canvas) -> _Sketch:
    """Choose a clean block and the shape of a real error in it.

    Raises
    ------
    RsqiError
        No shape fits, or a file cannot be read.
    """
    rng = np.random.default_rng([job.seed, number])
    kind = by_code(job.types[number % len(job.types)])
    for _ in range(_TRIES):
        row, block = canvas.clean[rng.integers(len(canvas.clean))]
        image = read_rgb(block.image)
        free = np.ones(image.shape[:2], bool) if block.mask is None else read_grey(block.mask) != IGNORED
        blocks = canvas.real[kind.code]
        mask_file = blocks[rng.integers(len(blocks))].mask
        shape = np.rot90(read_grey(mask_file) == kind.id, int(rng.integers(4)))  # type: ignore[arg-type]  # it has one
        shape = shape[:, ::-1] if rng.random() < 0.5 else shape
        where = cv2.resize(shape.astype(np.uint8), free.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        if (where & free).mean() >= _LEAST:
            region = changed(where, kind, rng) & free
            mask = np.where(free, np.where(where, kind.id, 0), IGNORED).astype(np.uint8)
            return _Sketch(kind, row, image, mask, region)
    raise RsqiError(f"{job.dataset}: outlines of {kind.code} are too small to be painted; leave it out of --types")


def changed(where: np.ndarray, kind: ErrorType, rng: np.random.Generator) -> np.ndarray:
    """Return what is painted over, bool [H, W], for an error that is `where`: of a seam one side, up to its middle."""
    if kind not in BOUNDARY_TYPES:
        return where
    count, sides, stats, _ = cv2.connectedComponentsWithStats((~where).astype(np.uint8), connectivity=4)
    large = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= _LEAST_SIDE * where.size]
    if len(large) < 2:
        return where
    chosen = large[rng.integers(len(large))]
    near, far = (_away_from(np.isin(sides, numbers)) for numbers in ([chosen], [n for n in large if n != chosen]))
    return (sides == chosen) | (where & (near <= far))


def _away_from(place: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel to a place, float32 [H, W] in px."""
    return cv2.distanceTransform((~place).astype(np.uint8), cv2.DIST_L2, 5)


def finish(job: Painting, canvas: Canvas, inspector: Classifier, run: Path, emit: Emit = no_events) -> Path:
    """Rank what is painted, write the table and the sheet, and move all to the output."""
    candidates = ranked(job, canvas, inspector, run, emit)
    try:
        for extra in set(run.glob("*/*.png")) - {file for each in candidates for file in (each.image, each.mask)}:
            extra.unlink()  # of an unfinished run that was to make more
        write_whole(run / CANDIDATES, as_lines([each.line for each in candidates]).encode("utf-8"))
        write_candidate_sheet(candidates, run / CANDIDATE_SHEET)
        run.rename(job.output)
    except OSError as error:
        raise OutputError(f"{job.output}: cannot be written: {error.strerror}") from error
    remove(job.folder)
    return job.output


def ranked(job: Painting, canvas: Canvas, inspector: Classifier, run: Path, emit: Emit = no_events) -> list[Candidate]:
    """Return the candidates, types in turn, the best of each type first."""
    by_type = {code: [n for n in range(job.count) if job.types[n % len(job.types)] == code] for code in job.types}
    total, done = job.count + sum(map(len, canvas.real.values())), Counter[str]()

    def seen(image: Path, mask: Path, category_id: int) -> Look:
        done["looks"] += 1
        emit("progress", **asdict(Progress("rank", done["looks"], total)))
        return look(inspector, read_rgb(image), read_grey(mask) == category_id)

    columns: list[list[Candidate]] = []
    for code, numbers in by_type.items():
        if not numbers:
            continue
        k = by_code(code).id
        real = [seen(block.image, block.mask, k).features for block in canvas.real[code] if block.mask is not None]
        files = [[run / kind / name_of(n) for kind in (IMAGE, MASK)] for n in numbers]
        looks = [seen(image, mask, k) for image, mask in files]
        p = np.array([each.probabilities[k - 1] for each in looks])
        far = distances(np.stack([each.features for each in looks]), np.stack(real))
        rows = [_row(n, job, canvas, run) for n in numbers]
        columns.append(
            [Candidate(run, rows[i], code, round(float(p[i]), 4), round(float(far[i]), 3)) for i in best_first(p, far)]
        )
    longest = max(map(len, columns))
    return [column[place] for place in range(longest) for column in columns if place < len(column)]


def _row(number: int, job: Painting, canvas: Canvas, run: Path) -> dict[str, Any]:
    """Return the row of a dataset for a candidate: that of its clean block, but for what is in it."""
    row = _sketch(number, job, canvas).row
    name = name_of(number)
    found = summarize_mask(read_grey(run / MASK / name))
    texts = {column: str(text) for column, text in row.items() if column.partition("_")[0] == "description" and text}
    said = {column: caption(found, language_of(text)) for column, text in texts.items()}
    files = {"file_name": f"{IMAGE}/{name}", "mask_file_name": f"{MASK}/{name}"}
    labels = [each.error_type.id for each in found]
    return {**row, **files, "labels": labels, **said, SYNTHETIC: row["file_name"]}


def write_candidate_sheet(candidates: Sequence[Candidate], path: Path) -> None:
    """Write the best as one PNG, each with its number, probability and distance."""
    best = candidates[:_SHOWN]
    pictures, texts = [_thumbnail(each) for each in best], [_text(each) for each in best]
    write_sheet(path, contact_sheet(list(_parts(pictures)), list(_parts(texts))))


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[n : n + _COLUMNS] for n in range(0, len(items), _COLUMNS))


def _text(candidate: Candidate) -> str:
    return f"{candidate.name} {candidate.probability:.2f} {candidate.distance:.1f}"


def _thumbnail(candidate: Candidate) -> np.ndarray:
    kind = by_code(candidate.type)
    size = (_SIDE, _SIDE)
    shown = cv2.resize(read_rgb(candidate.image), size, interpolation=cv2.INTER_AREA)
    where = cv2.resize(read_grey(candidate.mask), size, interpolation=cv2.INTER_NEAREST) == kind.id
    return outline(shown, np.where(where, DEFECT, CLEAN), kind.color)
