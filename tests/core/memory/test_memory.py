"""A memory of clean images: what it keeps, what it refuses, and what it finds unusual."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from rsqi_core.errors import ModelError
from rsqi_core.memory.bank import TOP, Memory, as_bytes, cells, nearest
from rsqi_core.memory.coreset import greedy_coreset
from rsqi_core.memory.memory_file import is_memory, memory_for, read_memory, write_memory


def memory(**values):
    rng = np.random.default_rng(0)
    given = {
        "model": "abc",
        "projection": rng.normal(size=(6, 4)).astype(np.float32),
        "offset": np.zeros(4, np.float32),
        "prototypes": rng.normal(size=(9, 4)).astype(np.float16).astype(np.float32),
        "limit": 0.5,
        "notes": {"images": 3},
    }
    return Memory(**{**given, **values})


def test_nearest_is_the_least_of_all_distances():
    rng = np.random.default_rng(1)
    points, prototypes = rng.normal(size=(50, 5)).astype(np.float32), rng.normal(size=(7, 5)).astype(np.float32)
    wanted = np.linalg.norm(points[:, None] - prototypes, axis=-1).min(1)
    np.testing.assert_allclose(nearest(points, prototypes), wanted, atol=1e-4)


def test_a_coreset_reaches_every_cluster_and_leaves_doubles_out():
    centres = np.array([[0, 0], [9, 0], [0, 9], [9, 9]], np.float32)
    points = np.repeat(centres, [500, 3, 2, 1], 0)
    chosen = greedy_coreset(points, 10)
    assert len(chosen) == 4 and {tuple(p) for p in points[chosen]} == {tuple(c) for c in centres}


def test_scores_are_one_half_at_the_limit_and_grow():
    scores = as_bytes(np.array([0, 0.5, 1, 2, 50], np.float32), 1.0)
    assert scores[0] == 0 and scores[2] == TOP // 2 and scores[-1] == TOP and (np.diff(scores.astype(int)) > 0).all()


def test_finer_features_come_to_the_cells_of_the_coarsest():
    fine = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
    joined = cells([fine, np.zeros((1, 2, 2, 2), np.float32)])
    assert joined.shape == (1, 3, 2, 2) and joined[0, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_what_was_remembered_is_usual_and_anything_else_is_not():
    rng = np.random.default_rng(2)
    seen = rng.normal(size=(6, 8, 8)).astype(np.float32)
    projection = np.eye(6, dtype=np.float32)
    known = memory(projection=projection, offset=np.zeros(6, np.float32), prototypes=seen.reshape(6, -1).T.copy())
    strange = seen.copy()
    strange[:, 2:6, 2:6] += 20
    usual, other = known.scores([np.stack([seen, strange])])
    assert usual.max() == 0 and other[3:5, 3:5].min() == TOP and other[0, 7] == 0


def test_a_memory_survives_its_file(tmp_path):
    path, known = tmp_path / "clean.safetensors", memory()
    write_memory(path, known)
    found = read_memory(path)
    np.testing.assert_array_equal(found.prototypes, known.prototypes)
    np.testing.assert_array_equal(found.projection, known.projection)
    assert (found.model, found.limit, found.notes) == ("abc", 0.5, {"images": 3}) and len(found.hash) == 16
    assert is_memory(path)


@pytest.mark.parametrize("fault", ["missing", "text", "other", "cut", "shapes"])
def test_what_is_no_memory_is_refused_in_one_line(tmp_path, fault):
    path = tmp_path / "clean.safetensors"
    write_memory(path, memory())
    if fault == "missing":
        path.unlink()
    elif fault == "text":
        path.write_text("nothing of the kind")
    elif fault == "other":
        save_file({"weight": np.zeros(3, np.float32)}, path)
    elif fault == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    else:
        tensors = load_file(path)
        tensors["offset"] = np.zeros(3, np.float32)
        save_file(tensors, path, {"rsqi_memory": "1", "model": "abc", "notes": "{}"})
    with pytest.raises(ModelError, match=r"clean\.safetensors") as error:
        read_memory(path)
    assert "\n" not in str(error.value) and not is_memory(path)


def test_a_memory_of_another_model_is_refused(tmp_path):
    class Other:
        hash = "0123456789abcdef"

    write_memory(tmp_path / "m.safetensors", memory(model="fedcba9876543210"))
    with pytest.raises(ModelError, match="another model"):
        memory_for(tmp_path / "m.safetensors", Other())


def test_a_memory_that_is_too_large_is_not_written(tmp_path):
    huge = memory(prototypes=np.zeros((7_000_000, 4), np.float32))
    with pytest.raises(ModelError, match="50 MB"):
        write_memory(tmp_path / "m.safetensors", huge)
    assert not list(tmp_path.iterdir())
