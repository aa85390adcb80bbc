"""A memory of clean patches: what is unlike all of them may be an error of a kind that nobody has named."""
