from noise_dataset import write_dataset

from rsqi_core.dataset.labelled_blocks import read_part
from rsqi_core.learning.rehearsal import pack_rehearsal
from rsqi_core.training.settings import settings_for
from rsqi_core.training.stream import Material, SampleStream


def test_rehearsal_plants_errors_on_blocks_that_have_none(tmp_path):
    write_dataset(tmp_path / "data", (("train", 4), ("test", 10)), side=256)
    blocks = read_part(tmp_path / "data", "train")
    assert pack_rehearsal(blocks, tmp_path / "pool.npz", landscapes=0) == 2
    assert pack_rehearsal(blocks, tmp_path / "pool.npz", landscapes=0) == 0  # it is there already
    stream = SampleStream(Material(tmp_path / "pool.npz", tmp_path / "data"), settings_for("joint", side=64))
    found = {defect.code for k in range(30) for defect in stream.sample(k).defects}
    assert len(found) > 3  # the dataset alone shows clouds only
