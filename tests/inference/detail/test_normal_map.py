"""Normal maps against the normals of the displaced surface itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.inference.detail.normal_map import bake_normal_map
from likeness.inference.uv.atlas import uv_atlas
from sheets import HALF, sheet_model

SIZE = 128


def turned(uv: np.ndarray, kind: str) -> np.ndarray:
    """Texture points (U, 2) turned or mirrored about the middle of the texture."""
    centred = uv - 0.5
    matrix = {"upright": [[1, 0], [0, 1]], "turned": [[0, 1], [-1, 0]], "mirrored": [[-1, 0], [0, 1]]}[kind]
    return centred @ np.array(matrix).T + 0.5


def test_no_displacement_is_the_neutral_colour() -> None:
    model = sheet_model()
    baked = bake_normal_map(np.zeros((SIZE, SIZE), np.float32), uv_atlas(model, SIZE), model.mean, model.uv)
    assert baked.dtype == np.uint8
    assert (baked == (128, 128, 255)).all()


@pytest.mark.parametrize("kind", ["upright", "turned", "mirrored"])
def test_slope_on_a_flat_sheet_is_the_slope_in_its_own_frame(kind: str) -> None:
    model = sheet_model()
    flat = model.mean * [1.0, 1.0, 0.0]
    model = replace(model, mean=flat, uv=turned(model.uv, kind))
    u, v = np.meshgrid((np.arange(SIZE) + 0.5) / SIZE, 1 - (np.arange(SIZE) + 0.5) / SIZE)
    slope_u, slope_v = 0.3, -0.2  # per metre along the surface, by the texture's own axes
    height = ((u * slope_u + v * slope_v) * 2 * HALF).astype(np.float32)
    baked = bake_normal_map(height, uv_atlas(model, SIZE), model.mean, model.uv)
    expected = np.array([-slope_u, -slope_v, 1.0]) / np.linalg.norm([slope_u, slope_v, 1.0])
    middle = baked[8:-8, 8:-8].reshape(-1, 3) / 127.5 - 1
    assert np.abs(middle - expected).max() < 0.012


def test_sheared_layout_keeps_the_surface_slope() -> None:
    """In a sheared UV layout t follows u and b is at right angles to it, on the surface."""
    model = sheet_model()
    flat = model.mean * [1.0, 1.0, 0.0]
    shear = np.array([[0.7, 0.25], [0.0, 0.7]])
    model = replace(model, mean=flat, uv=(model.uv - 0.5) @ shear.T + 0.5)
    atlas = uv_atlas(model, SIZE)
    x, y = np.moveaxis(atlas.interpolate(flat)[..., :2], -1, 0)
    baked = bake_normal_map((0.3 * x - 0.2 * y).astype(np.float32), atlas, flat, model.uv)
    expected = np.array([-0.3, 0.2, 1.0]) / np.linalg.norm([0.3, 0.2, 1.0])
    window = np.s_[SIZE // 2 - 10 : SIZE // 2 + 10]
    assert np.abs(baked[window, window] / 127.5 - 1 - expected).max() < 0.012
