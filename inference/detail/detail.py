"""`Detail`: relief finer than the mesh, in UV space."""

from __future__ import annotations

from dataclasses import dataclass

from ...geometry.arrays import Floats32, Pixels
from ..wrinkles.storing import GroupFolds


@dataclass(frozen=True)
class Detail:
    """Maps of T x T texels; row 0 is v = 1."""

    displacement: Floats32  # (T, T) metres along the smooth surface's normal
    normal_map: Pixels  # (T, T, 3) tangent space, OpenGL (Y up): n * 0.5 + 0.5
    folds: tuple[GroupFolds, ...] = ()  # of expressions, where what made the relief tells them too
