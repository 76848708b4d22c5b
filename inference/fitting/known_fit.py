"""A face whose shape, expression and cameras are known: only its light, albedo and skin tone are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..camera import Camera
from ..detectors.landmarks import FaceLandmarks
from .face_fit import FaceFit
from .model_tensors import ModelTensors
from .photometric import PosedFace, albedo_of, fit_appearances
from .problem import FaceProblem, PhotoProblem
from .settings import FitSettings
from .tone import share_tone, toned
from .view import View


@dataclass(frozen=True)
class KnownShape:
    """What the fit of a photo has found of the shape. V vertices, I / E coefficients."""

    identity: Tensor  # (I,) sigma
    expression: Tensor  # (E,) slider values of all expressions
    neutral: Tensor  # (V, 3) metres
    camera: Camera  # the photo's
    landmark_error: float


def fits_of_known(
    views: Sequence[View], tensors: ModelTensors, shapes: Sequence[KnownShape], settings: FitSettings
) -> list[FaceFit]:
    """What the last step of `fit_faces` makes of shapes that are not to change; one fit per photo, in their order."""
    grey = all(view.photo.is_grey for view in views)
    problem = FaceProblem.of(tensors, views[0].landmarks.scheme, settings, grey)
    whole, face = problem.whole, problem.face
    photos = [PhotoProblem.of(view, problem) for view in views]
    posed = [s.neutral + torch.tensordot(s.expression[whole.fitted], whole.expression_basis, dims=1) for s in shapes]
    before_cameras = [
        PosedFace(points[face.ids], photo.crop.seen_by(shape.camera), photo.crop)
        for points, photo, shape in zip(posed, photos, shapes, strict=True)
    ]
    appearances = fit_appearances(face, before_cameras, settings.photometric)
    own, appearances = share_tone(face, appearances, [photo.scene for photo in photos], settings.tone, grey)
    return [
        FaceFit(
            identity=shape.identity,
            expression=shape.expression,
            albedo_coefficients=appearance.albedo_coefficients,
            neutral=shape.neutral,
            posed=points,
            albedo=toned(albedo_of(whole, appearance.albedo_coefficients), whole.tinted, own.gain),
            skin_tone=own.tone,
            light=appearance.light,
            camera=shape.camera,
            skin_confidence=None if view.skin is None else whole.mean.new_tensor(view.skin),
            landmark_error=shape.landmark_error,
        )
        for view, shape, points, appearance in zip(views, shapes, posed, appearances, strict=True)
    ]


def landmark_error(camera: Camera, posed: Tensor, tensors: ModelTensors, landmarks: FaceLandmarks) -> float:
    """By how much the landmarks of a posed face (V, 3) miss those of the photo: `FaceFit.landmark_error`."""
    points = tensors.at(landmarks.scheme, posed)
    sigma = landmarks.uncertainty
    error = np.linalg.norm(camera.project(points).cpu().numpy() - landmarks.points, axis=-1)
    return float(np.median(error[sigma <= 2 * np.median(sigma)])) / landmarks.inter_ocular
