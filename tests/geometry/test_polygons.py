"""How far inside a polygon points are."""

from __future__ import annotations

import numpy as np
from likeness.geometry.polygons import inside_polygon, soft_polygon

NOTCHED = np.array([(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 2.0), (0.0, 4.0)])


def test_distance_is_positive_inside_and_negative_outside() -> None:
    points = np.array([(1.0, 1.0), (2.0, 1.5), (2.0, 3.0), (-3.0, 0.0), (2.0, -1.0), (4.0, 4.0)])
    expected = [1.0, 0.5, -1 / np.sqrt(2), -3.0, -1.0, 0.0]
    np.testing.assert_allclose(inside_polygon(points, NOTCHED), expected, atol=1e-12)


def test_the_edge_is_half() -> None:
    points = np.array([(2.0, 0.0), (2.0, 0.5), (2.0, -0.5), (2.0, 0.25)])
    np.testing.assert_allclose(soft_polygon(points, NOTCHED, 0.5), [0.5, 1.0, 0.0, 0.84375], atol=1e-12)
