"""Training from synthesised errors: pool of backgrounds, sample stream, losses and loop (torch, OpenCV, numpy)."""
