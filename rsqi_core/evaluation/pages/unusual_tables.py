"""The page of what a memory of clean images finds unusual."""

from __future__ import annotations

from ..benchmark.unusual_results import UnusualResults
from .tables import Goal, goals, markdown

WANTED = ("cloud", "spectral_overflow", "pixel_missing", "stripe_noise")
_LEAST = 0.85  # pixel AUROC
NOTE = (
    "The memory holds clean images alone: no type was ever shown to it. AUROC of blocks (by their most unusual cell) "
    "and of pixels, and PRO (per-region overlap up to 30 % false positives), of the blocks that hold a type together "
    "with all clean blocks. Pixels of other errors and uncertain rims are left out.\n\n"
    "The features, though, are those of a model that was trained on the ten types. *Left out*: all that tells a type "
    "from clean ground linearly was taken out of the features before (LEACE, fitted on these very blocks). It stands "
    "in for a model that was trained without the type, and is none.\n"
)


def unusual_page(found: UnusualResults) -> list[str]:
    """Return the sections of the page as Markdown."""
    memory = found.memory
    about = (
        f"Memory: {len(memory.prototypes)} patches of {memory.notes.get('blocks', '?')} clean blocks ({found.source}); "
        "none of them is of a place that the benchmark holds, if it was made here. Reproduce with "
        "`rsqi evaluate --parts unusual --data FOLDER`.\n"
    )
    by_code = {each.code: each for each in found.types}
    wanted: list[Goal] = [
        (f"{code}, pixel AUROC", by_code[code].whole.pixel, ">=", _LEAST) for code in WANTED if code in by_code
    ]
    rows: list[list[object]] = [
        [
            each.code,
            each.blocks,
            each.whole.image,
            each.whole.pixel,
            each.whole.pro,
            each.strong.pixel,
            each.left_out.image,
            each.left_out.pixel,
            each.left_out.pro,
        ]
        for each in found.types
    ]
    heads = ["type", "blocks", "image AUROC", "pixel AUROC", "PRO", "pixel AUROC, medium and strong"]
    heads += ["left out: image AUROC", "pixel AUROC", "PRO"]
    marked: list[list[object]] = [[part, *shares] for part, shares in found.marked.items()]
    return [
        "# Benchmark: what is unusual\n",
        about,
        goals(wanted),
        markdown(heads, rows),
        NOTE,
        markdown(["blocks without an error", "with an unusual place", "share of their pixels"], marked),
    ]
