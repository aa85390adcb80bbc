"""The sets of imagery under one folder: one row a set, with what its source says and what looking at it has shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..resources import path as resource

# Kinds of place in the names of pictures. The first hold shadows that nobody has outlined, in the second dark is water.
_BUILT_UP = r"^(industry|parking|resident|forest)_"
_DARK_WATER = r"^(beach|port|river|pond|resort|bridge)"


@dataclass(frozen=True)
class ImagerySet:
    """One folder of pictures.

    Attributes
    ----------
    folder : str
        Below the folder of all imagery, such as ``"clean/rsscn7"``.
    weight : float
        Share of the crops that training takes from it, over those of the other sets of its table.
    image : str
        Pattern of the pictures' file names.
    skip : str
        Regular expression of the stems that are left out.
    shaded : str
        Regular expression of the stems whose dark places may be shadows that nobody has outlined.
    soft : bool
        Some are out of focus in places.
    unknown : tuple of str
        Codes of types of which nobody knows whether the pictures hold them.
    outlined : tuple of str
        Masks that may lie beside a picture (``cloud``, ``shadow``, ``seam``, ``misaligned``), 255 where the error is.
    whole : str
        Code of the type that a picture holds somewhere, perhaps everywhere, without a mask.
    rim : int
        Pixels around an outline in which nobody could say.
    veiled : bool
        The masks outline thick cloud only: what is brighter than the clear twin, and not outlined, is unknown.
    false_colour : bool
        Its colours are not those of red, green and blue light.
    overlapping : bool
        Its pictures are photos of one flight, of which some show the same ground.
    """

    folder: str
    weight: float = 1.0
    image: str = "*.webp"
    skip: str = ""
    shaded: str = ""
    soft: bool = False
    unknown: tuple[str, ...] = ()
    outlined: tuple[str, ...] = ()
    whole: str = ""
    rim: int = 2
    veiled: bool = False
    false_colour: bool = False
    overlapping: bool = False

    @property
    def name(self) -> str:
        """The folder's own name, by which lists of pictures call it."""
        return self.folder.rsplit("/", 1)[-1]


# Pictures without errors. The order of the first seven is that of the frozen benchmark's lists.
CLEAN = (
    ImagerySet("clean/rsscn7", 3.0, shaded=_BUILT_UP),
    ImagerySet("clean/epfl_road", 0.7, shaded="."),
    ImagerySet("clean/odm_toledo", 1.2, shaded=".", overlapping=True),
    ImagerySet("clean/odm_seneca", 0.5, shaded=".", soft=True, overlapping=True),
    ImagerySet("clean/odm_caliterra", 0.5, shaded=".", overlapping=True),
    ImagerySet("clean/heziro_overlapping_photos", 0.8, shaded=".", overlapping=True),
    ImagerySet("clean/rsicd", 2.5, shaded=f"(?!{_DARK_WATER})", unknown=("stitching_trace",)),
    ImagerySet("clean/dubai", 1.0, shaded="."),
    ImagerySet("clean/airbus_sea", 0.8),
    ImagerySet("clean/planet_california", 0.4, skip="^ship_"),
    ImagerySet("clean/s2_snow", 0.4, unknown=("blur", "stretching_blur", "shadow")),
    ImagerySet("clean/zy3_wuhan", 0.2, shaded="."),
    ImagerySet("cloud/sen12_pairs", 0.8, "*_clear.png", unknown=("blur",)),
    # The clear twins of real clouds. Four of them hold seams of the provider's mosaic.
    ImagerySet("cloud/rice1_haze", 0.4, "*_clear.webp", skip="^(84|92|156|458)_", unknown=("blur",)),
    ImagerySet("cloud/rice2_pairs", 0.3, "*_clear.webp", unknown=("blur",), false_colour=True),
)

# Pictures with errors that nobody has planted.
REAL = (
    ImagerySet("shadow/sparcs", 4.0, outlined=("cloud", "shadow"), unknown=("spectral_overflow",), false_colour=True),
    ImagerySet("shadow/s2_alberta", 1.5, outlined=("cloud", "shadow"), rim=3),
    ImagerySet("shadow/cloudsen12_fig", 0.5, outlined=("cloud", "shadow")),
    ImagerySet("shadow/ukis", 0.5, outlined=("cloud", "shadow"), unknown=("spectral_overflow",), rim=3),
    ImagerySet("shadow/building", 1.2, outlined=("shadow",), unknown=("blur",), rim=3),
    ImagerySet("shadow/sbu_test_aerial", 1.2, outlined=("shadow",), unknown=("blur", "distortion"), rim=4),
    ImagerySet("cloud/rice2_pairs", 2.0, "*_cloudy.webp", outlined=("cloud", "shadow"), unknown=("blur",), rim=4,
               veiled=True, false_colour=True),
    ImagerySet("cloud/rice2_veil", 0.5, "*_cloudy.webp", whole="cloud", unknown=("blur",), false_colour=True),
    ImagerySet("cloud/rice1_haze", 0.7, "*_hazy.webp", skip="^(84|92|156|458)_", whole="cloud", unknown=("blur",)),
    ImagerySet("cloud/airbus", 0.5, skip="_overcast$", outlined=("cloud",), rim=15),
    ImagerySet("cloud/airbus", 0.1, "*_overcast.webp", whole="cloud"),
    ImagerySet("seam/rice1_google", 0.3, outlined=("seam",), unknown=("cloud", "blur"), rim=6),
    ImagerySet("seam/adityajain07_drone_mosaic", 0.7, shaded=".", outlined=("seam", "misaligned"), rim=8),
    ImagerySet("seam/homonim_ngi_frames_composited", 0.3, outlined=("seam",), rim=6),
    ImagerySet("seam/homonim_ngi_mosaic", 0.2, outlined=("seam",), rim=6, unknown=("blur",)),
    ImagerySet("seam/orthority_ngi_mosaic", 0.3, outlined=("seam", "misaligned"), rim=6, unknown=("blur",)),
    ImagerySet("seam/spectralmatch_worldview", 0.2, outlined=("seam",), rim=6, unknown=("blur",)),
    ImagerySet("seam/xiation_drone_mosaic", 0.2, outlined=("seam",), rim=6, shaded="."),
)  # fmt: skip


# Cloudy and clear twins from whose difference the opacity of real clouds is lifted.
MATTES = (
    ImagerySet("cloud/sen12_pairs", image="*_cloudy.png"),
    ImagerySet("cloud/rice2_pairs", image="*_cloudy.webp"),
    ImagerySet("cloud/rice2_veil", image="*_cloudy.webp", whole="cloud"),
)


def validation_names() -> frozenset[str]:
    """Names (``set/file stem``) that training never sees, from the list in resources/splits."""
    text = resource("splits", "validation.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def files(data: Path, kind: ImagerySet, validation: bool) -> list[Path]:
    """Pictures of a set under `data`, in the order of their names: those held out, or those for training."""
    held_out = validation_names()
    return [
        file
        for file in sorted((data / kind.folder).glob(kind.image))
        if _is_held(f"{kind.name}/{file.stem}", held_out) == validation
        and not (kind.skip and re.search(kind.skip, file.stem))
    ]


def training_sets(data: Path) -> list[str]:
    """Names of the sets that have pictures for training under `data`."""
    return sorted({kind.name for kind in (*CLEAN, *REAL, MATTES[0]) if files(data, kind, validation=False)})


def clean_files(data: Path, validation: bool) -> list[Path]:
    """Pictures of the clean sets themselves, without the clear twins of cloudy ones."""
    sets = (kind for kind in CLEAN if kind.folder.startswith("clean/"))
    return [file for kind in sets for file in files(data, kind, validation)]


def twins(data: Path, kind: ImagerySet, validation: bool) -> list[tuple[Path, Path]]:
    """(cloudy, clear) files of a set of `MATTES`, split as `files`."""
    cloudy = files(data, kind, validation)
    return [(file, file.with_name(f"{file.stem.removesuffix('_cloudy')}_clear{file.suffix}")) for file in cloudy]


def _is_held(name: str, held_out: frozenset[str]) -> bool:
    """Is a picture held out, by its own name or, for twins, by what both are called?"""
    return name in held_out or name.rpartition("_")[0] in held_out
