"""Limits, defaults and names that command line, worker, QGIS and tests share: each stands here and nowhere else.

Imported inside QGIS as well: standard library only, Python 3.9 syntax. What a person may type is checked against these
in `parameters.py` and `dataset/build.py`; an interface may offer less.
"""

from __future__ import annotations

# Of an inspection.
STAGES = ("classify", "segment", "rules")
MODEL = "default"  # the embedded model
DEVICES = ("auto", "cpu", "cuda", "directml")  # the first is the default
TRAINING_DEVICES = DEVICES[:3]
BLOCK_SIZES = (512, 2048)  # px
BLOCK_SIZE_RANGE = (64, 16384)  # px
OVERLAP = 0.2  # share of a block's side
OVERLAP_RANGE = (0.0, 0.5)
LEAST_SHARE = 1e-4  # of a block: smaller region errors that blocks of its size found are dropped (paper, 3.1.2)
CONSTRAINTS = ("absolute", "relative", "intermediate", "lowering")  # modes of equation 3, on the output side
INPUT_SIDE = "input-side"  # the paper's section 3.5.2, for segmenters that are told in words what to look for
ALL_CONSTRAINTS = (*CONSTRAINTS, INPUT_SIDE)
ALPHA = 1.0  # coefficient of equation 3: any finite number of at least 0
ALPHA_OFFERED = (0.0, 1000.0)  # what a spin box has: the paper's Table 7 goes up to 100
FIND_BLOCK, FIND_THRESHOLD = 512, 0.5  # px, and the score of a pixel that fits words well enough
UNUSUAL_THRESHOLD = 0.5  # score of a place that is unlike anything clean: at the limit of the memory
UNUSUAL_LEAST = 256  # px; smaller such places are left out
MEMORY_PATCHES = 2000  # of clean images that a memory keeps at most; more tell little more
MEMORY_PATCHES_RANGE = (100, 100_000)
UNUSUAL_LISTED = 20  # of a report
SENSITIVITY = 1.0  # divides the odds of thresholds: any finite number above 0
SENSITIVITY_OFFERED = (0.1, 100.0)
THRESHOLD_RANGE = (0.0, 1.0)  # probability; above 1 nothing is found, which is allowed
STRIPE_RULES = ("oriented", "otsu")  # the default, then the paper's
MISSING_RULES = ("isolated", "threshold")
TOLERANCE = 0.75  # px; of outlines, 0 keeps the edges of pixels
TOLERANCE_RANGE = (0.0, 10.0)
SCORE_MODES = ("count", "area")  # the first is the default
# Of the files of a folder that are taken for images.
RASTER_ENDINGS = (
    ".tif", ".tiff", ".img", ".jp2", ".j2k", ".png", ".jpg", ".jpeg", ".bmp", ".vrt", ".pix", ".ecw", ".sid", ".dat",
    ".nitf", ".ntf",
)  # fmt: skip
# Of a raster, so that one that anybody made cannot take all memory: a row of blocks takes 2 kB a column.
WIDEST = 1_000_000  # px
MOST_PIXELS = 10**12
LARGEST_PIECE = 2**30  # bytes that a file stores as one tile or strip, which can be read as a whole only
# Of a model folder.
LARGEST_GRAPH = 2**31  # bytes of an ONNX file: what protobuf allows
LONGEST_CARD = 16 * 2**20  # bytes of a card, or another JSON file


def least_pixels(block_size: int) -> int:
    """Return how many pixels a region error needs that blocks of this size found: 26 of 512, 419 of 2048 px."""
    return int(LEAST_SHARE * block_size**2)


# Of a dataset: as the paper cuts it (sections 2.2, 2.3), and as it is cut from a station's own reviewed errors.
DATASET_SIZES = (512, 1024)  # px
DATASET_FORMATS = ("auto", "records", "folders", "coco", "labelme", "pairs")  # of a source; the first is the default
DATASET_SIZE_LEAST = 32  # px
DATASET_OVERLAP = 0.0
DATASET_TEST = 0.1  # share of the test part
NEGATIVES = 1027 / 3882  # share of blocks without error
UNREVIEWED_CONFIDENCE = 0.8  # from which an error that nobody has reviewed is taken for true, where that is asked for
REVIEWED_SIZES = (512,)  # px
REVIEWED_TEST = 0.2
REVIEWED_TEST_RANGE = (0.0, 0.5)  # what an interface offers

# What a model of words learns from a dataset.
WORD_TASKS = (CAPTION, VQA) = ("caption", "vqa")
