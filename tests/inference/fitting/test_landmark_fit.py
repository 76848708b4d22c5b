"""The landmark stage on faces whose coefficients and camera are known."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from known_faces import SIZE, KnownFace, detected, fitted_index, known_face, landmarks_of
from likeness.anatomy.landmarks import DENSE
from likeness.inference.camera import project
from likeness.inference.fitting.landmark_fit import (
    LandmarkBases,
    LandmarkState,
    Observations,
    energy,
    fit_landmarks,
    initial_state,
    moved,
    normal_equations,
    residuals,
    robust_weights,
    to_camera,
)
from likeness.inference.fitting.model_tensors import ModelTensors
from likeness.inference.fitting.problem import GAZE_FREEDOM, observe
from likeness.inference.fitting.settings import LandmarkSettings
from likeness.inference.fitting.teeth import freedom
from torch import Tensor

pytestmark = pytest.mark.usefixtures("still_points")

SETTINGS = LandmarkSettings()
# Exact landmarks deserve weak priors.
EXACT = replace(SETTINGS, correlation=1.0, identity_weight=0.02, expression_weight=0.02, iterations=20)
FOCAL = 700.0  # pixels, of `known_face` at its usual distance


def see(
    bases: LandmarkBases, points: Tensor, sigma_px: float = 0.5, settings: LandmarkSettings = SETTINGS
) -> Observations:
    """Landmarks (L, 2) in a picture of ``SIZE``."""
    return observe(detected(points, sigma_px), SIZE, bases.mean, settings)


def turn_between(a: Tensor, b: Tensor) -> float:
    """Angle between two rotations, degrees."""
    return float(torch.rad2deg(((torch.trace(a @ b.mT) - 1) / 2).clamp(-1, 1).acos()))


def reprojection(bases: LandmarkBases, state: LandmarkState, points: Tensor) -> Tensor:
    """Distances (L,) in pixels."""
    camera = to_camera(state, SIZE)
    return (camera.project(bases.points(state.identity, state.expression)[0]) - points).norm(dim=-1)


@pytest.fixture(scope="module")
def somewhere(tensors: ModelTensors, ibug68: LandmarkBases) -> tuple[LandmarkBases, Observations, LandmarkState]:
    """Few modes, two candidates, away from the minimum, sliders out of ranges of many widths, uneven sigmas."""
    face = known_face(tensors, seed=3, turn=(20.0, -5.0, 8.0), values={"jawOpen": 0.6})
    widths = torch.linspace(0.3, 2.0, len(ibug68.expression), dtype=torch.float64)[:, None]
    bases = replace(ibug68, identity=ibug68.identity[:7], expression_range=ibug68.expression_range * widths)
    generator = torch.Generator().manual_seed(0)
    seen = see(ibug68, landmarks_of(face, ibug68))
    seen = replace(seen, sigma=seen.sigma * torch.linspace(0.5, 4.0, 68, dtype=torch.float64))
    state = initial_state(bases, seen, None, replace(SETTINGS, focal_candidates=(0.6, 1.3)))
    shape = (2, 7 + len(bases.expression) + 6)
    noise = torch.randn(shape, dtype=torch.float64, generator=generator)
    noise[:, -6:] *= 0.01
    noise[:, 7:-6] *= 0.7
    return bases, seen, moved(state, noise)


@pytest.mark.parametrize("geman_mcclure", [5.0, 1e4])
def test_gradient_is_that_of_the_energy(
    somewhere: tuple[LandmarkBases, Observations, LandmarkState], geman_mcclure: float
) -> None:
    bases, seen, state = somewhere
    settings = replace(SETTINGS, geman_mcclure=geman_mcclure, range_weight=30.0)
    normal, gradient = normal_equations(bases, seen, state, settings)
    step = torch.zeros_like(gradient, requires_grad=True)
    energy(bases, seen, moved(state, step), settings).sum().backward()
    assert step.grad is not None
    torch.testing.assert_close(gradient, step.grad, rtol=1e-8, atol=1e-8)
    assert (torch.linalg.eigvalsh(normal) > -1e-9 * normal.abs().max()).all()


def test_matrix_is_the_jacobian_squared(somewhere: tuple[LandmarkBases, Observations, LandmarkState]) -> None:
    bases, seen, state = somewhere
    seen = replace(seen, gaps=torch.zeros(0, 2, dtype=torch.int64))
    settings = replace(
        SETTINGS, geman_mcclure=1e8, correlation=1.0, identity_weight=0.0, expression_weight=0.0, range_weight=0.0
    )
    normal, _ = normal_equations(bases, seen, state, settings)
    zero = torch.zeros_like(normal[:, 0])
    jacobian = torch.func.jacfwd(lambda step: residuals(bases, seen, moved(state, step)).flatten(1))(zero)
    own = torch.stack([jacobian[b, :, b] for b in range(2)])
    torch.testing.assert_close(normal, own.mT @ own, rtol=1e-8, atol=1e-6)


def test_ranges_add_their_curvature(somewhere: tuple[LandmarkBases, Observations, LandmarkState]) -> None:
    bases, seen, state = somewhere
    walled, open_ended = (replace(SETTINGS, range_weight=weight) for weight in (30.0, 0.0))
    found = normal_equations(bases, seen, state, walled)[0] - normal_equations(bases, seen, state, open_ended)[0]

    def wall(step: Tensor) -> Tensor:
        there = moved(state, step)
        return (energy(bases, seen, there, walled) - energy(bases, seen, there, open_ended)).sum()

    step = torch.zeros(found.shape[:2], dtype=torch.float64)
    curvature = torch.func.jacfwd(torch.func.jacrev(wall))(step)
    expected = torch.stack([curvature[b, :, b] for b in range(2)])
    assert expected.any()
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (25.0, -10.0, 15.0), (-35.0, 8.0, -30.0)])
@pytest.mark.parametrize("scheme", ["dense", "ibug68"])
def test_known_faces_are_recovered(
    tensors: ModelTensors, request: pytest.FixtureRequest, scheme: str, turn: tuple[float, float, float]
) -> None:
    bases: LandmarkBases = request.getfixturevalue(scheme)
    values = {"jawOpen": 0.4, "mouthSmileLeft": 0.5, "mouthSmileRight": 0.5, "browInnerUp": 0.3}
    face = known_face(tensors, seed=1, turn=turn, values=values)
    points = landmarks_of(face, bases)
    state, weight = fit_landmarks(bases, see(bases, points), FOCAL, EXACT)
    assert reprojection(bases, state, points).max() < 0.2
    assert turn_between(state.rotation[0], face.camera.rotation) < 1.0
    assert weight.min() > 0.9
    if scheme == "dense":  # enough of them to tell shape and expression apart
        assert (state.identity[0, :4] - face.identity[:4]).abs().max() < 0.4
        assert abs(float(named(tensors, state, "jawOpen")) - 0.4) < 0.1
        assert (state.translation[0] - face.camera.translation).norm() < 0.02


def named(tensors: ModelTensors, state: LandmarkState, name: str) -> Tensor:
    return state.expression[0, fitted_index(tensors, name)]


def test_scaled_orthography_starts_near(tensors: ModelTensors, dense: LandmarkBases) -> None:
    face = known_face(tensors, turn=(20.0, 10.0, -40.0))
    state = initial_state(dense, see(dense, landmarks_of(face, dense)), FOCAL, SETTINGS)
    torch.testing.assert_close(state.rotation[0] @ state.rotation[0].mT, torch.eye(3).double(), rtol=0, atol=1e-9)
    assert torch.linalg.det(state.rotation[0]) > 0
    assert turn_between(state.rotation[0], face.camera.rotation) < 12.0
    assert abs(float(state.translation[0, 2] / face.camera.translation[2]) - 1) < 0.15


def test_a_hand_over_the_mouth_is_left_out(tensors: ModelTensors, dense: LandmarkBases) -> None:
    face = known_face(tensors, seed=2, turn=(10.0, 0.0, 0.0))
    points = landmarks_of(face, dense)
    covered = (dense.mean[:, 1] < dense.mean[:, 1].quantile(0.12)) & (dense.mean[:, 0] > 0)
    disturbed = points.clone()
    disturbed[covered] += points.new_tensor([40.0, 25.0])
    seen = see(dense, disturbed, sigma_px=1.5)
    state, weight = fit_landmarks(dense, seen, FOCAL, SETTINGS)
    followed, _ = fit_landmarks(dense, seen, FOCAL, replace(SETTINGS, geman_mcclure=1e4))
    assert weight[covered].median() < 0.1
    assert weight[~covered].median() > 0.9
    there, astray = (reprojection(dense, s, points) for s in (state, followed))
    assert there[covered].median() < 0.5 * astray[covered].median()
    assert there[~covered].median() < 1.5


def test_weights_fall_from_one_to_nothing() -> None:
    settings = replace(SETTINGS, geman_mcclure=4.0)
    error = torch.tensor([[[0.0, 0.0], [0.0, 4.0], [400.0, 0.0]]])
    torch.testing.assert_close(robust_weights(error, settings)[0], torch.tensor([1.0, 0.25, 0.0]), rtol=0, atol=1e-3)


def eye_opening(tensors: ModelTensors, state: LandmarkState, gaps: Tensor) -> float:
    """Median distance between the lids of both eyes in the picture, pixels."""
    posed = tensors.at(DENSE, tensors.shape(state.identity[0], state.expression[0]))
    placed = posed @ state.rotation[0].mT + state.translation[0]
    pixels = project(placed, state.intrinsics[0])
    upper, lower = gaps[:10].unbind(1)
    return float((pixels[upper] - pixels[lower]).norm(dim=-1).median())


def test_closed_eyes_come_out_closed(tensors: ModelTensors, dense: LandmarkBases) -> None:
    """A detector's broad uncertainty leaves the lids to the prior, were it not for the gap between them."""
    face = known_face(tensors, values={"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})
    seen = see(dense, landmarks_of(face, dense), sigma_px=3.0)
    state, _ = fit_landmarks(dense, seen, FOCAL, SETTINGS)
    blunt, _ = fit_landmarks(dense, replace(seen, gap_sigma=seen.gap_sigma * 1e4), FOCAL, SETTINGS)
    wide = eye_opening(tensors, replace(state, expression=torch.zeros_like(state.expression)), seen.gaps)
    assert eye_opening(tensors, state, seen.gaps) < 0.2 * wide
    assert eye_opening(tensors, state, seen.gaps) < 0.5 * eye_opening(tensors, blunt, seen.gaps)


def test_eyes_look_where_irises_are_seen(tensors: ModelTensors, dense: LandmarkBases) -> None:
    """Five points of an iris among five hundred say little, were it not for its place between the lids."""
    face = known_face(tensors, values={"eyeLookOutLeft": 0.8, "eyeLookInRight": 0.8})
    seen = replace(see(dense, landmarks_of(face, dense), sigma_px=3.0), freedom=GAZE_FREEDOM)
    state, _ = fit_landmarks(dense, seen, FOCAL, SETTINGS)
    blunt, _ = fit_landmarks(dense, replace(seen, place_sigma=seen.place_sigma * 1e4), FOCAL, SETTINGS)
    for name in ("eyeLookOutLeft", "eyeLookInRight"):
        turned, hardly = (float(each.expression[0, fitted_index(tensors, name)]) for each in (state, blunt))
        assert turned == pytest.approx(0.8, abs=0.2)
        assert hardly < 0.4


def test_lips_part_over_shut_teeth(tensors: ModelTensors, dense: LandmarkBases) -> None:
    """A smile's landmarks are also an open jaw's: where the photo shows shut teeth, the lips alone part."""
    lips = ("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight")
    smile = dict.fromkeys(("mouthSmileLeft", "mouthSmileRight"), 0.4)
    face = known_face(tensors, values=smile | dict.fromkeys(lips, 0.5))
    seen = see(dense, landmarks_of(face, dense), sigma_px=2.0)
    told = replace(seen, freedom=seen.points.new_tensor(freedom(fitted_names(tensors), 1.0)))
    jaw, jaw_untold = (
        float(fit_landmarks(dense, each, FOCAL, SETTINGS)[0].expression[0, fitted_index(tensors, "jawOpen")])
        for each in (told, seen)
    )
    assert jaw_untold > 0.1
    assert jaw < 0.05


def fitted_names(tensors: ModelTensors) -> list[str]:
    """The names of the fitted expressions."""
    return [tensors.model.expression_names[which] for which in tensors.fitted.tolist()]


def test_expressions_stay_near_their_ranges(tensors: ModelTensors, dense: LandmarkBases) -> None:
    points = landmarks_of(known_face(tensors, values={"jawOpen": 1.8, "mouthSmileLeft": 1.6}), dense)
    low, high = tensors.expression_range.unbind(-1)
    excess = []
    for weight in (0.0, 4000.0):
        settings = replace(SETTINGS, expression_weight=0.2, range_weight=weight)
        values = fit_landmarks(dense, see(dense, points), FOCAL, settings)[0].expression[0]
        excess.append(float((values - values.clamp(low, high)).abs().max()))
    assert excess[0] > 0.4
    assert excess[1] < 0.2 * excess[0]


def near_face(tensors: ModelTensors) -> KnownFace:
    return known_face(tensors, seed=4, turn=(20.0, 5.0, 0.0), distance=0.35)


@pytest.mark.parametrize(("log_sigma", "expected"), [(1e3, 0.35), (0.02, 0.7)])
def test_an_unknown_focal_is_what_perspective_and_the_distance_prior_agree_on(
    tensors: ModelTensors, dense: LandmarkBases, log_sigma: float, expected: float
) -> None:
    """A selfie's perspective tells its distance unless the prior is sure of another."""
    seen = see(dense, landmarks_of(near_face(tensors), dense), sigma_px=1.0)
    settings = replace(SETTINGS, distance_m=0.7, distance_log_sigma=log_sigma, focal_candidates=(0.5, 0.7, 1.0, 1.5))
    state, _ = fit_landmarks(dense, seen, None, settings)
    distance = float(to_camera(state, SIZE).to_camera(dense.mean.mean(0))[2])
    assert abs(distance / expected - 1) < 0.25


def test_more_modes_are_appended(tensors: ModelTensors, dense: LandmarkBases) -> None:
    longer = dense.with_modes(tensors.expression_basis[:2])
    assert len(longer.identity) == len(dense.identity) + 2
    torch.testing.assert_close(longer.identity[-2:], dense.expression[:2])
