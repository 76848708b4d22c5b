"""How many texels a texture has, and how many it is made with."""

from __future__ import annotations

import pytest
from likeness.inference.uv.resolution import chosen_size, enough_texels, pixels_across
from toy_face import toy_fit, toy_model

MODEL = toy_model()


def test_pixels_across_grow_with_the_photo() -> None:
    small, large = (pixels_across(MODEL, [toy_fit(MODEL, pixels=side)]) for side in (320, 1280))
    assert large == pytest.approx(4 * small, rel=0.02)
    facing = 2.8 * 320 / 0.71 * 0.1 * 2.6  # of the middle: 0.1 m tall in 1 / 2.6 of the side, 0.71 m before the camera
    assert 0.6 * facing < small < facing


@pytest.mark.parametrize(
    ("size", "wanted", "least", "enough"),
    [
        (2048, 2048, 512, 2048),
        (2048, 1024, 512, 1024),
        (2048, 10, 512, 512),
        (256, 10, 512, 256),
        (4096, 1, 1024, 1024),
    ],
)
def test_a_texture_is_halved_while_that_is_enough(size: int, wanted: float, least: int, enough: int) -> None:
    assert enough_texels(size, wanted, least) == enough


def test_auto_is_2048_where_the_photo_has_the_pixels() -> None:
    assert chosen_size("auto", MODEL, [toy_fit(MODEL, pixels=320)]) == 1024
    assert chosen_size("auto", MODEL, [toy_fit(MODEL, pixels=320), toy_fit(MODEL, pixels=1280)]) == 2048
    assert chosen_size(4096, MODEL, [toy_fit(MODEL, pixels=320)]) == 4096
