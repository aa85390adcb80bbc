"""Models: a folder with a card and ONNX files, the backend that runs them, and the network they are trained from."""

from .backend import Model, load

__all__ = ["Model", "load"]
