"""When two states of an error are the same."""

from review_scene import box


def test_geometry_counts_as_a_change(path, review):
    from rsqi.ui.review.store import same_error, snapshot

    one = snapshot(review.layer, [1])[1]
    other = snapshot(review.layer, [1])[1]
    assert same_error(one, other)
    other.setGeometry(box(0, 0, 1, 1))
    assert not same_error(one, other)
