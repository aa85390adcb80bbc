import numpy as np

from rsqi_core.evaluation.benchmark.marks import count_marks


def test_counts_leave_out_what_nobody_knows():
    found, truth = np.array([[True, True, False]]), np.array([[1, 255, 1]])
    assert count_marks(found, truth)[0].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
