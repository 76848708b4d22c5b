"""The best similarity: found again where there is one, and no worse than any near it where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.geometry.similarity import Similarity, umeyama
from scipy.spatial.transform import Rotation


@given(
    angles=st.tuples(*[st.floats(-3, 3)] * 3),
    scale=st.floats(1e-3, 1e3),
    shift=st.tuples(*[st.floats(-100, 100)] * 3),
)
@settings(max_examples=40)
def test_umeyama_recovers_a_similarity(
    angles: tuple[float, float, float], scale: float, shift: tuple[float, float, float]
) -> None:
    points = np.random.default_rng(0).normal(size=(7, 3))
    true = Similarity(scale, Rotation.from_euler("xyz", angles).as_matrix(), np.array(shift))
    found = umeyama(points, true.apply(points))
    assert found.scale == pytest.approx(scale, rel=1e-9)
    assert np.allclose(found.rotation, true.rotation, atol=1e-9)
    assert np.allclose(found.undo(true.apply(points)), points, atol=1e-9)


def test_umeyama_never_mirrors() -> None:
    points = np.random.default_rng(0).normal(size=(7, 3))
    found = umeyama(points, points * [-1, 1, 1], scale=1.0)
    assert np.linalg.det(found.rotation) == pytest.approx(1)
    assert found.scale == 1.0


def test_a_similarity_is_found_again() -> None:
    rng = np.random.default_rng(0)
    points, (rotation, _) = rng.normal(size=(40, 3)), np.linalg.qr(rng.normal(size=(3, 3)))
    rotation *= np.sign(np.linalg.det(rotation))
    shift = rng.normal(size=3)
    found = umeyama(points, 1.7 * points @ rotation.T + shift, rng.uniform(0.1, 1, 40))
    assert found.scale == pytest.approx(1.7)
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-12)
    np.testing.assert_allclose(found.translation, shift, atol=1e-12)


def test_a_plane_is_turned_too() -> None:
    points = np.random.default_rng(3).normal(size=(5, 2))
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    found = umeyama(points, 3 * points @ quarter.T + [1.0, 2.0])
    np.testing.assert_allclose(found.rotation, quarter, atol=1e-12)
    np.testing.assert_allclose([found.scale, *found.translation], [3, 1, 2])


@pytest.mark.parametrize("scale", [None, 0.8])
def test_least_squares_of_noisy_points(scale: float | None) -> None:
    """A small change of any of the seven (six) numbers makes the weighted error larger; SciPy finds the same turn."""
    rng = np.random.default_rng(4)
    source, weights = rng.normal(size=(30, 3)), rng.uniform(0.1, 1, 30)
    target = 1.3 * source[:, [1, 2, 0]] + rng.normal(0, 0.2, (30, 3))

    def error(pose: Similarity) -> float:
        return float(weights @ ((pose.apply(source) - target) ** 2).sum(axis=1))

    best = umeyama(source, target, weights, scale)
    centred = [points - weights @ points / weights.sum() for points in (target, source)]
    theirs, _ = Rotation.align_vectors(*centred, weights=weights)
    np.testing.assert_allclose(best.rotation, theirs.as_matrix(), atol=1e-9)
    for axis in range(3):
        for step in (-1e-3, 1e-3):
            shift = step * np.eye(3)[axis]
            turn = Rotation.from_rotvec(shift).as_matrix()
            assert error(Similarity(best.scale, best.rotation, best.translation + shift)) > error(best)
            assert error(Similarity(best.scale, turn @ best.rotation, best.translation)) > error(best)
    if scale is None:
        around = weights @ target / weights.sum()
        for size in (0.999, 1.001):
            assert error(Similarity(size * best.scale, best.rotation, around + size * (best.translation - around))) > (
                error(best)
            )
    else:
        assert best.scale == scale
