"""A model that answers questions about pictures in its own words: BLIP, or any image-text-to-text model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelError
from .checkpoints import CONFIG, read_json, weights_of
from .devices import first_line
from .huggingface import device_names, libraries, load_as
from .preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing

_BLIP = "BlipForQuestionAnswering"
_TOKENS = 96  # of an answer
_MEAN, _STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class VisionLanguage:
    """A checkpoint in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Safetensors, configuration, and a tokenizer or processor.
    device : str
        As everywhere.

    Raises
    ------
    ModelError
        It is none, or cannot be opened.
    """

    def __init__(self, folder: Path, device: str = "auto"):
        if not (folder / CONFIG).is_file():
            raise ModelError(f"{folder}: no model that answers questions here; give the folder of a BLIP or other VLM")
        self._folder, config = folder, read_json(folder / CONFIG)
        weights_of(folder)
        self._torch, self._transformers = libraries(folder)
        self._blip = _BLIP in (config.get("architectures") or [])
        name = _BLIP if self._blip else "AutoModelForImageTextToText"
        self._reader = self._opened("AutoTokenizer" if self._blip else "AutoProcessor")
        self._device = self._torch.device(device_names(self._torch, device)[0])
        try:
            self._network = load_as(getattr(self._transformers, name), folder).to(self._device)
        except RuntimeError as error:
            raise ModelError(f"{folder}: cannot be put on {self._device}: {first_line(error)}") from error
        side = (config.get("vision_config") or {}).get("image_size", 384)
        self._preprocessing = Preprocessing((side, side), "bicubic", mean=_MEAN, std=_STD)
        if self._blip and (folder / PREPROCESSOR).exists():
            self._preprocessing = read_preprocessing(folder, self._preprocessing)

    @property
    def name(self) -> str:
        """Of the folder."""
        return self._folder.resolve().name

    def answer(self, pictures: Sequence[np.ndarray], question: str) -> str:
        """Return what the model says of uint8 RGB [H, W, 3] pictures, the first of which shows all of the image.

        BLIP sees the first alone.
        """
        try:
            with self._torch.inference_mode():
                said = self._by_blip(pictures[0], question) if self._blip else self._by_chat(pictures, question)
        except Exception as error:  # processors and templates raise what they like
            raise ModelError(f"{self._folder}: the model cannot answer: {first_line(error)}") from error
        return " ".join(said.split())

    def _by_blip(self, picture: np.ndarray, question: str) -> str:
        tokens = self._reader(question, return_tensors="pt").to(self._device)
        batch = self._preprocessing.resize(self._torch.from_numpy(np.ascontiguousarray(picture[None])))
        batch = self._preprocessing.normalize(batch.to(self._device))
        given = {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}
        made = self._network.generate(pixel_values=batch, max_new_tokens=_TOKENS, do_sample=False, **given)
        return str(self._reader.decode(made[0], skip_special_tokens=True))

    def _by_chat(self, pictures: Sequence[np.ndarray], question: str) -> str:
        from PIL import Image

        images = [Image.fromarray(picture) for picture in pictures]
        if getattr(self._reader, "chat_template", None):
            content = [*({"type": "image"} for _ in images), {"type": "text", "text": question}]
            text = self._reader.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
            )
        else:  # such as BLIP-2, which takes one picture
            images, text = images[:1], f"Question: {question} Answer:"
        inputs = self._reader(text=[text], images=images, return_tensors="pt").to(self._device)
        made = self._network.generate(**inputs, max_new_tokens=_TOKENS, do_sample=False)
        given = inputs["input_ids"].shape[1]
        own = made[:, given:] if made.shape[1] > given else made
        return str(self._reader.batch_decode(own, skip_special_tokens=True)[0])

    def _opened(self, auto: str) -> Any:
        try:
            return getattr(self._transformers, auto).from_pretrained(
                str(self._folder), revision="main", local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # the tokenizers' own exceptions have no public base class
            reason = first_line(error)
            raise ModelError(f"{self._folder}: its files for texts and pictures cannot be opened: {reason}") from error
