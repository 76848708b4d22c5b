"""A face-sized surface with features in all directions."""

from __future__ import annotations

import numpy as np
import pytest


def make_cap(steps: int, radius: float = 95.0) -> tuple[np.ndarray, np.ndarray]:
    """A dome of mm size with a nose and smaller bumps: vertices (V, 3), triangles (T, 3) facing +Z."""
    side = np.linspace(-radius, radius, steps)
    x, y = np.meshgrid(side, side)
    z = 60 - (x**2 / 160 + y**2 / 220) + 25 * np.exp(-(x**2 + (y + 5) ** 2) / 300)
    z += 5 * np.sin(x / 9) * np.cos(y / 13) + 3 * np.sin((x + 2 * y) / 17)
    index = np.arange(steps * steps).reshape(steps, steps)
    a, b, c, d = (corner.ravel() for corner in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    vertices = np.stack([x, y, z], axis=2).reshape(-1, 3)
    return vertices, np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


@pytest.fixture(scope="session")
def coarse_cap() -> tuple[np.ndarray, np.ndarray]:
    """15 x 15 vertices, triangles of about 14 mm."""
    return make_cap(15)


@pytest.fixture(scope="session")
def fine_cap() -> tuple[np.ndarray, np.ndarray]:
    """96 x 96 vertices, triangles of 2 mm."""
    return make_cap(96)
