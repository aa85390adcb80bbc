"""How well texts fit an image: each of its pixels (CLIPSeg, GroupViT), or all of it (CLIP, SigLIP)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelError
from .checkpoints import CONFIG
from .devices import Device, Runner, Unavailable, first_line, fitting
from .huggingface import ABSENT, BYTES, CPU_BATCH, SHORT, device_names, give_back, libraries, load_as, precision_of
from .preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing
from .text_checkpoint import BLOCKS, TextCheckpoint

_PAIRS = 16  # of an image and a text that go through a decoder at once
_VOCABULARIES = ("tokenizer.json", "vocab.json", "spiece.model")
_TOKENIZERS = (*_VOCABULARIES, "tokenizer_config.json", "merges.txt")
_CLIP = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
_IMAGENET = Preprocessing(None).mean, Preprocessing(None).std
# Mean and standard deviation of the training, for a checkpoint that does not say them.
_NORMALISED = {"CLIPModel": _CLIP, "GroupViTModel": _CLIP, "SiglipModel": _HALF}


class TextNetwork:
    """A checkpoint and the texts that it is asked for.

    Texts are tokenised once, and encoded once for each device that the network is put on, which is one unless a GPU
    fails; the images of a whole run are then compared with what came out.

    Parameters
    ----------
    checkpoint : TextCheckpoint
    texts : sequence of sequence of str
        T things, each said in one or several ways, the mean of which stands for it.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    warn : callable
        ``warn(code, message)``.
    """

    def __init__(
        self,
        checkpoint: TextCheckpoint,
        texts: Sequence[Sequence[str]],
        device: str,
        warn: Callable[[str, str], None],
    ):
        self.checkpoint, self._texts, self._warn = checkpoint, [tuple(each) for each in texts], warn
        self._torch, self._transformers = libraries(checkpoint.folder)
        self._preprocessing = self._read_preprocessing()
        openers = [partial(self._put_on, name) for name in device_names(self._torch, device)]
        self.runner = Runner(str(checkpoint.folder), openers, warn)

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that decides what comes out, the texts left out."""
        names = (CONFIG, PREPROCESSOR, *_TOKENIZERS)
        beside = (self.checkpoint.folder / name for name in names)
        return (*filter(Path.exists, beside), *self.checkpoint.weights)

    @property
    def size(self) -> int:
        """Bytes of the weights."""
        return sum(file.stat().st_size for file in self.checkpoint.weights)

    def __call__(self, images: np.ndarray, asked: np.ndarray | None = None) -> np.ndarray:
        """Say how well each text fits.

        Parameters
        ----------
        images : numpy.ndarray
            uint8 RGB [N, H, W, 3].
        asked : numpy.ndarray, optional
            bool [N, T]: the texts that are given to the network with each image; all by default.

        Returns
        -------
        numpy.ndarray
            float32 [N, T, H, W], for a network of whole images [N, T, 1, 1]: logits, of a text alone where the
            checkpoint is `independent`, else to be compared with those of other texts. `ABSENT` where not asked.
        """
        asked = np.ones((len(images), len(self._texts)), bool) if asked is None else asked
        (found,) = self.runner(images, asked)
        return found

    @cached_property
    def _tokens(self) -> Any:
        """Tokens of all texts, [all ways, length], each way of saying each thing one row."""
        folder = self.checkpoint.folder
        if not any((folder / name).exists() for name in _VOCABULARIES):  # transformers would go on with an empty one
            raise ModelError(f"{folder}: its tokenizer is missing ({', '.join(_VOCABULARIES)}); take all files of it")
        try:
            tokenizer = self._transformers.AutoTokenizer.from_pretrained(
                str(folder), revision="main", local_files_only=True, trust_remote_code=False
            )
            length = (self.checkpoint.config.get("text_config") or {}).get("max_position_embeddings", 77)
            every = [text for ways in self._texts for text in ways]
            # SigLIP was trained with texts filled up to its full length.
            padding = "max_length" if self.checkpoint.architecture == "SiglipModel" else True
            return tokenizer(every, padding=padding, truncation=True, max_length=length, return_tensors="pt")
        except Exception as error:  # the tokenizers' own exceptions have no public base class
            reason = first_line(error)
            raise ModelError(f"{folder}: its tokenizer cannot be opened: {reason}; take all files of it") from error

    def _put_on(self, name: str) -> Device:
        torch = self._torch
        tokens, device = self._tokens, torch.device(name)
        precision, on_gpu = precision_of(torch, device), device.type == "cuda"
        network = load_as(getattr(self._transformers, self.checkpoint.architecture), self.checkpoint.folder)
        try:
            free = torch.cuda.mem_get_info(device)[0] if on_gpu else None
            network.to(device)
        except RuntimeError as error:
            raise Unavailable(f"torch {name} cannot be used: {first_line(error)}") from error
        with torch.inference_mode():
            embeddings = self._encoded(network, tokens.to(device))
        rows, columns = self._preprocessing.size or (self.checkpoint.side,) * 2
        return Device(
            f"torch {name} {SHORT[str(precision)]}" if on_gpu else f"torch {name}",
            fitting(free, BYTES * rows * columns) if on_gpu else CPU_BATCH,
            partial(self._run, network, embeddings, device, precision),
            partial(give_back, torch),
        )

    def _encoded(self, network: Any, tokens: Any) -> Any:
        """Return one embedding for each thing, [T, D]; the mean of the ways to say it."""
        encoder = getattr(network, "clip", network)
        given = {"input_ids": tokens["input_ids"]}
        if self.checkpoint.architecture != "SiglipModel" and "attention_mask" in tokens:
            given["attention_mask"] = tokens["attention_mask"]
        found = encoder.get_text_features(**given)
        rows = getattr(found, "pooler_output", found).float()
        plain = hasattr(network, "decoder")  # CLIPSeg's decoder was trained with embeddings as they are
        normal = self._torch.nn.functional.normalize
        parts = self._torch.split(rows if plain else normal(rows), [len(ways) for ways in self._texts])
        means = self._torch.stack([part.mean(0) for part in parts])
        return means if plain else normal(means)

    def _run(
        self, network: Any, embeddings: Any, device: Any, precision: Any, images: np.ndarray, asked: np.ndarray
    ) -> tuple[np.ndarray]:
        torch = self._torch
        with torch.inference_mode():
            batch = self._preprocessing.resize(torch.from_numpy(np.ascontiguousarray(images)))
            batch = self._preprocessing.normalize(batch.to(device))
            wanted = torch.from_numpy(np.ascontiguousarray(asked)).to(device)
            with torch.autocast(device.type, precision, enabled=precision != torch.float32):
                compare = {"CLIPSegForImageSegmentation": self._by_decoder, "GroupViTModel": self._by_groups}
                logits = compare.get(self.checkpoint.architecture, self._by_image)(network, embeddings, batch, wanted)
            logits = logits.float()
            if self.checkpoint.architecture not in BLOCKS:
                logits = torch.nn.functional.interpolate(logits, images.shape[1:3], mode="bilinear")
            logits = logits.masked_fill(~wanted[:, :, None, None], ABSENT)
            return (logits.cpu().numpy(),)

    def _by_decoder(self, network: Any, embeddings: Any, batch: Any, wanted: Any) -> Any:
        """CLIPSeg: the image is encoded once, and decoded for the texts that are asked for alone."""
        layers = [number + 1 for number in network.extract_layers]
        hidden = network.clip.vision_model(pixel_values=batch, output_hidden_states=True).hidden_states
        activations = [hidden[number] for number in layers]
        images, texts = wanted.nonzero(as_tuple=True)
        planes = None
        for first in range(0, len(images), _PAIRS):
            image, text = images[first : first + _PAIRS], texts[first : first + _PAIRS]
            part = network.decoder([each[image] for each in activations], embeddings[text]).logits
            if planes is None:
                planes = part.new_full((*wanted.shape, *part.shape[1:]), ABSENT)
            planes[image, text] = part
        return batch.new_full((*wanted.shape, 1, 1), ABSENT) if planes is None else planes

    def _by_groups(self, network: Any, embeddings: Any, batch: Any, wanted: Any) -> Any:
        """GroupViT: texts are compared with the groups into which the image falls."""
        from transformers.models.groupvit.modeling_groupvit import get_grouping_from_attentions

        seen = network.vision_model(pixel_values=batch, output_attentions=True, return_dict=True)
        groups = seen.last_hidden_state
        projected = network.visual_projection(groups.reshape(-1, groups.shape[-1]))
        projected = self._torch.nn.functional.normalize(projected.float()).reshape(*groups.shape[:2], -1)
        fits = projected @ embeddings.T * network.logit_scale.exp()
        share = get_grouping_from_attentions(seen.attentions, batch.shape[2:])
        return self._torch.einsum("ngt,nghw->nthw", fits, share.float())

    def _by_image(self, network: Any, embeddings: Any, batch: Any, wanted: Any) -> Any:
        """CLIP and SigLIP: texts are compared with the whole image."""
        found = network.get_image_features(pixel_values=batch)
        seen = self._torch.nn.functional.normalize(getattr(found, "pooler_output", found).float())
        fits = seen @ embeddings.T * network.logit_scale.exp()
        fits = fits + network.logit_bias if hasattr(network, "logit_bias") else fits
        return fits[:, :, None, None]

    def _read_preprocessing(self) -> Preprocessing:
        side, folder = self.checkpoint.side, self.checkpoint.folder
        mean, std = _NORMALISED.get(self.checkpoint.architecture, _IMAGENET)
        default = Preprocessing((side, side), "bicubic", mean=mean, std=std)
        if (folder / PREPROCESSOR).exists():
            return read_preprocessing(folder, default)
        self._warn("preprocessing", f"{folder} has no {PREPROCESSOR}; RSQI takes {side} x {side} px, bicubic")
        return default
