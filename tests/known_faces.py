"""Faces of a model with known coefficients and camera, as a landmark detector would see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from likeness.anatomy.landmarks import DENSE, IBUG68
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.detectors.landmarks import FaceLandmarks
from likeness.inference.fitting.landmark_fit import LandmarkBases
from likeness.inference.fitting.model_tensors import ModelTensors
from synthetic import opencv_pose
from torch import Tensor

SIZE = (640, 480)
CENTRE = (0.0, 0.02, 0.08)  # of a face, metres


@dataclass(frozen=True)
class KnownFace:
    """What a fit should find."""

    identity: Tensor  # (I,)
    expression: Tensor  # (E,) of the fitted ones
    camera: Camera


def known_face(
    tensors: ModelTensors,
    seed: int = 0,
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0),
    values: dict[str, float] | None = None,
    distance: float = 0.7,
    spread: float = 0.5,
    modes: int = 12,
) -> KnownFace:
    """A face with random leading identity coefficients (``spread`` sigma), named expressions and yaw, pitch, roll.

    At 0.7 m the eyes' outer corners are about 90 pixels apart, and as far at any other distance.
    """
    like = tensors.mean
    identity = like.new_zeros(len(tensors.identity_basis))
    identity[:modes] = like.new_tensor(np.random.default_rng(seed).normal(0.0, spread, modes))
    expression = like.new_zeros(len(tensors.expression_basis))
    for name, value in (values or {}).items():
        expression[fitted_index(tensors, name)] = value
    rotation = like.new_tensor(opencv_pose(*turn))
    translation = like.new_tensor([0.02, -0.01, distance]) - rotation @ like.new_tensor(CENTRE)
    intrinsics = intrinsics_from_focal(1000.0 * distance, SIZE, like)
    return KnownFace(identity, expression, Camera(intrinsics, rotation, translation, SIZE))


def fitted_index(tensors: ModelTensors, name: str) -> int:
    """Where an expression stands among the fitted ones."""
    return tensors.fitted.tolist().index(tensors.model.expression_names.index(name))


def landmarks_of(face: KnownFace, bases: LandmarkBases) -> Tensor:
    """Exact landmarks (L, 2), pixels."""
    return face.camera.project(bases.points(face.identity[None], face.expression[None]))[0]


def detected(points: Tensor, sigma_px: float = 0.5) -> FaceLandmarks:
    """Landmarks (478 or 68, 2) as a detector reports them, with one uncertainty for all."""
    pixels = points.double().numpy()
    box = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
    (scheme,) = (scheme for scheme in (DENSE, IBUG68) if scheme.count == len(pixels))
    return FaceLandmarks(pixels, scheme, np.full(len(pixels), sigma_px), None, box, "tests", 1.0)


def disparity(a: Tensor, b: Tensor) -> float:
    """Mean distance of two shapes (N, 3) after the best turn, shift and scale, metres."""
    a, b = a - a.mean(0), b - b.mean(0)
    u, s, vt = torch.linalg.svd(b.mT @ a)
    turn = u @ torch.diag(s.new_tensor([1, 1, float(torch.linalg.det(u @ vt))])) @ vt
    scale = (b * (a @ turn.mT)).sum() / (a**2).sum()
    return float((scale * a @ turn.mT - b).norm(dim=-1).mean())
