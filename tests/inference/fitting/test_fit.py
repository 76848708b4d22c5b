"""What the fit looks at, and the whole of it on a rendered face of the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from known_faces import SIZE, KnownFace, detected, disparity, known_face, landmarks_of
from likeness.anatomy.landmarks import DENSE_COUNT, FACE_OVAL_LOOP
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.fitting.fit import fit_faces
from likeness.inference.fitting.landmark_fit import LandmarkBases
from likeness.inference.fitting.model_tensors import ModelTensors
from likeness.inference.fitting.problem import observe
from likeness.inference.fitting.settings import FitSettings, LandmarkSettings
from likeness.inference.fitting.view import View
from likeness.inference.images import Photo
from likeness.inference.lighting import uniform_light
from likeness.training.synthesis.shading import render
from torch import Tensor

pytestmark = pytest.mark.usefixtures("still_points")


def test_only_even_skin_is_compared(tensors: ModelTensors) -> None:
    weight = tensors.even.numpy()
    model = tensors.model
    for name in ("lips", "brows", "lids", "eyes", "mouth_interior"):
        assert not weight[model.region(name) == 1].any()
    assert weight[model.region("forehead") == 1].min() > 0.99
    assert 0 <= weight.min() < weight.max() <= 1


def test_observations_name_the_gaps_and_the_oval() -> None:
    points = torch.rand(DENSE_COUNT, 2, dtype=torch.float64) * 100
    settings = LandmarkSettings()
    seen = observe(detected(points, 0.7), SIZE, points, settings)
    assert seen.oval.tolist() == list(FACE_OVAL_LOOP)
    assert seen.gaps.max() < DENSE_COUNT
    assert (seen.sigma == 0.7).all()
    few = observe(detected(points[:68]), SIZE, points, settings)
    assert len(few.oval) == 0
    assert few.gaps.max() < 68
    assert few.inter_ocular == pytest.approx(float((points[36] - points[45]).norm()))


@pytest.fixture(scope="module")
def rendered(tensors: ModelTensors) -> tuple[KnownFace, Photo, Tensor]:
    """A face of the model, its picture and its mask."""
    face = known_face(tensors, seed=5, turn=(12.0, -4.0, 6.0), values={"jawOpen": 0.25, "browInnerUp": 0.4})
    light = uniform_light(0.7, tensors.mean)
    light[1:4] += tensors.mean.new_tensor([0.15, 0.25, 0.35])[:, None]
    shape = tensors.shape(face.identity, face.expression)[None]
    picture = render(shape, tensors.triangles, face.camera, tensors.albedo_mean, light)
    linear = torch.where(picture.mask[0, ..., None], picture.color[0], torch.full_like(picture.color[0], 0.2))
    return (
        face,
        Photo(None, (linear_to_srgb(linear.clamp(0, 1)) * 255).round().to(torch.uint8).numpy()),
        picture.mask[0],
    )


@pytest.mark.parametrize("with_colours", [False, True])
def test_a_rendered_face_is_found_again(
    tensors: ModelTensors, dense: LandmarkBases, rendered: tuple[KnownFace, Photo, Tensor], with_colours: bool
) -> None:
    face, photo, mask = rendered
    landmarks = detected(landmarks_of(face, dense), 0.8)
    told: list[float] = []
    skin = mask.double().numpy() if with_colours else None
    (fit,) = fit_faces([View(photo, landmarks, skin=skin)], tensors, FitSettings(), told.append)
    assert fit.landmark_error < 0.01
    fitted = fit.expression[tensors.fitted]
    np.testing.assert_allclose(fit.posed, fit.neutral + torch.tensordot(fitted, tensors.expression_basis, 1))
    assert fit.expression.count_nonzero() == fitted.count_nonzero(), "sliders for artists stay at zero"
    assert (fit.skin_confidence is None) != with_colours
    assert told == sorted(told)
    assert (told[-1:] == [1.0]) == with_colours
    # Shape up to pose and size: no focal length is known.
    truth = tensors.shape(face.identity, face.expression)
    region = tensors.mean.new_tensor(tensors.model.region("skin")) > 0.9
    error, start = (disparity(shape[region], truth[region]) for shape in (fit.posed, tensors.mean))
    assert error < 0.5 * start
