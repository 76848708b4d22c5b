"""The 257 numbers mean what they mean in the official code: stored outputs, and its rules restated without tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.bfm.library.registry import load_model
from likeness.errors import LikenessError
from likeness.inference.deep3d.coefficients import Deep3DCoefficients
from likeness.inference.deep3d.geometry import (
    Deep3DFace,
    Deep3DModel,
    decode,
    deep3d_model,
    project,
    rotation,
    sh_basis,
    shading,
    vertex_normals,
)
from torch import Tensor

Arrays = dict[str, np.ndarray]
PROBES = {"zero": (0, 0.0), "pitch_0.3": (224, 0.3), "yaw_0.3": (225, 0.3), "roll_0.3": (226, 0.3)} | {
    "tx_0.5": (254, 0.5),
    "ty_0.5": (255, 0.5),
    "tz_1": (256, 1.0),
}


def error(found: Tensor, wanted: np.ndarray) -> np.ndarray:
    return np.abs(found.double().numpy() - wanted)


@pytest.fixture(scope="module", params=[torch.float32, torch.float64])
def face(request: pytest.FixtureRequest, model: Deep3DModel, reference: Arrays) -> Deep3DFace:
    vector = torch.as_tensor(reference["coefficients"], dtype=request.param)
    decoded = decode(model.to("cpu", request.param), Deep3DCoefficients.of(vector))
    assert decoded.color.dtype == request.param
    return decoded


def test_shape_and_pose(face: Deep3DFace, reference: Arrays) -> None:
    ids = reference["vertex_ids"]
    assert error(face.shape[:, ids], reference["face_shape"]).max() < 5e-6
    camera_space = face.posed * torch.tensor([1, 1, -1]) + torch.tensor([0, 0, 10])
    assert error(camera_space[:, ids], reference["face_vertex"]).max() < 5e-6
    assert error(camera_space.flatten(0, 1).mean(0), reference["face_vertex_mean"]).max() < 5e-6


def test_projection(face: Deep3DFace, reference: Arrays) -> None:
    ids = reference["vertex_ids"]
    assert error(project(face.posed[:, ids]), reference["vertex_projected"]).max() < 2e-4
    assert error(face.landmarks68, reference["landmarks68"]).max() < 2e-4


def test_normals(face: Deep3DFace, model: Deep3DModel, reference: Arrays) -> None:
    ids = reference["vertex_ids"]
    unposed = vertex_normals(face.shape, model.triangles)
    for found, name in ((unposed, "normal_unposed"), (face.normals, "normal")):
        errors = error(found[:, ids], reference[name])
        assert errors.max() < 2e-3
        assert np.quantile(errors, 0.999) < 5e-5


def test_colours(face: Deep3DFace, reference: Arrays) -> None:
    ids = reference["vertex_ids"]
    assert error(face.albedo[:, ids], reference["face_texture"]).max() < 2e-6
    errors = error(face.color[:, ids], reference["face_color"])
    assert errors.max() < 5e-4
    assert np.quantile(errors, 0.999) < 2e-5


def test_rotation_is_the_official_one_and_one_about_each_axis(reference: Arrays) -> None:
    angle = torch.as_tensor(reference["coefficients"][:, 224:227], dtype=torch.float64)
    found = rotation(angle)
    assert error(found.mT, reference["rotation_row_vector"]).max() < 1e-6
    for (x, y, z), turn in zip(angle.numpy(), found.numpy(), strict=True):
        about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
        about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
        assert np.allclose(turn, about_z @ about_y @ about_x, atol=1e-12)


@pytest.mark.parametrize("name", PROBES)
def test_one_number_at_a_time(name: str, model: Deep3DModel, reference: Arrays) -> None:
    vector = torch.zeros(1, 257)
    index, value = PROBES[name]
    vector[0, index] = value
    face = decode(model, Deep3DCoefficients.of(vector))
    nose = face.posed[0, model.landmarks68[30]] * torch.tensor([1, 1, -1]) + torch.tensor([0, 0, 10])
    assert error(nose, reference[f"probe_{name}_nose_vertex"]).max() < 1e-5
    found = face.landmarks68[0, [36, 45, 30, 48, 54]]
    assert error(found, reference[f"probe_{name}_landmarks5"]).max() < 1e-3


def test_terms_of_the_light(reference: Arrays) -> None:
    normals = torch.as_tensor(reference["sh_probe_normal"])
    assert error(sh_basis(normals), reference["sh_basis_red"]).max() < 2e-6


def test_without_a_light_the_ambient_one_is_left(reference: Arrays) -> None:
    normals = torch.as_tensor(reference["sh_probe_normal"])[None]
    level = shading(normals, torch.zeros(1, 27))
    assert error(level, reference["sh_default_ratio"]).max() < 1e-6


def test_the_light_is_red_then_green_then_blue() -> None:
    gamma = torch.zeros(1, 27)
    gamma[0, 9] = 1.0  # the first of green
    level = shading(torch.tensor([[[0.0, 0.0, 1.0]]]), gamma)[0, 0]
    assert level[1] > level[0] == level[2]


def test_normals_are_the_mean_of_the_triangles_round_a_vertex() -> None:
    """Each triangle counts alike, as the official table of eight triangles a vertex has it."""
    torch.manual_seed(0)
    vertices = torch.rand(1, 6, 3, dtype=torch.float64)
    triangles = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (2, 1, 5), (3, 2, 5)]
    found = vertex_normals(vertices, torch.tensor(triangles))[0].numpy()
    points = vertices[0].numpy()
    for vertex in range(6):
        total = np.zeros(3)
        for a, b, c in triangles:
            if vertex in (a, b, c):
                flat = np.cross(points[a] - points[b], points[b] - points[c])
                total += flat / np.linalg.norm(flat)
        assert np.allclose(found[vertex], total / np.linalg.norm(total), atol=1e-12)


def test_gradients_flow_through_everything() -> None:
    """Against finite differences, on a model of five vertices."""
    torch.manual_seed(0)
    tiny = Deep3DModel(
        mean=torch.randn(5, 3, dtype=torch.float64),
        identity_basis=torch.randn(80, 5, 3, dtype=torch.float64) / 20,
        expression_basis=torch.randn(64, 5, 3, dtype=torch.float64) / 20,
        texture_mean=torch.rand(5, 3, dtype=torch.float64) * 255,
        texture_basis=torch.randn(80, 5, 3, dtype=torch.float64),
        triangles=torch.tensor([(0, 1, 2), (0, 2, 3), (0, 3, 4)]),
        landmarks68=torch.arange(68) % 5,
    )

    def outputs(vector: Tensor) -> tuple[Tensor, ...]:
        face = decode(tiny, Deep3DCoefficients.of(vector))
        return face.color, face.landmarks68

    vector = (torch.randn(2, 257, dtype=torch.float64) * 0.1).requires_grad_()
    assert torch.autograd.gradcheck(outputs, (vector,), fast_mode=True)


def test_another_model_is_told() -> None:
    with pytest.raises(LikenessError, match="'builtin' is another"):
        deep3d_model(load_model("builtin"), {})
