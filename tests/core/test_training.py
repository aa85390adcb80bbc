import json

import cv2
import numpy as np
import pytest
import torch

from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.models.network import Network
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.training import pool
from rsqi_core.training.loop import Settings, learning_rate, load_network, train
from rsqi_core.training.loss import evidence_loss, label_loss, segmentation_loss
from rsqi_core.training.stream import draw_sample


@pytest.fixture(scope="module")
def pool_file(tmp_path_factory):
    """A pool packed from a few procedural pictures in the layout of the imagery folder."""
    data = tmp_path_factory.mktemp("data")
    folder = data / "clean" / pool.CLEAN_SETS[0]
    folder.mkdir(parents=True)
    for k in range(3):
        picture = cv2.imencode(".webp", landscape(256, seed=k)[..., ::-1])[1]
        picture.tofile(folder / f"ground_{k}.webp")
    patched = pytest.MonkeyPatch()
    patched.setattr(pool, "_LANDSCAPES", 0)
    count = pool.pack(data, data / "pool.npz")
    patched.undo()
    assert count == 3
    return data / "pool.npz"


def test_the_split_keeps_held_out_names_from_training(tmp_path):
    held_out = sorted(pool.validation_names())
    name = next(n for n in held_out if n.startswith("rsscn7/")).split("/")[1]
    folder = tmp_path / "clean" / "rsscn7"
    folder.mkdir(parents=True)
    for stem in (name, "not_held_out"):
        (folder / f"{stem}.webp").touch()
    assert [f.stem for f in pool.clean_files(tmp_path, validation=True)] == [name]
    assert [f.stem for f in pool.clean_files(tmp_path, validation=False)] == ["not_held_out"]


def test_packing_without_imagery_says_what_is_expected(tmp_path):
    with pytest.raises(RsqiError, match="no training imagery"):
        pool.pack(tmp_path, tmp_path / "pool.npz")


def write(folder, name, image):
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imencode(name[name.index(".") :], image[..., ::-1])[1].tofile(folder / name)


def test_the_pool_holds_pairs_of_overlapping_photos_and_of_two_dates(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "_LANDSCAPES", 0)
    ground = landscape(1600, seed=21)
    photos, dates = tmp_path / "clean" / "odm_toledo", tmp_path / "cloud" / pool.MATTE_SET
    write(photos, "a.webp", ground[:1200])
    write(photos, "b.webp", ground[300:1500])
    small = landscape(256, seed=22)
    cloudy = small.copy()
    cloudy[:160, :200] = 250
    for name, image in (("x_clear", small), ("x_cloudy", (small * 0.8).astype(np.uint8)), ("y_clear", small),
                        ("y_cloudy", cloudy), ("z_clear", np.full_like(small, 255)), ("z_cloudy", cloudy)):  # fmt: skip
        write(dates, f"{name}.png", image)
    pool.pack(tmp_path, tmp_path / "pool.npz")
    loaded = pool.load(tmp_path / "pool.npz")
    dates = [b for b in loaded.backgrounds if b.shape[0] == 256]
    assert len(dates) == 2 * pool._SATELLITE + 1  # both clear dates and, once, the second one of x; no snow
    assert all(max(b.shape[:2]) <= pool.TILE for b in loaded.backgrounds)
    assert len(loaded.mattes) == 1
    assert sorted({pair.shape[0] for pair in loaded.pairs}) == [256, pool.PAIR]
    halved = [pair for pair in loaded.pairs if pair.shape[0] == pool.PAIR]
    assert all(np.abs(pair[..., :3].astype(int) - pair[..., 3:]).mean() < 8 for pair in halved)


def test_a_broken_pool_and_a_broken_picture_are_refused_in_one_line(tmp_path):
    (tmp_path / "pool.npz").write_bytes(b"nothing")
    with pytest.raises(RsqiError, match="not a training pool"):
        pool.load(tmp_path / "pool.npz")
    (tmp_path / "broken.webp").write_bytes(b"RIFF")
    with pytest.raises(RsqiError, match=r"broken\.webp"):
        pool.read_rgb(tmp_path / "broken.webp")


def test_unknown_labels_do_not_count():
    logits = torch.tensor([[3.0, -2.0]])
    known = label_loss(logits, torch.tensor([[1, 255]], dtype=torch.uint8))
    assert known == pytest.approx(float(torch.log1p(torch.exp(torch.tensor(-3.0)))))
    assert label_loss(logits, torch.tensor([[255, 255]], dtype=torch.uint8)) == 0


def test_evidence_loss_falls_with_better_evidence():
    target = torch.zeros(1, 10, 4, 4, dtype=torch.uint8)
    target[0, 2, 1, 1] = 1
    truth = torch.where(target == 1, 4.0, -4.0)
    assert evidence_loss(truth, target) < 0.01 * evidence_loss(-truth, target)


def test_segmentation_loss_ignores_255_and_rewards_the_truth():
    target = torch.randint(0, 7, (1, 16, 16))
    logits = torch.nn.functional.one_hot(target, 7).permute(0, 3, 1, 2) * 10.0
    assert segmentation_loss(logits, target) < 0.01
    spoiled = logits.clone()
    spoiled[..., :4] = 0
    masked = target.clone()
    masked[..., :4] = 255
    assert segmentation_loss(spoiled, masked) < 0.01


def test_the_rate_warms_up_and_ends_at_nought():
    rates = [learning_rate(step, 100, 1.0) for step in range(100)]
    assert rates[0] < rates[3] == max(rates) and rates[-1] < 0.001


def test_network_shapes_and_the_two_tasks_agree():
    network = Network().eval()
    images = torch.randn(2, 3, 64, 96)
    with torch.no_grad():
        blocks, evidence, pixels = network(images)
        assert torch.equal(blocks, network.classify(images))
        assert network.segmentation(images).shape == (2, 7, 64, 96)
    assert blocks.shape == (2, 10) and evidence.shape == (2, 10, 8, 12) and pixels.shape == (2, 7, 32, 48)


def test_training_learns_resumes_and_refuses_another_course(pool_file, tmp_path):
    settings = Settings(samples=24, batch=4, rate=1e-3, workers=0, checkpoint_every=3)
    rows = []
    checkpoint = train(pool_file, tmp_path, settings, "cpu", rows.append)
    assert rows[-1]["step"] == 6
    assert json.loads((tmp_path / "curve.jsonl").read_text().splitlines()[-1])["step"] == 6
    assert train(pool_file, tmp_path, settings, "cpu", rows.append) == checkpoint  # nothing left to do
    assert len(rows) == 1
    assert not load_network(checkpoint).training
    with pytest.raises(ParameterError, match="other settings"):
        train(pool_file, tmp_path, Settings(samples=48, batch=4, workers=0), "cpu")


def test_a_network_can_learn_one_batch(pool_file):
    """Losses on a fixed batch must fall, else gradients do not reach the weights."""
    from rsqi_core.training.loop import losses

    torch.manual_seed(0)
    source = pool.load(pool_file)
    rng = np.random.default_rng(1)
    samples = [draw_sample(source, rng) for _ in range(4)]
    parts = [np.stack([getattr(s, n) for s in samples]) for n in ("image", "segmentation", "evidence", "labels")]
    batch = [torch.from_numpy(part) for part in parts]
    batch[0] = batch[0].permute(0, 3, 1, 2).contiguous()
    network = Network()
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3)
    totals = []
    for _ in range(12):
        total = sum(losses(network, batch, torch.device("cpu")).values())
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(total.item())
    assert totals[-1] < 0.6 * totals[0]
