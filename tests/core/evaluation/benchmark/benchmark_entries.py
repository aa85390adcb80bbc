"""Entries of a benchmark on procedural pictures alone, so that it needs no imagery."""

from dataclasses import replace

from rsqi_core.evaluation.benchmark import blocks
from rsqi_core.evaluation.benchmark.frozen import Entry

DEFECT = Entry("d", "defect", "landscape/50101", "", ("cloud",), "strong", 256, 3)
STRIPES = Entry("s", "defect", "landscape/50102", "", ("stripe_noise",), "strong", 256, 5)
CLEAN = Entry("c", "clean", "landscape/50103", "", (), "", 256, 4)
DECOY = Entry("h", "decoy", "landscape/50104", "", ("shadow",), "", 256, 4)
SCENE = Entry("planted", "planted", "landscape/50105x640", "", (), "", 0, 1)


def composed(entry, data):
    """The first seed from the entry's on at which its error can be seen."""
    for seed in range(entry.seed, entry.seed + 40):
        if sample := blocks.compose(replace(entry, seed=seed), data):
            return replace(entry, seed=seed, digest=blocks.digest_of(sample)), sample
    raise AssertionError(f"{entry.name} cannot be seen")
