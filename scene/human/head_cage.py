"""The part of a face's mesh that a human has as well, and where the human has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.cage import CHILDREN
from ..mesh import BASE_VERTEX, UV_LAYER
from ..read_mesh import corner_starts, corner_vertices, face_materials


@dataclass(frozen=True, eq=False)
class HeadCage:
    """B vertices and H quads that face and human share."""

    base: Ints  # (B,) the vertices' ids in the human's mesh
    vertices: Ints  # (B,) their ids in the face's mesh
    faces: Ints  # (H, 4) into the B
    uv: Floats  # (H, 4, 2) of the face's own texture
    parts: Ints  # (H,) the face's material slots
    children: Ints  # (4 H,) the face's own faces in them


@dataclass(frozen=True, eq=False)
class HeadPlace:
    """Where a human has the faces of a `HeadCage`."""

    polygons: Ints  # (H,) the human's faces
    corners: Ints  # (H, 4) its loops
    order: Ints  # (H, 4) which corner of the cage's face each of them is
    collar: Bools  # (B,) the vertices where the rest of the body begins
    neighbours: Ints  # the human's faces just below the collar


def head_cage(face: bpy.types.Object) -> HeadCage:
    """The shared part of a face. Raises `LikenessError` if its model shares nothing with MPFB2's human."""
    mesh: Any = face.data
    if BASE_VERTEX not in mesh.attributes or UV_LAYER not in mesh.uv_layers:
        raise LikenessError(
            f"{face.name} is of a model that does not fit MPFB's human: create the face again with the built-in model."
        )
    base = np.empty(len(mesh.vertices), np.int32)
    mesh.attributes[BASE_VERTEX].data.foreach_get("value", base)
    corners, starts = corner_vertices(mesh), corner_starts(mesh)
    # Each face of the mesh that lies in one of the cage has one of that face's corners.
    shared = np.flatnonzero(base[corners] >= 0)
    cage_face = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[shared] // CHILDREN
    whole = np.bincount(cage_face, minlength=1) == CHILDREN
    shared = shared[whole[cage_face]].reshape(-1, CHILDREN)
    vertices = np.unique(corners[shared])
    if not len(shared) or (np.diff(np.sort(base[vertices])) == 0).any():
        raise LikenessError(f"The mesh of {face.name} was changed: only a face as it was created fits a human.")
    uv = np.empty(2 * len(mesh.loops), np.float32)
    mesh.uv_layers[UV_LAYER].data.foreach_get("uv", uv)
    children = CHILDREN * np.flatnonzero(whole)[:, None] + np.arange(CHILDREN)
    return HeadCage(
        base=base[vertices],
        vertices=vertices,
        faces=np.searchsorted(vertices, corners[shared]),
        uv=uv.reshape(-1, 2)[shared],
        parts=face_materials(mesh)[children[:, 0]],
        children=children.ravel(),
    )


def place_on(human: bpy.types.Object, cage: HeadCage) -> HeadPlace:
    """Where a human has the cage's faces. Raises `LikenessError` if its head is no longer MPFB2's."""
    corners, starts = corner_vertices(human.data), corner_starts(human.data)
    quads = np.flatnonzero(np.diff(starts) == CHILDREN)
    loops = starts[quads, None] + np.arange(CHILDREN)
    count = max(len(human.data.vertices), int(cage.base.max()) + 1)
    codes = _codes(corners[loops], count)
    sought = _codes(cage.base[cage.faces], count)
    order = np.argsort(codes)
    found = order[np.searchsorted(codes, sought, sorter=order).clip(max=len(codes) - 1)] if len(codes) else quads
    if not len(codes) or (codes[found] != sought).any():
        raise LikenessError(f"The head of {human.name} is no longer that of MPFB: its mesh was changed.")
    polygons, loops = quads[found], loops[found]
    same = corners[loops][:, :, None] == cage.base[cage.faces][:, None, :]
    below = np.ones(len(starts) - 1, bool)
    below[polygons] = False
    of_corner = np.repeat(below, np.diff(starts))
    collar = np.isin(cage.base, corners[of_corner])
    if not collar.any():
        raise LikenessError(f"{human.name} has no body below its head.")
    beside = np.isin(corners, cage.base[collar]) & of_corner
    neighbours = np.unique(np.repeat(np.arange(len(below)), np.diff(starts))[beside])
    return HeadPlace(polygons, loops, same.argmax(axis=2), collar, neighbours)


def _codes(quads: Ints, count: int) -> Ints:
    """One number (Q,) for the four vertices of each quad (Q, 4), whichever comes first."""
    weights = np.int64(count) ** np.arange(CHILDREN, dtype=np.int64)
    return (np.sort(quads, axis=1) * weights).sum(axis=1)
