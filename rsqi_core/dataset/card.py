"""The card of a dataset: what Hugging Face reads, and what people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .. import __version__
from ..taxonomy import TYPES
from .layout import LIST, SHEET
from .rows import SYNTHETIC
from .tables import NEGATIVE_ANSWERS, description_columns

_HEADER = """---
pretty_name: Quality errors in remote-sensing images
license: unknown  # fill in: the licence of the images is yours to state
language: [{languages}]
task_categories: [image-classification, image-segmentation, image-to-text, visual-question-answering]
tags: [remote-sensing, quality-inspection]
configs:
- config_name: default
  data_files:
{files}
dataset_info:
  config_name: default
  features:
{features}
---
"""
_TEXT = """
# Quality errors in remote-sensing images

{blocks} from {rasters}, with the errors that technicians recorded in them.
Written by RSQI {version}.

Source and licence of the images: *fill in.*

| column | content |
|---|---|
| image | RGB, 8 bits |
{mask}| labels | ids of the types in the block; empty for a block without error |
| description | one sentence that names them |
| scene | blocks of one scene lie in one part, where there are enough scenes |
| raster, x, y, size | where the block lies in its raster, in pixels |
| synthetic | empty; of a generated picture the one that it was painted into (`rsqi augment`), in `train` alone |

`qa.jsonl` beside each `metadata.jsonl` holds questions and answers on the images: every answer that is a yes and
{kept:.0%} of the others.

Two blocks with common pixels are never in different parts; `{list}` says which scene is in which part, and `{sheet}`
shows some of them. Blocks touched by an error that is unreviewed or of unknown
type are left out.

| id | type | | {splits} |
|---|---|---|{rule}
{rows}

    from datasets import load_dataset
    dataset = load_dataset("path/to/this/folder")
    questions = load_dataset("json", data_files={{"train": "path/to/this/folder/train/qa.jsonl"}})
"""

_MASK = "| mask | one channel: 0 no error, 1 to 10 the type, 255 nodata and outside the image |\n"


def card(
    counts: Mapping[str, Mapping[int, int]],
    totals: Mapping[str, int],
    languages: Sequence[str],
    sizes: Sequence[int],
    rasters: int,
    masks: bool = True,
) -> str:
    """Return the Markdown of the card.

    Parameters
    ----------
    counts : mapping
        Part to type to number of blocks; type 0 stands for blocks without error.
    totals : mapping
        Part to number of blocks.
    languages : sequence of str
        ``zh``, ``en``.
    sizes : sequence of int
        Sides of the blocks in pixels; none if only whole pictures are there.
    rasters : int
        How many rasters they come from.
    masks : bool
        Whether any block has a mask.
    """
    files = "\n".join(f'  - split: {part}\n    path: "{part}/**"' for part in counts)
    rows = [(0, "no error", "无错误"), *((t.id, t.en, t.zh) for t in TYPES)]
    table = [
        f"| {n or ''} | {en} | {zh} | {' | '.join(str(counts[part].get(n, 0)) for part in counts)} |"
        for n, en, zh in rows
    ]
    total = " | ".join(str(totals[part]) for part in counts)
    header = _HEADER.format(languages=", ".join(languages), files=files, features=_features(languages, masks))
    text = _TEXT.format(
        blocks=f"Blocks of {' and '.join(map(str, sizes))} px cut" if sizes else "Pictures",
        mask=_MASK if masks else "",
        list=LIST,
        sheet=SHEET,
        rasters="one raster" if rasters == 1 else f"{rasters} rasters",
        version=__version__,
        kept=NEGATIVE_ANSWERS,
        splits=" | ".join(counts),
        rule="---|" * len(counts),
        rows="\n".join([*table, f"| | blocks | | {total} |"]),
    )
    return header + text


def _features(languages: Sequence[str], masks: bool) -> str:
    kinds = {"image": "image", **({"mask": "image"} if masks else {}), "labels": None}
    kinds |= dict.fromkeys((*description_columns(languages), "scene", "raster"), "string")
    kinds |= dict.fromkeys(("x", "y", "size"), "int64") | {SYNTHETIC: "string"}
    return "\n".join(
        f"  - name: {name}\n    {f'dtype: {kind}' if kind else 'sequence: int64'}" for name, kind in kinds.items()
    )
