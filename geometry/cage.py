"""The coarse mesh that a subdivided one was made of. NumPy alone: Blender's own Python uses this module.

A mesh with a cage is its Catmull-Clark subdivision, once: the first C vertices are the cage's own, at their places on
the finer surface, and the four children of cage face g are faces 4g to 4g + 3. The cage is therefore a level of detail
that shares vertices, shape keys and weights with the mesh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from .arrays import Floats, Ints

CHILDREN = 4  # faces of the mesh in one of the cage; of each the first corner is the cage face's own
PREFIX = "cage_"  # of the arrays' names in a file


@dataclass(frozen=True, eq=False)
class Cage:
    """G faces over the first C vertices of a mesh of F = 4 G faces and U texture points, the cage's own first.

    The first B vertices are those of a part of MPFB2's base mesh, whose texture layout is kept as well.

    Raises:
        ValueError: the arrays do not fit each other.
    """

    faces: Ints  # (G, 4)
    faces_uv: Ints  # (G, 4) into the mesh's own texture points
    base_vertices: Ints  # (B,) ids in MPFB2's base mesh of the first B vertices
    base_uv: Floats  # (M, 2) texture points of MPFB2's layout, the cage's own first
    base_faces_uv: Ints  # (F, 4) of the whole mesh; faces that MPFB2 does not have lie in one point
    base_cage_faces_uv: Ints  # (G, 4)

    def __post_init__(self) -> None:
        count = len(self.faces)
        expected = {
            "faces": (count, 4),
            "faces_uv": (count, 4),
            "base_vertices": (len(self.base_vertices),),
            "base_uv": (len(self.base_uv), 2),
            "base_faces_uv": (CHILDREN * count, 4),
            "base_cage_faces_uv": (count, 4),
        }
        for name, shape in expected.items():
            found = np.shape(getattr(self, name))
            if found != shape:
                raise ValueError(f"{PREFIX}{name} has shape {found}, expected {shape}")
        for name in ("base_faces_uv", "base_cage_faces_uv"):
            _check_ids(name, getattr(self, name), len(self.base_uv))
        if len(self.base_vertices) > self.count or (np.asarray(self.base_vertices) < 0).any():
            raise ValueError(f"{PREFIX}base_vertices names no vertices of the cage")
        if not np.isfinite(self.base_uv).all():
            raise ValueError(f"{PREFIX}base_uv holds numbers that are not finite")

    def check_mesh(self, vertices: int, faces: int, texture_points: int) -> None:
        """Raise ValueError where this is not the cage of a mesh of so many vertices, faces and texture points."""
        if CHILDREN * len(self.faces) != faces or self.count > vertices:
            raise ValueError("the cage is not that of the faces")
        _check_ids("faces", self.faces, vertices)
        _check_ids("faces_uv", self.faces_uv, texture_points)

    @property
    def count(self) -> int:
        """The number C of its vertices."""
        return int(self.faces.max(initial=-1)) + 1

    def arrays(self) -> dict[str, np.ndarray]:
        """Its arrays by the names that they have in a file."""
        return {PREFIX + f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}


def _check_ids(name: str, ids: Ints, count: int) -> None:
    if np.size(ids) and (np.max(ids) >= count or np.min(ids) < 0):
        raise ValueError(f"{PREFIX}{name} points outside its table")


def cage_of(archive: Mapping[str, np.ndarray]) -> Cage | None:
    """The cage in a file's arrays; None where there is none, as in all that older versions wrote.

    Raises:
        KeyError: some of its arrays are missing.
        ValueError: they do not fit each other.
    """
    names = [f.name for f in fields(Cage)]
    if not any(PREFIX + name in archive for name in names):
        return None
    return Cage(**{name: archive[PREFIX + name] for name in names})
