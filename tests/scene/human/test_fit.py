"""Fitting a head to a body: how its share grows up the neck, the size, and what moves with it."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.scene.human.fit import fit_head, follow
from toy_human import AROUND, CHIN, COLLAR, tube

BASE = tube()
HEAD = BASE.vertices[BASE.head]
FACES = BASE.body[(BASE.body >= COLLAR * AROUND).all(axis=1)] - COLLAR * AROUND
LOWEST = np.arange(len(HEAD)) < AROUND
JAW = BASE.vertices[BASE.jaw]


def test_the_share_grows_from_collar_to_jaw_and_is_flat_at_both_ends() -> None:
    share = fit_head(HEAD, HEAD, FACES, LOWEST, JAW).share.reshape(-1, AROUND)
    np.testing.assert_allclose(share, share[:, :1].repeat(AROUND, axis=1), atol=1e-9)  # the tube is round
    rings = share[:, 0]
    assert rings[0] == 0.0
    assert (rings[CHIN - COLLAR :] == 1.0).all()
    slopes = np.diff(rings[: CHIN - COLLAR + 1])
    assert (slopes > 0.0).all()
    assert max(slopes[0], slopes[-1]) < 0.6 * slopes.max()


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_the_head_gets_the_size_and_place_that_the_body_has(size: float) -> None:
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    fit = fit_head(size * HEAD @ turn.T + [0.1, 0.2, 0.3], HEAD, FACES, LOWEST, size * JAW @ turn.T + [0.1, 0.2, 0.3])
    assert fit.similarity.scale == pytest.approx(1.0 / size)
    np.testing.assert_allclose(fit.place(size * HEAD @ turn.T + [0.1, 0.2, 0.3], HEAD), HEAD, atol=1e-12)


def test_a_strange_crown_changes_neither_size_nor_place() -> None:
    crown = HEAD[:, 1] > HEAD[:, 1].max() - 0.05
    tall = np.where(crown[:, None], HEAD + np.array([0.0, 0.3, 0.0]), HEAD)
    fit = fit_head(tall, HEAD, FACES, LOWEST, JAW)
    assert fit.similarity.scale == pytest.approx(1.0)
    np.testing.assert_allclose(fit.place(tall, HEAD), tall, atol=1e-12)


def test_what_lies_beside_the_head_moves_with_the_vertices_next_to_it() -> None:
    moves = 0.1 * HEAD
    beside = HEAD[::7] * [1.01, 1.0, 1.01]
    np.testing.assert_allclose(follow(beside, HEAD, moves), 0.1 * beside, atol=2e-3)
    np.testing.assert_allclose(follow(HEAD[:3], HEAD, moves), moves[:3], atol=1e-9)
    assert follow(np.zeros((0, 3)), HEAD, moves).shape == (0, 3)
