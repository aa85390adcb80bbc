"""The imagery beside the checkout, by name or ending: what a viewer has written beside it is no image."""

from pathlib import Path

DATA = Path(__file__).parents[2] / "shared" / "data"
DAYS = ("20090818", "20100629", "20120731", "20140720", "20150926")
NAIP = [DATA / "scenes" / "naip" / f"m_4709963_se_14_1_{day}.tif" for day in DAYS]  # four bands, one place


def odd_rasters():
    """Return the collection of odd rasters."""
    return [file for file in sorted(DATA.glob("io/*/*")) if file.suffix in (".tif", ".jpg")]
