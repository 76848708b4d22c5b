"""Windows on a photo: points go there and back exactly, and pixels go where the points say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from likeness.inference.detectors.crop import Crop

crops = st.builds(
    Crop,
    centre=st.tuples(st.floats(-500, 5000), st.floats(-500, 5000)),
    side=st.floats(8, 6000),
    angle=st.floats(-np.pi, np.pi),
    resolution=st.integers(16, 1024),
    mirrored=st.booleans(),
)


@given(crop=crops, x=st.floats(0, 5000), y=st.floats(0, 5000))
def test_points_return_exactly(crop: Crop, x: float, y: float) -> None:
    points = np.array([[x, y], crop.centre])
    inside = crop.from_photo(points)
    np.testing.assert_allclose(crop.to_photo(inside), points, atol=1e-6)
    np.testing.assert_allclose(inside[1], crop.resolution / 2, atol=1e-6)


@given(crop=crops)
def test_lengths_scale_and_a_mirror_only_flips(crop: Crop) -> None:
    square = np.array([[0.0, 0], [crop.resolution, 0], [crop.resolution, crop.resolution]])
    corner = crop.to_photo(square)
    right, down = corner[1] - corner[0], corner[2] - corner[1]
    np.testing.assert_allclose([np.linalg.norm(right), np.linalg.norm(down)], crop.side)
    turn = right[0] * down[1] - right[1] * down[0]
    assert np.sign(turn) == (-1 if crop.mirrored else 1)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("side", "resolution"), [(100, 256), (256, 256), (900, 256), (1600, 128)])
def test_pixels_follow_the_points(side: float, resolution: int, mirrored: bool) -> None:
    """A blurred spot is found where ``from_photo`` says, whatever turn, scale or mirror: no half-pixel slips."""
    y, x = np.indices((1200, 1000)) + 0.5
    spot = np.array([430.0, 610.0])
    width = side / 20
    picture = 255 * np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / (2 * width**2))
    crop = Crop((430 + side * 0.1, 610 - side * 0.07), side, 0.7, resolution, mirrored)
    seen = crop.take(np.repeat(picture.round().astype(np.uint8)[..., None], 3, axis=2))[..., 0].astype(float)
    rows, columns = np.indices(seen.shape) + 0.5
    centre = np.array([(seen * columns).sum(), (seen * rows).sum()]) / seen.sum()
    np.testing.assert_allclose(centre, crop.from_photo(spot), atol=0.06)


def test_a_window_beyond_the_photo_repeats_its_edge() -> None:
    photo = np.zeros((40, 40, 3), np.uint8)
    photo[:, -1] = 200
    seen = Crop((60.0, 20.0), 30.0, resolution=32).take(photo)
    assert (seen == 200).all()
    assert Crop((1e4, 1e4), 4000.0, resolution=32).take(photo).shape == (32, 32, 3)
