import cv2
import numpy as np
import pytest

from rsqi_core.errors import OutputError, RsqiError
from rsqi_core.imagery import CLEAN, MATTES, REAL, Picture, files, read_picture
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import IGNORED, by_code
from rsqi_core.training import pool


def test_packing_without_imagery_says_what_is_expected(tmp_path):
    with pytest.raises(RsqiError, match="no training imagery"):
        pool.pack(tmp_path, tmp_path / "pool.npz")


def write(folder, name, image):
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imencode(name[name.index(".") :], image[..., ::-1])[1].tofile(folder / name)


def packed(data, monkeypatch, landscapes=0):
    monkeypatch.setattr(pool, "_LANDSCAPES", landscapes)
    pool.pack(data, data / "pool.npz")
    return pool.load(data / "pool.npz")


def test_the_pool_holds_pairs_of_overlapping_photos_and_of_two_dates(tmp_path, monkeypatch):
    ground = landscape(1600, seed=21)
    write(tmp_path / "clean" / "rsscn7", "field.webp", landscape(300, seed=23))
    photos, dates = tmp_path / "clean" / "odm_toledo", tmp_path / MATTES[0].folder
    write(photos, "a.webp", ground[:1200])
    write(photos, "b.webp", ground[300:1500])
    small = landscape(256, seed=22)
    cloudy = small.copy()
    cloudy[:160, :200] = 250
    for name, image in (("x_clear", small), ("x_cloudy", (small * 0.8).astype(np.uint8)), ("y_clear", small),
                        ("y_cloudy", cloudy), ("z_clear", np.full_like(small, 255)), ("z_cloudy", cloudy)):  # fmt: skip
        write(dates, f"{name}.png", image)
    loaded = packed(tmp_path, monkeypatch)
    dates = [weight for p, weight in zip(loaded.pictures, loaded.weights) if p.image.shape[0] == 256]
    assert sorted(w > 0 for w in dates) == [False] * 2 + [True] * 2  # both clear dates, no snow; x in pairs only
    assert all(max(p.image.shape[:2]) <= pool.TILE for p in loaded.pictures)
    assert len(loaded.mattes) == 1
    assert sorted({pair.shape[0] for pair in loaded.pairs}) == [256, pool.PAIR]
    halved = [pair for pair in loaded.pairs if pair.shape[0] == pool.PAIR]
    assert all(np.abs(pair[..., :3].astype(int) - pair[..., 3:]).mean() < 8 for pair in halved)


def test_what_is_known_of_a_picture_is_packed_with_it(imagery, pool_file):
    loaded = pool.load(pool_file)
    real = [p for p in loaded.pictures if p.real]
    assert len(real) == 2 and len(loaded.pictures) == 5
    kind = next(kind for kind in REAL if kind.name == "sparcs")
    for file, found in zip(files(imagery, kind, validation=False), real):
        read = read_picture(file, kind)
        assert np.array_equal(found.truth, read.truth) and set(np.unique(found.truth)) == {0, 1, 255}
        assert (found.outlined, found.unknown, found.whole) == (read.outlined, read.unknown, "")
        assert found.suspected == read.suspected == ()
        assert found.false_colour and found.unknown == ("spectral_overflow",)
    sums = [loaded.weights[[p.real == kind for p in loaded.pictures]].sum() for kind in (False, True)]
    assert sums == pytest.approx([CLEAN[0].weight, kind.weight])


def test_a_photo_of_twice_the_size_is_halved_with_its_outlines_and_cut_into_tiles(tmp_path, monkeypatch):
    write(tmp_path / "clean" / "rsscn7", "field.webp", landscape(300, seed=23))
    photo, mask = landscape(1400, seed=24), np.zeros((1400, 1400, 3), np.uint8)
    mask[200:600, 200:600] = 255
    write(tmp_path / "cloud" / "airbus", "sea.webp", photo)
    write(tmp_path / "cloud" / "airbus", "sea_cloud.png", mask)
    real = [p for p in packed(tmp_path, monkeypatch).pictures if p.real]
    assert [p.image.shape[:2] for p in real] == [p.truth.shape for p in real] == [(512, 512)] * 4
    assert real[0].truth[200, 200] == by_code("cloud").id and real[0].truth[20, 20] == 0


def test_a_draw_gives_the_kind_that_is_wanted_and_what_is_large_enough():
    def picture(side, **known):
        return Picture(np.zeros((side, side, 3), np.uint8), **known)

    rng = np.random.default_rng(0)
    pictures = [picture(224), picture(512), picture(100), picture(256, whole="cloud")]
    drawn = pool.Pool(pictures, np.array([1.0, 1.0, 0.0, 1.0]), [], [])
    assert {drawn.draw(rng, 64).image.shape[0] for _ in range(60)} == {224, 512}  # what weighs nothing never comes
    assert np.mean([drawn.draw(rng, 384).image.shape[0] == 512 for _ in range(200)]) > 0.95
    assert drawn.draw(rng, 384, real=True).whole == "cloud"
    without = pool.Pool(pictures[:2], np.ones(2), [], [])
    assert not without.draw(rng, 64, real=True).real


def test_pictures_alone_make_a_pool(tmp_path):
    pool.pack_pictures([Picture(landscape(256, seed=k)) for k in range(2)], tmp_path / "pool.npz")
    loaded = pool.load(tmp_path / "pool.npz")
    assert pool.count(tmp_path / "pool.npz") == len(loaded.pictures) == 2
    assert loaded.mattes == loaded.pairs == [] and not any(p.real or p.unknown for p in loaded.pictures)


def test_shadows_of_trees_and_houses_in_a_drawn_landscape_are_unknown(tmp_path, monkeypatch):
    write(tmp_path / "clean" / "rsscn7", "field.webp", landscape(300, seed=23))
    drawn = [p for p in packed(tmp_path, monkeypatch, landscapes=2).pictures if p.suspected == ("shadow",)]
    assert drawn and all(set(np.unique(p.truth)) == {0, IGNORED} for p in drawn)
    assert all(p.image[p.truth == IGNORED].mean() < p.image[p.truth == 0].mean() for p in drawn)


def spoil(file, how):
    """Make a file that is no pool of today's layout."""
    whole = dict(np.load(file))
    if how == "cut short":
        file.write_bytes(file.read_bytes()[:-2000])
    elif how == "no archive":
        file.write_bytes(b"nothing")
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "an array":
        with file.open("wb") as target:
            np.save(target, np.zeros(3))
    elif how == "foreign":
        np.savez(file, images=np.zeros(3))
    elif how == "first layout":
        np.savez(file, pictures=3, satellite=np.zeros(0), **{k: whole[k] for k in ("data", "lengths", "links")})
    elif how == "later layout":
        np.savez(file, **{**whole, "version": pool.VERSION + 1})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("cut short", "not a training pool"),
        ("no archive", "not a training pool"),
        ("empty", "not a training pool"),
        ("an array", "not a training pool"),
        ("foreign", "not a training pool"),
        ("first layout", "layout 1, not 3; delete it and pack it again"),
        ("later layout", "layout 4, not 3; delete it and pack it again"),
    ],
)
def test_a_file_that_is_no_pool_of_today_is_refused_in_one_line(how, message, tmp_path):
    file = tmp_path / "pool.npz"
    pool.pack_pictures([Picture(landscape(256, seed=1))], file)
    spoil(file, how)
    for look in (pool.load, pool.count):
        with pytest.raises(RsqiError, match=message) as raised:
            look(file)
        assert "\n" not in str(raised.value)


def test_a_missing_pool_and_a_picture_that_is_none_are_named(tmp_path):
    with pytest.raises(RsqiError, match=r"gone\.npz: not a training pool"):
        pool.load(tmp_path / "gone.npz")
    file = tmp_path / "pool.npz"
    pool.pack_pictures([Picture(landscape(256, seed=1))], file)
    whole = dict(np.load(file))
    np.savez(file, **{**whole, "data": np.zeros_like(whole["data"])})
    with pytest.raises(RsqiError, match=r"pool\.npz: not a picture"):
        pool.load(file)


def test_a_pool_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    file = tmp_path / "pool.npz"
    pool.pack_pictures([Picture(landscape(256, seed=1))], file)
    before = file.read_bytes()

    def half(target, **arrays):
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OutputError, match="No space left"):
        pool.pack_pictures([Picture(landscape(256, seed=2))], file)
    assert file.read_bytes() == before
