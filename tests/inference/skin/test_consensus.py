"""Most places of a face say what its skin looks like; what covers one of them does not."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.skin.consensus import agreeing
from likeness.inference.uv.blending import opponent

# As in the photo: between the brows, root of the nose, forehead, four on the cheeks, nose, two lower cheeks, chin.
SAY = np.array([2.0, 2.0, 1.5, 0.75, 0.75, 0.75, 0.75, 0.75, 0.5, 0.5, 0.5])
PALE, DARK, GREY = (0.6, 0.42, 0.35), (0.08, 0.045, 0.03), (0.4, 0.4, 0.4)
BLUE, BLACK, BROWN = (0.35, 0.5, 0.75), (0.004, 0.004, 0.005), (0.05, 0.025, 0.01)


@pytest.mark.parametrize("skin", [PALE, DARK])
@pytest.mark.parametrize(
    ("covered", "colour"),
    [((2,), BROWN), ((1, 3, 4, 5, 6), BLACK), ((5, 6, 7, 8, 9, 10), BLUE), ((5, 6, 7, 8, 9, 10), BLACK)],
    ids=["fringe", "sunglasses", "mask", "black mask"],
)
def test_what_is_worn_is_outvoted(skin: tuple[float, ...], covered: tuple[int, ...], colour: tuple[float, ...]) -> None:
    colours = np.tile(skin, (len(SAY), 1))
    colours[list(covered)] = colour
    shown = agreeing(opponent(colours), SAY, 1.0)
    expected = np.ones(len(SAY), bool)
    expected[list(covered)] = False
    np.testing.assert_array_equal(shown, expected)


def test_a_side_in_shade_is_skin_too_where_light_may_differ() -> None:
    colours = np.tile(PALE, (len(SAY), 1))
    colours[[3, 5, 8]] *= 0.3
    assert agreeing(opponent(colours), SAY, 1.8).all()
    assert not agreeing(opponent(colours), SAY, 0.5)[[3, 5, 8]].any()


def test_a_grey_photo_goes_by_brightness() -> None:
    colours = np.tile(GREY, (len(SAY), 1))
    colours[[1, 3, 4]] = BLACK
    np.testing.assert_array_equal(np.flatnonzero(~agreeing(opponent(colours), SAY, 1.0)), [1, 3, 4])
