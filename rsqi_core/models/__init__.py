"""Models: a folder with a card and ONNX files or two Hugging Face checkpoints, the backends that run them, and the
network that the default is trained from."""

from .backend import Model, load
from .description import Description

__all__ = ["Description", "Model", "load"]
