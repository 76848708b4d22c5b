"""Teeth that show are shut: told from the picture between the lips, and what a fit makes of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from known_faces import detected, known_face, landmarks_of
from likeness.anatomy.landmarks import INNER_LIP_LOOP, OUTER_LIP_LOOP
from likeness.geometry.arrays import Floats, Pixels
from likeness.inference.detectors.landmarks import FaceLandmarks
from likeness.inference.fitting.landmark_fit import LandmarkBases
from likeness.inference.fitting.model_tensors import ModelTensors
from likeness.inference.fitting.teeth import freedom, teeth_shut

SKINS = {"light": (214, 168, 145), "dark": (92, 60, 46), "grey": (140, 140, 140)}
LIPS = {"light": (168, 92, 88), "dark": (84, 48, 44), "grey": (104, 104, 104)}
TEETH, HOLE = (224, 218, 204), (24, 10, 10)


@pytest.fixture(scope="module")
def open_mouth(tensors: ModelTensors, dense: LandmarkBases) -> FaceLandmarks:
    """A face whose lips are apart."""
    return detected(landmarks_of(known_face(tensors, values={"jawOpen": 0.4}), dense))


def picture(landmarks: FaceLandmarks, skin: str, filling: tuple[int, int, int], below: float = 0.0) -> Pixels:
    """Skin with lips and something between them, but a hole in the lower share ``below`` of the gap."""
    pixels = np.full((480, 640, 3), SKINS[skin], np.uint8)
    outer, inner = (_rounded(landmarks.points[list(loop)]) for loop in (OUTER_LIP_LOOP, INNER_LIP_LOOP))
    cv2.fillPoly(pixels, [outer], LIPS[skin])
    gap = np.zeros((480, 640), np.uint8)
    cv2.fillPoly(gap, [inner], (1,))
    for column in np.flatnonzero(gap.any(axis=0)):
        rows = np.flatnonzero(gap[:, column])
        pixels[rows, column] = filling
        pixels[rows[round((1.0 - below) * len(rows)) :], column] = HOLE
    grey = skin == "grey"
    return np.repeat(pixels.mean(axis=-1, keepdims=True).astype(np.uint8), 3, axis=-1) if grey else pixels


def _rounded(points: Floats) -> np.ndarray:
    return points.round().astype(np.int32)


@pytest.mark.parametrize("skin", SKINS)
def test_teeth_that_fill_the_gap_are_shut(open_mouth: FaceLandmarks, skin: str) -> None:
    assert teeth_shut(picture(open_mouth, skin, TEETH), open_mouth) == 1.0


@pytest.mark.parametrize("skin", SKINS)
def test_a_dark_mouth_is_open(open_mouth: FaceLandmarks, skin: str) -> None:
    assert teeth_shut(picture(open_mouth, skin, HOLE), open_mouth) == 0.0
    assert teeth_shut(picture(open_mouth, skin, TEETH, below=0.8), open_mouth) < 0.2


def test_a_tongue_is_no_tooth(open_mouth: FaceLandmarks) -> None:
    assert teeth_shut(picture(open_mouth, "light", (176, 84, 84)), open_mouth) == 0.0


def test_a_picture_without_a_mouth_says_nothing(open_mouth: FaceLandmarks) -> None:
    assert teeth_shut(np.full((480, 640, 3), 128, np.uint8), open_mouth) == 0.0


def test_shut_teeth_hold_the_jaw_and_let_the_lips_go() -> None:
    names = ["jawOpen", "mouthUpperUp_L", "mouthFunnel", "eyeBlinkLeft"]
    assert freedom(names, 0.0) == [1.0] * 4
    jaw, lip, round_lips, lid = freedom(names, 1.0)
    assert jaw < 0.2 < round_lips < 1.0 < lip
    assert lid == 1.0
