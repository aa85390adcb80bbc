"""What turns texts and pictures into tensors for a model of words: a checkpoint's own tokenizer or processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ModelError
from .devices import first_line
from .huggingface import libraries
from .preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing

# Of BLIP's pictures where the checkpoint does not say it.
_SIDE, _MEAN, _STD = 384, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_VIDEO = "video_processor"
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model",
               "sentencepiece.bpe.model")  # fmt: skip


def tokenizer_of(folder: Path) -> Any:
    """Open a checkpoint's tokenizer.

    Raises
    ------
    ModelError
        It has none that can be opened.
    """
    return _opened(folder, lambda transformers, given: transformers.AutoTokenizer.from_pretrained(str(folder), **given))


def processor_of(folder: Path) -> Any:
    """Open a checkpoint's processor, without its part for videos where torchvision is missing.

    Raises
    ------
    ModelError
        It has none that can be opened.
    """

    def opened(transformers: Any, given: dict[str, Any]) -> Any:
        try:
            return transformers.AutoProcessor.from_pretrained(str(folder), **given)
        except ImportError:
            return _without_videos(transformers, folder, given)

    return _opened(folder, opened)


def blip_preprocessing(folder: Path, config: dict[str, Any]) -> Preprocessing:
    """Return how BLIP takes in pictures, by the checkpoint's own files."""
    side = (config.get("vision_config") or {}).get("image_size", _SIDE)
    usual = Preprocessing((side, side), "bicubic", mean=_MEAN, std=_STD)
    return read_preprocessing(folder, usual) if (folder / PREPROCESSOR).exists() else usual


def blip_ids(folder: Path) -> dict[str, int]:
    """Return the ids of BLIP's decoder and its longest text: ``start``, ``end``, ``pad`` and ``longest``.

    Raises
    ------
    ModelError
        The configuration cannot be opened.
    """
    whole = _opened(folder, lambda transformers, given: transformers.AutoConfig.from_pretrained(str(folder), **given))
    text = whole.text_config
    found = {"start": text.bos_token_id, "end": text.sep_token_id, "pad": text.pad_token_id}
    return found | {"longest": text.max_position_embeddings}


def _opened(folder: Path, open_it: Any) -> Any:
    # Without its files a tokenizer would know no word, and say nothing of it.
    if not any((folder / name).exists() for name in _TOKENIZERS):
        raise ModelError(f"{folder}: has no tokenizer ({_TOKENIZERS[0]}); take it from the checkpoint again")
    _, transformers = libraries(folder)
    transformers.logging.set_verbosity_error()
    try:
        return open_it(transformers, {"revision": "main", "local_files_only": True, "trust_remote_code": False})
    except Exception as error:  # the tokenizers' own exceptions have no public base class
        reason = first_line(error)
        raise ModelError(f"{folder}: its files for texts and pictures cannot be opened: {reason}") from error


def _without_videos(transformers: Any, folder: Path, given: dict[str, Any]) -> Any:
    """Open a processor part by part but for that of videos, which nobody shows here."""
    kinds = transformers.models.auto.processing_auto.PROCESSOR_MAPPING
    known: Any = kinds[type(transformers.AutoConfig.from_pretrained(str(folder), **given))]
    if _VIDEO not in known.get_attributes():
        raise ImportError("it needs torchvision: pip install torchvision")

    def check(self: Any, name: str, part: Any) -> Any:
        return None if name == _VIDEO else known.check_argument_for_proper_class(self, name, part)

    pictures_alone = type(known.__name__, (known,), {"check_argument_for_proper_class": check})
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **given)
    values, _ = known.get_processor_dict(str(folder), **given)
    return pictures_alone(
        image_processor=transformers.AutoImageProcessor.from_pretrained(str(folder), **given),
        tokenizer=tokenizer,
        video_processor=None,
        chat_template=values.get("chat_template") or tokenizer.chat_template,
    )
