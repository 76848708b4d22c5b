"""The mean face of the built-in model: subdivided skin, mouth bag and the two eyeballs, exactly symmetric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...anatomy.landmarks import DENSE_FACE_COUNT
from ...geometry.arrays import Floats, Ints
from ...geometry.faces import NO_CORNER
from ...geometry.subdivision import mirror_subdivided
from .eyeball import Eyeball, make_eyeball
from .surface import LEVELS, ControlPoints, SkinSurface, build_surface, place_base, place_control, symmetric
from .topology import ControlMesh, build_control_mesh


@dataclass(frozen=True)
class MeanFace:
    """The mean face in pieces and joined. V vertices: skin and mouth bag (S), left eyeball, right eyeball."""

    mesh: ControlMesh
    layout: ControlPoints
    surface: SkinSurface
    eyeball: Eyeball
    vertices: Floats  # (V, 3)
    faces: Ints  # (F, 4)
    mirror: Ints  # (V,)
    eyes: tuple[Ints, Ints]  # vertex ids, left, right

    @property
    def eye_centres(self) -> Floats:
        """(2, 3) left, right."""
        return self.layout.eye_centres[::-1]


def build_mean(measured: Mapping[str, Floats]) -> MeanFace:
    """The mean face from measured landmarks (``mean``, ``skirt_mean``)."""
    base, iris = place_base(measured["mean"], measured["skirt_mean"])
    mesh = build_control_mesh(base[:DENSE_FACE_COUNT])
    layout = place_control(mesh, base, iris)
    surface, ball = build_surface(mesh, layout), make_eyeball()
    skin, size = len(surface.vertices), len(ball.vertices)
    eyes = (skin + np.arange(size), skin + size + np.arange(size))
    skin_mirror = mirror_subdivided(mesh.faces, mesh.mirror, LEVELS)
    mirror = np.concatenate([skin_mirror, eyes[1][ball.mirror], eyes[0][ball.mirror]])
    right, left = layout.eye_centres
    vertices = np.concatenate([surface.vertices, ball.vertices + left, ball.vertices + right])
    faces = np.concatenate([surface.faces, *(shifted(ball.faces, ids[0]) for ids in eyes)])
    return MeanFace(mesh, layout, surface, ball, symmetric(vertices, mirror), faces, mirror, eyes)


def shifted(faces: Ints, offset: int) -> Ints:
    """Faces (F, 4) with every corner but the missing ones moved on by ``offset``."""
    return np.where(faces == NO_CORNER, NO_CORNER, faces + offset).astype(np.int32)
