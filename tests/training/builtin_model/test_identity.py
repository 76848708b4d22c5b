"""The identity prior: the Gaussian process, MakeHuman's share, the leading modes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.errors import LikenessError
from likeness.training.builtin_model.calming import calmed
from likeness.training.builtin_model.identity import (
    FLIP,
    GAUSSIAN_SCALES,
    beyond,
    gaussian_kernel,
    gaussian_modes,
    importance,
    leading_modes,
    spread_samples,
    together,
    without_similarity,
)

SIDE = 9


@pytest.fixture(scope="module")
def sheet() -> tuple[np.ndarray, np.ndarray]:
    """A symmetric bulged sheet of points (N, 3), face-sized, and its mirror permutation."""
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(-0.07, 0.07, SIDE), np.linspace(-0.08, 0.08, SIDE)))
    ids = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    return np.stack([x, y, 0.1 - 5 * x**2 - 3 * y**2], axis=-1), ids[:, ::-1].ravel()


def grid_quads() -> np.ndarray:
    ids = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    return np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 4)


def test_kernel_is_a_mirror_symmetric_covariance(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, mirror = sheet
    kernel = gaussian_kernel(points, points)
    scale = np.abs(kernel).max()
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12 * scale)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9 * scale
    blocks = kernel.reshape(len(points), 3, len(points), 3)
    turned = blocks[mirror][:, :, mirror] * FLIP[:, None, None] * FLIP
    np.testing.assert_allclose(turned, blocks, atol=1e-12 * scale)
    middle = SIDE // 2  # a point of the midline is its own twin
    assert kernel[3 * middle + 1, 3 * middle + 1] == pytest.approx(sum(a**2 for _, a in GAUSSIAN_SCALES))


def test_modes_from_all_points_give_the_kernel_back(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points = sheet[0][::2]
    modes = gaussian_modes(points, np.arange(len(points))).reshape(-1, 3 * len(points))
    kernel = gaussian_kernel(points, points)
    np.testing.assert_allclose(modes.T @ modes, kernel, atol=2e-3 * np.abs(kernel).max())


def test_samples_are_spread_and_outside(sheet: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    import likeness.training.builtin_model.identity as identity

    monkeypatch.setattr(identity, "GAUSSIAN_POINTS", 12)
    points, _ = sheet
    outer = points[:, 1] > -0.03
    chosen = spread_samples(points, outer)
    assert len(set(chosen.tolist())) == 12
    assert outer[chosen].all()
    near = np.linalg.norm(points[chosen][:, None] - points[chosen], axis=2) + np.eye(12)
    assert near.min() > 0.02


@given(seed=st.integers(0, 1000))
@settings(max_examples=10)
def test_leading_modes_keep_the_covariance_of_sources_and_mirror_images(
    sheet: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    points, mirror = sheet
    sources = np.random.default_rng(seed).normal(0, 0.001, (4, len(points), 3))
    weight = np.full(len(points), 1 / len(points))
    modes, share = leading_modes(sources, mirror, weight, count=8)
    flat = modes.reshape(8, -1)
    twins = sources[:, mirror] * FLIP
    wanted = sum(np.outer(s.ravel(), s.ravel()) for s in (*sources, *twins)) / 2
    np.testing.assert_allclose(flat.T @ flat, wanted, atol=1e-12)
    assert share == pytest.approx(1.0)
    parity = (modes * modes[:, mirror] * FLIP).sum(axis=(1, 2)) / (modes**2).sum(axis=(1, 2))
    np.testing.assert_allclose(np.abs(parity), 1.0, atol=1e-9)
    with pytest.raises(LikenessError, match="sources"):
        leading_modes(sources, mirror, weight, count=9)


def test_beyond_is_orthogonal_to_what_is_known(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, _ = sheet
    rng = np.random.default_rng(1)
    known, modes = rng.normal(0, 1, (5, len(points), 3)), rng.normal(0, 1, (3, len(points), 3))
    weight = importance(points, np.ones(len(points)))
    assert weight.sum() == pytest.approx(1.0)
    rest = beyond(modes + known[:3], known, weight)
    products = np.einsum("avc,bvc,v->ab", rest, known, weight)
    np.testing.assert_allclose(products, 0, atol=1e-9)
    np.testing.assert_allclose(rest, beyond(modes, known, weight), atol=1e-9)
    assert np.sqrt((together(rest, weight, 0.5) ** 2).sum(axis=(0, 2)) @ weight) == pytest.approx(0.5)


def test_similarities_leave_nothing(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, _ = sheet
    motion = np.cross([0.1, -0.2, 0.05], points) + 0.03 * points + [1, 2, 3]
    np.testing.assert_allclose(without_similarity(motion, points), 0, atol=1e-9)
    bump = np.zeros_like(points)
    bump[40] = [0, 0, 1.0]
    np.testing.assert_allclose(without_similarity(motion + bump, points), without_similarity(bump, points), atol=1e-9)


def test_calming_flattens_bends_of_dense_meshes_alone(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, _ = sheet
    rough = np.random.default_rng(2).normal(0, 0.001, (2, len(points), 3))
    wide, dense = calmed(rough, points, grid_quads()), calmed(rough, points / 40, grid_quads())
    assert np.abs(wide - rough).max() < 0.02 * np.abs(rough).max(), "edges of 18 mm"
    assert np.abs(dense).max() < 0.7 * np.abs(rough).max(), "edges of half a millimetre"
    even = np.ones((1, len(points), 3))
    np.testing.assert_allclose(calmed(even, points / 40, grid_quads()), even, atol=1e-9)
