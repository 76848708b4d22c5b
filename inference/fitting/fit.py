"""The fit of one photo, stage after stage: landmarks, light and albedo, then all of it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ...anatomy.landmarks import DENSE_GAPS, FACE_OVAL_LOOP, IBUG68_GAPS
from ..camera import Camera, focal_px_from_35mm
from ..detectors.landmarks import FaceLandmarks
from ..images import Photo
from .face_crop import FaceCrop, face_crop
from .face_fit import FaceFit
from .face_part import FacePart, face_part
from .fine_shape import residual_basis
from .landmark_fit import (
    LandmarkBases,
    LandmarkState,
    Observations,
    apply_step,
    fit_landmarks,
    normal_equations,
    to_camera,
)
from .model_tensors import ModelTensors
from .outline import outline_equations
from .photometric import Appearance, VertexColors, albedo_of, color_equations, fit_appearance
from .settings import FitSettings, LandmarkSettings
from .start import FitStart, start_state
from .view import View


def fit_face(
    photo: Photo,
    landmarks: FaceLandmarks,
    tensors: ModelTensors,
    skin: np.ndarray | None,
    settings: FitSettings,
    progress: Callable[[float], None] = lambda fraction: None,
    start: FitStart | None = None,
) -> FaceFit:
    """Fit the face model to a photo.

    skin: (H, W) confidence that a pixel is this face's skin, or None for the quick fit from landmarks alone
    (light and albedo are then read from every visible pixel of the face).
    start: a guess to begin from where that leads to a lower energy than the mean face does.
    """
    face = face_part(tensors)
    bases = LandmarkBases.of(face, landmarks.scheme)
    seen = observe(landmarks, photo.size, bases, settings.landmarks)
    view = View(photo, landmarks, skin=skin)
    state = fit_view(face, bases, view, seen, settings.landmarks, start)
    crop = crop_of(view, state, tensors.mean, settings)
    modes = torch.cat([face.identity_basis, face.expression_basis])
    if skin is not None:
        state, modes = _refine(face, bases, seen, state, crop, settings, progress)
    camera, shape = to_camera(state, photo.size), shape_of(face, state, modes)
    appearance, _ = fit_appearance(face, face.even, shape, crop.seen_by(camera), crop, settings.photometric)
    return result_of(face, bases, state, modes, camera, appearance, skin, seen, landmarks)


def observe(
    landmarks: FaceLandmarks, image_size: tuple[int, int], bases: LandmarkBases, settings: LandmarkSettings
) -> Observations:
    """The detector's points as tensors.

    On a turned head all points err more, but together: as one shift and stretch that pose absorbs. Of that growth only
    the share ``turned_growth`` (an exponent) is believed; which points are better than others stays as it was told.
    """
    points, sigma = bases.mean.new_tensor(landmarks.points), bases.mean.new_tensor(landmarks.uncertainty)
    frontal = settings.frontal_sigma * landmarks.size
    sigma = sigma * (sigma.median() / frontal).clamp_min(1.0) ** (settings.turned_growth - 1.0)
    gaps = torch.tensor(DENSE_GAPS if landmarks.scheme == "dense" else IBUG68_GAPS, device=points.device)
    oval = torch.tensor(FACE_OVAL_LOOP if landmarks.scheme == "dense" else (), dtype=torch.int64, device=points.device)
    return Observations(points, sigma, gaps, oval, settings.gap_sigma, landmarks.inter_ocular, image_size)


def fit_view(
    face: FacePart,
    bases: LandmarkBases,
    view: View,
    seen: Observations,
    settings: LandmarkSettings,
    start: FitStart | None,
) -> LandmarkState:
    """The landmark stage of one photo; ``start`` as in `fit_face`."""
    focal_35mm, size = view.photo.focal_35mm, view.photo.size
    focal = None if focal_35mm is None else focal_px_from_35mm(focal_35mm, size)
    guess = None if start is None else start_state(start, face, focal, size)
    return fit_landmarks(bases, seen, focal, settings, guess)[0]


def crop_of(view: View, state: LandmarkState, like: Tensor, settings: FitSettings) -> FaceCrop:
    """The face's part of a photo with what of it counts: its skin, or every pixel where that is not known."""
    pixels, camera = view.photo.pixels, to_camera(state, view.photo.size)
    counted = np.ones(pixels.shape[:2], np.float32) if view.skin is None else view.skin
    return face_crop(pixels, counted, camera, view.landmarks.box, settings.photometric.crop_px, like)


def shape_of(face: FacePart, state: LandmarkState, modes: Tensor) -> Tensor:
    """The face's vertices (V, 3) in a state (a batch of one); ``modes`` (K, V, 3): the identity's, the expression's."""
    return face.mean + torch.tensordot(torch.cat([state.identity[0], state.expression[0]]), modes, dims=1)


def _refine(
    face: FacePart,
    bases: LandmarkBases,
    seen: Observations,
    state: LandmarkState,
    crop: FaceCrop,
    settings: FitSettings,
    progress: Callable[[float], None],
) -> tuple[LandmarkState, Tensor]:
    """Photometric steps with the finer residual's modes appended to the identity's."""
    extra = residual_basis(face, settings.residual)
    bases = bases.with_modes(extra)
    state = replace(state, identity=torch.cat([state.identity, state.identity.new_zeros(1, len(extra))], dim=1))
    modes = torch.cat([face.identity_basis, extra, face.expression_basis])
    for step in range(settings.photometric.iterations):
        shape, view = shape_of(face, state, modes), crop.seen_by(to_camera(state, seen.image_size))
        look = fit_appearance(face, face.even, shape, view, crop, settings.photometric)
        matrix, gradient = refined_equations(face, bases, modes, seen, state, shape, view, look, settings)
        state = apply_step(state, matrix[None], gradient[None])
        progress((step + 1) / settings.photometric.iterations)
    return state, modes


def refined_equations(
    face: FacePart,
    bases: LandmarkBases,
    modes: Tensor,
    seen: Observations,
    state: LandmarkState,
    shape: Tensor,
    view: Camera,
    look: tuple[Appearance, VertexColors],
    settings: FitSettings,
) -> tuple[Tensor, Tensor]:
    """Matrix (P, P) and gradient (P,) of one photo from landmarks, colours and outline; ``view`` is the crop's camera.

    ``modes`` (K, V, 3) are the unknowns' before turn and shift, and ``shape`` (V, 3) their sum.
    """
    matrix, gradient = (part[0] for part in normal_equations(bases, seen, state, settings.landmarks))
    terms = [color_equations(face, modes, shape, view, *look, settings.photometric)]
    if len(seen.oval):
        terms.append(outline_equations(face, modes, shape, to_camera(state, seen.image_size), seen, settings.outline))
    for term_matrix, term_gradient in terms:
        count = len(term_gradient)
        matrix[:count, :count] += term_matrix
        gradient[:count] += term_gradient
    return matrix, gradient


def result_of(
    face: FacePart,
    bases: LandmarkBases,
    state: LandmarkState,
    modes: Tensor,
    camera: Camera,
    appearance: Appearance,
    skin: np.ndarray | None,
    seen: Observations,
    landmarks: FaceLandmarks,
) -> FaceFit:
    """The fit of the whole model; ``modes`` (K, V, 3) are the face's: identity, finer residual, expression."""
    whole, count = face.whole, len(face.identity_basis)
    expression = state.expression[0].clamp(*face.expression_range.unbind(-1))
    identity, finer = state.identity[0, :count], state.identity[0, count:]
    relief = torch.tensordot(finer, modes[count : count + len(finer)], dims=1)
    neutral = whole.neutral(identity) + face.spread(relief)
    posed = neutral + torch.tensordot(expression, whole.expression_basis, dims=1)
    error = (camera.project(bases.pick(posed[face.ids])) - seen.points).norm(dim=-1)
    known = seen.sigma <= seen.sigma.median() * 2
    return FaceFit(
        identity=identity,
        expression=whole.all_expressions(expression),
        albedo_coefficients=appearance.albedo_coefficients,
        neutral=neutral,
        posed=posed,
        albedo=albedo_of(whole, appearance.albedo_coefficients),
        light=appearance.light,
        camera=camera,
        skin_confidence=None if skin is None else whole.mean.new_tensor(skin),
        landmark_error=float(error[known].median()) / landmarks.inter_ocular,
    )
