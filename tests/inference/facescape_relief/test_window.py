"""Where FaceScape's networks look, and a photo unwrapped to there."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.facescape_relief.displacement_maps import whole_map
from likeness.inference.facescape_relief.layout import FaceScapeLayout
from likeness.inference.facescape_relief.on_face import points_in_photo
from likeness.inference.facescape_relief.window import as_seen, covered, inside, sampled, texels, unwrapped
from sheets import HALF, SKIN, Scene


def test_the_window_is_rows_600_to_2500_and_columns_1100_to_3000() -> None:
    first, last = np.array([1100 / 4096, 1 - 600 / 4096]), np.array([2999 / 4096, 1 - 2499 / 4096])
    assert texels(np.array([first, last])).tolist() == [[0, 0], [1899, 1899]]
    window = np.zeros((1900, 1900), np.uint16)
    window[7, 3] = 60000
    whole = whole_map(window)
    assert whole[607, 1103] == 60000
    assert (whole == 32768).sum() == 4096**2 - 1900**2


def test_values_are_found_at_their_texels() -> None:
    values = np.zeros((1900, 1900), np.float32)
    values[100, 200], values[100, 201] = 2.0, 4.0
    u, v = (1100 + np.array([200.0, 201.0, 200.5])) / 4096, np.full(3, 1 - 700 / 4096)
    found = sampled(values, np.stack([u, v], axis=-1)[None].astype(np.float32))[0]
    assert found == pytest.approx([2.0, 4.0, 3.0], abs=0.01)
    assert sampled(np.ones((1900, 1900), np.float32), np.zeros((1, 1, 2), np.float32))[0, 0] == 0.0


def test_what_is_covered_and_what_lies_there() -> None:
    corner, step = np.array([1100 / 4096, 1 - 600 / 4096]), 950 / 4096
    square = corner + np.array([[[0, 0], [0, -step], [step, 0]]])
    far = corner + np.array([[[0, 0], [0, -0.31], [0.1, 0]]])
    mask = covered(np.concatenate([square, far]), 64)  # the second one spans too much
    assert mask[0, 0]
    assert mask.sum() == pytest.approx(32 * 32 / 2, rel=0.05)
    places = corner + np.array([[0.01, -0.01], [step, -step], [-0.1, 0.0]])
    assert inside(places, mask).tolist() == [True, False, False]


def paint(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Skin that is redder to one side, and greener upwards."""
    return np.array(SKIN) + np.stack([2.0 * x, 2.0 * y, 0.0 * x], axis=1)


def test_a_painted_face_comes_back_in_the_layout(lit: Scene, layout: FaceScapeLayout) -> None:
    """What is painted on the surface stands in the window where the layout has that place, whatever the camera."""
    pixels = lit.photo(paint=paint).pixels
    window = unwrapped(pixels, points_in_photo(layout, lit.model, lit.fit), layout)
    assert window.shape == (1900, 1900, 3)
    assert not window[:5].any()  # beside the face it is black
    grid = np.linspace(-0.8, 0.8, 9) * HALF
    x, y = (a.ravel() for a in np.meshgrid(grid, grid))
    uv = np.array([0.5, 0.62]) + np.stack([x, y], axis=1) / (2 * HALF) * [0.3, -0.3]
    column, row = np.rint(texels(uv)).astype(int).T
    z = 0.02 - 4.0 * (x * x + y * y)
    photo_x, photo_y = (300 / 2 + 1400 * side / (0.6 - z) for side in (x, -y))
    wanted = pixels[photo_y.astype(int), photo_x.astype(int)].astype(int)
    assert np.abs(window[row, column].astype(int) - wanted).max() <= 3
    assert np.ptp(wanted[:, 0]) > 25  # the paint is seen


def test_the_networks_see_it_smaller(lit: Scene, layout: FaceScapeLayout) -> None:
    pixels = np.full((300, 300, 3), 90, np.uint8)
    seen = as_seen(unwrapped(pixels, points_in_photo(layout, lit.model, lit.fit), layout))
    assert seen.shape == (1024, 1024, 3)
    assert set(np.unique(seen[100:900:50, 500])) <= {0, 90}
    assert seen[512, 512, 0] == 90
