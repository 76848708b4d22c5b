"""Light, albedo and shape from colours, on sheets and toy faces that the renderer drew."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from likeness.bfm.face_model import FaceModel
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.fitting.face_crop import FaceCrop
from likeness.inference.fitting.model_tensors import ModelTensors, model_tensors
from likeness.inference.fitting.photometric import (
    PosedFace,
    color_equations,
    fit_appearances,
    normal_derivatives,
    vertex_colors,
)
from likeness.inference.fitting.settings import PhotometricSettings
from likeness.inference.lighting import shade, uniform_light
from likeness.inference.rendering.normals import vertex_normals
from likeness.inference.rendering.visibility import visible_vertices
from likeness.training.synthesis.shading import render
from synthetic import opencv_pose
from torch import Tensor
from toy_face import toy_model

SETTINGS = replace(PhotometricSettings(), light_ridge=1e-7)
SIZE = (200, 200)


def bumpy_sheet(side: int = 6) -> tuple[Tensor, Tensor]:
    """Vertices (V, 3) and triangles of a crumpled sheet."""
    grid = torch.linspace(-1, 1, side, dtype=torch.float64)
    x, y = (a.flatten() for a in torch.meshgrid(grid, grid, indexing="xy"))
    z = 0.3 * torch.sin(4 * x) * torch.cos(3 * y) + 0.1 * torch.cos(9 * x * y)
    ids = torch.arange(side * side).reshape(side, side)
    a, b, c, d = (corner.flatten() for corner in (ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]))
    return torch.stack([x, y, z], -1), torch.cat([torch.stack([a, b, c], 1), torch.stack([a, c, d], 1)])


def test_normal_derivatives_are_autograds() -> None:
    shape, triangles = bumpy_sheet()
    used = torch.tensor([0, 7, 14, 21, 35])  # a corner too
    left = torch.randn(len(used), 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    def rows(vertices: Tensor) -> Tensor:
        return (left @ vertex_normals(vertices[None], triangles)[0, used][..., None]).flatten()

    expected = torch.autograd.functional.jacobian(rows, shape).flatten(1)
    torch.testing.assert_close(normal_derivatives(shape, triangles, used, left).to_dense(), expected)


@dataclass(frozen=True)
class Scene:
    """A toy face before a camera, under a light."""

    tensors: ModelTensors
    camera: Camera
    light: Tensor

    def crop(self, shape: Tensor, albedo: Tensor | None = None) -> FaceCrop:
        """What the renderer makes of a shape (V, 3)."""
        albedo = self.tensors.albedo_mean if albedo is None else albedo
        picture = render(shape[None], self.tensors.triangles, self.camera, albedo, self.light)
        return FaceCrop(picture.color[0], picture.mask[0].to(shape.dtype), (0, 0), (1.0, 1.0))


def bumps(model: FaceModel) -> np.ndarray:
    """Three shape modes (3, V, 3): a deeper face, a bump on the forehead, a lopsided one; metres."""
    x, y, z = model.mean.T
    deep, brow = 0.004 * z / 0.09, 0.004 * np.exp(-(x**2 + (y - 0.06) ** 2) / 0.03**2)
    one_side = 0.004 * np.exp(-((x - 0.03) ** 2 + (y + 0.03) ** 2) / 0.025**2)
    return np.stack([deep, brow, one_side])[..., None] * np.array([0.0, 0.0, 1.0])


def scene(yaw: float = 0.0) -> Scene:
    model = toy_model()
    x, y, _ = model.mean.T
    tint = 0.05 * np.stack([np.cos(120.0 * x), np.cos(90.0 * y)])[..., None] * np.ones(3)  # no light looks like this
    model = replace(model, identity_basis=bumps(model), albedo_basis=tint)
    tensors = model_tensors(model, dtype=torch.float64)
    tensors = replace(tensors, even=torch.ones_like(tensors.even))
    rotation = tensors.mean.new_tensor(opencv_pose(yaw=yaw))
    intrinsics = intrinsics_from_focal(600.0, SIZE, tensors.mean)
    camera = Camera(intrinsics, rotation, tensors.mean.new_tensor([0.0, 0.0, 0.8]), SIZE)
    light = uniform_light(0.8, tensors.mean)
    colour = tensors.mean.new_tensor([1.0, 0.9, 0.8])
    light[1:] += tensors.mean.new_tensor([0.2, 0.3, 0.3, 0.05, 0.04, -0.03, 0.06, 0.02])[:, None] * colour
    return Scene(tensors, camera, light)


@pytest.fixture(scope="module")
def frontal() -> Scene:
    return scene()


def test_known_light_is_recovered(frontal: Scene) -> None:
    plain = replace(frontal.tensors, albedo_basis=frontal.tensors.albedo_basis[:0])
    frontal = replace(frontal, tensors=plain)
    crop = frontal.crop(plain.mean)
    (appearance,) = fit_appearances(plain, [PosedFace(plain.mean, frontal.camera, crop)], SETTINGS)
    colors = appearance.colors
    used = colors.weight > 0.1
    assert used.sum() > 1000
    ratio = shade(colors.normals, appearance.light)[used] / shade(colors.normals, frontal.light)[used]
    assert (ratio - 1).abs().max() < 0.02
    torch.testing.assert_close(appearance.light[:4], frontal.light[:4], rtol=0.05, atol=0.03)


def test_known_albedo_is_recovered(frontal: Scene) -> None:
    tensors = frontal.tensors
    truth = tensors.mean.new_tensor([0.8, -1.0])
    albedo = tensors.albedo_mean + torch.tensordot(truth, tensors.albedo_basis, dims=1)
    settings = replace(SETTINGS, correlation=1.0, sigma=0.02)
    crop = frontal.crop(tensors.mean, albedo)
    (appearance,) = fit_appearances(tensors, [PosedFace(tensors.mean, frontal.camera, crop)], settings)
    torch.testing.assert_close(appearance.albedo_coefficients, truth, rtol=0, atol=0.2)


def test_shadow_hidden_and_foreign_vertices_count_for_nothing() -> None:
    turned = scene(yaw=50.0)
    mean = turned.tensors.mean
    crop = turned.crop(mean)
    pixels, skin = crop.pixels.clone(), crop.skin.clone()
    pixels[140:] *= 0.1  # a cast shadow over the chin
    skin[:60] = 0.0  # hair over the forehead
    settings = replace(SETTINGS, min_facing=0.0)  # hidden vertices are not let off for being turned away
    crop = replace(crop, pixels=pixels, skin=skin)
    colors = vertex_colors(turned.tensors, PosedFace(mean, turned.camera, crop), settings)
    x, y = turned.camera.project(mean).unbind(-1)
    normals = to_camera_normals(turned)
    away = (normals * turned.camera.to_camera(mean)).sum(-1) > 0
    assert away.sum() > 100
    placed, intrinsics = turned.camera.to_camera(mean)[None], turned.camera.intrinsics
    behind_nose = ~away & ~visible_vertices(placed, turned.tensors.triangles, intrinsics, SIZE)[0]
    assert behind_nose.sum() > 10
    for ignored in (away, behind_nose, y > 142, y < 58):
        assert not colors.weight[ignored].any()
    facing = ~away & (y > 65) & (y < 135) & (x > 90) & (x < 120)
    assert colors.weight[facing].mean() > 0.5


def to_camera_normals(scene: Scene) -> Tensor:
    """Vertex normals (V, 3) of the mean in camera space."""
    return vertex_normals(scene.camera.to_camera(scene.tensors.mean)[None], scene.tensors.triangles)[0]


def color_error(scene: Scene, shape: Tensor, crop: FaceCrop) -> float:
    """Mean absolute error of the predicted colours, light and albedo fitted anew."""
    (appearance,) = fit_appearances(scene.tensors, [PosedFace(shape, scene.camera, crop)], SETTINGS)
    colors = appearance.colors
    error = (appearance.albedo * shade(colors.normals, appearance.light) - colors.color).abs().mean(-1)
    return float((colors.weight * error).sum() / colors.weight.sum())


def test_steps_find_the_shape_in_the_shading(frontal: Scene) -> None:
    truth = frontal.tensors.mean.new_tensor([0.5, -1.2, 1.0])
    modes = frontal.tensors.identity_basis
    crop = frontal.crop(frontal.tensors.neutral(truth))
    settings = replace(SETTINGS, correlation=1.0, sigma=0.02)
    code = torch.zeros_like(truth)
    before = color_error(frontal, frontal.tensors.mean, crop)
    for _ in range(4):
        shape = frontal.tensors.neutral(code)
        posed = PosedFace(shape, frontal.camera, crop)
        (appearance,) = fit_appearances(frontal.tensors, [posed], settings)
        matrix, gradient = color_equations(frontal.tensors, modes, posed, appearance, settings)
        assert matrix.shape == (6, 6)  # and the turn, held here
        code = code - torch.linalg.solve(matrix[:3, :3] + torch.eye(3).double(), gradient[:3])
    after = color_error(frontal, frontal.tensors.neutral(code), crop)
    assert after < 0.4 * before
    assert abs(float(code[1] + 1.2)) < 0.3
    assert abs(float(code[2] - 1.0)) < 0.3


def test_gradient_of_the_turn_points_back(frontal: Scene) -> None:
    """A face turned a little further than the photo's is told to turn back."""
    tensors = frontal.tensors
    crop = frontal.crop(tensors.mean)
    settings = replace(SETTINGS, correlation=1.0, albedo_rounds=1)
    for degrees in (4.0, -4.0):
        turned = replace(frontal.camera, rotation=tensors.mean.new_tensor(opencv_pose(yaw=degrees)))
        posed = PosedFace(tensors.mean, turned, crop)
        (appearance,) = fit_appearances(tensors, [posed], settings)
        _, gradient = color_equations(tensors, tensors.identity_basis, posed, appearance, settings)
        # The yaw of `opencv_pose` turns about the model's Y, which is the camera's -Y.
        assert gradient[-2] * -degrees > 0
