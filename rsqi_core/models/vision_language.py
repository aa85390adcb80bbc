"""A model that says in its own words what is in pictures: BLIP, or any image-text-to-text model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..limits import VQA
from .checkpoints import CONFIG, read_json
from .devices import first_line
from .huggingface import device_names, libraries, load_as, precision_of
from .word_families import BLIP_CAPTION, CONVERSE, family_of
from .word_processor import blip_preprocessing, processor_of, tokenizer_of

_TOKENS = 96  # of an answer


class VisionLanguage:
    """A checkpoint in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Safetensors, configuration, and a tokenizer or processor.
    device : str
        As everywhere; on a GPU it computes in half precision.

    Raises
    ------
    ModelError
        It is none, or cannot be opened.
    """

    def __init__(self, folder: Path, device: str = "auto"):
        self._folder, self._family = folder, family_of(folder)
        self._torch, transformers = libraries(folder)
        self._reader = (processor_of if self._family is CONVERSE else tokenizer_of)(folder)
        self._device = self._torch.device(device_names(self._torch, device)[0])
        self._precision = precision_of(self._torch, self._device)
        auto = getattr(transformers, self._family.auto)
        try:
            self._network = load_as(auto, folder, precision=self._precision).to(self._device)
        except RuntimeError as error:
            raise ModelError(f"{folder}: cannot be put on {self._device}: {first_line(error)}") from error
        if self._family is not CONVERSE:
            self._preprocessing = blip_preprocessing(folder, read_json(folder / CONFIG))

    @property
    def name(self) -> str:
        """Of the folder."""
        return self._folder.resolve().name

    @property
    def takes_questions(self) -> bool:
        """Does it answer? Otherwise it describes the picture, whatever is asked."""
        return VQA in self._family.tasks

    @property
    def takes_several(self) -> bool:
        """Does it see several pictures at once?"""
        return self._family is CONVERSE and bool(getattr(self._reader, "chat_template", None))

    def answer(self, pictures: Sequence[np.ndarray], question: str) -> str:
        """Return what the model says of uint8 RGB [H, W, 3] pictures; one that sees a single one gets the first.

        Raises
        ------
        ModelError
            It cannot.
        """
        try:
            with self._torch.inference_mode():
                blip = self._family is not CONVERSE
                said = self._by_blip(pictures[0], question) if blip else self._by_chat(pictures, question)
        except Exception as error:  # processors and templates raise what they like
            raise ModelError(f"{self._folder}: the model cannot answer: {first_line(error)}") from error
        return " ".join(said.split())

    def _by_blip(self, picture: np.ndarray, question: str) -> str:
        batch = self._preprocessing.resize(self._torch.from_numpy(np.ascontiguousarray(picture[None])))
        pixels = self._preprocessing.normalize(batch.to(self._device)).to(self._precision)
        given = {}
        if self._family is not BLIP_CAPTION:
            tokens = self._reader(question, truncation=True, return_tensors="pt").to(self._device)
            given = {name: tokens[name] for name in ("input_ids", "attention_mask")}
        made = self._network.generate(pixel_values=pixels, max_new_tokens=_TOKENS, do_sample=False, **given)
        return str(self._reader.decode(made[0], skip_special_tokens=True))

    def _by_chat(self, pictures: Sequence[np.ndarray], question: str) -> str:
        from PIL import Image

        images = [Image.fromarray(picture) for picture in pictures]
        if self.takes_several:
            text = self._reader.apply_chat_template(
                [message(question, len(images))], add_generation_prompt=True, tokenize=False
            )
        else:  # such as BLIP-2, which takes one picture
            images, text = images[:1], f"Question: {question} Answer:"
        inputs = self._reader(text=[text], images=images, return_tensors="pt").to(self._device, self._precision)
        made = self._network.generate(**inputs, max_new_tokens=_TOKENS, do_sample=False)
        given = inputs["input_ids"].shape[1]
        own = made[:, given:] if made.shape[1] > given else made
        return str(self._reader.batch_decode(own, skip_special_tokens=True)[0])


def message(question: str, pictures: int = 1) -> dict[str, object]:
    """Return what a person says to a model that converses: pictures, then the question."""
    content = [*({"type": "image"} for _ in range(pictures)), {"type": "text", "text": question}]
    return {"role": "user", "content": content}
