"""Stable Diffusion from a local folder, which paints errors into clean blocks (paper, section 2.4)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..errors import ModelError, ParameterError, RsqiError, require
from .checkpoints import CONFIG, read_json
from .devices import first_line
from .huggingface import device_names, libraries, precision_of

INDEX = "model_index.json"
LORA = "pytorch_lora_weights.safetensors"  # as diffusers names it
_WEIGHED = ("unet", "vae", "text_encoder")
_PARTS = (*_WEIGHED, "tokenizer", "scheduler")
_LATENTS = 4  # channels of a latent picture
_SOFT = 8  # px in which a painted region fades in

# Table C1 has the first two; the others are said alike.
PROMPTS = {
    "spectral_overflow": "Red, yellow, green, or blue patches in satellite images.",
    "stitching_trace": "Color difference between two parts of Satellite imagery.",
    "cloud": "White clouds in satellite images.",
    "shadow": "Dark shadows in satellite images.",
    "stretching_blur": "Stretched and smeared texture in satellite images.",
    "blur": "Blurred parts in satellite images.",
    "distortion": "Twisted and warped buildings and roads in satellite images.",
    "stitching_misalignment": "Roads broken and shifted between two parts of satellite imagery.",
    "stripe_noise": "Thin stripes of noise in satellite images.",
    "pixel_missing": "Missing black or white pixels in satellite images.",
}
PAPER_TYPES = ("spectral_overflow", "stitching_trace")


@dataclass(frozen=True)
class Brush:
    """How a picture is painted.

    Attributes
    ----------
    steps : int
        Of denoising, for a strength of 1.
    guidance : float
        How much the words count; 1: as they are.
    strength : float
        Share of the noise that a place begins from, above 0 to 1: at 1 nothing is left of the ground.
    """

    steps: int = 30
    guidance: float = 7.5
    strength: float = 0.8

    def __post_init__(self) -> None:
        require(
            ("steps", self.steps, self.steps >= 1, "at least 1"),
            ("guidance", self.guidance, self.guidance >= 1, "at least 1"),
            ("strength", self.strength, 0 < self.strength <= 1, "above 0, at most 1"),
        )
        if int(self.steps * self.strength) < 1:
            raise ParameterError(f"strength {self.strength} of {self.steps} steps leaves none; take more steps")


def diffusion_weights(folder: Path) -> tuple[Path, ...]:
    """Return the safetensors files of a Stable Diffusion in the layout of diffusers.

    Raises
    ------
    ModelError
        There is none, it is of another kind, or its weights are missing or pickled.
    """
    if not (folder / INDEX).is_file():
        raise ModelError(f"{folder}: no Stable Diffusion here ({INDEX}); give a folder in the layout of diffusers")
    kind = str(read_json(folder / INDEX).get("_class_name"))
    if not kind.startswith("StableDiffusion") or (folder / "text_encoder_2").exists():
        raise ModelError(f"{folder}: {kind} is not a Stable Diffusion 1 or 2, such as stable-diffusion-v1-5")
    if missing := [name for name in _PARTS if not (folder / name).is_dir()]:
        raise ModelError(f"{folder}: the part {missing[0]} is missing; take it from the model again")
    found: list[Path] = []
    for part in _WEIGHED:
        files = _plain(sorted((folder / part).glob("*.safetensors")))
        if not files and (pickled := sorted((folder / part).glob("*.bin"))):
            raise ModelError(
                f"{pickled[0]}: pickled weights can run code and are not opened; take the safetensors of the same model"
            )
        if not files:
            raise ModelError(f"{folder / part}: no safetensors here; take them from the model again")
        found += files
    channels = read_json(folder / "unet" / CONFIG).get("in_channels")
    if channels != _LATENTS:
        raise ModelError(
            f"{folder}: its unet takes {channels} channels, not {_LATENTS}; take a model that makes pictures of words, "
            "not one for inpainting or upscaling"
        )
    return tuple(found)


def _plain(files: list[Path]) -> list[Path]:
    """Leave out variants such as ``model.fp16.safetensors``."""
    return [file for file in files if "." not in file.name.removesuffix(".safetensors")]


def open_diffusion(folder: Path, precision: Any = None) -> Any:
    """Open a folder as diffusers' pipeline of inpainting, without what checks pictures for decency.

    Parameters
    ----------
    precision : torch.dtype, optional
        Of the weights; float32 by default.

    Raises
    ------
    ModelError
        diffusers cannot open it.
    """
    torch, transformers = libraries(folder)
    diffusion_weights(folder)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of one library about another
            import diffusers

            diffusers.utils.logging.set_verbosity_error()
            diffusers.utils.logging.disable_progress_bar()
            pipeline = diffusers.StableDiffusionInpaintPipeline.from_pretrained(
                str(folder),
                revision="main",
                local_files_only=True,
                use_safetensors=True,
                torch_dtype=precision or torch.float32,
                safety_checker=None,
                feature_extractor=None,
                image_encoder=None,
                requires_safety_checker=False,
            )
    except Exception as error:  # each part raises what it likes
        raise ModelError(f"{folder}: diffusers cannot open it: {first_line(error)}") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def side_of(pipeline: Any) -> int:
    """Return the side of the squares that a pipeline paints, in pixels."""
    return int(pipeline.unet.config.sample_size * pipeline.vae_scale_factor)


class Painter:
    """A Stable Diffusion with what it has learned of errors.

    Parameters
    ----------
    folder : pathlib.Path
        In the layout of diffusers.
    lora : pathlib.Path
        Folder of LoRA matrices.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``; a GPU computes in half precision.

    Raises
    ------
    ModelError
        One of them cannot be opened.
    """

    def __init__(self, folder: Path, lora: Path, device: str = "auto", brush: Brush | None = None):
        self._torch, _ = libraries(folder)
        place = self._torch.device(device_names(self._torch, device)[0])
        self._pipeline, self._brush = open_diffusion(folder, precision_of(self._torch, place)), brush or Brush()
        from diffusers import DPMSolverMultistepScheduler

        try:
            self._pipeline.load_lora_weights(str(lora), weight_name=LORA, local_files_only=True, use_safetensors=True)
            self._pipeline.scheduler = DPMSolverMultistepScheduler.from_config(self._pipeline.scheduler.config)
            self._pipeline.to(place)
        except Exception as error:  # of shapes that do not fit, broken files, full memory
            raise ModelError(f"{lora}: does not fit {folder}: {first_line(error)}") from error
        self.side = side_of(self._pipeline)

    def paint(self, clean: np.ndarray, region: np.ndarray, prompt: str, seed: int) -> np.ndarray:
        """Return what `prompt` says painted over a region, uint8 [S, S, 3]; the rest is only roughly as it was.

        Parameters
        ----------
        clean : numpy.ndarray
            uint8 [S, S, 3], S is `side`.
        region : numpy.ndarray
            bool [S, S].
        """
        from PIL import Image

        brush = self._brush
        try:
            made = self._pipeline(
                prompt,
                Image.fromarray(clean),
                Image.fromarray(region.astype(np.uint8) * 255),
                height=self.side,
                width=self.side,
                strength=brush.strength,
                num_inference_steps=brush.steps,
                guidance_scale=brush.guidance,
                generator=self._torch.Generator("cpu").manual_seed(seed),
                output_type="np",
            ).images[0]
        except self._torch.OutOfMemoryError as error:
            raise RsqiError("the memory of the GPU is full; close other programs, or take --device cpu") from error
        return np.rint(np.clip(np.nan_to_num(made), 0, 1) * 255).astype(np.uint8)


def paint_into(
    painter: Painter, block: np.ndarray, region: np.ndarray, prompt: str, seed: int, soft: bool
) -> np.ndarray:
    """Return a block with a region painted over; outside it no pixel changes.

    Parameters
    ----------
    block : numpy.ndarray
        uint8 [H, W, 3] of any size.
    region : numpy.ndarray
        bool [H, W].
    soft : bool
        Fade in from the region's edge, which a seam does not.
    """
    side, (height, width) = (painter.side, painter.side), region.shape
    small = cv2.resize(block, side, interpolation=cv2.INTER_AREA if max(block.shape) > side[0] else cv2.INTER_CUBIC)
    where = cv2.resize(region.astype(np.uint8), side, interpolation=cv2.INTER_NEAREST) > 0
    painted = cv2.resize(painter.paint(small, where, prompt, seed), (width, height), interpolation=cv2.INTER_CUBIC)
    share = region.astype(np.float32)
    if soft:
        inward = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3)
        share = np.minimum(inward / _SOFT, 1)
    mixed = block + share[..., None] * (painted.astype(np.float32) - block)
    return np.where(region[..., None], np.rint(mixed), block).astype(np.uint8)
