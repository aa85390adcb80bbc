"""Names of the parts of a dataset's folder, and of the table in each."""

TRAIN, TEST = "train", "test"
TABLE = "metadata.jsonl"  # one row a block
