"""The rows of the list: filtered, sorted, and walked through."""


def rows_of(*values):
    from rsqi.ui.review.error_rows import ErrorRow

    return {
        fid: ErrorRow(fid, category_id, confidence, 1.0, "D", 1.0, status, "model", comment, "", "")
        for fid, (category_id, confidence, status, comment) in enumerate(values, start=1)
    }


def test_the_list_filters_and_sorts_with_what_is_missing_last(application):
    from rsqi.ui.review.error_rows import RowFilter, arrange

    rows = rows_of((1, 0.3, "accepted", ""), (1, None, "added", ""), (2, 0.8, "unreviewed", "thin haze"))
    assert arrange(rows, RowFilter(), "confidence", descending=True) == [3, 1, 2]
    assert arrange(rows, RowFilter(), "confidence") == [1, 3, 2]
    assert arrange(rows, RowFilter(), "status") == [3, 1, 2], "in the order of the work"
    assert arrange(rows, RowFilter(confidence=0.5)) == [2, 3], "what a person added has no confidence"
    assert arrange(rows, RowFilter(status="reviewed")) == [1, 2]
    assert arrange(rows, RowFilter(category_id=1, status="added")) == [2]
    assert arrange(rows, RowFilter(text="HAZE")) == [3]
    assert arrange(rows, RowFilter(text="云"), words={(1, "accepted"): "云"}) == [1]


def test_the_list_filters_by_severity_and_source(application):
    from dataclasses import replace

    from rsqi.ui.review.error_rows import RowFilter, arrange

    rows = rows_of(*[(1, 0.3, "unreviewed", "")] * 4)
    for fid, (severity, source) in enumerate((("A", "model"), ("B", "evidence"), ("B", "rule"), ("", "technician")), 1):
        rows[fid] = replace(rows[fid], severity=severity, source=source)
    assert arrange(rows, RowFilter(severity="B")) == [2, 3]
    assert arrange(rows, RowFilter(source="model")) == [1, 2], "what the classifier alone saw is the model's, too"
    assert arrange(rows, RowFilter(source="rule", severity="B")) == [3]
    assert arrange(rows, RowFilter(source="technician")) == [4]


def test_the_next_unreviewed_error_is_found_around_the_end(application):
    from rsqi.ui.review.error_rows import neighbour, next_unreviewed

    rows = rows_of((1, 0.3, "unreviewed", ""), (1, 0.3, "accepted", ""), (1, 0.3, "unreviewed", ""))
    assert next_unreviewed([1, 2, 3], rows, 1) == 3
    assert next_unreviewed([1, 2, 3], rows, 3) == 1
    assert next_unreviewed([1, 2, 3], rows, 3, skip=[1, 3]) is None
    assert [neighbour([5, 6], fid, 1) for fid in (None, 5, 6)] == [5, 6, 6]


def test_the_list_shows_what_costs_most_or_where_a_look_is_worth_most_first(application):
    from dataclasses import replace

    from rsqi.ui.review.error_rows import GAIN, WORST, RowFilter, arrange

    given = ((1, 0.99, "unreviewed", ""), (1, 0.5, "unreviewed", ""), (1, 0.5, "accepted", ""), (1, None, "added", ""))
    rows = rows_of(*given, (1, 0.5, "unreviewed", ""))
    rows[1] = replace(rows[1], penalty=5.0, area_m2=10.0)
    rows[2] = replace(rows[2], penalty=2.0, area_m2=8.0)
    assert arrange(rows, RowFilter(), WORST, True)[:2] == [1, 2]
    assert arrange(rows, RowFilter(), GAIN, True) == [2, 1, 5, 3, 4], "unsure and large before sure and costly"
