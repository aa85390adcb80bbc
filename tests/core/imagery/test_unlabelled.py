import cv2
import numpy as np

from rsqi_core.imagery import soft_places
from rsqi_core.synthesis.landscape import landscape


def test_what_is_out_of_focus_is_soft_and_a_sharp_picture_is_not():
    image = landscape(768, seed=3)
    image = cv2.convertScaleAbs(image, alpha=1.4)
    assert soft_places(image).mean() < 0.15
    half = image.copy()
    half[:, 384:] = cv2.GaussianBlur(image, (0, 0), 3)[:, 384:]
    soft = soft_places(half)
    assert soft[:, 480:].mean() > 0.8 and soft[:, :384].mean() < 0.15


def test_noise_does_not_make_a_soft_picture_sharp():
    image = cv2.GaussianBlur(cv2.convertScaleAbs(landscape(768, seed=3), alpha=1.4), (0, 0), 3)
    noisy = image + np.random.default_rng(0).normal(0, 3, image.shape)
    assert soft_places(noisy.clip(0, 255).astype(np.uint8)).mean() > 0.8


def test_a_picture_without_an_edge_cannot_be_known_to_be_sharp():
    assert soft_places(np.full((200, 300, 3), 90, np.uint8)).all()
