import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.training.settings import Settings, settings_for


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_the_rate_warms_up_and_ends_at_nought(schedule):
    settings = Settings(samples=200, batch=2, rate=1.0, schedule=schedule)
    rates = [settings.rate_at(step) for step in range(100)]
    assert rates[0] < rates[3] == max(rates) == 1 and rates[-1] < 0.02
    assert all(a >= b for a, b in zip(rates[4:], rates[5:]))


def test_other_architectures_are_trained_as_the_paper_did():
    paper, ours = settings_for("classifier", "swinv2"), settings_for("joint")
    assert (paper.rate, paper.schedule, paper.average, paper.dice, paper.large) == (1e-4, "cosine", 0, 0, 0)
    assert (ours.rate, ours.arch, ours.size) == (2e-3, "lite0", "m")
    assert settings_for("segmenter", rate=1e-3, samples=None).rate == 1e-3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"side": 100}, "multiple of 32"),
        ({"rate": 0}, "above 0"),
        ({"schedule": "step"}, "cosine, linear"),
        ({"precision": "int8"}, "fp32"),
        ({"batch": 1}, "at least 2"),
        ({"samples": 3, "batch": 4}, "one batch"),
        ({"arch": "vgg"}, "lite0, lite1, lite2, rsqi"),
        ({"large": 1.5}, "between 0 and 1"),
        ({"real": -0.1}, "between 0 and 1"),
        ({"frozen": -1}, "at least 0"),
        ({"encoder_rate": 2}, "between 0 and 1"),
    ],
)
def test_impossible_settings_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        settings_for(**{"task": "joint", **values})
