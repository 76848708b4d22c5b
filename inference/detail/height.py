"""Heights from shading: the linear system between relief and brightness, and its solution.

A height field d (metres along the smooth normal n) turns the normal by minus its surface gradient, so the logarithm of
the shading changes by ``across d_u + down d_v + depth_gain d``: the first two terms are the derivative of the spherical
harmonics (Ramamoorthi and Hanrahan 2001) along the surface, the last is ambient occlusion, linearised ("dark is deep",
Glencross et al. 2008). The energy is the one of inverse rendering (Guo et al., 3DFaceNet, PAMI 2018)

    sum w (r - A d)^2 + mu_1 d^2 + mu_2 |laplacian d|_1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from ...geometry.arrays import Floats32
from ...geometry.vectors import dot
from ..lighting import sh_basis, sh_gradient
from .albedo import GREEN
from .picture import FacePicture

TYPICAL_CURVATURE = 500.0  # 1 / m, of skin relief: 0.1 mm over about a millimetre
_DARKEST = 0.25  # least shading, share of the face's mean
_ROUNDS, _STEPS = 3, 40  # of reweighting, and of conjugate gradients in each
_TOLERANCE = 1e-5  # of the right side's length, at which they end
_STEP = np.array([[-0.5, 0.0, 0.5]], np.float32)


@dataclass(frozen=True)
class Relief:
    """The linear map from heights to log shading, per pixel (H, W)."""

    across: Floats32  # log shading per metre of height per pixel to the right
    down: Floats32  # the same per pixel down
    gain: Floats32  # log shading per metre of height over the surroundings

    def apply(self, height: Floats32) -> Floats32:
        """Heights (H, W) -> change of log shading (H, W); central differences, zero beyond the border."""
        return self.across * _right(height) + self.down * _below(height) + self.gain * height

    def adjoint(self, residual: Floats32) -> Floats32:
        """The transpose of `apply`."""
        return self.gain * residual - _right(self.across * residual) - _below(self.down * residual)


def shading(picture: FacePicture, light: torch.Tensor) -> Floats32:
    """Linear RGB shading (H, W, 3) of the smooth surface, never darker than a share of its mean.

    Harmonics of hard light dip below zero where a real room still sends some light.
    """
    lit = (sh_basis(torch.from_numpy(picture.normals)) @ light).numpy()
    on_face = dot(picture.normals, picture.normals) > 0.5
    floor = _DARKEST * np.maximum(lit[on_face], 0.0).mean(axis=0)
    return np.maximum(lit, np.maximum(floor, 1e-4)).astype(np.float32)


def relief(picture: FacePicture, light: torch.Tensor, gain: Floats32) -> Relief:
    """The linear map under a light (9, 3), in the green channel; ``gain`` (H, W) per metre."""
    level = shading(picture, light)[..., GREEN, None]
    turning = torch.einsum("hwkd,k->hwd", sh_gradient(torch.from_numpy(picture.normals)), light[:, GREEN])
    right, below = _surface_gradient(picture)
    slope = turning.numpy() / level
    on_face = picture.depth > 0.0
    across = np.where(on_face, -dot(slope, right), 0.0)
    down = np.where(on_face, -dot(slope, below), 0.0)
    return Relief(across.astype(np.float32), down.astype(np.float32), gain)


def occlusion_gain(smooth: Floats32, light: torch.Tensor, strength: float) -> Floats32:
    """Log brightness per metre (H, W) by which heights stand out: ``strength`` times the diffuse share of the light.

    Only light from everywhere is shut out by pits; it is what the light's darkest side has. ``smooth`` is `shading`.
    """
    darkest = float((sh_basis(_directions(light)) @ light[:, GREEN]).min().clamp_min(0.0))
    return (strength * np.minimum(darkest / smooth[..., GREEN], 1.0)).astype(np.float32)


def _directions(like: torch.Tensor, count: int = 256) -> torch.Tensor:
    """Even unit vectors (N, 3) over the visible hemisphere (a Fibonacci spiral)."""
    z = (torch.arange(count, device=like.device, dtype=like.dtype) + 0.5) / count
    angle = torch.arange(count, device=like.device, dtype=like.dtype) * 2.399963
    radius = (1.0 - z * z).sqrt()
    return torch.stack([radius * angle.cos(), radius * angle.sin(), z], dim=-1)


def _surface_gradient(picture: FacePicture) -> tuple[Floats32, Floats32]:
    """Two tangent fields (H, W, 3), 1 / m: the surface gradient of d is ``right d_u + below d_v``, view frame.

    They are the dual basis of the surface's steps per pixel, by the tangent plane under each pixel.
    """
    height, width = picture.depth.shape
    k = picture.camera.intrinsics.numpy()
    x, y = np.meshgrid(np.arange(width) + 0.5 - k[0, 2], np.arange(height) + 0.5 - k[1, 2])
    ray = np.stack([x / k[0, 0], -y / k[1, 1], np.full_like(x, -1.0)], axis=-1).astype(np.float32)
    along = dot(picture.normals, ray)
    along = np.minimum(along, -0.15)[..., None]  # grazing pixels would stretch without bound
    steps = []
    for direction in np.array([[1.0 / k[0, 0], 0.0, 0.0], [0.0, -1.0 / k[1, 1], 0.0]], np.float32):
        tilt = (picture.normals @ direction)[..., None] / along
        steps.append(picture.depth[..., None] * (direction - tilt * ray))
    u, v = steps
    uu, uv, vv = (dot(a, b) for a, b in ((u, u), (u, v), (v, v)))
    area = np.maximum(uu * vv - uv * uv, 1e-16)
    right = (vv[..., None] * u - uv[..., None] * v) / area[..., None]
    below = (uu[..., None] * v - uv[..., None] * u) / area[..., None]
    return right, below


def solve(system: Relief, residual: Floats32, weight: Floats32, small: float, flat: float, pixel: float) -> Floats32:
    """Heights (H, W) in metres. ``small`` is mu_1 (1 / m^2), ``flat`` mu_2 for curvature in 1 / m."""
    height = np.zeros_like(residual)
    right_side = system.adjoint(weight * residual)
    curvature_weight = np.full_like(residual, flat / TYPICAL_CURVATURE)
    for _ in range(_ROUNDS):
        bending = curvature_weight / pixel**4

        def normal_matrix(x: Floats32, bending: Floats32 = bending) -> Floats32:
            return system.adjoint(weight * system.apply(x)) + small * x + _laplacian(bending * _laplacian(x))

        diagonal = small + 20.0 * bending + weight * (system.gain**2 + 0.5 * system.across**2 + 0.5 * system.down**2)
        height = _conjugate_gradient(normal_matrix, right_side, height, diagonal)
        curvature = np.abs(_laplacian(height)) / pixel**2
        curvature_weight = flat / np.maximum(curvature, 0.1 * TYPICAL_CURVATURE)
    return height


def _conjugate_gradient(
    matrix: Callable[[Floats32], Floats32], right_side: Floats32, start: Floats32, diagonal: Floats32
) -> Floats32:
    """A few steps from ``start`` (H, W), preconditioned by the diagonal (H, W)."""
    x, enough = start.copy(), _TOLERANCE**2 * _product(right_side, right_side)
    residual = right_side - matrix(x)
    direction, before = np.zeros_like(x), 1.0
    for _ in range(_STEPS):
        if _product(residual, residual) <= enough:
            break
        scaled = residual / diagonal
        now = _product(residual, scaled)
        direction *= np.float32(now / before)
        direction += scaled
        turned = matrix(direction)
        step = np.float32(now / _product(direction, turned))
        x += step * direction
        residual -= step * turned
        before = now
    return x


def _product(a: Floats32, b: Floats32) -> float:
    return float(np.vdot(a, b))


def _right(x: Floats32) -> Floats32:
    """Central differences, zero beyond the border."""
    return np.asarray(cv2.filter2D(x, -1, _STEP, borderType=cv2.BORDER_CONSTANT), x.dtype)


def _below(x: Floats32) -> Floats32:
    return np.asarray(cv2.filter2D(x, -1, _STEP.T, borderType=cv2.BORDER_CONSTANT), x.dtype)


def _laplacian(x: Floats32) -> Floats32:
    """Five-point Laplacian with mirrored borders; symmetric."""
    return np.asarray(cv2.Laplacian(x, -1, borderType=cv2.BORDER_REPLICATE), x.dtype)
