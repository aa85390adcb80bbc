"""Names of the parts of a dataset's folder, and of the files in it."""

TRAIN, TEST = "train", "test"
IMAGE, MASK = "image", "mask"  # folders of a part
TABLE = "metadata.jsonl"  # one row a block
QUESTIONS = "qa.jsonl"  # one row a question
LIST = "parts.csv"  # which scene and raster went into which part
SHEET = "contact-sheet.png"  # examples of each type, to be looked at before anything trains
