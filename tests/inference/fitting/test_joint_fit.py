"""Several photos of one known face: what they share, what each has of its own, and that more of them tell more."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from known_faces import SIZE, KnownFace, detected, disparity, known_face, landmarks_of
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.camera import FULL_FRAME_DIAGONAL_MM, focal_px_from_35mm
from likeness.inference.fitting.face_fit import FaceFit
from likeness.inference.fitting.face_part import face_part
from likeness.inference.fitting.fit import fit_faces
from likeness.inference.fitting.joint_landmarks import apply_shared_step, with_shared_prior
from likeness.inference.fitting.landmark_fit import (
    LandmarkBases,
    apply_step,
    fit_landmarks,
    initial_state,
    normal_equations,
)
from likeness.inference.fitting.model_tensors import ModelTensors
from likeness.inference.fitting.problem import FaceProblem, PhotoProblem, observe
from likeness.inference.fitting.settings import FitSettings
from likeness.inference.fitting.view import View
from likeness.inference.images import Photo
from likeness.inference.lighting import uniform_light
from likeness.training.synthesis.shading import render

YAWS = (0.0, -35.0, 35.0)
EXPRESSIONS = ({"jawOpen": 0.3}, {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}, {"browInnerUp": 0.6})
SETTINGS = FitSettings()
NOISE_PX = 1.5


def same_person(tensors: ModelTensors) -> list[KnownFace]:
    return [
        known_face(tensors, seed=5, turn=(0.0, yaw, 0.0), values=values, spread=0.8)
        for yaw, values in zip(YAWS, EXPRESSIONS, strict=True)
    ]


def draft_view(face: KnownFace, bases: LandmarkBases, seed: int) -> View:
    """A grey photo of a known focal length and noisy landmarks."""
    noise = NOISE_PX * np.random.default_rng(seed).standard_normal((len(bases.mean), 2))
    points = landmarks_of(face, bases) + bases.mean.new_tensor(noise)
    focal_35mm = float(face.camera.intrinsics[0, 0]) * FULL_FRAME_DIAGONAL_MM / float(np.hypot(*SIZE))
    return View(Photo(None, np.full((*SIZE[::-1], 3), 128, np.uint8), focal_35mm), detected(points, NOISE_PX))


@pytest.fixture(scope="module")
def drafts(tensors: ModelTensors, dense: LandmarkBases) -> list[View]:
    return [draft_view(face, dense, seed) for seed, face in enumerate(same_person(tensors))]


@pytest.fixture(scope="module")
def together(tensors: ModelTensors, drafts: list[View]) -> list[FaceFit]:
    return fit_faces(drafts, tensors, SETTINGS)


def test_one_photo_is_the_landmark_stage_of_one_photo(tensors: ModelTensors, drafts: list[View]) -> None:
    view = drafts[1]
    (fit,) = fit_faces([view], tensors, SETTINGS)
    problem = FaceProblem.of(tensors, view.landmarks.scheme, SETTINGS)
    seen = PhotoProblem.of(view, problem).seen
    assert view.photo.focal_35mm is not None
    alone, _ = fit_landmarks(problem.bases, seen, focal_px_from_35mm(view.photo.focal_35mm, SIZE), SETTINGS.landmarks)
    assert torch.equal(fit.neutral, tensors.neutral(alone.identity[0]))
    assert torch.equal(fit.camera.rotation, alone.rotation[0])


def test_the_common_step_of_one_photo_is_its_own(
    tensors: ModelTensors, dense: LandmarkBases, drafts: list[View]
) -> None:
    seen = observe(drafts[0].landmarks, SIZE, dense.mean, SETTINGS.landmarks)
    state = initial_state(dense, seen, 700.0, SETTINGS.landmarks)
    matrix, gradient = normal_equations(dense, seen, state, SETTINGS.landmarks)
    expected = apply_step(state, matrix, gradient)
    (found,) = apply_shared_step([state], [(matrix[0], gradient[0])])
    for name in ("identity", "expression", "rotation", "translation"):
        torch.testing.assert_close(getattr(found, name), getattr(expected, name), rtol=1e-6, atol=1e-8)


def test_several_photos_tell_more_than_one_but_not_as_much_as_their_number() -> None:
    weights = [count * with_shared_prior(SETTINGS.landmarks, count).identity_weight for count in (1, 16)]
    assert weights == [SETTINGS.landmarks.identity_weight, 8 * SETTINGS.landmarks.identity_weight]


def test_photos_share_the_person_and_nothing_else(together: list[FaceFit]) -> None:
    first, *others = together
    for other in others:
        torch.testing.assert_close(other.identity, first.identity)
        torch.testing.assert_close(other.neutral, first.neutral)
        torch.testing.assert_close(other.albedo_coefficients, first.albedo_coefficients)
        assert (other.expression - first.expression).abs().max() > 0.1
        assert (other.camera.rotation - first.camera.rotation).abs().max() > 0.3


def test_each_photo_keeps_its_expression(tensors: ModelTensors, together: list[FaceFit]) -> None:
    names = tensors.model.expression_names
    jaw, smile = names.index("jawOpen"), names.index("mouthSmileLeft")
    assert float(together[0].expression[jaw]) > 0.15 > max(float(fit.expression[jaw]) for fit in together[1:])
    assert float(together[1].expression[smile]) > max(float(together[i].expression[smile]) for i in (0, 2)) + 0.1


def test_more_photos_tell_more(tensors: ModelTensors, drafts: list[View], together: list[FaceFit]) -> None:
    truth = tensors.neutral(same_person(tensors)[0].identity)
    part = face_part(tensors.model, dtype=torch.float64)  # no landmark tells of the back of a head
    seen = part.ids[part.skin > 0.9]

    def error(fit: FaceFit) -> float:
        return disparity(fit.neutral[seen], truth[seen])

    alone = [error(fit_faces([view], tensors, SETTINGS)[0]) for view in drafts]
    two = [error(fit_faces(list(pair), tensors, SETTINGS)[0]) for pair in combinations(drafts, 2)]
    three = error(together[0])
    assert three < np.mean(two) < np.mean(alone)  # one pair may be lucky in its noise
    assert three < min(alone)
    assert three < 0.8 * np.mean(alone)


def test_the_order_of_photos_does_not_matter(
    tensors: ModelTensors, drafts: list[View], together: list[FaceFit]
) -> None:
    again = fit_faces([drafts[2], drafts[0], drafts[1]], tensors, SETTINGS)
    for one, other in zip(again, [together[2], together[0], together[1]], strict=True):
        torch.testing.assert_close(one.neutral, other.neutral, rtol=0, atol=1e-7)
        torch.testing.assert_close(one.expression, other.expression, rtol=0, atol=1e-5)


def test_colours_of_two_photos_share_the_albedo_and_not_the_light(tensors: ModelTensors, dense: LandmarkBases) -> None:
    faces = same_person(tensors)[:2]
    views = []
    for face, level in zip(faces, (0.9, 0.5), strict=True):
        shape = tensors.shape(face.identity, face.expression)[None]
        light = uniform_light(level, tensors.mean)
        light[3] += 0.3 * level
        picture = render(shape, tensors.triangles, face.camera, tensors.albedo_mean, light)
        pixels = (linear_to_srgb(picture.color[0].clamp(0, 1)) * 255).round().to(torch.uint8).numpy()
        views.append(View(Photo(None, pixels), detected(landmarks_of(face, dense), 0.8), 1, picture.mask[0].numpy()))
    quick = replace(SETTINGS, photometric=replace(SETTINGS.photometric, iterations=1))
    told: list[float] = []
    bright, dim = fit_faces(views, tensors, quick, told.append)
    torch.testing.assert_close(bright.albedo, dim.albedo)
    torch.testing.assert_close(bright.neutral, dim.neutral)
    assert float(dim.light[0].mean() / bright.light[0].mean()) == pytest.approx(0.5 / 0.9, abs=0.05)
    assert told == [1.0]
    for fit in (bright, dim):
        assert fit.landmark_error < 0.012
