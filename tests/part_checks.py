"""What every cage of a part must be."""

from __future__ import annotations

import numpy as np
from likeness.geometry.edges import edges_of, half_edges
from likeness.geometry.faces import both_triangulations, triangulate
from likeness.geometry.normals import area_normals
from likeness.geometry.subdivision import Subdivided, subdivide
from likeness.training.builtin_model.part_cage import FLIP, PartCage

TEETH = 14  # of a row


def fine(cage: PartCage) -> tuple[np.ndarray, Subdivided]:
    """The vertices of the cage subdivided once, and how it was done."""
    found = subdivide(cage.faces, len(cage.vertices), 1)
    return found.matrix @ cage.vertices, found


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """The normals of the four triangles of every quad, (4, F, 3), each as long as twice its area."""
    return area_normals(vertices[both_triangulations(faces)]).reshape(4, -1, 3)


def assert_sound(cage: PartCage, borders: int) -> None:
    """Quads, each side used by two faces but for so many border sides, none folded, exactly mirror symmetric."""
    count = len(cage.vertices)
    assert cage.faces.shape[1] == 4
    assert len(cage.face_parts) == len(cage.faces) == len(cage.faces_uv)
    assert np.array_equal(np.unique(cage.faces), np.arange(count))
    assert np.array_equal(np.unique(cage.faces_uv), np.arange(len(cage.uv)))
    assert cage.uv.min() >= 0
    assert cage.uv.max() <= 1
    edges = edges_of(cage.faces)
    assert edges.users.max() == 2
    assert edges.border.sum() == borders
    _, start, end, _ = half_edges(cage.faces)
    assert len(set(zip(start.tolist(), end.tolist(), strict=True))) == len(start)  # neighbours face the same way

    assert np.array_equal(cage.mirror[cage.mirror], np.arange(count))
    assert np.array_equal(cage.vertices[cage.mirror], cage.vertices * FLIP)
    turned = {_from_least(cage.mirror[face][::-1].tolist()) for face in cage.faces}
    assert turned == {_from_least(face.tolist()) for face in cage.faces}

    vertices, found = fine(cage)
    normals = face_normals(vertices, found.faces)
    assert np.linalg.norm(normals, axis=2).min() > 2e-9  # square metres
    assert min((a * b).sum(axis=1).min() for a in normals for b in normals) > 0


def _from_least(face: list[int]) -> tuple[int, ...]:
    first = face.index(min(face))
    return tuple(face[first:] + face[:first])


def uv_areas(cage: PartCage) -> np.ndarray:
    """Signed areas (G,) of the faces in the chart."""
    x, y = np.moveaxis(cage.uv[cage.faces_uv], 2, 0)
    return ((x * np.roll(y, -1, axis=1)).sum(axis=1) - (y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2


def inside_a_tooth(points: np.ndarray, cage: PartCage) -> np.ndarray:
    """(N,) whether points (N, 3) lie in any one tooth: whether its surface goes round them more than half.

    The solid angles of triangles: van Oosterom and Strackee 1983.
    """
    vertices, found = fine(cage)
    inside = np.zeros(len(points), bool)
    for number in range(TEETH):
        faces = found.faces[found.parents // (len(cage.faces) // TEETH) == number]
        a, b, c = np.moveaxis(vertices[triangulate(faces)] - points[:, None, None], 2, 0)
        la, lb, lc = (np.linalg.norm(side, axis=2) for side in (a, b, c))
        volume = (a * np.cross(b, c)).sum(axis=2)
        beside = la * lb * lc + (a * b).sum(axis=2) * lc + (b * c).sum(axis=2) * la + (c * a).sum(axis=2) * lb
        inside |= np.arctan2(volume, beside).sum(axis=1) > np.pi
    return inside
