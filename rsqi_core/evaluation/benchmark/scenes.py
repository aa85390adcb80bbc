"""Whole scenes of the frozen benchmark: planted, inspected as in production, and compared object by object."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import rasterio
from affine import Affine

from ...blocks import grid
from ...frame import Frame
from ...job import Job, run
from ...merge import LabelMap
from ...models import Model
from ...parameters import Parameters
from ...polygons import polygonize, records
from ...raster import open_raster
from ...scoring import load_scheme, score
from ...synthesis.defect import AMBIGUOUS, DEFECT
from ...taxonomy import CODES, IGNORED, TYPES, ErrorClass, ErrorType, by_code, noted_codes
from ..recipes import LATE, disturb, plant
from .frozen import Entry, digest
from .own_errors import Places, without_own
from .pictures import read_picture
from .real import ENOUGH

PARTS = ("planted", "sparse", "spotless")
PIXELS_AN_ERROR = 130_000  # one is planted for so many pixels of a scene
GRID = Affine(0.5, 0, 498_730, 0, -0.5, 2_943_480)  # 0.5 m pixels somewhere in Guizhou: only areas matter
CRS = "EPSG:4545"
BLOCK = 512  # px; a block of a spotless scene counts as marked if any error touches it
MATCHES = (0.1, 0.3)  # IoU from which a planted object counts as found
COVERED = 0.3  # share of a seam's band that marked blocks must cover
_REGION_WINDOW, _PIXEL_WINDOW = (260, 560), (256, 400)
_TRIES = 16


@dataclass(frozen=True)
class PlantedObject:
    """One planted error: type, severity, bounding box (x, y, width, height in pixels) and bool mask within it."""

    code: str
    severity: str
    box: tuple[int, int, int, int]
    mask: np.ndarray


@dataclass(frozen=True)
class Scene:
    """An image uint8 [H, W, 3], its truth uint8 [H, W] (0, 1..10, 255 unknown) and what was planted."""

    image: np.ndarray
    truth: np.ndarray
    objects: tuple[PlantedObject, ...]


@dataclass(frozen=True)
class SceneResult:
    """The result of inspecting one scene, compared with its truth.

    Attributes
    ----------
    part : str
        ``planted``, ``sparse`` or ``spotless``.
    megapixels : float
    objects : tuple
        (code, severity, best IoU or share covered) of each planted object.
    false : dict
        Marked objects by code that touch nothing planted of their type.
    marked : dict
        Marked objects by code.
    blocks, touched : int
        512-px squares, and those with any mark.
    block_truth, block_p : numpy.ndarray
        uint8 [M, 10] (255 unsure) and float [M, 10]: the types in the 512-px blocks of the inspection, and the
        probabilities of its ``blocks`` layer; empty without a classifier.
    score, true_score : float
        Of the inspection without what may be errors of the picture's own, and of the truth by the same scheme and for
        the same types.
    grade, true_grade : str
    """

    name: str
    part: str
    megapixels: float
    objects: tuple[tuple[str, str, float], ...]
    false: dict[str, int]
    marked: dict[str, int]
    blocks: int
    touched: int
    block_truth: np.ndarray
    block_p: np.ndarray
    score: float
    true_score: float
    grade: str
    true_grade: str


def compose(entry: Entry, data: Path) -> Scene:
    """Plant a scene of the list, or apply the nuisance alone."""
    rng = np.random.default_rng(entry.seed)
    image = read_picture(data, entry.source)
    truth = np.zeros(image.shape[:2], np.uint8)
    if entry.part == "spotless":
        return Scene(disturb(image, rng), truth, ())
    plan = _plan(entry, image.shape[0] * image.shape[1], rng)
    objects: list[PlantedObject] = []
    taken = np.zeros(image.shape[:2], bool)
    for code in (c for c in plan if c not in LATE):
        image = _add(code, image, truth, taken, objects, rng)
    image = disturb(image, rng)
    for code in (c for c in plan if c in LATE):
        image = _add(code, image, truth, taken, objects, rng)
    return Scene(image, truth, tuple(objects))


def digest_of(scene: Scene) -> str:
    """Hash of a scene's image and truth."""
    return digest(scene.image, scene.truth)


def _plan(entry: Entry, pixels: int, rng: np.random.Generator) -> list[str]:
    """Types to plant: many, one of the seams and the others in turn, or (``sparse``) one or two of any type."""
    if entry.part == "sparse":
        return [str(code) for code in rng.choice(CODES, int(rng.integers(1, 3)), replace=False)]
    seams = [t.code for t in TYPES if t.error_class is ErrorClass.BOUNDARY]
    others = [code for code in CODES if code not in seams]
    start = int(rng.integers(len(others)))
    count = max(4, pixels // PIXELS_AN_ERROR)
    return [seams[entry.seed % len(seams)], *(others[(start + k) % len(others)] for k in range(count))]


def _add(
    code: str,
    image: np.ndarray,
    truth: np.ndarray,
    taken: np.ndarray,
    objects: list[PlantedObject],
    rng: np.random.Generator,
) -> np.ndarray:
    """Plant one error in a free window (a seam: across the scene) and record it; try again until it is visible."""
    error_type = by_code(code)
    h, w = truth.shape
    for _ in range(_TRIES):
        y, x, rows, columns = 0, 0, h, w
        if error_type.error_class is not ErrorClass.BOUNDARY:
            low, high = _PIXEL_WINDOW if error_type.error_class is ErrorClass.PIXEL else _REGION_WINDOW
            rows, columns = (int(min(rng.integers(low, high), n)) for n in (h, w))
            y, x = (int(rng.integers(0, n - s + 1)) for n, s in ((h, rows), (w, columns)))
        window = (slice(y, y + rows), slice(x, x + columns))
        defect = plant(code, np.ascontiguousarray(image[window]), rng, inside=True)
        if defect is None or (taken[window] & (defect.mask > 0)).any():
            continue
        mask = defect.mask == DEFECT
        part = truth[window]
        part[(defect.mask == AMBIGUOUS) & (part == 0)] = IGNORED
        part[mask] = error_type.id
        if error_type.error_class is not ErrorClass.BOUNDARY:  # a seam runs under all the others
            taken[window] |= defect.mask > 0
        bx, by, bw, bh = cv2.boundingRect(mask.astype(np.uint8))
        box = mask[by : by + bh, bx : bx + bw].copy()
        objects.append(PlantedObject(code, defect.severity, (x + bx, y + by, bw, bh), box))
        image = image.copy()
        image[window] = defect.image
        return image
    return image


def inspect(
    entry: Entry,
    scene: Scene,
    parameters: Parameters,
    model: Model | None,
    log: Callable[[str], None],
    places: Places = MappingProxyType({}),
) -> SceneResult:
    """Write the scene as a GeoTIFF, run the whole inspection on it and compare its files with the truth.

    What is marked where the picture may hold such an error of its own (`own_errors`) is no false object and not scored.
    """
    log(f"inspecting {entry.name}")
    with tempfile.TemporaryDirectory(prefix="rsqi-evaluate-") as name:
        folder = Path(name)
        raster = write_raster(folder / "scene.tif", scene.image)
        h, w = scene.truth.shape
        result = run(Job(str(raster), folder / "scene.gpkg", mask=True, parameters=parameters), model=model)
        with rasterio.open(result["outputs"]["mask"]) as file:
            marked = file.read(1)
        summary = result["summary"]
        inspected = noted_codes(summary) or ()
        true_score, true_grade = score_map(raster, scene.truth, inspected)
        value, grade = summary["score"], summary["grade"]
        found = without_own(marked, scene.truth, places)
        if (found != marked).any():
            value, grade = score_map(raster, found, inspected)
        block_truth, block_p = read_blocks(result["outputs"]["errors"], scene.truth, parameters.overlap)
    counted = {code: false_objects(found, scene.truth, code) for code in CODES}
    squares = [(found[y : y + BLOCK, x : x + BLOCK] > 0).any() for y in range(0, h, BLOCK) for x in range(0, w, BLOCK)]
    return SceneResult(
        entry.name,
        entry.part,
        h * w / 1e6,
        tuple((o.code, o.severity, overlap(o, found)) for o in scene.objects),
        {code: false for code, (false, _) in counted.items()},
        {code: marked for code, (_, marked) in counted.items()},
        len(squares),
        int(sum(squares)),
        block_truth,
        block_p,
        float("nan") if value is None else float(value),
        true_score,
        grade,
        true_grade,
    )


def write_raster(path: Path, image: np.ndarray) -> Path:
    """Write uint8 [H, W, 3] as a GeoTIFF on `GRID`."""
    h, w = image.shape[:2]
    with rasterio.open(path, "w", driver="GTiff", width=w, height=h, count=3, dtype="uint8", crs=CRS,
                       transform=GRID, photometric="RGB") as file:  # fmt: skip
        file.write(image.transpose(2, 0, 1))
    return path


def read_blocks(geopackage: str, truth: np.ndarray, overlap: float) -> tuple[np.ndarray, np.ndarray]:
    """Return truth uint8 [M, 10] and probabilities float [M, 10] of the 512-px blocks of an inspection."""
    with closing(sqlite3.connect(geopackage)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM blocks WHERE block_size = ?", (BLOCK,)).fetchall()
    said = {(row["row"], row["col"]): [row[f"p_{code}"] for code in CODES] for row in rows}
    labels, probabilities = [], []
    for block in grid(truth.shape[1], truth.shape[0], BLOCK, overlap):
        if (block.row, block.col) in said:
            window = truth[block.y : block.y + block.height, block.x : block.x + block.width]
            labels.append([_present(window, error_type) for error_type in TYPES])
            probabilities.append(said[block.row, block.col])
    return np.array(labels, np.uint8).reshape(-1, len(TYPES)), np.array(probabilities, float).reshape(-1, len(TYPES))


def _present(truth: np.ndarray, error_type: ErrorType) -> int:
    """1 if a window holds enough of a type, 0 if none, 255 if only a little of it."""
    count = int((truth == error_type.id).sum())
    enough = 3 if error_type.error_class is ErrorClass.PIXEL else ENOUGH * truth.size
    return 1 if count >= enough else 255 if count else 0


def score_map(raster: Path, marked: np.ndarray, inspected: tuple[str, ...]) -> tuple[float, str]:
    """Score and grade of an inspection that marks just this, uint8 [H, W] of types, among those that are inspected."""
    label_map = LabelMap(*marked.shape)
    label_map.label[:] = np.where(marked == IGNORED, 0, marked)
    label_map.confidence[:] = np.where(label_map.label > 0, 255, 0)
    label_map.block_size[:] = np.where(label_map.label > 0, BLOCK, 0)
    with open_raster(str(raster)) as opened:
        h, w = marked.shape
        polygons = polygonize(label_map, opened.transform, opened.crs)
        polygons = [p for p in polygons if CODES[p.category_id - 1] in inspected]
        area = Frame(opened, (0, 0, w, h)).valid_area(h * w)
        judged = score(records(polygons, opened.transform), load_scheme(None), area, h * w, float(np.hypot(h, w)),
                       inspected=inspected)  # fmt: skip
    return float("nan") if judged.value is None else judged.value, judged.grade


def overlap(planted: PlantedObject, found: np.ndarray) -> float:
    """Best IoU of a planted object with what was marked of its type; of seams the share that is covered.

    All marked parts that touch the object count as one, since a stripe or a torn patch may be found in pieces.
    """
    error_type = by_code(planted.code)
    x, y, w, h = planted.box
    mine = (found == error_type.id).astype(np.uint8)
    inside = mine[y : y + h, x : x + w].view(bool)
    shared = int((inside & planted.mask).sum())
    if not shared:
        return 0.0
    if error_type.error_class is ErrorClass.BOUNDARY:
        return shared / int(planted.mask.sum())
    _, parts = cv2.connectedComponents(mine, connectivity=8)
    touching = np.unique(parts[y : y + h, x : x + w][planted.mask & inside])
    return shared / int(planted.mask.sum() + np.isin(parts, touching).sum() - shared)


def false_objects(found: np.ndarray, truth: np.ndarray, code: str) -> tuple[int, int]:
    """Marked objects of a type that touch nothing planted of it nor anything doubtful, and all marked ones."""
    error_type = by_code(code)
    count, parts = cv2.connectedComponents((found == error_type.id).astype(np.uint8), connectivity=8)
    touched = np.unique(parts[(truth == error_type.id) | (truth == IGNORED)])
    return count - 1 - int((touched > 0).sum()), count - 1


def counts_as_found(code: str, value: float, match: float) -> bool:
    """Is an object with this `overlap` found, at the given IoU?"""
    return value >= (COVERED if by_code(code).error_class is ErrorClass.BOUNDARY else match)
