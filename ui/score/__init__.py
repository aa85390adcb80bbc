"""The page *Score*: the live score, its scheme, checks of the whole image, and lots of images."""
