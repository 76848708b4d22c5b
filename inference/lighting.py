"""Spherical-harmonic light of order 2 (nine terms a colour channel).

A light is (9, 3) linear RGB *shading* coefficients: ``shade(n) = sum_k light[k] * Y_k(n)`` is what the albedo is
multiplied with, i.e. irradiance / pi of Ramamoorthi and Hanrahan 2001. Normals are in the **view frame**: camera
aligned, X right, Y up, Z towards the viewer (`to_view_frame`). Order: 1; y, z, x; xy, yz, 3z2-1, xz, x2-y2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

SH_TERMS = 9
# Y_k normalisation constants, in the order of the module docstring.
_C0 = 0.5 / math.sqrt(math.pi)
_C1 = math.sqrt(3.0 / (4.0 * math.pi))
_C2 = math.sqrt(15.0 / (4.0 * math.pi))
_C20 = math.sqrt(5.0 / (16.0 * math.pi))
_C22 = math.sqrt(15.0 / (16.0 * math.pi))
# Lambertian transfer A_l / pi per term: radiance coefficients times these are shading coefficients.
LAMBERT_TRANSFER = (1.0, *(2.0 / 3.0,) * 3, *(0.25,) * 5)


def sh_basis(normals: Tensor) -> Tensor:
    """Unit normals (..., 3) -> the nine real spherical harmonics (..., 9)."""
    x, y, z = normals.unbind(-1)
    one = torch.ones_like(x)
    terms = [
        _C0 * one,
        _C1 * y,
        _C1 * z,
        _C1 * x,
        _C2 * x * y,
        _C2 * y * z,
        _C20 * (3.0 * z * z - 1.0),
        _C2 * x * z,
        _C22 * (x * x - y * y),
    ]
    return torch.stack(terms, dim=-1)


def shade(normals: Tensor, light: Tensor) -> Tensor:
    """Normals (..., 3) in the view frame and a light (9, 3) or (B, 9, 3) -> linear RGB shading (..., 3)."""
    return sh_basis(normals) @ light


def sh_gradient(normals: Tensor) -> Tensor:
    """Unit normals (..., 3) -> derivatives (..., 9, 3) of `sh_basis` in x, y, z (as polynomials, not on the sphere)."""
    x, y, z = normals.unbind(-1)
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    rows = [
        [zero, zero, zero],
        [zero, _C1 * one, zero],
        [zero, zero, _C1 * one],
        [_C1 * one, zero, zero],
        [_C2 * y, _C2 * x, zero],
        [zero, _C2 * z, _C2 * y],
        [zero, zero, 6.0 * _C20 * z],
        [_C2 * z, zero, _C2 * x],
        [2.0 * _C22 * x, -2.0 * _C22 * y, zero],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def to_view_frame(camera_normals: Tensor) -> Tensor:
    """Camera-space (OpenCV) vectors (..., 3) -> view frame: flips Y and Z."""
    return camera_normals * camera_normals.new_tensor([1.0, -1.0, -1.0])


def uniform_light(level: float, like: Tensor) -> Tensor:
    """A white light (9, 3) whose shading is ``level`` for every normal; device and dtype of ``like``."""
    light = like.new_zeros(SH_TERMS, 3)
    light[0] = level / _C0
    return light
