"""What of the map is shown of an error."""

import pytest
from review_scene import box


def test_small_errors_are_shown_with_context_and_large_ones_whole(application):
    from rsqi.ui.review.navigation import CONTEXT_PX, view_box

    small = view_box(box(0, 0, 0.5, 0.5).boundingBox(), 0.5)
    assert small.width() == small.height() == CONTEXT_PX * 0.5
    large = box(0, 0, 900, 300).boundingBox()
    assert view_box(large, 0.5).contains(large) and view_box(large, 0.5).width() == pytest.approx(1350)
