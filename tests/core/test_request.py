"""What each request of another process needs is named where it is missing."""

import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.job import job_from_mapping
from rsqi_core.jobs.ask import ask_job_from_mapping
from rsqi_core.jobs.evidence import evidence_job_from_mapping
from rsqi_core.jobs.find import find_job_from_mapping
from rsqi_core.jobs.seams import seam_job_from_mapping

NEEDED = {
    job_from_mapping: ("raster", "output"),
    seam_job_from_mapping: ("raster", "lines", "output"),
    find_job_from_mapping: ("raster", "output", "model", "text"),
    ask_job_from_mapping: ("result", "question"),
    evidence_job_from_mapping: ("result", "output"),
}


@pytest.mark.parametrize(("read", "names"), NEEDED.items(), ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("odd", [None, "", 0])
def test_what_is_missing_is_named(read, names, odd):
    for name in names:
        values = dict.fromkeys(names, "x.gpkg") | {name: odd}
        with pytest.raises(ParameterError, match=f"has no '{name}'"):
            read(values)
