"""The scene of a picture, by its name."""

import pytest

from rsqi_core.dataset.scenes import scene_of
from rsqi_core.errors import ParameterError


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        ("cloud/GF2_贵阳_0512_1024.png", "GF2_贵阳"),
        ("a/H49G001001_12.tif", "H49G001001"),
        ("DOM-H49G001001-512-0-0.png", "H49G001001"),
        ("LC08_L1TP_127041_20200101_3_4.png", "LC08_L1TP_127041"),
        ("S2_T48RTU_20200101_1_2.png", "T48RTU"),
        ("scene_r3_c12.png", "scene"),
        ("scene_x512_y0.jpg", "scene"),
        ("scene_tile_3_12.png", "scene"),
        ("scene-row3-col4.png", "scene"),
        ("scene_r3c12.png", "scene"),
        ("IMG_0001.png", "IMG_0001"),
        ("GF2_20200101_12.png", "GF2_20200101_12"),
        ("0001.png", "0001"),
        ("12_34.png", "12_34"),
        ("v1.2.tif", "v1.2"),
        ("C:\\data\\dubai_1_2.png", "dubai"),
    ],
)
def test_tiles_of_a_scene_have_its_name(name, scene):
    assert scene_of(name) == scene


def test_a_pattern_of_its_own():
    assert scene_of("第3幅_a_1.png", r"第\d+幅") == "第3幅"
    assert scene_of("x/a_east_1.png", r"^(a)_") == "a"
    assert scene_of("other_1_2.png", r"第\d+幅") == "other"
    with pytest.raises(ParameterError, match="not a regular expression"):
        scene_of("a", "(")
