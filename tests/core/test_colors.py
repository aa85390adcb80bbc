"""Which bands are red, green and blue."""

import pytest

from rsqi_core.colors import Band, Choice, choose, find, wavelength_in


def named(*names, colors=()):
    return [Band(name, wavelength_in(name), color) for name, color in zip(names, [*colors, *[""] * len(names)])]


MARKED = ("red", "green", "blue", "alpha")


@pytest.mark.parametrize(("bands", "numbers"), [
    (named("", "", "", colors=MARKED), (1, 2, 3)),
    (named("", "", "", "", colors=("alpha", "blue", "green", "red")), (4, 3, 2)),
    (named("Blue", "Green", "Red", "NIR", colors=MARKED), (3, 2, 1)),  # marked by habit, named on purpose
    (named("Band 1 - Blue", "band_2_green", "RED (band 3)", "Red Edge", "near-infrared"), (3, 2, 1)),
    (named("Coastal blue", "Blue", "Green", "Yellow", "Red", "Red Edge", "NIR"), (5, 3, 2)),
    (named("b", "g", "r", "n"), (3, 2, 1)),
    (named("蓝波段", "绿波段", "红波段", "近红外"), (3, 2, 1)),
    (named("红边", "红", "绿", "蓝", "短波红外"), (2, 3, 4)),
    (named("450 Nanometers", "550 Nanometers", "660 Nanometers", "830 Nanometers"), (3, 2, 1)),
    (named("a (.450 Micrometers)", "b (.550 Micrometers)", "c (.660 Micrometers)", "d (.830 Micrometers)"), (3, 2, 1)),
    (named(*(f"{nm} nm" for nm in range(400, 1000, 5))), (53, 32, 17)),
    (named(*(f"B{n}, central wavelength {nm} nm" for n, nm in ((4, 665), (3, 560), (2, 490)))), (1, 2, 3)),
])  # fmt: skip
def test_natural_colours_are_found_by_name_wavelength_or_mark(bands, numbers):
    assert choose(bands) == Choice(numbers)


@pytest.mark.parametrize(("bands", "numbers"), [
    (named("", "", ""), (1, 2, 3)),
    (named("", "", "", "", colors=("alpha",)), (2, 3, 4)),
    (named("", ""), (1,)),
    (named("red/green", "green", "blue"), (1, 2, 3)),
    (named("Layer_1", "Layer_2", "Layer_3", "Layer_4"), (1, 2, 3)),
])  # fmt: skip
def test_what_is_not_told_is_a_guess(bands, numbers):
    assert choose(bands) == Choice(numbers, is_guess=True)


def test_one_band_is_no_guess():
    assert choose(named("")) == choose(named("", "", colors=("gray", "alpha"))) == Choice((1,))


def test_a_band_is_found_by_number_name_and_colour():
    bands = [*named("B02 Blue", "B03 Green", "B04 Red", "B8A", "842 nm"), Band("pan")]
    wanted = ("3", " 1 ", "b8a", "PAN", "red", "Green", "nir", "7", "0", "swir", "b04")
    assert [find(bands, each) for each in wanted] == [3, 1, 4, 6, 3, 2, 5, None, None, None, None]
    assert find(named("", "", colors=("gray", "green")), "green") == 2
