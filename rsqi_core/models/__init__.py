"""Models: a card with ONNX files or two Hugging Face checkpoints, the backends, and the networks to train."""

from .backend import Model, load
from .description import Description

__all__ = ["Description", "Model", "load"]
