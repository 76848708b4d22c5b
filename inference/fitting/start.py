"""Another place than the mean face to begin from, such as what a network made of the photo."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..camera import intrinsics_from_focal
from .landmark_fit import LandmarkState
from .model_tensors import ModelTensors


@dataclass(frozen=True)
class FitStart:
    """A guess at face and camera: ``x_cam = rotation @ x + translation``."""

    identity: Tensor  # (I,) sigma
    expression: Tensor  # (E,) of all of the model's expressions
    rotation: Tensor  # (3, 3)
    translation: Tensor  # (3,) metres
    intrinsics: Tensor  # (3, 3) pixels of the photo


def start_state(start: FitStart, tensors: ModelTensors, focal_px: float | None, size: tuple[int, int]) -> LandmarkState:
    """The guess as a candidate (a batch of one); device and dtype are the model's.

    The fit keeps the principal point in the middle of the picture, and a known focal length: the guess is moved so that
    its face keeps its place and size in the picture.
    """
    like = tensors.mean
    old = start.intrinsics.to(like)
    focal = float(old[0, 0]) if focal_px is None else focal_px
    new = intrinsics_from_focal(focal, size, like)
    x, y, z = start.translation.to(like).unbind()
    depth = z * focal / old[0, 0]
    across = ((old[0, 0] * x / z + old[0, 2]) - new[0, 2]) / new[0, 0] * depth
    down = ((old[1, 1] * y / z + old[1, 2]) - new[1, 2]) / new[1, 1] * depth
    return LandmarkState(
        identity=start.identity.to(like)[None],
        expression=start.expression.to(like)[tensors.fitted][None],
        rotation=start.rotation.to(like)[None],
        translation=torch.stack([across, down, depth])[None],
        intrinsics=new[None],
    )
