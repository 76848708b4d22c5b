"""The fit of one face to one photo or several: landmarks, light and albedo, then all of it together.

Camera, pose, expression and light are each photo's own; shape and albedo belong to the person. Each photo is first
fitted alone to its landmarks, which finds its pose, its expression and the most probable focal length; several then
agree on an identity. From there Gauss-Newton steps follow landmarks, colours and outlines of all photos at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from .face_fit import FaceFit
from .joint_landmarks import apply_shared_step, fit_landmarks_together, with_shared_prior
from .landmark_fit import LandmarkState, fit_landmarks, normal_equations, to_camera
from .model_tensors import ModelTensors
from .outline import outline_equations
from .photometric import Appearance, PosedFace, albedo_of, color_equations, fit_appearances
from .problem import FaceProblem, PhotoProblem
from .settings import FitSettings
from .shut_eyes import seeing, with_shut_eyes
from .start import FitStart, start_state
from .tone import TonedSkin, share_tone, toned
from .view import View


def fit_faces(
    views: Sequence[View],
    tensors: ModelTensors,
    settings: FitSettings,
    progress: Callable[[float], None] = lambda fraction: None,
    starts: Sequence[FitStart] = (),
) -> list[FaceFit]:
    """Fit one face to one or more photos of it; one fit per photo, in their order, which share identity and albedo.

    Args:
        views: all with ``skin`` or none; without it only landmarks make the shape, and light and albedo are read from
            every visible pixel of the face.
        tensors: as `model_tensors` makes them.
        settings: the weights of all stages.
        progress: told the share of the steps with colours that is done.
        starts: none, or a guess per photo, from which its own fit begins where that leads to a lower energy than the
            mean face does.
    """
    grey = all(view.photo.is_grey for view in views)
    problem = FaceProblem.of(tensors, views[0].landmarks.scheme, settings, grey)
    photos = [PhotoProblem.of(view, problem) for view in views]
    states = [fit_alone(problem, *each) for each in zip(photos, starts or [None] * len(photos), strict=True)]
    if len(photos) > 1:
        shared = replace(settings, landmarks=with_shared_prior(settings.landmarks, len(photos)))
        problem = replace(problem, settings=shared)
        states = fit_landmarks_together(problem, photos, states)
    if views[0].skin is not None:
        problem = problem.with_fine_shape()
        states = refine(problem, photos, states, progress)
    appearances = fit_appearances(problem.face, _posed(problem, photos, states), settings.photometric)
    scenes = [photo.scene for photo in photos]
    skin, appearances = share_tone(problem.face, appearances, scenes, settings.tone, grey)
    return [_face_fit(problem, skin, *each) for each in zip(photos, states, appearances, strict=True)]


def fit_alone(problem: FaceProblem, photo: PhotoProblem, start: FitStart | None) -> LandmarkState:
    """The landmark stage of one photo by itself."""
    focal = photo.focal_px
    guess = None if start is None else start_state(start, problem.face, focal, photo.seen.image_size)
    return fit_landmarks(problem.bases, photo.seen, focal, problem.settings.landmarks, guess)[0]


def refine(
    problem: FaceProblem,
    photos: Sequence[PhotoProblem],
    states: Sequence[LandmarkState],
    progress: Callable[[float], None],
) -> list[LandmarkState]:
    """Steps along landmarks, colours and outlines; the problem's fine shape begins at zero."""
    fine = states[0].identity.new_zeros(1, len(problem.bases.identity) - states[0].identity.shape[1])
    states = [replace(state, identity=torch.cat([state.identity, fine], dim=1)) for state in states]
    for step in range(problem.settings.photometric.iterations):
        posed = _posed(problem, photos, states)
        appearances = fit_appearances(problem.face, posed, problem.settings.photometric)
        equations = [photo_equations(problem, *each) for each in zip(photos, states, posed, appearances, strict=True)]
        states = apply_shared_step(states, equations)
        progress((step + 1) / problem.settings.photometric.iterations)
    return list(states)


def photo_equations(
    problem: FaceProblem, photo: PhotoProblem, state: LandmarkState, posed: PosedFace, appearance: Appearance
) -> tuple[Tensor, Tensor]:
    """Matrix (P, P) and gradient (P,) of one photo: the sum of its landmarks', its colours' and its outline's.

    The unknowns are the problem's modes, turn and shift (P = K + 6); colours say nothing of the shift.
    """
    face, modes, settings = problem.face, problem.modes, problem.settings
    matrix, gradient = (part[0] for part in normal_equations(problem.bases, photo.seen, state, settings.landmarks))
    terms = [color_equations(face, modes, posed, appearance, settings.photometric)]
    if len(photo.seen.oval):
        camera = to_camera(state, photo.seen.image_size)
        terms.append(outline_equations(face, modes, posed.shape, camera, photo.seen, settings.outline))
    for term_matrix, term_gradient in terms:
        count = len(term_gradient)
        matrix[:count, :count] += term_matrix
        gradient[:count] += term_gradient
    return matrix, gradient


def _posed(problem: FaceProblem, photos: Sequence[PhotoProblem], states: Sequence[LandmarkState]) -> list[PosedFace]:
    return [photo.posed(problem, state) for photo, state in zip(photos, states, strict=True)]


def _face_fit(
    problem: FaceProblem, own: TonedSkin, photo: PhotoProblem, state: LandmarkState, appearance: Appearance
) -> FaceFit:
    """What the unknowns of one photo make of the whole model; expressions end at the border of their range."""
    whole, face, seen, skin = problem.whole, problem.face, photo.seen, photo.view.skin
    told = state.expression[0].clamp(*face.expression_range.unbind(-1))
    expression = with_shut_eyes(told, face.fitted_names, seeing(photo.view.landmarks))
    count = len(face.identity_basis)
    identity, fine = state.identity[0, :count], state.identity[0, count:]
    relief = torch.tensordot(fine, problem.modes[count : count + len(fine)], dims=1)
    neutral = whole.neutral(identity) + face.spread(relief)
    posed = neutral + torch.tensordot(expression, whole.expression_basis, dims=1)
    camera = to_camera(state, seen.image_size)
    error = (camera.project(problem.bases.places.of(posed[face.ids])) - seen.points).norm(dim=-1)
    known = seen.sigma <= seen.sigma.median() * 2
    return FaceFit(
        identity=identity,
        expression=whole.all_expressions(expression),
        albedo_coefficients=appearance.albedo_coefficients,
        neutral=neutral,
        posed=posed,
        albedo=toned(albedo_of(whole, appearance.albedo_coefficients), whole.tinted, own.gain),
        skin_tone=own.tone,
        light=appearance.light,
        camera=camera,
        skin_confidence=None if skin is None else whole.mean.new_tensor(skin),
        landmark_error=float(error[known].median()) / seen.inter_ocular,
    )
