"""The 257 numbers of Deep3D and what each means (Deng et al. 2019, section 3; order of the released code)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..networks.r_net import COEFFICIENTS, HEAD_SIZES

IDENTITY, EXPRESSION, TEXTURE = HEAD_SIZES[:3]
SH_TERMS = 9


@dataclass(frozen=True)
class Deep3DCoefficients:
    """B faces. The fields have the names of the official code."""

    id: Tensor  # (B, 80) sigma
    exp: Tensor  # (B, 64) sigma
    tex: Tensor  # (B, 80) sigma
    angle: Tensor  # (B, 3) radians about x, y and z: pitch bows, yaw turns to the picture's right, roll anticlockwise
    gamma: Tensor  # (B, 27) light: nine terms for red, then green, then blue, without the ambient 0.8
    trans: Tensor  # (B, 3) decimetres, added after the rotation

    @classmethod
    def of(cls, vector: Tensor) -> Deep3DCoefficients:
        """From (B, 257) numbers as the network gives them. Raises ValueError for another count."""
        if vector.ndim != 2 or vector.shape[1] != COEFFICIENTS:
            raise ValueError(f"coefficients have shape {tuple(vector.shape)}, expected (B, {COEFFICIENTS})")
        identity, expression, texture, angle, gamma, xy, z = vector.split(HEAD_SIZES, dim=1)
        return cls(identity, expression, texture, angle, gamma, torch.cat([xy, z], dim=1))

    def vector(self) -> Tensor:
        """(B, 257), the inverse of `of`."""
        return torch.cat([self.id, self.exp, self.tex, self.angle, self.gamma, self.trans], dim=1)
