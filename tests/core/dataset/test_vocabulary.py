"""Free words of inspectors and the types they mean."""

import json

import pytest

from rsqi_core.dataset.vocabulary import Vocabulary, load_vocabulary
from rsqi_core.errors import RsqiError
from rsqi_core.taxonomy import TYPES

MEANT = {
    1: ["有云", "云层遮挡地物", "薄云", "云雾", "影像有雾", "Cloud", "haze"],
    2: ["阴影过大", "云影", "云阴影", "山体阴影", "cloud shadow"],
    3: ["影像有拉花", "拉花变形", "拉伸", "stretching_blur"],
    4: ["影像模糊，纹理不清晰", "纹理不清", "blurred", "拼接处模糊"],
    5: ["光谱溢出", "色彩溢出"],
    6: ["地物变形", "道路扭曲", "桥梁畸变", "distorted road"],
    7: ["拼接痕迹明显", "接边处色差", "镶嵌线明显", "seamline"],
    8: ["拼接错误", "拼接错位", "房屋错位", "接边处有明显错位", "接边超限"],
    9: ["条状噪声", "有条带", "条纹", "striping"],
    10: ["像素缺失", "影像漏洞", "数据丢失", "无数据", "missing pixels"],
}


@pytest.mark.parametrize(("category_id", "text"), [(n, text) for n, texts in MEANT.items() for text in texts])
def test_synonyms(category_id, text):
    assert Vocabulary().category_of(text) == category_id


def test_every_name_and_code_is_understood():
    for t in TYPES:
        assert {Vocabulary().category_of(name) for name in (t.zh, t.en, t.code, t.en.upper())} == {t.id}


@pytest.mark.parametrize("text", ["", "偏色", "坐标偏差", "云南省", "云岩区影像"])
def test_other_words_are_not_guessed_at(text):
    assert Vocabulary().category_of(text) is None


@pytest.mark.parametrize("text", ["云和阴影", "云，拉花", "云遮挡造成模糊", "blurred and stretched"])
def test_several_types_are_not_guessed_at(text):
    assert Vocabulary().category_of(text) is None


@pytest.mark.parametrize("text", ["无云", "没有明显阴影", "未发现拉花", "no clouds"])
def test_what_is_denied_does_not_count(text):
    assert Vocabulary().category_of(text) is None
    assert Vocabulary().category_of(f"{text}，有漏洞") == 10


def test_own_words_go_first(tmp_path):
    path = tmp_path / "词.json"
    path.write_text(json.dumps({"发白": "cloud", "偏色": None, "拉花": "distortion", "错_x": "blur"}), encoding="utf-8")
    words = load_vocabulary(path)
    assert [words.category_of(text) for text in ("影像发白", "偏色", "影像有拉花", "错_X", "阴影")] == [1, 0, 6, 4, 2]
    assert words.category_of("发白、偏色") is None
    assert load_vocabulary(None) == Vocabulary()


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 3}', '{"a": "fog"}'])
def test_wrong_words(tmp_path, text):
    path = tmp_path / "words.json"
    path.write_text(text)
    with pytest.raises(RsqiError):
        load_vocabulary(path)
    with pytest.raises(RsqiError, match="none"):
        load_vocabulary(tmp_path / "none.json")
