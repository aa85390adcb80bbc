"""Every row and bound of the paper's Tables B1-B3 and Figure B1."""

import cv2
import numpy as np
import pytest

from rsqi_core import describe as module
from rsqi_core.describe import area_word, caption, describe, line_word, question_answers, sentence, summarize_mask
from rsqi_core.errors import ParameterError
from rsqi_core.taxonomy import TYPES, by_code

SIDE = 300
POSITIONS = ["左上角", "上方", "右上角", "左侧", "中央", "右侧", "左下角", "下方", "右下角"]


def blank():
    return np.zeros((SIDE, SIDE), np.uint8)


def band(angle, thickness=5, category_id=7, length=130):
    """A straight band through the middle; `angle` counts from the x-axis, upwards."""
    mask = blank()
    dx, dy = length * np.cos(np.radians(angle)), -length * np.sin(np.radians(angle))
    start, end = (round(150 - dx), round(150 - dy)), (round(150 + dx), round(150 + dy))
    cv2.line(mask, start, end, category_id, thickness)
    return mask


def test_an_image_without_error_is_qualified():
    summaries = summarize_mask(blank())
    assert summaries == ()
    assert caption(summaries) == "卫星图像完全合格。"
    assert caption(summaries, "en") == "The satellite image is fully qualified."
    first, *others = question_answers(summaries)
    assert (first.question, first.answer) == ("这张卫星图像是否存在质量问题？", "否，这张卫星图像没有质量问题。")
    assert [pair.type for pair in others] == [t.code for t in TYPES]
    assert not any(pair.positive for pair in (first, *others)) and all(pair.answer[0] == "否" for pair in others)


def test_the_paper_s_templates():
    mask = blank()
    mask[:150, :150] = 1  # a quarter of the image
    mask[200:210, 200:210] = 1
    mask[:, 250:254] = 8
    mask[290, 10:60] = 9
    summaries = summarize_mask(mask)
    assert caption(summaries) == "卫星图像中存在云, 拼接错误, 条状噪声。"
    answers = {pair.type: pair.answer for pair in question_answers(summaries) if pair.positive}
    assert answers == {
        "any": "是，这张卫星图像有质量问题，问题类型有：云, 拼接错误, 条状噪声。",
        "cloud": "是，这张卫星图像中存在多处中等面积的云，主要位于图像的左上角。",
        "stitching_misalignment": "是，这张卫星图像中存在一条拼接错误的痕迹，位于图像的右侧，大致是竖线。",
        "stripe_noise": "是，这张卫星图像中存在一处条状噪声，主要位于图像的左下角。",
    }
    assert {pair.question for pair in question_answers(summaries) if pair.type == "cloud"} == {
        "这张卫星图像中是否存在云？"
    }
    assert describe(summaries).splitlines() == [caption(summaries), *(sentence(f) for f in summaries)]


def test_english_says_the_same():
    mask = blank()
    mask[:150, :150] = 1
    mask[:, 250:254] = 8
    mask[290, 10:60] = mask[280, 10:60] = 9
    assert describe(summarize_mask(mask), "en").splitlines() == [
        "The satellite image contains cloud, stitching misalignment, stripe noise.",
        "This satellite image contains one medium-sized area of cloud, mainly in the upper left corner.",
        "This satellite image contains a line of stitching misalignment on the right, roughly a vertical line.",
        "This satellite image contains several spots of stripe noise, mainly in the lower left corner.",
    ]
    chinese, english = (question_answers(summarize_mask(mask), language) for language in ("zh", "en"))
    assert [(p.type, p.positive) for p in chinese] == [(p.type, p.positive) for p in english]
    assert all(p.answer.startswith("Yes, " if p.positive else "No, ") for p in english)


@pytest.mark.parametrize(
    ("share", "word"),
    [(1, "large"), (0.4001, "large"), (0.4, "medium"), (0.1001, "medium"), (0.1, "small"), (0.0101, "small"),
     (0.01, "tiny"), (0.00011, "tiny")],
)  # fmt: skip
def test_bounds_of_table_b2(share, word):
    assert area_word(share) == word


@pytest.mark.parametrize(("pixels", "said"), [(9, None), (10, "微小"), (900, "微小"), (901, "小"), (9001, "中等"),
                                              (36000, "中等"), (36001, "大")])  # fmt: skip
def test_areas_of_a_region(pixels, said):
    mask = blank()  # 90 000 px
    mask.flat[:pixels] = 4
    summaries = summarize_mask(mask)
    if said is None:
        assert summaries == () and caption(summaries) == "卫星图像完全合格。"
    else:
        assert f"一处{said}面积的模糊" in sentence(summaries[0])


def test_the_share_is_of_the_valid_pixels():
    mask = blank()
    mask[:, 100:] = 255
    mask[:150, :100] = 1
    assert summarize_mask(mask)[0].share == 0.5 and "一处大面积的云" in sentence(summarize_mask(mask)[0])
    mask[:] = 255
    assert summarize_mask(mask) == ()


def test_a_single_pixel_of_a_pixel_type_counts_but_not_of_a_region():
    mask = blank()
    mask[5, 5], mask[50, 50], mask[150, 150] = 10, 1, 7
    assert [f.error_type.code for f in summarize_mask(mask)] == ["stitching_trace", "pixel_missing"]


@pytest.mark.parametrize(
    ("angle", "word"),
    [(0, "horizontal"), (29.9, "horizontal"), (30, "horizontal"), (30.1, "diagonal"), (60, "diagonal"),
     (60.1, "vertical"), (90, "vertical")],
)  # fmt: skip
def test_bounds_of_table_b3(angle, word):
    assert line_word(angle) == word


@pytest.mark.parametrize(
    ("angle", "word"),
    [(0, "横线"), (20, "横线"), (-20, "横线"), (45, "斜线"), (-45, "斜线"), (70, "竖线"), (-70, "竖线"), (90, "竖线")],
)
def test_lines_by_their_angle(angle, word):
    assert (
        sentence(summarize_mask(band(angle))[0])
        == f"这张卫星图像中存在一条拼接痕迹的痕迹，位于图像的中央，大致是{word}。"
    )


def test_a_bent_line_and_an_area_without_line():
    bent = blank()
    bent[20:280, 20:26] = bent[274:280, 20:280] = 7
    assert sentence(summarize_mask(bent)[0]).endswith("大致是折线。")
    block = blank()
    block[:150, :180] = 8
    assert sentence(summarize_mask(block)[0]) == "这张卫星图像中存在一条拼接错误的痕迹，位于图像的左上角。"


@pytest.mark.parametrize("place", range(9))
def test_nine_positions_of_the_largest_component(place):
    mask = blank()
    row, column = divmod(place, 3)
    mask[row * 100 + 30 : row * 100 + 70, column * 100 + 30 : column * 100 + 70] = 1
    mask[::150, ::150] = 1  # specks elsewhere do not pull the position
    summary = summarize_mask(mask)[0]
    assert (summary.row, summary.column) == (row, column)
    assert sentence(summary).endswith(f"主要位于图像的{POSITIONS[place]}。")


def test_a_centroid_on_a_line_of_the_grid_belongs_right_and_below():
    mask = blank()
    mask[90:110, 90:110] = 1
    assert (summarize_mask(mask)[0].row, summarize_mask(mask)[0].column) == (1, 1)


def test_pixels_that_touch_at_corners_are_one_place():
    mask = blank()
    mask[np.arange(50), np.arange(50)] = 9
    assert summarize_mask(mask)[0].count == 1
    mask[100, 200] = 9
    assert summarize_mask(mask)[0].count == 2 and "多处条状噪声" in sentence(summarize_mask(mask)[0])


def test_not_inspected_types_are_named():
    assert module.not_inspected(("shadow", "blur")) == "未检查的错误类型：阴影、模糊。"
    assert module.not_inspected(("shadow", "blur"), "en") == "Not inspected: shadow, blur."


def test_wrong_input():
    for mask in (np.zeros((3, 3), int), np.zeros((3, 3, 1), np.uint8), np.zeros((0, 3), np.uint8)):
        with pytest.raises(ParameterError, match="uint8"):
            summarize_mask(mask)
    with pytest.raises(ParameterError, match="1 to 10"):
        summarize_mask(np.full((3, 3), 11, np.uint8))
    with pytest.raises(ParameterError, match="language 'fr'"):
        caption((), "fr")


def test_the_sentence_of_every_type_names_it():
    for t in TYPES:
        mask = blank()
        mask[40:60, 40:60] = t.id
        assert t.zh in sentence(summarize_mask(mask)[0]) and t.en.lower() in sentence(summarize_mask(mask)[0], "en")
        assert summarize_mask(mask)[0].error_type is by_code(t.code)
