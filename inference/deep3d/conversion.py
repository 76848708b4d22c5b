"""A result in Deep3D's conventions -> our camera, pose, light and `FaceFit` (docs/conventions.md).

The parts of the way: decimetres become metres; the camera at z = 10 that looks along -z becomes OpenCV's; the crop's
pixels become the photo's, so that the principal point moves away from the middle; the light, which they multiply with
sRGB colours, becomes one for linear colours.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ...geometry.colour import srgb_to_linear
from ..camera import Camera
from ..detectors.landmarks import FaceLandmarks
from ..fitting.face_fit import FaceFit
from ..fitting.known_fit import landmark_error
from ..fitting.model_tensors import ModelTensors
from ..lighting import sh_basis
from ..positive_definite import solve_positive_definite
from .alignment import CROP_PX, Deep3DCrop
from .coefficients import Deep3DCoefficients
from .geometry import CAMERA_Z, CENTRE_PX, DECIMETRES, FOCAL_PX, rotation, shading

LIGHT_DIRECTIONS = 512
BEHIND = 0.05  # weight of a direction that no visible normal has, against one that faces the camera
DARKEST, BRIGHTEST = 0.01, 1.0  # of an albedo


def photo_camera(coefficients: Deep3DCoefficients, crop: Deep3DCrop) -> Camera:
    """The camera of the first face in the whole photo, for model vertices in metres.

    Their landmarks are counted from the centre of the crop's corner pixel, which is at (0.5, 0.5) with us; their
    renderer counts from that pixel's corner. The landmarks' way is followed: the two differ by half a crop's pixel.
    """
    flip = torch.diag(coefficients.angle.new_tensor([1.0, -1.0, -1.0]))
    scale = np.divide(crop.photo_size, crop.resized)
    centre = crop.to_photo(np.array([CENTRE_PX + 0.5, CROP_PX - CENTRE_PX - 0.5]))
    intrinsics = [[FOCAL_PX * scale[0], 0.0, centre[0]], [0.0, FOCAL_PX * scale[1], centre[1]], [0.0, 0.0, 1.0]]
    moved = flip @ coefficients.trans[0] + flip.new_tensor([0.0, 0.0, CAMERA_Z])
    return Camera(
        intrinsics=flip.new_tensor(intrinsics),
        rotation=flip @ rotation(coefficients.angle)[0],
        translation=moved / DECIMETRES,
        image_size=crop.photo_size,
    )


def linear_light(gamma: Tensor, albedo: Tensor) -> Tensor:
    """Their light (27,) for sRGB colours -> ours (9, 3) for linear ones, view frame.

    Which linear shading turns a colour into their sRGB product depends on the colour; the face's mean ``albedo`` (3,),
    sRGB in [0, 1], stands for all of it. Nine terms are fitted to that curve by least squares over the directions.
    """
    directions = _directions(gamma)
    level = shading(directions[None], gamma[None])[0].clamp_min(0.0)
    albedo = albedo.clamp(DARKEST, BRIGHTEST)
    target = srgb_to_linear(albedo * level) / srgb_to_linear(albedo)
    weight = BEHIND + (1 - BEHIND) * directions[:, 2:].clamp_min(0.0)
    basis = sh_basis(directions)
    return solve_positive_definite(basis.mT @ (weight * basis), basis.mT @ (weight * target))


def to_face_fit(
    coefficients: Deep3DCoefficients,
    albedo: Tensor,
    crop: Deep3DCrop,
    tensors: ModelTensors,
    landmarks: FaceLandmarks,
    skin: np.ndarray | None,
) -> FaceFit:
    """One face as the stages after the fit want it. Expressions beyond the sliders' range end at its border.

    ``albedo`` (V, 3) is the decoded one, sRGB.
    """
    identity, albedo_coefficients = coefficients.id[0], coefficients.tex[0]
    expression = torch.zeros_like(tensors.expression_std)  # of those that are fitted, theirs are the first
    expression[: coefficients.exp.shape[1]] = coefficients.exp[0]
    expression = expression.clamp(*tensors.expression_range.unbind(-1))
    neutral = tensors.mean + torch.tensordot(identity, tensors.identity_basis[: len(identity)], dims=1)
    posed = neutral + torch.tensordot(expression, tensors.expression_basis, dims=1)
    camera = photo_camera(coefficients, crop)
    albedo = albedo.clamp(DARKEST, BRIGHTEST)
    return FaceFit(
        identity=identity,
        expression=tensors.all_expressions(expression),
        albedo_coefficients=albedo_coefficients,
        neutral=neutral,
        posed=posed,
        albedo=srgb_to_linear(albedo),
        skin_tone=srgb_to_linear(albedo).mean(dim=0),
        light=linear_light(coefficients.gamma[0], albedo.mean(dim=0)),
        camera=camera,
        skin_confidence=None if skin is None else tensors.mean.new_tensor(skin),
        landmark_error=landmark_error(camera, posed, tensors, landmarks),
    )


def _directions(like: Tensor) -> Tensor:
    """Unit vectors (N, 3) spread evenly over the sphere: a Fibonacci lattice."""
    index = torch.arange(LIGHT_DIRECTIONS, device=like.device, dtype=like.dtype) + 0.5
    z = 1 - 2 * index / LIGHT_DIRECTIONS
    turn = index * (math.pi * (1 + math.sqrt(5)))
    radius = (1 - z * z).sqrt()
    return torch.stack([radius * turn.cos(), radius * turn.sin(), z], dim=-1)
