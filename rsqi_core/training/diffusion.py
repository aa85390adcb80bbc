"""LoRA training of a Stable Diffusion's unet on pictures of errors (paper, sections 2.4 and 4.1); resumable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import Dataset

from ..errors import ModelError, require
from ..imagery.picture_file import read_rgb
from ..models.diffusion import open_diffusion, side_of
from ..models.huggingface import precision_of
from .resumable import ResumableTrainer, Row, arguments
from .views import order

EPOCHS, RANK = 10, 10  # paper, section 4.1
RATE, BATCH = 1e-4, 4
LOSS = "noise"
_LAYERS = ["to_q", "to_k", "to_v", "to_out.0"]  # of attention
_NOISE = 4  # stream of random numbers
_FLIPS = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
_MOST_CHECKED = 64


@dataclass(frozen=True)
class DiffusionCourse:
    """How a Stable Diffusion is trained.

    Attributes
    ----------
    epochs : int
        Passes over the pictures.
    rate : float
        Peak learning rate of AdamW, which rises in a tenth of the steps and falls along a cosine.
    batch, accumulate : int
        Pictures a step, and the parts in which they go through the unet.
    rank : int
        Of the LoRA matrices.
    seed : int
    """

    epochs: int = EPOCHS
    rate: float = RATE
    batch: int = BATCH
    accumulate: int = 1
    rank: int = RANK
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            ("epochs", self.epochs, self.epochs >= 1, "at least 1"),
            ("rate", self.rate, self.rate > 0, "above 0"),
            ("batch", self.batch, self.batch >= 1, "at least 1"),
            ("accumulate", self.accumulate, 1 <= self.accumulate <= self.batch, f"1 to the batch ({self.batch})"),
            ("lora", self.rank, self.rank >= 1, "at least 1"),
            ("seed", self.seed, self.seed >= 0, "at least 0"),
        )

    def steps(self, pictures: int) -> int:
        """Return the number of steps over so many pictures."""
        return max(1, round(self.epochs * pictures / self.batch))


@dataclass(frozen=True)
class Depicted:
    """A picture, and what is said of it."""

    image: Path
    prompt: str


@dataclass(frozen=True)
class Encoded:
    """Pictures as the unet sees them: mean and deviation of their latents, float32 [N, 4 flips, 2, C, h, w], and words.

    `words` are float32 [N, tokens, D].
    """

    latents: Tensor
    words: Tensor

    def __len__(self) -> int:
        return len(self.latents)


def train_diffusion(
    start: Path,
    pictures: Sequence[Depicted],
    folder: Path,
    course: DiffusionCourse,
    device: str = "auto",
    row: Row = lambda row: None,
    every: int = 5,
) -> Any:
    """Train LoRA matrices of the unet and return it; what `folder` holds of the same run is resumed.

    Latents and words are computed once, before. What is shown at a step is a function of its number. The last weights
    are kept: what a picture is worth is judged afterwards, and the loss says little of it.

    Parameters
    ----------
    start : pathlib.Path
        A Stable Diffusion in the layout of diffusers.
    row : callable
        Gets the rows of the curve: ``step``, ``steps``, the loss as ``noise``, and at checkpoints ``same_noise``, the
        loss on the same noise every time.
    every : int
        Steps between rows.

    Raises
    ------
    RsqiError
        The model or a picture cannot be opened, the loss is no longer a number, or the memory of the GPU is full.
    """
    steps = course.steps(len(pictures))
    given = (course.rate, course.batch, course.accumulate, course.seed, device, every)
    how = arguments(folder, steps, *given)
    pipeline = open_diffusion(start, precision_of(torch, how.device))
    from diffusers import DDPMScheduler

    schedule = DDPMScheduler.from_config(pipeline.scheduler.config)
    encoded = encode(pipeline, pictures, how.device)
    shown = Noised(encoded, schedule, steps * course.batch, course.seed)
    checks = Noised(encoded, schedule)
    network = _Denoiser(with_lora(pipeline.unet, start, course))
    _Trainer(network, how, shown, checks, LOSS, row).go()
    return network.unet


def with_lora(unet: Any, start: Path, course: DiffusionCourse) -> Any:
    """Freeze a unet but for new LoRA matrices in its attention, which stay in full precision."""
    from diffusers.training_utils import cast_training_params
    from peft import LoraConfig

    torch.manual_seed(course.seed)
    unet.requires_grad_(False)
    config = LoraConfig(r=course.rank, lora_alpha=course.rank, init_lora_weights="gaussian", target_modules=_LAYERS)
    try:
        unet.add_adapter(config)
    except ValueError as error:
        raise ModelError(f"{start}: its unet has no attention, so that LoRA has no place") from error
    cast_training_params(unet, torch.float32)
    unet.enable_gradient_checkpointing()
    return unet.train()


@torch.no_grad()
def encode(pipeline: Any, pictures: Sequence[Depicted], device: Any) -> Encoded:
    """Compute latents of pictures, flipped in all four ways, and of what is said of them."""
    side, latents, words = side_of(pipeline), [], {}
    vae, tokenizer, text_encoder = pipeline.vae.to(device), pipeline.tokenizer, pipeline.text_encoder.to(device)
    for prompt in dict.fromkeys(each.prompt for each in pictures):
        tokens = tokenizer(
            prompt, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
        )
        words[prompt] = text_encoder(tokens.input_ids.to(device))[0][0].float().cpu()
    for each in pictures:
        picture = cv2.resize(read_rgb(each.image), (side, side), interpolation=cv2.INTER_AREA)
        flipped = np.stack([picture[::down, ::across] for down, across in _FLIPS])
        pixels = torch.from_numpy(flipped).permute(0, 3, 1, 2).to(device, vae.dtype) / 127.5 - 1
        found = [vae.encode(one[None]).latent_dist for one in pixels]  # one by one: the memory of a large picture
        latents.append(torch.stack([torch.cat([dist.mean, dist.std]) for dist in found]).float().cpu())
    scale = float(vae.config.scaling_factor)
    pipeline.vae.cpu(), pipeline.text_encoder.cpu()
    return Encoded(torch.stack(latents) * scale, torch.stack([words[each.prompt] for each in pictures]))


class Noised(Dataset[dict[str, Tensor]]):
    """`count` latents with noise, one of each picture after the other, in another order each time round.

    Parameters
    ----------
    schedule
        Scheduler of diffusers.
    count : int, optional
        By default one of each picture at most, for a check: the same always.
    """

    def __init__(self, encoded: Encoded, schedule: Any, count: int | None = None, seed: int = 0):
        self._encoded, self._schedule, self._seed = encoded, schedule, seed
        self._mixed = count is not None
        self._count = min(len(encoded), _MOST_CHECKED) if count is None else count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> dict[str, Tensor]:
        turn, place = divmod(number, len(self._encoded))
        if self._mixed:
            place = int(order(self._seed, turn, len(self._encoded))[place])
        rng = np.random.default_rng([self._seed, _NOISE, number, int(self._mixed)])
        mean, deviation = self._encoded.latents[place][rng.integers(len(_FLIPS))]
        spread, noise = (torch.from_numpy(rng.standard_normal(tuple(mean.shape), np.float32)) for _ in range(2))
        clean = mean + deviation * spread
        step = torch.tensor(int(rng.integers(self._schedule.config.num_train_timesteps)))
        noisy = self._schedule.add_noise(clean[None], noise[None], step[None])[0]
        wanted = noise
        if self._schedule.config.prediction_type == "v_prediction":
            wanted = self._schedule.get_velocity(clean[None], noise[None], step[None])[0]
        return {"noisy": noisy, "step": step, "words": self._encoded.words[place], "labels": wanted}


class _Denoiser(nn.Module):
    """A unet, called as the trainer calls."""

    def __init__(self, unet: Any):
        super().__init__()
        self.unet = unet

    def forward(self, noisy: Tensor, step: Tensor, words: Tensor) -> Tensor:
        kind = next(self.unet.parameters()).dtype
        said: Tensor = self.unet(noisy.to(kind), step, encoder_hidden_states=words.to(kind)).sample
        return said


class _Trainer(ResumableTrainer):
    """With the loss of denoising."""

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> Any:
        said = model(inputs["noisy"], inputs["step"], inputs["words"])
        return F.mse_loss(said.float(), inputs["labels"].float())

    @torch.no_grad()
    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        losses = []
        for batch in self.get_eval_dataloader(self._checks):
            inputs = self._prepare_inputs(batch)
            with self.accelerator.autocast():
                losses.append((float(self.compute_loss(self._network, inputs)), len(inputs["labels"])))
        loss = sum(value * count for value, count in losses) / sum(count for _, count in losses)
        self._row(self._pending | {"same_noise": round(loss, 4)})
        metrics = {"eval_loss": loss, "eval_rank": float(self.state.global_step)}
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def write_lora(unet: Any, folder: Path) -> None:
    """Write the LoRA matrices of a unet as diffusers and other programs read them."""
    from diffusers import StableDiffusionPipeline
    from diffusers.utils.state_dict_utils import convert_state_dict_to_diffusers
    from peft.utils import get_peft_model_state_dict

    layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(unet.cpu()))
    StableDiffusionPipeline.save_lora_weights(str(folder), unet_lora_layers=layers, safe_serialization=True)
