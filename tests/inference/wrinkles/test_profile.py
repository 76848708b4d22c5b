"""The cross-section of folds: of skin, not of waves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.inference.wrinkles.layers import LAYERS, FoldLayer
from likeness.inference.wrinkles.profile import fold_relief
from likeness.result.wrinkles import GroupName

FOREHEAD = LAYERS[GroupName.BROW_RAISE][0]
ALL = [(group, number) for group, layers in LAYERS.items() for number in range(len(layers))]


def across(layer: FoldLayer, irregular: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Phases over six lines, and the heights there."""
    phase = np.linspace(-3.0, 3.0, 6001)
    return phase, fold_relief(phase, np.full_like(phase, 0.01), layer, 5, irregular)


def test_valleys_are_narrow_and_ridges_broad() -> None:
    phase, height = across(replace(FOREHEAD, fine=0.0))
    np.testing.assert_allclose(phase[np.flatnonzero(height < height.min() + 1e-9)], np.arange(-3, 4), atol=1e-3)
    half = 0.5 * (height.min() + height.max())
    assert (height < half).mean() < 0.3  # a wave has 0.5
    assert height.min() == pytest.approx(-FOREHEAD.depth, rel=0.05)
    assert 0.1 < height.max() / FOREHEAD.depth < 0.5


@pytest.mark.parametrize(("group", "number"), ALL)
@pytest.mark.parametrize("irregular", [0.0, 1.0])
def test_heights_are_bounded_and_without_steps(group: str, number: int, irregular: float) -> None:
    layer = LAYERS[group][number]
    phase, height = across(layer, irregular)
    assert np.abs(height).max() <= 1.6 * layer.depth
    steepest = 12.0 if layer.pebbled else 40.0  # depths per line
    assert np.abs(np.diff(height)).max() < steepest * layer.depth * (phase[1] - phase[0])


def test_lines_differ_and_are_always_the_same() -> None:
    phase = np.tile(np.linspace(-3.0, 3.0, 301), 200)
    along = np.repeat(np.linspace(0.0, 0.2, 200), 301)
    regular, one, again, other = (
        fold_relief(phase, along, FOREHEAD, seed, irregular).reshape(200, 301)
        for seed, irregular in ((1, 0.0), (1, 1.0), (1, 1.0), (2, 1.0))
    )
    assert np.abs(np.diff(regular, axis=0)).max() < 1e-12  # alike all along
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.3 * FOREHEAD.depth
    depths = -one[:, 40:60].min(axis=1)  # of one line, along it
    assert depths.min() < 0.6 * depths.max()


def test_only_the_lines_that_are_named_may_be_there() -> None:
    fold = replace(LAYERS[GroupName.SMILE_RIGHT][0], fine=0.0)
    phase, height = across(fold)
    assert height[np.isclose(phase, 0.0)] == pytest.approx(-fold.depth, rel=0.05)
    assert np.abs(height[np.isclose(phase, -2.0)]).max() < 1e-9
    assert height[np.isclose(phase, 0.25)] > 1.5 * height[np.isclose(phase, -0.25)]  # the cheek bulges over the fold
