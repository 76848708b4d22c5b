"""The control mesh of the built-in face: 468 dense landmarks, and what continues them.

Point order: landmarks 0..467; three skirt rings of 36 outside the face oval; per eye two rings of 16 that carry the
lid's margin to the eyeball; four rings of 20 from the inner lips into a closed mouth bag; a ring of 8 inside each
nostril. Everything is exactly mirror
symmetric in its combinatorics. A complete head would add rings to the skirt's outer border.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...anatomy.landmarks import DENSE_FACE_COUNT, FACE_OVAL_LOOP, INNER_LIP_LOOP, RIGHT_EYE_LOOP, dense_mirror
from ...geometry.arrays import Floats, Ints
from ...geometry.edges import half_edges
from ...geometry.faces import NO_CORNER
from ...geometry.quads import merge_to_quads, orient, triangles_of_edges
from ...inference.detectors import mediapipe_models

SKIRT_RINGS = 3
LID_RINGS = 2
MOUTH_RINGS = 4
RIGHT_NOSTRIL_LOOP = (79, 239, 238, 20, 60, 75, 59, 166)
SKIN, MOUTH = 0, 1  # charts: the mouth bag is cut from the skin behind its first ring


@dataclass(frozen=True)
class ControlMesh:
    """Control faces over C points. Rings are (rings, points), ring 0 next to the landmarks."""

    faces: Ints  # (F, 4), -1 last for a triangle, counter-clockwise from outside
    charts: Ints  # (F,) SKIN or MOUTH
    mirror: Ints  # (C,) permutation
    skirt: Ints  # (3, 36), in the order of FACE_OVAL_LOOP
    lid_right: Ints  # (2, 16), in the order of RIGHT_EYE_LOOP
    lid_left: Ints  # (2, 16), mirror twins of lid_right
    mouth: Ints  # (4, 20), in the order of INNER_LIP_LOOP
    nostril_right: Ints  # (8,), in the order of RIGHT_NOSTRIL_LOOP
    nostril_left: Ints  # (8,), mirror twins of nostril_right

    @property
    def count(self) -> int:
        """Number of control points C."""
        return len(self.mirror)

    @property
    def base_count(self) -> int:
        """Number of base points: landmarks and skirt, the points a measured identity moves."""
        return DENSE_FACE_COUNT + self.skirt.size


def base_mirror() -> Ints:
    """Mirror permutation (576,) of the base points: landmarks, then skirt rings."""
    mirror = dense_mirror()[:DENSE_FACE_COUNT]
    ring = loop_mirror(FACE_OVAL_LOOP)
    return np.concatenate([mirror, *(DENSE_FACE_COUNT + 36 * i + ring for i in range(SKIRT_RINGS))])


def loop_mirror(loop: tuple[int, ...]) -> Ints:
    """Permutation (n,) of the places of a mirror-symmetric landmark loop."""
    mirror = dense_mirror()
    place = {point: i for i, point in enumerate(loop)}
    return np.array([place[int(mirror[point])] for point in loop])


def build_control_mesh(points: Floats) -> ControlMesh:
    """The control mesh for symmetric landmark positions (468, 3), which decide how triangles pair into quads."""
    mirror = dense_mirror()[:DENSE_FACE_COUNT]
    triangles = orient(triangles_of_edges(mediapipe_models.mesh_edges()), points)
    face = merge_to_quads(triangles, points, mirror)

    skirt, lid_right, lid_left, mouth, (nostril_right, nostril_left) = _ring_ids()
    left_eye, left_nostril = (tuple(int(mirror[p]) for p in loop) for loop in (RIGHT_EYE_LOOP, RIGHT_NOSTRIL_LOOP))
    face, right_cap = _cut(face, RIGHT_NOSTRIL_LOOP, nostril_right)
    face, left_cap = _cut(face, left_nostril, nostril_left)
    skin = [
        face,
        *_bands(face, (RIGHT_NOSTRIL_LOOP, nostril_right)),
        *_bands(face, (left_nostril, nostril_left)),
        right_cap,
        left_cap,
        *_bands(face, (FACE_OVAL_LOOP, *skirt)),
        *_bands(face, (RIGHT_EYE_LOOP, *lid_right)),
        *_bands(face, (left_eye, *lid_left)),
        *_bands(face, (INNER_LIP_LOOP, mouth[0])),
    ]
    bag = [*_bands(skin[-1], tuple(mouth)), _cap(mouth[-1])]
    faces = np.concatenate(skin + bag).astype(np.int32)
    charts = np.repeat([SKIN, MOUTH], [sum(map(len, skin)), sum(map(len, bag))])
    ring = loop_mirror(INNER_LIP_LOOP)
    twins = [lid_left.ravel(), lid_right.ravel(), *(row[ring] for row in mouth), nostril_left, nostril_right]
    whole = np.concatenate([base_mirror(), *twins])
    return ControlMesh(faces, charts, whole, skirt, lid_right, lid_left, mouth, nostril_right, nostril_left)


def _ring_ids() -> tuple[Ints, ...]:
    """Ids of skirt, right lid, left lid, mouth and nostril rings, numbered in this order after the landmarks."""
    rings, start = [], DENSE_FACE_COUNT
    for count, size in ((SKIRT_RINGS, 36), (LID_RINGS, 16), (LID_RINGS, 16), (MOUTH_RINGS, 20), (2, 8)):
        rings.append(start + np.arange(count * size).reshape(count, size))
        start += count * size
    return tuple(rings)


def _cut(faces: Ints, loop: tuple[int, ...], ring: Ints) -> tuple[Ints, Ints]:
    """Take the faces inside a loop out; returns the others, and the ones taken out with their corners on the ring."""
    inside = np.isin(faces, [*loop, NO_CORNER]).all(axis=1)
    moved = dict(zip(loop, ring.tolist(), strict=True)) | {NO_CORNER: NO_CORNER}
    cap = np.array([[moved[int(corner)] for corner in face] for face in faces[inside]], dtype=np.int32)
    return faces[~inside], cap


def _bands(faces: Ints, loops: tuple) -> list[Ints]:
    """Quads between consecutive closed loops, wound like the faces that the first loop borders."""
    _, start, end, _ = half_edges(faces)
    forward = bool(np.any((start == loops[0][0]) & (end == loops[0][1])))
    bands = []
    for outer, inner in pairwise(loops):
        a, d = np.asarray(outer), np.asarray(inner)
        b, c = np.roll(a, -1), np.roll(d, -1)
        bands.append(np.stack([b, a, d, c] if forward else [a, b, c, d], axis=1))
    return bands


def _cap(ring: Ints) -> Ints:
    """Close the bag: quads between the upper and the lower half of the last mouth ring, triangles at its corners."""
    upper, lower = ring[1:10], ring[:10:-1]  # both from the subject's right to the left
    quads = np.stack([upper[:-1], lower[:-1], lower[1:], upper[1:]], axis=1)
    corners = [[ring[0], lower[0], upper[0], NO_CORNER], [ring[10], upper[-1], lower[-1], NO_CORNER]]
    return np.concatenate([quads, corners])
