"""The fit of several photos of one person: one shape and one albedo; camera, pose, expression and light per photo.

Each photo is first fitted alone to its landmarks, which finds its pose, its expression and the most probable focal
length. From there all photos take common Gauss-Newton steps, in which what belongs to the person is shared; between
them each photo without a known focal length chooses it again, now that the shape is better known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from .face_crop import FaceCrop
from .face_fit import FaceFit
from .face_part import FacePart, face_part
from .fine_shape import residual_basis
from .fit import crop_of, fit_face, fit_view, observe, refined_equations, result_of, shape_of
from .landmark_fit import LandmarkBases, LandmarkState, Observations, fit_landmarks, moved, normal_equations, to_camera
from .model_tensors import ModelTensors
from .photometric import Look, fit_appearances
from .schur import solve_arrow
from .settings import FitSettings, LandmarkSettings
from .start import FitStart
from .view import View

ROUNDS, STEPS = 3, 6  # of choosing the focal lengths, and of common steps in each
EVIDENCE_GROWTH = 0.25  # P photos tell as much as P ** this that have no errors in common


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
    states = [
        fit_view(face, bases, view, one, settings.landmarks, guess)
        for view, one, guess in zip(views, seen, guesses, strict=True)
    ]
    settings = replace(settings, landmarks=with_shared_prior(settings.landmarks, len(views)))
    states = fit_landmarks_together(bases, views, seen, states, settings.landmarks)
    crops = [crop_of(view, state, tensors.mean, settings) for view, state in zip(views, states, strict=True)]
    modes = torch.cat([face.identity_basis, face.expression_basis])
    if views[0].skin is not None:
        states, modes = refine_together(face, bases, seen, states, crops, settings, progress)
    looks = _looks(face, states, modes, seen, crops)
    appearances = fit_appearances(face, face.even, looks, settings.photometric)
    return [
        result_of(
            face, bases, state, modes, to_camera(state, one.image_size), appearance, view.skin, one, view.landmarks
        )
        for view, one, state, (appearance, _) in zip(views, seen, states, appearances, strict=True)
    ]


def with_shared_prior(settings: LandmarkSettings, photos: int) -> LandmarkSettings:
    """The settings of each of some photos, whose identity priors add up.

    Photos of one face share the errors of detector and model: if each counted in full, those would be taken for shape.
    """
    return replace(settings, identity_weight=settings.identity_weight / photos**EVIDENCE_GROWTH)


def fit_landmarks_together(
    bases: LandmarkBases,
    views: Sequence[View],
    seen: Sequence[Observations],
    states: Sequence[LandmarkState],
    settings: LandmarkSettings,
) -> list[LandmarkState]:
    """One identity for all photos, each state being a batch of one, from the mean of their own identities."""
    mean = torch.stack([state.identity for state in states]).mean(dim=0)
    states = [replace(state, identity=mean) for state in states]
    for turn in range(ROUNDS):
        if turn:
            states = [
                _refocused(bases, one, state, settings) if view.photo.focal_35mm is None else state
                for view, one, state in zip(views, seen, states, strict=True)
            ]
        for _ in range(STEPS):
            equations = [normal_equations(bases, one, s, settings) for one, s in zip(seen, states, strict=True)]
            states = apply_joint_step(states, [(matrix[0], gradient[0]) for matrix, gradient in equations])
    return states


def refine_together(
    face: FacePart,
    bases: LandmarkBases,
    seen: Sequence[Observations],
    states: Sequence[LandmarkState],
    crops: Sequence[FaceCrop],
    settings: FitSettings,
    progress: Callable[[float], None],
) -> tuple[list[LandmarkState], Tensor]:
    """Photometric steps of all photos with the finer residual's modes appended to the identity's."""
    extra = residual_basis(face, settings.residual)
    bases = bases.with_modes(extra)
    modes = torch.cat([face.identity_basis, extra, face.expression_basis])
    more = states[0].identity.new_zeros(1, len(extra))
    states = [replace(state, identity=torch.cat([state.identity, more], dim=1)) for state in states]
    for step in range(settings.photometric.iterations):
        looks = _looks(face, states, modes, seen, crops)
        appearances = fit_appearances(face, face.even, looks, settings.photometric)
        equations = [
            refined_equations(face, bases, modes, one, state, shape, camera, appearance, settings)
            for one, state, (shape, camera, _), appearance in zip(seen, states, looks, appearances, strict=True)
        ]
        states = apply_joint_step(states, equations)
        progress((step + 1) / settings.photometric.iterations)
    return list(states), modes


def apply_joint_step(
    states: Sequence[LandmarkState], equations: Sequence[tuple[Tensor, Tensor]]
) -> list[LandmarkState]:
    """The states (batches of one, of one identity) after the Newton step of all photos together."""
    identity, own = solve_arrow(equations, states[0].identity.shape[1])
    return [moved(state, torch.cat([identity, step])[None]) for state, step in zip(states, own, strict=True)]


def _refocused(
    bases: LandmarkBases, seen: Observations, state: LandmarkState, settings: LandmarkSettings
) -> LandmarkState:
    """The most probable focal length, pose and expression of one photo, its identity being known."""
    neutral = bases.points(state.identity, torch.zeros_like(state.expression))[0]
    known = replace(bases, mean=neutral, identity=bases.identity[:0])
    return replace(fit_landmarks(known, seen, None, settings)[0], identity=state.identity)


def _looks(
    face: FacePart,
    states: Sequence[LandmarkState],
    modes: Tensor,
    seen: Sequence[Observations],
    crops: Sequence[FaceCrop],
) -> list[Look]:
    """Each photo's shape (V, 3), crop and camera of the crop."""
    return [
        (
            shape_of(face, state, modes),
            crop.seen_by(to_camera(state, one.image_size)),
            crop,
        )
        for state, one, crop in zip(states, seen, crops, strict=True)
    ]
