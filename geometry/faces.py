"""Faces of quads and triangles as rows of four corners, and the triangles they are made of."""

from __future__ import annotations

import numpy as np

from .arrays import Ints

NO_CORNER = -1  # in the last column of a triangle


def triangulate(faces: Ints) -> Ints:
    """Faces (F, 4) with -1 for a missing corner -> triangles (T, 3), first halves first then second halves."""
    quads = faces[faces[:, 3] != NO_CORNER]
    return np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])


def triangle_owner(faces: Ints) -> Ints:
    """For each triangle of ``triangulate`` the face (T,) it came from."""
    return np.concatenate([np.arange(len(faces)), np.flatnonzero(faces[:, 3] != NO_CORNER)])


def both_triangulations(faces: Ints) -> Ints:
    """Triangles (T, 3) of both ways to cut every quad of faces (F, 4), and those that are triangles twice.

    What is summed over them, at half the weight, is as symmetric as the faces.
    """
    quads, triangles = faces[faces[:, 3] != NO_CORNER], faces[faces[:, 3] == NO_CORNER, :3]
    halves = [quads[:, list(corners)] for corners in ((0, 1, 2), (0, 2, 3), (0, 1, 3), (1, 2, 3))]
    return np.concatenate([*halves, triangles, triangles])
