"""The curve of a training."""


def test_the_curve_takes_losses_and_scores_from_the_rows(application):
    from rsqi.ui.learn.curve import curves, place

    rows = [{"step": 10, "steps": 20, "labels": 1.0, "evidence": 2.0}, {"step": 5, "steps": 20, "labels": 5.0},
            {"step": 10, "steps": 20, "score": 0.5}]  # fmt: skip
    found = curves(rows, weight=0.5)
    assert (found.steps, found.loss, found.score) == (20, ((5, 5.0), (10, 4.0)), ((10, 0.5),))
    assert place(found.score, 20, 1.0, (0, 0, 100, 50)) == [(50.0, 25.0)]
