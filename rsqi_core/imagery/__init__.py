"""Real imagery to train and test on: which sets there are, what is known of each, and how they are split."""

from .picture import Picture, read_picture, with_own_shadows
from .picture_file import read_rgb
from .sets import CLEAN, MATTES, REAL, ImagerySet, clean_files, files, training_sets, twins, validation_names
from .unlabelled import dark_places, soft_places

__all__ = [
    "CLEAN",
    "MATTES",
    "REAL",
    "ImagerySet",
    "Picture",
    "clean_files",
    "dark_places",
    "files",
    "read_picture",
    "read_rgb",
    "soft_places",
    "training_sets",
    "twins",
    "validation_names",
    "with_own_shadows",
]
