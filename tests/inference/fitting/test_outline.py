"""The outline of a toy face whose picture is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.fitting.landmark_fit import Observations, cross_matrix
from likeness.inference.fitting.model_tensors import ModelTensors, model_tensors
from likeness.inference.fitting.outline import outline_equations
from likeness.inference.fitting.settings import OutlineSettings
from likeness.inference.rendering.normals import vertex_normals
from synthetic import opencv_pose
from torch import Tensor
from toy_face import SIDE, toy_model

SIZE = (300, 300)
SETTINGS = OutlineSettings(reach=0.3, sigma=0.02, correlation=1.0, geman_mcclure=5.0)
EYES = 90.0  # pixels, what lengths are measured in


@pytest.fixture(scope="module")
def tensors() -> ModelTensors:
    return model_tensors(toy_model(), dtype=torch.float64)


@pytest.fixture(scope="module")
def modes(tensors: ModelTensors) -> Tensor:
    """A wider face and a lopsided one, metres."""
    x, y, _ = tensors.mean.unbind(-1)
    wide = torch.stack([0.004 * x / 0.075, 0 * x, 0 * x], -1)
    lopsided = torch.stack([0.004 * (y / 0.1) * (x > 0), 0 * x, 0 * x], -1)
    return torch.stack([wide, lopsided])


def camera(tensors: ModelTensors, yaw: float = 0.0) -> Camera:
    rotation = tensors.mean.new_tensor(opencv_pose(yaw=yaw))
    intrinsics = intrinsics_from_focal(900.0, SIZE, tensors.mean)
    return Camera(intrinsics, rotation, tensors.mean.new_tensor([0.01, 0.0, 0.8]), SIZE)


def observed(tensors: ModelTensors, shape: Tensor, shift: tuple[float, float] = (0.0, 0.0)) -> Observations:
    """The sides of a face's silhouette as a detector's oval, and the mesh's middle as another landmark."""
    rows = camera(tensors).project(shape).reshape(SIDE, SIDE, 2)[8:-8:3]
    left = rows[torch.arange(len(rows)), rows[..., 0].argmin(1)]
    right = rows[torch.arange(len(rows)), rows[..., 0].argmax(1)].flip(0)
    loop = torch.cat([left, right]) + shape.new_tensor(shift)
    points = torch.cat([rows[len(rows) // 2, SIDE // 2][None], loop])
    none = torch.zeros(0, 2, dtype=torch.int64)
    sigma, places = torch.ones_like(points[:, 0]), points.new_zeros(0, len(points))
    return Observations(points, sigma, none, torch.arange(1, len(points)), 0.01, places, 0.01, EYES, SIZE)


def naive_energy(tensors: ModelTensors, modes: Tensor, base: Camera, seen: Observations, step: Tensor) -> Tensor:
    """Geman-McClure energy of the oval's distances, matched before the step: a loop over the points."""
    shape = tensors.mean + torch.tensordot(step[:2], modes, dims=1)
    turned = torch.linalg.matrix_exp(cross_matrix(step[2:5])) @ base.rotation
    moved = replace(base, rotation=turned, translation=base.translation + step[5:])
    placed = base.to_camera(tensors.mean)
    normals = vertex_normals(placed[None], tensors.triangles)[0]
    rim = [
        i for i, (n, p) in enumerate(zip(normals, placed, strict=True)) if abs(n @ p / p.norm()) < SETTINGS.rim_facing
    ]
    pixels, loop = base.project(tensors.mean), seen.points[seen.oval]
    energy = step.new_zeros(())
    for k, point in enumerate(loop):
        nearest = min(rim, key=lambda i: float((pixels[i] - point).norm()))
        if (pixels[nearest] - point).norm() >= SETTINGS.reach * EYES:
            continue
        along = loop[(k + 1) % len(loop)] - loop[k - 1]
        across = torch.stack([-along[1], along[0]]) / along.norm()
        offset = (moved.project(shape[nearest]) - point) @ across / (SETTINGS.sigma * EYES)
        squared, scale = offset**2, SETTINGS.geman_mcclure**2
        energy = energy + 0.5 * scale * squared / (scale + squared)
    return energy / SETTINGS.correlation**2


@pytest.mark.parametrize("yaw", [0.0, 12.0])
def test_gradient_is_that_of_a_naive_energy(tensors: ModelTensors, modes: Tensor, yaw: float) -> None:
    seen = observed(tensors, tensors.mean + 0.8 * modes[0], shift=(2.0, -1.0))
    turned = camera(tensors, yaw)
    matrix, gradient = outline_equations(tensors, modes, tensors.mean, turned, seen, SETTINGS)
    step = torch.zeros(8, dtype=torch.float64, requires_grad=True)
    naive_energy(tensors, modes, turned, seen, step).backward()
    assert step.grad is not None
    assert step.grad.abs().min() > 0
    torch.testing.assert_close(gradient, step.grad, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(matrix, matrix.mT)


def test_width_is_read_from_the_outline(tensors: ModelTensors, modes: Tensor) -> None:
    truth = np.array([1.5, -0.8])
    seen = observed(tensors, tensors.mean + torch.tensordot(tensors.mean.new_tensor(truth), modes, dims=1))
    code = tensors.mean.new_zeros(2)
    for _ in range(6):
        shape = tensors.mean + torch.tensordot(code, modes, dims=1)
        matrix, gradient = outline_equations(tensors, modes, shape, camera(tensors), seen, SETTINGS)
        code = code - torch.linalg.solve(matrix[:2, :2], gradient[:2])
    np.testing.assert_allclose(code, truth, atol=0.25)


def test_an_outline_out_of_reach_says_nothing(tensors: ModelTensors, modes: Tensor) -> None:
    seen = observed(tensors, tensors.mean, shift=(500.0, 0.0))
    matrix, gradient = outline_equations(tensors, modes, tensors.mean, camera(tensors), seen, SETTINGS)
    assert matrix.shape == (8, 8)
    assert not matrix.any()
    assert not gradient.any()


def test_a_face_without_a_rim_says_nothing(tensors: ModelTensors, modes: Tensor) -> None:
    seen = observed(tensors, tensors.mean)
    flat = tensors.mean * tensors.mean.new_tensor([1.0, 1.0, 0.0])
    _, gradient = outline_equations(tensors, modes, flat, camera(tensors), seen, SETTINGS)
    assert gradient.shape == (8,)
    assert not gradient.any()
