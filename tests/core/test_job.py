"""An inspection with its files, when the disk runs full."""

import numpy as np
import pytest

from rsqi_core.errors import OutputError
from rsqi_core.job import Job, run
from rsqi_core.parameters import Parameters
from rsqi_core.strips.journal import Journal
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture
def job(write_raster, tmp_path):
    rgb = landscape(512, seed=3)
    rgb[100:110, 100:130] = rgb[400:420, 300:330] = 0
    raster = write_raster(rgb)
    out = tmp_path / "out"
    out.mkdir()
    return lambda **more: Job(
        str(raster), out / "o.gpkg", mask=True, parameters=Parameters(blocks=(128,), stages=("rules",)), **more
    )


def test_after_a_full_disk_the_run_goes_on_where_it_was(job, monkeypatch):
    write, written, found = Journal._write, [], []

    def full(self, findings):
        if len(written) == 3:
            raise OutputError("no room")
        written.append(len(findings))
        write(self, findings)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "_write", full)
        with pytest.raises(OutputError, match="no room"):
            run(job())
    folder = job().output.parent
    (left,) = folder.iterdir()
    assert {f.suffix for f in left.iterdir()} == {"", ".npz"} and not (left / "labels").exists()

    def counting(self, findings):
        found.append(len(findings))
        write(self, findings)

    monkeypatch.setattr(Journal, "_write", counting)
    result = run(job(resume=True))
    assert found and written[0] == found[0] and len(found) == 5 - 3
    assert result["summary"]["count_pixel_missing"] == 2
    assert {f.name for f in folder.iterdir()} == {"o.gpkg", "o_mask.tif"}


def test_without_resume_a_stale_folder_is_removed(job, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Journal, "record", lambda self, findings: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            run(job())
    folder = job().output.parent
    assert list(folder.iterdir()) == []  # nothing had been found yet
    run(job())
    assert not [f for f in folder.iterdir() if f.name.startswith(".")]


def test_progress_tells_the_rate(job):
    seen = []
    run(job(), lambda event, **values: seen.append((event, values)))
    progress = [values for event, values in seen if event == "progress" and values["stage"] == "inspect"]
    assert all(values["mpx_per_s"] > 0 for values in progress)
    assert np.all(np.diff([values["done"] for values in progress]) == 1)
