"""Grain is measured, and made as even noise of the surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.inference.uv.atlas import uv_atlas
from likeness.inference.uv.grain import grain, grain_strengths
from toy_face import toy_model

SIZE = 256
MODEL = toy_model()


def inside(model: FaceModel) -> np.ndarray:
    return uv_atlas(model, SIZE).mask


def test_white_noise_is_measured_and_made_again() -> None:
    noise = np.random.default_rng(6).normal(0.0, 0.1, (512, 512)).astype(np.float32)
    made = grain(grain_strengths(noise, np.ones_like(noise)), MODEL, SIZE)
    assert made.shape == (SIZE, SIZE)
    assert not made[~inside(MODEL)].any()
    assert abs(made[inside(MODEL)].mean()) < 0.01
    assert made[inside(MODEL)].std() == pytest.approx(0.1, rel=0.35)


def test_each_octave_has_its_strength() -> None:
    middle = np.s_[96:160, 96:160]
    for number in range(3):
        strengths = np.zeros(3, np.float32)
        strengths[number] = 0.05
        assert grain(strengths, MODEL, SIZE)[middle].std() == pytest.approx(0.05, rel=0.3)


def change(made: np.ndarray, axis: int) -> float:
    """How much it changes from texel to texel, of itself."""
    return float(np.diff(made, axis=axis).std() / made.std())


def test_it_is_even_on_the_surface_where_the_layout_is_not() -> None:
    """The middle of the face drawn half as high: texels there are long upwards, and so change more in that direction.

    Noise of the texture would change alike in both, which is streaks on the face.
    """
    low = replace(MODEL, uv=(MODEL.uv - 0.5) * [1.0, 0.5] + 0.5)
    coarse = np.array([0.0, 0.0, 0.1], np.float32)
    even, flat = (grain(coarse, model, SIZE)[112:144, 96:160] for model in (MODEL, low))
    assert change(even, 0) == pytest.approx(change(even, 1), rel=0.35)
    assert change(flat, 0) > 1.4 * change(flat, 1)


def test_texels_too_long_for_the_cells_have_none() -> None:
    """The forehead is drawn a seventh as high."""
    left, up = MODEL.uv.T
    made = grain(np.array([0.1], np.float32), low := replace(MODEL, uv=np.stack([left, squeezed(up)], axis=1)), SIZE)
    heights = uv_atlas(low, SIZE).interpolate(low.mean)[..., 1]
    forehead, below = (made[inside(low) & where] for where in (heights > 0.05, heights < 0.0))
    assert forehead.std() < 0.2 * below.std()


def squeezed(up: np.ndarray) -> np.ndarray:
    return np.minimum(up, 0.6) + np.maximum(up - 0.6, 0.0) / 7.0


def test_it_is_always_the_same() -> None:
    first, second = (grain(np.array([0.1], np.float32), toy_model(), SIZE) for _ in range(2))
    np.testing.assert_array_equal(first, second)
