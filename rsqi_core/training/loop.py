"""The training loop: one network, both tasks, resumable, bf16 where the processor has it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..errors import ParameterError
from ..models.network import MEAN, STD, Network
from .loss import evidence_loss, label_loss, segmentation_loss
from .stream import batches


@dataclass(frozen=True)
class Settings:
    """What a training run is made of.

    Attributes
    ----------
    samples : int
        Crops to see in all.
    batch : int
        Crops a step.
    rate : float
        Peak learning rate of AdamW; warmed up over 4 % of the steps, then a cosine to nought.
    seed : int
        Of the weights and the sample stream.
    workers : int
        Processes that compose samples.
    checkpoint_every : int
        Steps between checkpoints.
    """

    samples: int = 200_000
    batch: int = 24
    rate: float = 2e-3
    weight_decay: float = 1e-2
    seed: int = 0
    workers: int = 1
    checkpoint_every: int = 250


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over 4 % of the steps, then a half cosine."""
    warm = max(1, round(0.04 * steps))
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm))))


def normalise(images: Tensor) -> Tensor:
    """Scale uint8 [N, 3, H, W] to the mean and deviation that the card states."""
    mean = torch.tensor(MEAN, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(STD, device=images.device).view(1, 3, 1, 1)
    return (images.float() / 255 - mean) / std


def losses(network: Network, batch: list[Tensor], device: torch.device) -> dict[str, Tensor]:
    """Run the network on a batch of `stream.batches` and return its three losses."""
    images, segmentation, evidence, labels = (part.to(device, non_blocking=True) for part in batch)
    with torch.autocast(device.type, torch.bfloat16):
        x = normalise(images).contiguous(memory_format=torch.channels_last)
        block_logits, evidence_logits, pixel_logits = network(x)
    return {
        "label": label_loss(block_logits.float(), labels),
        "evidence": evidence_loss(evidence_logits.float(), evidence),
        # Every second pixel, as the decoder ends at half resolution: a third faster a step.
        "segmentation": segmentation_loss(pixel_logits.float(), segmentation[:, ::2, ::2].long()),
    }


def train(
    pool_file: Path,
    folder: Path,
    settings: Settings,
    device: str = "auto",
    report: Callable[[dict], None] = lambda row: None,
) -> Path:
    """Train the joint network and return the checkpoint's path.

    A checkpoint already in `folder` is resumed; the curve goes to ``curve.jsonl`` beside it. The schedule is a function
    of the step alone, so that a run in pieces follows the same course as one in a single piece.

    Raises
    ------
    ParameterError
        If the checkpoint was made with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")
    checkpoint = folder / "checkpoint.pt"
    torch.manual_seed(settings.seed)
    where = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device)
    network = Network().to(where, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), settings.rate, weight_decay=settings.weight_decay)
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    step, steps = 0, settings.samples // settings.batch
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=where, weights_only=True)
        if state["settings"] != _course(settings):
            raise ParameterError(
                f"{checkpoint} was trained with other settings: {state['settings']}; choose another folder"
            )
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        average, step = state["average"], state["step"]
    stream = batches(pool_file, settings.batch, settings.seed, start=step * settings.batch, workers=settings.workers)
    running: dict[str, float] = {}
    started, first = time.monotonic(), step
    network.train()
    with (folder / "curve.jsonl").open("a", encoding="utf-8") as curve:
        while step < steps:
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(step, steps, settings.rate)
            parts = losses(network, next(stream), where)
            total = 2 * parts["label"] + parts["evidence"] + parts["segmentation"]
            optimiser.zero_grad(set_to_none=True)
            total.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            step += 1
            _follow(average, network, decay=min(0.998, step / (step + 20)))
            for name, value in parts.items():
                running[name] = 0.98 * running.get(name, value.item()) + 0.02 * value.item()
            if step % 50 == 0 or step == steps:
                speed = (step - first) * settings.batch / (time.monotonic() - started)
                row = {"step": step, "steps": steps, "samples_per_second": round(speed, 1)}
                row |= {name: round(value, 4) for name, value in running.items()}
                curve.write(json.dumps(row) + "\n")
                curve.flush()
                report(row)
            if step % settings.checkpoint_every == 0 or step == steps:
                state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "average": average}
                partial = checkpoint.with_suffix(".part")
                torch.save(state | {"step": step, "settings": _course(settings)}, partial)
                partial.replace(checkpoint)
    return checkpoint


def load_network(checkpoint: Path) -> Network:
    """Return the averaged network of a checkpoint, ready for inference on the CPU."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network = Network()
    network.load_state_dict(state["average"])
    return network.eval()


def _course(settings: Settings) -> dict:
    """The settings that decide the result; how many processes compose samples is not among them."""
    return {k: v for k, v in asdict(settings).items() if k not in ("workers", "checkpoint_every")}


def _follow(average: dict[str, Tensor], network: Network, decay: float) -> None:
    """Move the running average of the weights, which is what gets exported: it is steadier than the last step."""
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].lerp_(value, 1 - decay)
        else:
            average[name].copy_(value)
