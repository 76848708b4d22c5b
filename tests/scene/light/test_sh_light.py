"""The split of a light into sun and sky, against the renderer's own formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from likeness.scene.light.sh_light import TRANSFER, radiance, sh_basis, split_sun
from synthetic import side_light


def directions(count: int) -> np.ndarray:
    """Unit vectors (count, 3) spread evenly: a Fibonacci sphere."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    return np.stack([np.sqrt(1 - z * z) * np.cos(angle), np.sqrt(1 - z * z) * np.sin(angle), z], axis=-1)


def test_the_basis_is_the_renderers() -> None:
    torch = pytest.importorskip("torch", reason="the renderer needs PyTorch")
    from likeness.inference import lighting

    points = directions(50)
    np.testing.assert_allclose(sh_basis(points), lighting.sh_basis(torch.from_numpy(points)).numpy(), atol=1e-12)
    np.testing.assert_array_equal(TRANSFER, lighting.LAMBERT_TRANSFER)


@given(arrays(np.float64, (9, 3), elements=st.floats(-3, 3, width=32)))
def test_sun_and_sky_add_up(light: np.ndarray) -> None:
    split = split_sun(light)
    sun = TRANSFER[:, None] * sh_basis(split.direction)[:, None] * split.irradiance
    np.testing.assert_allclose(split.sky + sun, light, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(split.direction), 1.0)
    assert (split.irradiance >= 0).all()


def test_a_sun_over_a_grey_sky_is_found() -> None:
    direction = np.array([0.6, 0.48, 0.64])
    colour = np.array([3.0, 2.5, 2.0])
    ambient = np.zeros((9, 3))
    ambient[0] = 1.0
    split = split_sun(ambient + TRANSFER[:, None] * sh_basis(direction)[:, None] * colour)
    np.testing.assert_allclose(split.direction, direction, atol=1e-9)
    np.testing.assert_allclose(split.irradiance, colour, atol=1e-9)
    np.testing.assert_allclose(split.sky, ambient, atol=1e-9)


def test_even_light_has_no_sun() -> None:
    light = np.zeros((9, 3))
    light[0] = 2.0
    assert not split_sun(light).irradiance.any()


def test_shading_is_the_cosine_integral_of_radiance() -> None:
    """Irradiance / pi by summing the sky's radiance over the hemisphere is the shading of the coefficients."""
    light = 0.2 * side_light()
    light[0] = 3.0  # bright enough to be positive everywhere
    incoming = directions(20_000)
    normals = directions(12)
    cosine = np.maximum(normals @ incoming.T, 0.0)
    irradiance = cosine @ radiance(incoming, light) * (4 * np.pi / len(incoming))
    np.testing.assert_allclose(irradiance / np.pi, sh_basis(normals) @ light, rtol=2e-3)
