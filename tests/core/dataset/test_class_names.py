"""Names of classes become types, and what is none is told with the nearest."""

import pytest

from rsqi_core.dataset.class_names import UnknownClass, category_ids, types_of, unknown_line
from rsqi_core.dataset.vocabulary import Vocabulary
from rsqi_core.taxonomy import TYPES


def test_every_type_by_code_and_both_names():
    for t in TYPES:
        assert types_of(t.code) == types_of(t.zh) == types_of(t.en) == types_of(t.en.upper()) == (t.id,)


@pytest.mark.parametrize("name", ["clean", "Clean", "无错误", "正常", "no error", "no-error", "background"])
def test_clean_is_no_type(name):
    assert types_of(name) == ()


def test_several_types_and_free_words():
    assert types_of("cloud+shadow") == types_of("云、阴影") == (1, 2)
    assert types_of("薄云") == (1,) and types_of("cloudy") == (1,)
    assert types_of("cat") is None and types_of("cloud+cat") is None and types_of("") is None
    assert types_of("偏色") is None and types_of("偏色", Vocabulary({"偏色": 5})) == (5,)


def test_labels_of_a_row():
    assert category_ids([2, 1]) == category_ids(["shadow", "云"]) == (1, 2)
    assert category_ids([]) == category_ids(["clean"]) == ()
    with pytest.raises(UnknownClass, match=r"'clowd' \(nearest: cloud\)"):
        category_ids(["clowd"])


def test_unknown_names_are_listed_with_the_nearest():
    line = unknown_line(["clowd", "zzzz", "stripe"])
    assert "'clowd' (nearest: cloud), 'zzzz', 'stripe' (nearest: stripe_noise)" in line and "\n" not in line
