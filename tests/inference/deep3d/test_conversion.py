"""From Deep3D's conventions to ours: the same points in the photo, the same colours under the light."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.anatomy.landmarks import IBUG68
from likeness.bfm.face_model import FaceModel
from likeness.geometry.colour import srgb_to_linear
from likeness.inference.deep3d.alignment import CROP_PX, Deep3DCrop, align
from likeness.inference.deep3d.coefficients import Deep3DCoefficients
from likeness.inference.deep3d.conversion import linear_light, photo_camera, to_face_fit
from likeness.inference.deep3d.geometry import DECIMETRES, Deep3DModel, decode, shading
from likeness.inference.detectors.landmarks import FaceLandmarks
from likeness.inference.fitting.model_tensors import model_tensors
from likeness.inference.lighting import shade

Arrays = dict[str, np.ndarray]
SKIN = torch.tensor([0.77, 0.58, 0.50], dtype=torch.float64)


def crop_of(case: str, reference: Arrays) -> Deep3DCrop:
    return align(np.zeros((480, 640, 3), np.uint8), reference[f"align_{case}_points5_y_down"].astype(np.float64))


@pytest.mark.parametrize("case", ["centre", "edge", "large", "profile"])
def test_landmarks_lie_in_the_photo_where_the_official_ones_do(
    case: str, model: Deep3DModel, reference: Arrays
) -> None:
    """Those are pixels of the crop, counted from the first one's centre; a pixel lies where the picture was taken."""
    crop = crop_of(case, reference)
    wide = model.to("cpu", torch.float64)
    for vector, official in zip(reference["coefficients"], reference["landmarks68_y_down"], strict=True):
        coefficients = Deep3DCoefficients.of(torch.as_tensor(vector, dtype=torch.float64)[None])
        metres = decode(wide, coefficients).shape[0, wide.landmarks68] / DECIMETRES
        found = photo_camera(coefficients, crop).project(metres)
        wanted = crop.to_photo(official.astype(np.float64) + 0.5)
        assert np.abs(found.numpy() - wanted).max() < 0.01


def test_the_camera_is_ours(reference: Arrays) -> None:
    """A proper rotation, the face upright and in front of the camera at about a metre, looking into it."""
    coefficients = Deep3DCoefficients.of(torch.zeros(1, 257, dtype=torch.float64))
    camera = photo_camera(coefficients, crop_of("centre", reference))
    assert torch.linalg.det(camera.rotation) == pytest.approx(1.0)
    assert camera.translation.tolist() == pytest.approx([0, 0, 1.0])
    assert camera.image_size == (640, 480)
    up, left = camera.project(torch.tensor([[0, 0.1, 0], [0.1, 0, 0]], dtype=torch.float64))
    middle = camera.project(torch.zeros(3, dtype=torch.float64))
    assert up[1] < middle[1]
    assert left[0] > middle[0]


@pytest.mark.parametrize("level", [-0.3, 0.0, 0.5])
def test_even_light_stays_even(level: float) -> None:
    gamma = torch.zeros(27, dtype=torch.float64)
    gamma[::9] = level
    light = linear_light(gamma, SKIN)
    srgb = SKIN * shading(torch.eye(3, dtype=torch.float64)[None], gamma[None])[0]
    wanted = srgb_to_linear(srgb) / srgb_to_linear(SKIN)
    found = shade(torch.eye(3, dtype=torch.float64), light)
    assert torch.allclose(found, wanted, atol=1e-6)


def test_light_from_a_side_stays_there() -> None:
    """Term 3 above zero lights from the picture's left, which is -X of the view frame."""
    gamma = torch.zeros(27, dtype=torch.float64)
    gamma[[3, 12, 21]] = 0.3
    light = linear_light(gamma, SKIN)
    left, right = shade(torch.tensor([[-1.0, 0, 0], [1.0, 0, 0]], dtype=torch.float64), light)
    assert (left > right + 0.2).all()


def test_lit_colours_are_close_to_theirs() -> None:
    """On normals that face the camera, for lights of the strength R-Net finds."""
    generator = torch.Generator().manual_seed(3)
    normals = torch.nn.functional.normalize(torch.randn(400, 3, dtype=torch.float64, generator=generator), dim=-1)
    normals = normals[normals[:, 2] > 0.2]
    for _ in range(8):
        gamma = torch.randn(27, dtype=torch.float64, generator=generator) * 0.05
        theirs = srgb_to_linear((SKIN * shading(normals[None], gamma[None])[0]).clamp_min(0))
        ours = srgb_to_linear(SKIN) * shade(normals, linear_light(gamma, SKIN))
        assert (theirs - ours).abs().mean() < 0.01
        assert (theirs - ours).abs().max() < 0.06


def test_a_fit_holds_the_networks_numbers(bfm_model: FaceModel, model: Deep3DModel, reference: Arrays) -> None:
    vector = torch.as_tensor(reference["coefficients"][:1]).clone()
    vector[0, 80] = 3.1  # beyond the slider
    coefficients, crop = Deep3DCoefficients.of(vector), crop_of("centre", reference)
    face = decode(model, coefficients)
    tensors = model_tensors(bfm_model)
    points = crop.to_photo(np.stack([face.landmarks68[0, :, 0] + 0.5, CROP_PX - 0.5 - face.landmarks68[0, :, 1]], 1))
    seen = FaceLandmarks(points, IBUG68, np.ones(68), None, np.array([0, 0, 1, 1.0]), "dlib", 1.0)
    fit = to_face_fit(coefficients, face.albedo[0], crop, tensors, seen, None)
    assert torch.equal(fit.identity, vector[0, :80])
    assert torch.equal(fit.expression[1:64], vector[0, 81:144])
    assert fit.expression[0] == tensors.expression_range[0, 1]
    assert not fit.expression[64:].any()
    assert torch.equal(fit.albedo_coefficients, vector[0, 144:224])
    moved = (fit.expression[0] - 3.1) * tensors.expression_basis[0]
    assert torch.allclose(fit.posed, face.shape[0] / DECIMETRES + moved, atol=1e-6)
    assert torch.allclose(fit.albedo, srgb_to_linear(face.albedo[0].clamp(0.01, 1)), atol=1e-6)
    assert fit.landmark_error < 0.02
    assert fit.skin_confidence is None
