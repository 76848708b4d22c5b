"""How far a point is outside an eyeball."""

from __future__ import annotations

import numpy as np
from likeness.bfm.builtin.eyes import CORNEA_BULGE, RADIUS, height, on_eyeball


def test_height_is_measured_from_the_surface() -> None:
    points = np.random.default_rng(0).normal(0, RADIUS, (10, 50, 3))
    surface = on_eyeball(points)
    expected = np.linalg.norm(points, axis=-1) - np.linalg.norm(surface, axis=-1)
    np.testing.assert_allclose(height(points), expected, atol=1e-12)
    # The cornea bulges forward and not outward, so that the surface's own points are told a little wrong.
    np.testing.assert_allclose(height(surface), 0, atol=3e-5)
    axis = height(np.array([[0.0, 0.0, 0.02], [0.0, 0.0, -0.02]]))
    np.testing.assert_allclose(axis, [0.02 - RADIUS - CORNEA_BULGE, 0.02 - RADIUS], atol=1e-12)
