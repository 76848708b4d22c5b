"""Loops, halves, columns of openings in a mesh."""

from __future__ import annotations

import numpy as np
from likeness.training.builtin_model.openings import along, border_loops, columns, even_halves, halves, on_curve

AROUND, RINGS = 12, 5


def ring_mesh() -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) and quads of a flat ring; the first AROUND points are its inner border."""
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    circle = np.stack([1.5 * np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    ids = np.arange(AROUND * RINGS).reshape(RINGS, AROUND)
    after = np.roll(ids, -1, axis=1)
    quads = np.stack([ids[:-1], ids[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)
    return np.concatenate([circle * (k + 1) for k in range(RINGS)]), quads


def test_both_borders_are_loops_in_order() -> None:
    points, quads = ring_mesh()
    loops = sorted(border_loops(quads), key=min)
    assert [sorted(loop) for loop in loops] == [list(range(AROUND)), list(range(AROUND * (RINGS - 1), AROUND * RINGS))]
    for loop in loops:
        step = np.linalg.norm(points[loop] - points[np.roll(loop, 1)], axis=1)
        assert step.max() < 1.5 * step.min() * 1.5, "neighbours follow each other"


def test_halves_run_from_low_to_high_x() -> None:
    points, quads = ring_mesh()
    loop = min(border_loops(quads), key=min)
    for cut in (halves, even_halves):
        upper, lower = cut(loop, points)
        assert points[upper, 1].min() > -1e-12 > -1e-9
        assert points[lower, 1].max() < 1e-12
        for half in (upper, lower):
            assert (np.diff(points[half, 0]) > 0).all()
        assert {upper[0], upper[-1]} == {lower[0], lower[-1]}
    assert len(upper) == len(lower) == AROUND // 2 + 1


def test_columns_go_straight_across() -> None:
    points, quads = ring_mesh()
    loop = min(border_loops(quads), key=min)
    found = columns(quads, loop, RINGS + 3)
    for start, column in zip(loop, found, strict=True):
        assert column == [start + AROUND * k for k in range(RINGS)], "and end at the other border"
    assert all(len(column) == 3 for column in columns(quads, loop, 2))
    directions = points[[c[-1] for c in found]] / points[loop].clip(1e-9)
    assert np.isfinite(directions).all()


def test_curve_is_sampled_by_its_length() -> None:
    line = np.array([[0.0, 0, 0], [1, 0, 0], [1, 3, 0]])
    assert along(line).tolist() == [0, 0.25, 1]
    np.testing.assert_allclose(on_curve(line, np.array([0.125, 0.625])), [[0.5, 0, 0], [1, 1.5, 0]])
