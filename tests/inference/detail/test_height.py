"""The linear system of shape from shading against loops and against the renderer's own normals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from likeness.inference.detail.height import Relief, relief, shading, solve
from likeness.inference.detail.picture import face_picture
from sheets import Scene


def random_system(shape: tuple[int, int]) -> Relief:
    random = np.random.default_rng(1)
    return Relief(*(random.standard_normal(shape) for _ in range(3)))


def test_apply_is_the_written_out_sum() -> None:
    system, height = random_system((6, 5)), np.random.default_rng(2).standard_normal((6, 5))
    padded = np.pad(height, 1)
    expected = np.empty_like(height)
    for row in range(6):
        for column in range(5):
            right = (padded[row + 1, column + 2] - padded[row + 1, column]) / 2
            below = (padded[row + 2, column + 1] - padded[row, column + 1]) / 2
            expected[row, column] = (
                system.across[row, column] * right
                + system.down[row, column] * below
                + system.gain[row, column] * height[row, column]
            )
    np.testing.assert_allclose(system.apply(height), expected, atol=1e-12)


def test_adjoint_is_the_transpose() -> None:
    random, system = np.random.default_rng(3), random_system((7, 9))
    height, residual = random.standard_normal((2, 7, 9))
    np.testing.assert_allclose((system.apply(height) * residual).sum(), (height * system.adjoint(residual)).sum())


def test_relief_predicts_the_shading_of_a_raised_surface(side_light: Scene) -> None:
    """A tilted sheet: its heights through the linear map against the light on its true normal."""
    picture = face_picture(side_light.photo(), side_light.model, side_light.fit)
    light = side_light.fit.light
    size = picture.depth.shape
    tilt = 2e-6 * np.arange(size[1], dtype=np.float32)[None] + 1e-6 * np.arange(size[0])[:, None]
    change = relief(picture, light, np.zeros(size, np.float32)).apply(tilt.astype(np.float32))
    # The sheet pushed by the tilt: normals from the moved points themselves.
    k = picture.camera.intrinsics.numpy()
    x, y = np.meshgrid(np.arange(size[1]) + 0.5, np.arange(size[0]) + 0.5)
    ray = np.stack([(x - k[0, 2]) / k[0, 0], -(y - k[1, 2]) / k[1, 1], -np.ones_like(x)], axis=-1)
    middle = np.s_[60:-60, 60:-60]
    levels = []
    for moved in (0.0, 1.0):
        points = ray * picture.depth[..., None] + moved * picture.normals * tilt[..., None]
        cross = np.cross(np.gradient(points, axis=0), np.gradient(points, axis=1))[middle]
        normals = (cross / np.linalg.norm(cross, axis=-1, keepdims=True)).astype(np.float32)
        levels.append(np.log(shading(replace(picture, normals=normals), light)[..., 1]))
    found, truth = np.median(change[middle]), np.median(levels[1] - levels[0])
    assert abs(truth) > 5e-4
    assert abs(found / truth - 1) < 0.1


def test_solve_without_residual_is_flat_and_with_one_explains_it() -> None:
    shape = (40, 40)
    system = Relief(np.full(shape, 2000.0), np.full(shape, 500.0), np.full(shape, 100.0))
    weight = np.ones(shape)
    assert not solve(system, np.zeros(shape), weight, 2e3, 5e-6, 4e-4).any()
    y, x = np.mgrid[:40, :40]
    truth = 1e-4 * np.exp(-((x - 20) ** 2 + (y - 20) ** 2) / 40)
    found = solve(system, system.apply(truth), weight, 2e3, 5e-6, 4e-4)
    assert np.corrcoef(found.ravel(), truth.ravel())[0, 1] > 0.9
    rest = system.apply(found) - system.apply(truth)
    assert np.square(rest).sum() < 0.05 * np.square(system.apply(truth)).sum()
