"""Cages of the parts that are no skin: quads that are subdivided once (Catmull-Clark) with the skin's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...bfm.builtin.blink import FLIP
from ...geometry.arrays import Floats, Ints
from ...geometry.subdivision import subdivide


@dataclass(frozen=True, eq=False)
class PartCage:
    """Quads of one part or several, exactly mirror symmetric."""

    vertices: Floats  # (C, 3) metres, model axes
    faces: Ints  # (G, 4) counter-clockwise from outside
    uv: Floats  # (U, 2) in [0, 1], the part's own square
    faces_uv: Ints  # (G, 4)
    face_parts: tuple[str, ...]  # (G,) `PartName` of each face
    mirror: Ints  # (C,) vertex that is the mirror image


def joined(cages: Sequence[PartCage]) -> PartCage:
    """One cage of several, in their order; each keeps its texture points where they are."""
    first = np.cumsum([0, *(len(c.vertices) for c in cages)])
    first_uv = np.cumsum([0, *(len(c.uv) for c in cages)])
    return PartCage(
        np.concatenate([c.vertices for c in cages]),
        np.concatenate([c.faces + n for c, n in zip(cages, first, strict=False)]),
        np.concatenate([c.uv for c in cages]),
        np.concatenate([c.faces_uv + n for c, n in zip(cages, first_uv, strict=False)]),
        tuple(part for c in cages for part in c.face_parts),
        np.concatenate([c.mirror + n for c, n in zip(cages, first, strict=False)]),
    )


def with_twin(vertices: Floats, faces: Ints, charts: tuple[Floats, Floats], faces_uv: Ints, part: str) -> PartCage:
    """The cage of a left piece, vertices (C, 3), and behind it its mirror image; ``charts`` are both sides' (U, 2)."""
    count = len(vertices)
    return PartCage(
        np.concatenate([vertices, vertices * FLIP]),
        np.concatenate([faces, faces[:, ::-1] + count]),
        np.concatenate(charts),
        np.concatenate([faces_uv, faces_uv[:, ::-1] + len(charts[0])]),
        (part,) * (2 * len(faces)),
        np.concatenate([np.arange(count) + count, np.arange(count)]),
    )


def symmetric_cage(vertices: Floats, faces: Ints, chart: tuple[Floats, Ints], part: str, mirror: Ints) -> PartCage:
    """A cage across the middle; vertices (C, 3) that are symmetric but for rounding are made exactly so."""
    exact = (vertices + vertices[mirror] * FLIP) / 2
    return PartCage(exact, faces, *chart, (part,) * len(faces), mirror)


def fitted(faces: Ints, parameters: Floats, surface: Callable[[Floats], Floats]) -> Floats:
    """Control points (C, 3) whose mesh, subdivided once, lies on a surface best, by least squares.

    ``parameters`` (C, P) tell where on the surface each control point's vertex should lie; those of the new vertices
    are the means of what they lie between. ``surface`` maps parameters (N, P) to points (N, 3).
    """
    fine = subdivide(faces, len(parameters), 1)
    between = [parameters, parameters[fine.edges].mean(axis=1), parameters[faces].mean(axis=1)]
    wanted = surface(np.concatenate(between))
    return np.linalg.lstsq(fine.matrix.toarray(), wanted, rcond=None)[0]


def interpolating(faces: Ints, wanted: Floats) -> Floats:
    """Control points (C, 3) whose mesh, subdivided once, has its own vertices at ``wanted`` (C, 3) exactly."""
    return np.linalg.solve(subdivide(faces, len(wanted), 1).matrix[: len(wanted)].toarray(), wanted)


def grid_faces(ids: Ints) -> Ints:
    """Quads (F, 4) of a grid of ids (R, C), counter-clockwise where columns run to the right and rows up."""
    return np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 4)
