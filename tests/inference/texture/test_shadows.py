"""Hard shadows on painted skin: lifted, or given up; brows and moustaches stay."""

from __future__ import annotations

import numpy as np
from likeness.inference.texture.shadows import lift_shadows

SIZE = 512
SKIN = np.array([0.30, 0.18, 0.13], np.float32)
EVERYWHERE = np.ones((SIZE, SIZE), np.float32)


def skin() -> np.ndarray:
    """Skin with a little grain (T, T, 3)."""
    noise = np.random.default_rng(3).normal(0.0, 0.03, (SIZE, SIZE, 1))
    return (SKIN * np.exp(noise)).astype(np.float32)


def expected() -> np.ndarray:
    return np.tile(SKIN, (SIZE, SIZE, 1))


def test_plain_skin_stays_as_it_is() -> None:
    found = lift_shadows(skin(), expected(), EVERYWHERE)
    np.testing.assert_allclose(found.albedo, skin(), rtol=0.02)
    assert found.known.min() > 0.95


def test_a_shadow_is_lifted_and_keeps_its_grain() -> None:
    shaded = skin()
    shaded[:, SIZE // 2 :] *= 0.4
    found = lift_shadows(shaded, expected(), EVERYWHERE)
    inside = found.albedo[100:-100, SIZE // 2 + 40 : -40]
    assert inside.mean() / SKIN.mean() > 0.7
    assert np.log(inside[..., 1]).std() > 0.02  # of 0.03
    assert found.known[100:-100, SIZE // 2 + 40 : -40].min() > 0.9
    assert found.known[100:-100, SIZE // 2 - 1 : SIZE // 2 + 1].max() < 0.5  # the border would show through


def test_what_is_nearly_black_is_given_up() -> None:
    shaded = skin()
    shaded[:, SIZE // 2 :] *= 0.04
    known = lift_shadows(shaded, expected(), EVERYWHERE).known
    assert known[100:-100, SIZE // 2 + 20 : -20].max() < 0.1
    assert known[100:-100, 40 : SIZE // 2 - 40].min() > 0.9


def test_a_brow_is_no_shadow() -> None:
    """It is narrow; so is a fold."""
    painted = skin()
    painted[200:216, 100:300] *= 0.3
    found = lift_shadows(painted, expected(), EVERYWHERE)
    np.testing.assert_allclose(found.albedo[202:214, 110:290], painted[202:214, 110:290], rtol=0.1)


def test_paint_of_another_hue_is_no_shadow() -> None:
    """A birthmark is the person's, however large."""
    painted = skin()
    painted[150:350, 150:350] *= np.array([0.75, 0.3, 0.35], np.float32)
    found = lift_shadows(painted, expected(), EVERYWHERE)
    np.testing.assert_allclose(found.albedo[200:300, 200:300], painted[200:300, 200:300], rtol=0.1)
