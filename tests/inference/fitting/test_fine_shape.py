"""The fine shape on half a toy face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from likeness.bfm.library.registry import load_model
from likeness.inference.fitting.face_part import face_part
from likeness.inference.fitting.fine_shape import fine_shape_basis, fine_shape_of
from likeness.inference.fitting.model_tensors import ModelTensors, model_tensors
from likeness.inference.fitting.settings import FineShapeSettings
from likeness.inference.rendering.normals import vertex_normals
from torch import Tensor
from toy_face import toy_model

SETTINGS = FineShapeSettings(scale_m=0.02, amplitude_m=0.001, inducing_points=120)


@pytest.fixture(scope="module")
def process() -> tuple[ModelTensors, Tensor]:
    """Skin that fades out towards the chin; its modes (M, V, 3)."""
    model = toy_model()
    skin = np.clip((model.mean[:, 1] + 0.05) / 0.04, 0, 1)
    tensors = model_tensors(replace(model, region_weights=skin[None]), dtype=torch.float64)
    return tensors, fine_shape_basis(tensors, SETTINGS)


def test_moves_skin_only_and_along_its_normals(process: tuple[ModelTensors, Tensor]) -> None:
    tensors, modes = process
    outside = tensors.mean[:, 1] <= -0.03  # less than half skin
    assert len(modes) == SETTINGS.inducing_points
    assert not modes[:, outside].any()
    assert modes[:, ~outside].any()
    normals = vertex_normals(tensors.mean[None], tensors.triangles)[0]
    assert torch.linalg.cross(modes, normals.expand_as(modes)).abs().max() < 1e-12


def test_covariance_is_the_kernel(process: tuple[ModelTensors, Tensor]) -> None:
    tensors, modes = process
    skin = (tensors.mean[:, 1] > -0.03).nonzero().squeeze(1)[::7]
    normals = vertex_normals(tensors.mean[None], tensors.triangles)[0, skin]
    height = (modes[:, skin] * normals).sum(-1)
    covariance = height.mT @ height / SETTINGS.amplitude_m**2
    points = tensors.mean[skin]
    expected = torch.exp(-((points[:, None] - points) ** 2).sum(-1) / (2 * SETTINGS.scale_m**2))
    share = ((points[:, 1] + 0.05) / 0.04).clamp(0, 1)
    assert (covariance - share[:, None] * expected * share).abs().max() < 0.05
    assert covariance.diagonal().max() < 1.0 + 1e-6  # an approximation never adds variance


def test_far_points_move_independently(process: tuple[ModelTensors, Tensor]) -> None:
    tensors, modes = process
    skin = tensors.mean[:, 1] > 0.0
    origin = int(torch.where(skin, tensors.mean[:, 2], -torch.inf).argmax())  # the most protruding point
    distance = (tensors.mean - tensors.mean[origin]).norm(dim=-1)
    normals = vertex_normals(tensors.mean[None], tensors.triangles)[0]
    height = (modes * normals).sum(-1)
    correlation = (height.mT @ height[:, origin]) / SETTINGS.amplitude_m**2
    near, middle, far = (skin & (distance > low) & (distance < low + 0.005) for low in (0.001, 0.02, 0.07))
    assert correlation[near].min() > 0.9
    assert 0.4 < correlation[middle].mean() < 0.75
    assert correlation[far].abs().max() < 0.05


def test_that_of_a_models_face_is_worked_out_once_and_on_the_cpu() -> None:
    model, settings = load_model("builtin"), FineShapeSettings(inducing_points=3)
    kept = fine_shape_of(face_part(model), settings)
    assert fine_shape_of(face_part(model), settings) is kept
    torch.testing.assert_close(kept, fine_shape_basis(face_part(model), settings))
    assert fine_shape_of(face_part(model, "meta"), settings).device.type == "meta"
    assert fine_shape_of(face_part(model), settings) is kept
