"""Examples of a dataset as a model of words takes them in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..dataset.examples import CAPTION, Example
from ..errors import ModelError
from ..imagery.picture_file import read_rgb
from ..models.checkpoints import CONFIG, read_json
from ..models.vision_language import message
from ..models.word_families import BLIP_CAPTION, BLIP_VQA, Family
from ..models.word_processor import blip_ids, blip_preprocessing, processor_of, tokenizer_of
from .views import order

_FLIP = 3  # stream of random numbers
_PLACELESS = (CAPTION, "any")  # kinds of examples whose answers name no place
_IGNORED = -100  # of labels that teach nothing
DESCRIBE = {"zh": "请描述这张卫星图像的质量问题。", "en": "Describe the quality problems of this satellite image."}


@dataclass(frozen=True)
class Shown:
    """One example as it is shown: a picture uint8 RGB [H, W, 3], a question and its answer."""

    picture: np.ndarray
    question: str
    answer: str


Collate = Callable[[list[Shown]], dict[str, Tensor]]


class ShownExamples(Dataset[Shown]):
    """`count` of them, each a function of its number: one of each example after the other, in another order each time.

    Parameters
    ----------
    flips : bool
        Flip pictures at random where the answer names no place.
    """

    def __init__(self, examples: Sequence[Example], count: int | None = None, flips: bool = False, seed: int = 0):
        self.examples, self.flips, self.seed = examples, flips, seed
        self.count = len(examples) if count is None else count
        self._mixed = count is not None

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Shown:
        """Read one.

        Raises
        ------
        RsqiError
            Its picture cannot be read.
        """
        turn, place = divmod(number, len(self.examples))
        if self._mixed:
            place = int(order(self.seed, turn, len(self.examples))[place])
        example = self.examples[place]
        picture = read_rgb(example.image)
        if self.flips and example.kind in _PLACELESS:
            down, across = np.random.default_rng([self.seed, _FLIP, number]).choice((1, -1), 2)
            picture = picture[::down, ::across]
        return Shown(np.ascontiguousarray(picture), example.question or DESCRIBE[example.language], example.answer)


def collate_for(family: Family, folder: Path) -> Collate:
    """Return what makes a batch of examples for the checkpoint in a folder.

    Raises
    ------
    ModelError
        Its tokenizer or processor cannot be opened, or it has no template of a conversation.
    """
    if family in (BLIP_CAPTION, BLIP_VQA):
        return _Blip(folder, asks=family is BLIP_VQA)
    return _Conversation(folder)


class _Blip:
    """Answers begin and end as BLIP's decoder generates them."""

    def __init__(self, folder: Path, asks: bool):
        self._tokenizer, self._asks, self._ids = tokenizer_of(folder), asks, blip_ids(folder)
        self._preprocessing = blip_preprocessing(folder, read_json(folder / CONFIG))

    def __call__(self, shown: list[Shown]) -> dict[str, Tensor]:
        tokens, labels = padded([self._answer(each.answer) for each in shown], self._ids["pad"])
        batch = {"pixel_values": torch.cat([self._pixels(each.picture) for each in shown]), "labels": labels}
        mask = (labels != _IGNORED).long()
        if not self._asks:
            return batch | {"input_ids": tokens, "attention_mask": mask}
        limit = {"truncation": True, "max_length": self._ids["longest"]}
        asked = self._tokenizer([each.question for each in shown], padding=True, return_tensors="pt", **limit)
        batch |= {name: asked[name] for name in ("input_ids", "attention_mask")}
        return batch | {"decoder_input_ids": tokens, "decoder_attention_mask": mask}

    def _answer(self, text: str) -> list[int]:
        inside = self._tokenizer(text, add_special_tokens=False)["input_ids"][: self._ids["longest"] - 2]
        return [self._ids["start"], *inside, self._ids["end"]]

    def _pixels(self, picture: np.ndarray) -> Tensor:
        return self._preprocessing.normalize(self._preprocessing.resize(torch.from_numpy(picture[None])))


class _Conversation:
    """A question of a person and the answer of an assistant, of which the answer alone teaches."""

    def __init__(self, folder: Path):
        self._folder, self._processor = folder, processor_of(folder)
        if not getattr(self._processor, "chat_template", None):
            raise ModelError(
                f"{folder}: has no chat template, so that it cannot learn to answer; take an Instruct model"
            )

    def __call__(self, shown: list[Shown]) -> dict[str, Tensor]:
        from PIL import Image

        asked, said = zip(*(self._texts(each) for each in shown))
        pictures = [[Image.fromarray(each.picture)] for each in shown]
        batch = dict(
            self._processor(text=list(asked), images=pictures, padding=True, padding_side="left", return_tensors="pt")
        )
        tokenizer = self._processor.tokenizer
        answers = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in said]
        tokens, labels = padded(answers, tokenizer.pad_token_id or 0)
        asked_ids = batch["input_ids"]
        tails = {"input_ids": tokens, "attention_mask": (labels != _IGNORED).long()}
        for name, value in batch.items():
            if value.shape == asked_ids.shape:  # of each token, such as its kind, which is 0 of a text
                batch[name] = torch.cat([value, tails.get(name, torch.zeros_like(tokens)).to(value.dtype)], 1)
        return batch | {"labels": torch.cat([torch.full_like(asked_ids, _IGNORED), labels], 1)}

    def __reduce__(self) -> tuple[Any, ...]:
        return _Conversation, (self._folder,)  # to processes that load samples

    def _texts(self, shown: Shown) -> tuple[str, str]:
        """Return what comes before the answer, as in an inference, and the answer with its end."""
        asked = message(shown.question)
        said = {"role": "assistant", "content": [{"type": "text", "text": shown.answer}]}
        before = self._processor.apply_chat_template([asked], add_generation_prompt=True, tokenize=False)
        whole = self._processor.apply_chat_template([asked, said], tokenize=False)
        end = self._processor.tokenizer.eos_token or ""
        return before, whole[len(before) :] if whole.startswith(before) else f"{shown.answer}{end}"


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Tensor, Tensor]:
    """Return int64 [N, L] tokens filled up with `pad`, and labels filled up with what teaches nothing."""
    longest = max(map(len, rows))
    tokens = torch.full((len(rows), longest), pad)
    labels = torch.full((len(rows), longest), _IGNORED)
    for n, row in enumerate(rows):
        tokens[n, : len(row)] = labels[n, : len(row)] = torch.tensor(row)
    return tokens, labels
