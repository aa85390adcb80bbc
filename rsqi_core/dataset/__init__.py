"""A station's records and rasters become blocks with masks, labels, descriptions and question-answer pairs."""
