"""The models that say of a picture in words what is in it: the one table of their names and of how each is trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..limits import CAPTION, VQA, WORD_TASKS
from .checkpoints import CONFIG, read_json, weights_of
from .huggingface import libraries

START = "trained.json"  # in the folder of one that RSQI has trained: which it began from
_CONVERSE = "AutoModelForImageTextToText"


@dataclass(frozen=True)
class Family:
    """Models that take and give the same.

    Attributes
    ----------
    name : str
    architecture : str
        In ``config.json``; empty for whatever transformers opens as `auto` and no other family has.
    auto : str
        Class of transformers.
    tasks : tuple of str
        What it can learn, of `limits.WORD_TASKS`.
    published : tuple of str
        Such as these, with parameters and licence, as their authors state them.
    rank : int
        Of LoRA matrices; 0 trains all weights.
    every : int
        LoRA matrices on layers 0, `every`, 2 `every`, ... of the language model.
    epochs, batch : int
        Passes over the examples; examples a step.
    flips : bool
        Show pictures flipped at random where an answer names no place.
    """

    name: str
    architecture: str
    auto: str
    tasks: tuple[str, ...]
    published: tuple[str, ...]
    rank: int
    every: int
    epochs: int
    batch: int
    flips: bool


# Of BLIP all weights, by all that is shown; of a larger model LoRA of rank 16 on every other layer, without changed
# pictures (paper, sections 3.7 and 4.1; its VisualGLM-6B is not of transformers' own classes).
BLIP_CAPTION = Family(
    "BLIP captioning", "BlipForConditionalGeneration", "BlipForConditionalGeneration", (CAPTION,),
    ("Salesforce/blip-image-captioning-base, 247 M, BSD-3-Clause", "IDEA-CCNL/Taiyi-BLIP-750M-Chinese, Apache-2.0"),
    rank=0, every=1, epochs=10, batch=16, flips=True,
)  # fmt: skip
BLIP_VQA = Family(
    "BLIP VQA", "BlipForQuestionAnswering", "BlipForQuestionAnswering", (VQA,),
    ("Salesforce/blip-vqa-base, 385 M, BSD-3-Clause",),
    rank=0, every=1, epochs=10, batch=16, flips=True,
)  # fmt: skip
CONVERSE = Family(
    "vision-language model", "", _CONVERSE, WORD_TASKS,
    ("Qwen/Qwen2.5-VL-7B-Instruct, 8 B, Apache-2.0", "Qwen/Qwen3-VL-4B-Instruct, 4 B, Apache-2.0"),
    rank=16, every=2, epochs=5, batch=8, flips=False,
)  # fmt: skip
FAMILIES = (BLIP_CAPTION, BLIP_VQA, CONVERSE)


def family_of(folder: Path) -> Family:
    """Return the family of the checkpoint in a folder.

    Raises
    ------
    ModelError
        There is none, its weights are missing or pickled, or it gives no words.
    """
    if not (folder / CONFIG).is_file():
        raise ModelError(f"{folder}: no model that answers questions here; give the folder of a BLIP or other VLM")
    config = read_json(folder / CONFIG)
    given = config.get("architectures")
    names = given if isinstance(given, list) else []
    for family in FAMILIES:
        if family.architecture in names or (not family.architecture and _converses(folder, config, names)):
            weights_of(folder)
            return family
    known = ", ".join(family.architecture or "an image-text-to-text model of transformers" for family in FAMILIES)
    raise ModelError(f"{folder}: {', '.join(map(str, names)) or 'this model'} gives no words; take {known}")


def _converses(folder: Path, config: dict[str, Any], names: list[str]) -> bool:
    libraries(folder)  # says what is missing
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES

    known = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES.get(str(config.get("model_type")), ())
    return bool({known} & set(names) if isinstance(known, str) else set(known) & set(names))
