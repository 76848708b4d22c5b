"""What is finer than the coarse texture's texels comes from the photo, or is mirrored, or grain."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.images import Photo
from likeness.inference.texture.fine_octaves import PhotoOnSkin, with_fine_octaves
from likeness.inference.uv.atlas import TexelGeometry
from likeness.inference.uv.blending import enlarge
from toy_face import toy_model

SIDE, FACTOR = 64, 2
SKIN = np.array([0.45, 0.28, 0.21], np.float32)
WAVE = 0.1  # log contrast of a checkerboard of single fine texels


@pytest.fixture(scope="module")
def made() -> np.ndarray:
    """A plain coarse texture; the photo has a pixel for each fine texel and is trusted on the lower left quarter."""
    fine = FACTOR * SIDE
    checks = np.where(np.indices((fine, fine)).sum(axis=0) % 2, WAVE, -WAVE)
    colours = SKIN * np.exp(checks)[..., None]
    photo = Photo(None, (linear_to_srgb(colours) * 255).round().astype(np.uint8))
    down, across = np.indices((SIDE, SIDE), dtype=np.float32)
    pixels = FACTOR * (np.stack([across, down], axis=-1) + np.float32(0.5))
    share = np.zeros((SIDE, SIDE), np.float32)
    share[SIDE // 2 :, : SIDE // 2] = 1.0
    everywhere = np.ones((SIDE, SIDE), np.float32)
    geometry = TexelGeometry(np.zeros((SIDE, SIDE, 3)), np.zeros((SIDE, SIDE, 3)), pixels, everywhere, everywhere)
    mirror = np.stack([SIDE - 1 - across, down], axis=-1)
    coarse = np.tile(SKIN, (SIDE, SIDE, 1))
    return with_fine_octaves(coarse, [PhotoOnSkin(photo, geometry, share)], toy_model(), mirror, everywhere, FACTOR)


def contrast(texels: np.ndarray) -> np.ndarray:
    return np.log(texels / SKIN)


def test_seen_skin_has_the_photo_s_own_octaves(made: np.ndarray) -> None:
    seen = contrast(made[80:120, 8:56])
    signs = np.where(np.indices(seen.shape[:2]).sum(axis=0) % 2, WAVE, -WAVE)
    np.testing.assert_allclose(seen, np.repeat(signs[..., None], 3, axis=2), atol=0.03)


def test_the_other_side_has_them_mirrored(made: np.ndarray) -> None:
    np.testing.assert_allclose(made[80:120, 72:120], made[80:120, ::-1][:, 72:120], rtol=1e-3)


def test_what_no_photo_shows_has_fainter_grain_and_the_same_mean(made: np.ndarray) -> None:
    guessed = contrast(made[12:56, 12:116])
    assert 0.3 * WAVE < guessed.std() < WAVE
    np.testing.assert_allclose(made.reshape(-1, 3).mean(axis=0), SKIN, rtol=0.02)


def test_without_photos_the_coarse_texture_is_enlarged() -> None:
    coarse = np.random.default_rng(0).uniform(0.2, 0.8, (8, 8, 3)).astype(np.float32)
    nowhere = np.full((8, 8, 2), -10.0, np.float32)
    made = with_fine_octaves(coarse, [], toy_model(), nowhere, np.ones((8, 8), np.float32), FACTOR)
    np.testing.assert_allclose(made, enlarge(coarse, 8 * FACTOR), atol=1e-6)
