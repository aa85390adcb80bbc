"""RSQI core: find and score quality errors in remote-sensing images. Knows no QGIS.

Importing the package is cheap: heavy libraries load with the stage that needs them, and the three names of the public
library with their first use. What is not in `__all__` may change from one version to the next.
"""

from importlib import import_module

__all__ = ["Parameters", "inspect_raster", "open_raster"]
__version__ = "0.1.0"

_HOMES = {"Parameters": "parameters", "inspect_raster": "pipeline", "open_raster": "raster"}

TYPE_CHECKING = False  # as of typing, whose import would cost more than the rest of this module
if TYPE_CHECKING:
    from .parameters import Parameters
    from .pipeline import inspect_raster
    from .raster import open_raster


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'rsqi_core' has no attribute '{name}'")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
