"""Thresholds of two checkpoints: set on blocks they have not seen, stored beside the weights, and read again."""

import numpy as np
import pytest
from noise_dataset import write_dataset
from tiny_pair import CLASSES, write_pair

from rsqi_core.cli import main
from rsqi_core.errors import ModelError, RsqiError
from rsqi_core.learning import predictions
from rsqi_core.learning.pair_calibration import calibrate_pair
from rsqi_core.models import huggingface, load


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(huggingface, "BLOCK", 64)


@pytest.fixture
def pair(tmp_path):
    return write_pair(tmp_path / "pair")


@pytest.fixture(autouse=True)
def seeing(monkeypatch):
    """Let the random weights see white squares: their logits for clouds get what a trained classifier would say."""
    from rsqi_core.learning import pair_calibration

    def predict(model, blocks, progress):
        found = predictions.predict(model, blocks, progress)
        clouds = found.truth[:, 0] == 1
        if "cloud" not in model.lacking:
            found.logits[:, 0] = np.where(clouds, -1.0, -4.0) + np.linspace(-0.5, 0.5, len(clouds))
        return found

    monkeypatch.setattr(pair_calibration, "predict", predict)


def test_a_pair_gets_thresholds_of_its_own(tmp_path, pair):
    write_dataset(tmp_path / "data", (("train", 24), ("test", 8)))
    before = load(str(pair), "cpu")
    known = before.hash
    found = calibrate_pair(tmp_path / "data", str(pair))
    after = load(str(pair), "cpu")
    assert found.file == pair / "swin" / "thresholds.json" and list(found.thresholds) == ["cloud"]
    assert after.card.thresholds["cloud"] == found.thresholds["cloud"] != before.card.thresholds["cloud"] == 0.5
    assert after.card.thresholds["shadow"] == 0.5, "which no block shows"
    assert after.hash != known, "what is found with it is another result"
    readme = (pair / "swin" / "README.md").read_text(encoding="utf-8")
    calibrate_pair(tmp_path / "data", str(pair))
    assert (pair / "swin" / "README.md").read_text(encoding="utf-8") == readme, "one table, however often"
    assert load(str(pair), "cpu").hash == after.hash


def test_the_command_line_sets_them_before_it_measures(tmp_path, pair, capsys):
    write_dataset(tmp_path / "data", (("train", 24), ("test", 8)))
    assert main(["evaluate", "--dataset", str(tmp_path / "data"), "--model", str(pair), "--calibrate"]) == 0
    assert "thresholds.json: cloud 0." in capsys.readouterr().err


def test_a_type_that_a_checkpoint_lacks_gets_none(tmp_path):
    pair = write_pair(tmp_path / "pair", classes=[name for name in CLASSES if name != CLASSES[0]])
    write_dataset(tmp_path / "data", (("train", 24), ("test", 8)))
    with pytest.raises(RsqiError, match="no type often enough"):
        calibrate_pair(tmp_path / "data", str(pair))
    assert not (pair / "swin" / "thresholds.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"thresholds": {"cloud": 1.5}}', "the threshold of cloud is 1.5; it must lie between 0 and 1"),
        ('{"thresholds": {"clouds": 0.5}}', "'clouds' is no type; the types are cloud, shadow"),
        ('{"temperatures": {"cloud": 0}}', "the temperature of cloud is 0; it must be above 0"),
        ('{"thresholds": [0.5]}', "thresholds must be numbers by type"),
        ("[]", "holds no JSON object"),
    ],
)
def test_what_is_no_threshold_is_told(pair, text, said):
    (pair / "swin" / "thresholds.json").write_text(text)
    with pytest.raises(ModelError, match=said):
        load(str(pair), "cpu")


def test_a_model_with_a_card_has_its_thresholds_there(tmp_path):
    with pytest.raises(ModelError, match="neither takes words nor is two Hugging Face checkpoints"):
        calibrate_pair(tmp_path, "default")
