"""`Detail`: relief finer than the mesh, in UV space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...geometry.arrays import Floats32, Pixels
from ...result.wrinkles import WrinkleGroup


@dataclass(frozen=True)
class Detail:
    """Maps of T x T texels; row 0 is v = 1."""

    displacement: Floats32  # (T, T) metres along the smooth surface's normal
    normal_map: Pixels  # (T, T, 3) tangent space, OpenGL (Y up): n * 0.5 + 0.5
    wrinkles: tuple[WrinkleGroup, ...] = ()  # that a network has seen of other expressions
    wrinkle_images: Mapping[str, Floats32] = field(default_factory=dict)  # theirs, by file name
