"""Disjoint sets against scipy's connected components."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rsqi_core.disjoint_sets import DisjointSets

PAIRS = st.integers(1, 30).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=40)
    )
)


@given(PAIRS)
def test_groups_are_the_connected_components(drawn):
    count, pairs = drawn
    sets = DisjointSets(count)
    for pair in pairs:
        sets.join(*pair)
    first, second = np.array(pairs, int).reshape(-1, 2).T
    number, label = connected_components(coo_array((np.ones(len(first)), (first, second)), (count, count)), False)
    groups = sets.groups()
    assert len(groups) == number and sorted(n for group in groups for n in group) == list(range(count))
    assert all(len(set(label[group])) == 1 and group == sorted(group) for group in groups)
    assert groups == sorted(groups)
    assert all(sets.joined(i, j) == (label[i] == label[j]) for i in range(count) for j in range(count))


def test_of_nothing_there_are_no_groups():
    assert DisjointSets(0).groups() == []
