"""The frozen benchmark: its lists, the images that they describe, and the results of models and rules on them."""
