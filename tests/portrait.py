"""Landmarks of NASA's portrait of Eileen Collins (`photo_astronaut`), and a tiny dlib predictor made of such."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

# iBUG-68 in whole pixels: what a user without MediaPipe would give.
PORTRAIT_68 = np.array([
    (180, 102), (180, 111), (180, 120), (182, 136), (184, 145), (190, 157), (196, 163), (207, 173), (222, 178),
    (238, 175), (249, 167), (256, 161), (263, 150), (267, 140), (270, 125), (271, 116), (272, 107),
    (188, 91), (193, 88), (199, 87), (207, 88), (216, 90), (236, 91), (246, 90), (254, 90), (260, 92), (264, 95),
    (225, 103), (225, 113), (224, 120), (224, 126), (211, 129), (218, 132), (224, 133), (230, 133), (237, 131),
    (195, 101), (200, 98), (207, 98), (214, 104), (207, 104), (200, 104),
    (237, 105), (245, 100), (252, 101), (256, 104), (250, 107), (243, 106),
    (202, 139), (211, 139), (217, 139), (224, 141), (230, 140), (236, 140), (245, 141), (239, 149), (229, 155),
    (223, 155), (216, 154), (207, 148), (204, 140), (218, 143), (223, 143), (229, 143), (244, 141), (229, 150),
    (223, 150), (218, 149),
], np.float64)  # fmt: skip


def train_predictor(path: Path, portrait: np.ndarray, points: np.ndarray) -> Path:
    """Write a dlib predictor of points (N, 2) to a file, trained on the portrait and its shifted copies; skips without
    dlib."""
    dlib = pytest.importorskip("dlib")
    box = dlib.rectangle(177, 77, 272, 172)
    options = dlib.shape_predictor_training_options()
    options.cascade_depth, options.tree_depth, options.num_trees_per_cascade_level = 4, 2, 20
    options.oversampling_amount, options.be_verbose, options.num_threads = 20, False, 2
    shape = dlib.full_object_detection(box, [dlib.point(round(x), round(y)) for x, y in points])
    dlib.train_shape_predictor([portrait], [[shape]], options).save(str(path))
    return path
