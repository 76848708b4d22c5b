"""What of a relief is believed."""

from __future__ import annotations

import numpy as np
from likeness.inference.detail.acceptance import agreement, away_from_borders, line_share

PIXEL = 0.0005  # metres
SHAPE = (120, 160)
EVERYWHERE = np.ones(SHAPE, np.float32)
INNER = np.s_[30:-30, 30:-30]


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=SHAPE).astype(np.float32)


def stripes(turn: float, spacing: float = 0.005) -> np.ndarray:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]] * PIXEL
    across = np.cos(turn) * columns + np.sin(turn) * rows
    return (1e-4 * np.sin(2 * np.pi * across / spacing)).astype(np.float32)


def test_lines_are_kept_whichever_way_they_run() -> None:
    for turn in np.linspace(0, np.pi, 7):
        assert line_share(stripes(turn), EVERYWHERE, PIXEL)[INNER].min() > 0.99


def test_grain_is_not_and_neither_is_a_pattern_of_hills() -> None:
    for height in (1e-4 * noise(0), stripes(0.3) + stripes(0.3 + np.pi / 2)):
        assert np.median(line_share(height, EVERYWHERE, PIXEL)[INNER]) < 0.25


def test_lines_under_grain_are_seen() -> None:
    height = stripes(1.0) + 1e-5 * noise(1)
    assert np.median(line_share(height, EVERYWHERE, PIXEL)[INNER]) > 0.95


def test_the_scale_of_heights_does_not_matter() -> None:
    height = stripes(1.0) + 1e-4 * noise(1)
    np.testing.assert_allclose(
        line_share(height, EVERYWHERE, PIXEL)[INNER], line_share(10 * height, EVERYWHERE, PIXEL)[INNER], atol=1e-3
    )


def test_a_flat_relief_is_no_fault() -> None:
    assert np.isfinite(line_share(0 * EVERYWHERE, EVERYWHERE, PIXEL)).all()
    assert np.isfinite(agreement(0 * EVERYWHERE, 0 * EVERYWHERE, 0 * EVERYWHERE, PIXEL)).all()


def test_relief_ends_before_what_is_no_skin() -> None:
    trust = EVERYWHERE.copy()
    trust[:, 100:] = 0
    kept = away_from_borders(trust, PIXEL)
    assert (kept[20:-20, 20:88] > 0.99).all()
    assert (kept[:, 99:] < 0.02).all()
    assert (np.diff(kept[60, 20:]) <= 1e-6).all()


def test_what_the_picture_bears_out_is_believed_and_the_contrary_is_not() -> None:
    seen = noise(2)
    believed, inverted, unrelated = (
        agreement(told, seen, EVERYWHERE, PIXEL)[INNER] for told in (seen + noise(3), -seen, noise(4))
    )
    assert believed.min() > 0.9
    assert inverted.max() == 0
    assert np.median(unrelated) < 0.2
