"""The Gaussian-process identity prior and the relief's smoothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.geometry.faces import both_triangulations
from likeness.geometry.normals import vertex_normals
from likeness.training.builtin_model.identity import FLIP, GAUSSIAN_SCALES, SYMMETRY, gaussian_kernel, identity_modes
from likeness.training.builtin_model.relief import smoothed

SIDE = 7


@pytest.fixture(scope="module")
def sheet() -> tuple[np.ndarray, np.ndarray]:
    """A symmetric bulged sheet of points (N, 3), face-sized, and its mirror permutation."""
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(-0.07, 0.07, SIDE), np.linspace(-0.08, 0.08, SIDE)))
    ids = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    return np.stack([x, y, 0.1 - 5 * x**2 - 3 * y**2], axis=-1), ids[:, ::-1].ravel()


def reflected(modes: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    return modes[:, mirror] * FLIP


def test_kernel_is_a_mirror_symmetric_covariance(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, mirror = sheet
    kernel = gaussian_kernel(points)
    scale = np.abs(kernel).max()
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12 * scale)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9 * scale
    whole = reflected(reflected(kernel.reshape(-1, len(points), 3), mirror).reshape(kernel.shape).T.reshape(
        -1, len(points), 3
    ), mirror).reshape(kernel.shape)  # fmt: skip
    np.testing.assert_allclose(whole, kernel, atol=1e-12 * scale)


def test_mirror_twins_move_alike(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, mirror = sheet
    count = len(points)
    far_apart = points * 100.0  # no point feels another one or another one's mirror image
    kernel = gaussian_kernel(far_apart).reshape(count, 3, count, 3)
    off = np.flatnonzero(points[:, 0] != 0)
    variance = sum(amplitude**2 for _, amplitude in GAUSSIAN_SCALES) / (1 + SYMMETRY)
    for axis, sign in enumerate(FLIP):
        np.testing.assert_allclose(kernel[off, axis, off, axis], variance)
        np.testing.assert_allclose(kernel[off, axis, mirror[off], axis], sign * SYMMETRY * variance)


def test_modes_have_parity_and_keep_the_variance(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, mirror = sheet
    measured = np.random.default_rng(0).normal(0, 0.002, (4, len(points), 3))
    measured = np.concatenate([measured + reflected(measured, mirror), measured - reflected(measured, mirror)]) / 2
    modes, kept = identity_modes(points, mirror, measured, count=100)
    assert modes.shape == (100, len(points), 3)
    assert 0.99 < kept <= 1.0 + 1e-9
    same, opposite = (np.abs(reflected(modes, mirror) - s * modes).max(axis=(1, 2)) for s in (1, -1))
    assert (np.minimum(same, opposite) < 1e-15).all()
    assert (np.minimum(same, opposite) < 0.1 * np.maximum(same, opposite)).all()
    assert (same < opposite).any()
    assert (opposite < same).any()
    flat = modes.reshape(100, -1)
    kernel = gaussian_kernel(points) + measured.reshape(8, -1).T @ measured.reshape(8, -1)
    assert np.abs(flat.T @ flat - kernel).max() < 0.01 * np.abs(kernel).max()
    sizes = (flat**2).sum(axis=1)
    assert (np.diff(sizes) < 1e-12).all()


def test_fewer_modes_keep_less(sheet: tuple[np.ndarray, np.ndarray]) -> None:
    points, mirror = sheet
    none = np.zeros((1, len(points), 3))
    shares = [identity_modes(points, mirror, none, count)[1] for count in (2, 10, 3 * len(points))]
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] == pytest.approx(1.0)


def grid_faces() -> np.ndarray:
    """Quads (F, 4) of the sheet, the first as two triangles."""
    ids = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    quads = np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 4)
    a, b, c, d = quads[0]
    return np.concatenate([quads[1:], [[a, b, c, -1], [a, c, d, -1]]])


@given(value=st.floats(-10, 10), rounds=st.integers(0, 5))
@settings(max_examples=20)
def test_smoothing_keeps_constants(value: float, rounds: int) -> None:
    constant = np.full((2, SIDE * SIDE + 1), value)  # one vertex belongs to no face
    np.testing.assert_allclose(smoothed(constant, grid_faces(), rounds), constant, atol=1e-12)


def test_smoothing_is_the_mean_with_the_neighbours() -> None:
    faces, field = grid_faces(), np.random.default_rng(1).normal(size=(2, SIDE * SIDE))
    neighbours: dict[int, set[int]] = {i: set() for i in range(SIDE * SIDE)}
    for face in faces:
        corners = [int(c) for c in face if c >= 0]
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            neighbours[a].add(b)
            neighbours[b].add(a)
    expected = field
    for _ in range(2):
        around = np.stack([expected[:, sorted(neighbours[i])].mean(axis=1) for i in range(SIDE * SIDE)], axis=-1)
        expected = (expected + around) / 2
    np.testing.assert_allclose(smoothed(field, faces, 2), expected, atol=1e-12)


def test_normals_of_a_plane_and_of_nothing() -> None:
    ids = np.arange(SIDE * SIDE)
    plane = np.stack([ids % SIDE, ids // SIDE, 0.5 * (ids % SIDE)], axis=-1).astype(float)
    lonely = np.concatenate([plane, [[9.0, 9.0, 9.0]]])
    normals = vertex_normals(lonely, both_triangulations(grid_faces()))
    np.testing.assert_allclose(normals[:-1], np.tile(np.array([-0.5, 0.0, 1.0]) / np.hypot(1, 0.5), (SIDE**2, 1)))
    assert not normals[-1].any()
