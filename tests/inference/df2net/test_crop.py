"""What DF2Net sees of a photo: the square, the outline and its shrunk twin."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.landmarks import Ibug
from likeness.inference.df2net.crop import face_window, filled, network_input, outline, shrunk


@pytest.fixture
def points() -> np.ndarray:
    """68 points as on a face of 200 pixels: a jaw round (250, 250), brows, eyes and a nose."""
    found = np.full((68, 2), 250.0)
    angle = np.linspace(np.pi, 0.0, 17)
    found[Ibug.JAW] = np.stack([250 + 100 * np.cos(angle), 240 + 110 * np.sin(angle)], axis=1)
    found[Ibug.RIGHT_BROW] = [[180 + 12 * i, 200 - i] for i in range(5)]
    found[Ibug.LEFT_BROW] = [[272 + 12 * i, 196 + i] for i in range(5)]
    found[Ibug.RIGHT_EYE_INNER], found[Ibug.LEFT_EYE_INNER] = [230, 230], [270, 230]
    found[Ibug.NOSE_BRIDGE] = [250, 225]
    return found


def test_the_outline_is_the_jaw_and_four_points_of_the_forehead(points: np.ndarray) -> None:
    corners = outline(points)
    assert corners.shape == (21, 2)
    assert np.array_equal(corners[:17], points[:17])
    rise = 40.0  # between the inner corners of the eyes
    assert corners[17].tolist() == [points[16, 0], points[24, 1]]
    assert corners[18].tolist() == [points[26, 0], points[26, 1] - rise]
    assert corners[19].tolist() == [points[17, 0], points[17, 1] - rise]
    assert corners[20].tolist() == [points[0, 0], points[19, 1]]


def test_the_inner_outline_is_four_and_eight_pixels_of_224_smaller(points: np.ndarray) -> None:
    corners = outline(points)
    moved = (shrunk(corners) - corners) * 224 / 512
    assert np.allclose(moved[:8], [4, 0])
    assert np.allclose(moved[8], 0)
    assert np.allclose(moved[9:17], [-8, 0])
    assert np.allclose(moved[17], -8)
    assert np.allclose(moved[18:], 4)


def test_what_is_inside_is_filled_and_what_is_outside_the_picture_is_cut(points: np.ndarray) -> None:
    mask = filled(outline(points))
    assert mask[250, 250]
    assert not mask[20, 20]
    assert mask.mean() == pytest.approx(0.14, abs=0.03)
    assert filled(outline(points) - np.array([300.0, 0.0])).any()  # half of it lies left of the picture
    assert not filled(outline(points) + np.array([600.0, 0.0]))[:, :500].any()


def test_off_the_face_the_network_sees_black() -> None:
    crop = np.full((4, 4, 3), 255, np.uint8)
    crop[..., 1] = 0
    seen = network_input(crop, np.eye(4, dtype=bool))
    assert seen.shape == (3, 4, 4)
    assert np.array_equal(seen[:, 0, 0], [1, -1, 1])
    assert (seen[:, 0, 1] == -1).all()


@pytest.mark.slow
def test_the_square_is_where_the_cascade_finds_it() -> None:
    """Against OpenCV's cascade on a portrait: nearly the same square."""
    import cv2
    from likeness.inference.detectors.landmarks import detect_faces
    from likeness.inference.images import Photo
    from skimage import data

    pixels = data.astronaut()
    cascade = cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_frontalface_default.xml")
    left, top, side, _ = cascade.detectMultiScale(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 1.3, 5)[-1]
    window = face_window(detect_faces(Photo(None, pixels))[0].ibug68())
    assert window.side == pytest.approx(1.5 * side, rel=0.2)
    assert window.centre == pytest.approx((left + 0.55 * side, top + 0.55 * side), abs=0.12 * side)
