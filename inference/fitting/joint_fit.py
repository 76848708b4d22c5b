"""The fit of several photos of one person: one shape and one albedo; camera, pose, expression and light per photo.

Each photo is first fitted alone to its landmarks, which finds its pose, its expression and the most probable focal
length. From there all photos take common Gauss-Newton steps, in which what belongs to the person is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..camera import focal_px_from_35mm
from .arrow_system import solve_arrow
from .face_crop import FaceCrop, face_crop
from .face_fit import FaceFit
from .face_part import FacePart, face_part
from .fit import _result, fit_face, observe, skin_vertices
from .landmark_fit import (
    LandmarkBases,
    LandmarkState,
    Observations,
    cross_matrix,
    fit_landmarks,
    normal_equations,
    to_camera,
)
from .model_tensors import ModelTensors
from .outline import outline_equations
from .photometric import fit_appearance, photometric_equations
from .residual import residual_basis
from .settings import FitSettings, LandmarkSettings
from .start import FitStart, start_state
from .view import View


def fit_faces(
    views: Sequence[View],
    tensors: ModelTensors,
    settings: FitSettings,
    progress: Callable[[float], None] = lambda fraction: None,
    starts: Sequence[FitStart] = (),
) -> list[FaceFit]:
    """Fit one face to several photos of it; one fit per photo, in their order, which share identity and albedo.

    With one photo this is `fit_face`. Either all views have ``skin`` or none. ``starts``: none, or a guess per photo,
    from which a photo's own fit begins where that leads to a lower energy than the mean face does.
    """
    guesses = starts or [None] * len(views)
    if len(views) == 1:
        (view,) = views
        return [fit_face(view.photo, view.landmarks, tensors, view.skin, settings, progress, guesses[0])]
    face = face_part(tensors)
    bases = LandmarkBases.of(face, views[0].landmarks.scheme)
    seen = [observe(view.landmarks, view.photo.size, bases, settings.landmarks) for view in views]
    # The prior on the shared identity counts once, whatever the number of photos.
    settings = replace(settings, landmarks=shared_prior(settings.landmarks, len(views)))
    states = [
        _alone(face, bases, view, one, settings.landmarks, guess)
        for view, one, guess in zip(views, seen, guesses, strict=True)
    ]
    if len(views) > 1:
        states = with_common_identity(states)
        for _ in range(settings.landmarks.iterations):
            equations = [
                normal_equations(bases, one, s, settings.landmarks) for one, s in zip(seen, states, strict=True)
            ]
            states = apply_joint_step(states, [(matrix[0], gradient[0]) for matrix, gradient in equations])
    crops = [_crop(view, state, face, settings) for view, state in zip(views, states, strict=True)]
    modes = torch.cat([face.identity_basis, face.expression_basis])
    if views[0].skin is not None:
        extra = residual_basis(face, settings.residual)
        modes = torch.cat([face.identity_basis, extra, face.expression_basis])
        states = [_with_modes(state, len(extra)) for state in states]
        refined = bases.with_modes(extra)
        for step in range(settings.photometric.iterations):
            equations = [
                _equations(face, refined, one, state, crop, modes, settings)
                for one, state, crop in zip(seen, states, crops, strict=True)
            ]
            states = apply_joint_step(states, equations)
            progress((step + 1) / settings.photometric.iterations)
    fits = []
    for view, one, state, crop in zip(views, seen, states, crops, strict=True):
        camera = to_camera(state, one.image_size)
        appearance, _ = fit_appearance(
            face,
            skin_vertices(face),
            _shape(face, state, modes),
            crop.seen_by(camera),
            crop,
            settings.photometric,
        )
        fits.append(_result(face, bases, state, modes, camera, appearance, view.skin, one, view.landmarks))
    return fits


def shared_prior(settings: LandmarkSettings, photos: int) -> LandmarkSettings:
    return replace(settings, identity_weight=settings.identity_weight / photos)


def with_common_identity(states: Sequence[LandmarkState]) -> list[LandmarkState]:
    """All states with the mean of their identities."""
    mean = torch.stack([state.identity for state in states]).mean(dim=0)
    return [replace(state, identity=mean) for state in states]


def apply_joint_step(
    states: Sequence[LandmarkState], equations: Sequence[tuple[Tensor, Tensor]]
) -> list[LandmarkState]:
    """The states (batches of one, of one identity) after the Newton step of all photos together."""
    count = states[0].identity.shape[1]
    identity, own = solve_arrow(equations, count)
    moved = []
    for state, step in zip(states, own, strict=True):
        expression, turn, shift = step.split([state.expression.shape[1], 3, 3])
        moved.append(
            replace(
                state,
                identity=state.identity + identity,
                expression=state.expression + expression,
                rotation=torch.linalg.matrix_exp(cross_matrix(turn)) @ state.rotation,
                translation=state.translation + shift,
            )
        )
    return moved


def _alone(
    face: FacePart,
    bases: LandmarkBases,
    view: View,
    seen: Observations,
    settings: LandmarkSettings,
    start: FitStart | None,
) -> LandmarkState:
    focal_35mm = view.photo.focal_35mm
    focal = None if focal_35mm is None else focal_px_from_35mm(focal_35mm, view.photo.size)
    guess = None if start is None else start_state(start, face, focal, view.photo.size)
    return fit_landmarks(bases, seen, focal, settings, guess)[0]


def _crop(view: View, state: LandmarkState, tensors: ModelTensors, settings: FitSettings) -> FaceCrop:
    counted = np.ones(view.photo.pixels.shape[:2], np.float32) if view.skin is None else view.skin
    camera = to_camera(state, view.photo.size)
    return face_crop(view.photo.pixels, counted, camera, view.landmarks.box, settings.photometric.crop_px, tensors.mean)


def _with_modes(state: LandmarkState, count: int) -> LandmarkState:
    return replace(state, identity=torch.cat([state.identity, state.identity.new_zeros(1, count)], dim=1))


def _shape(tensors: ModelTensors, state: LandmarkState, modes: Tensor) -> Tensor:
    return tensors.mean + torch.tensordot(torch.cat([state.identity[0], state.expression[0]]), modes, dims=1)


def _equations(
    tensors: ModelTensors,
    bases: LandmarkBases,
    seen: Observations,
    state: LandmarkState,
    crop: FaceCrop,
    modes: Tensor,
    settings: FitSettings,
) -> tuple[Tensor, Tensor]:
    camera = to_camera(state, seen.image_size)
    shape = _shape(tensors, state, modes)
    even = skin_vertices(tensors)
    matrix, gradient = normal_equations(bases, seen, state, settings.landmarks)
    terms = [photometric_equations(tensors, modes, even, shape, crop.seen_by(camera), crop, settings.photometric)]
    if len(seen.oval):
        terms.append(outline_equations(tensors, modes, shape, camera, seen, settings.outline))
    for term_matrix, term_gradient in terms:
        count = len(term_gradient)
        matrix[0, :count, :count] += term_matrix
        gradient[0, :count] += term_gradient
    return matrix[0], gradient[0]
