"""Eyeballs: spheres of 12 mm radius (Bekerman et al., J. Ophthalmol. 2014: 24 mm) with a slight cornea, looking to +Z.

Vertices lie on rings about the optical axis, so the borders of pupil and iris (11.8 mm across; Ruefer et al., Cornea
2005) follow edges of the mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...bfm.builtin.eyes import FRONT, RADIUS
from ...geometry.arrays import Floats, Ints
from ...geometry.faces import NO_CORNER

CORNEA_BULGE = 0.0005
SEGMENTS = 32
# Polar angles, degrees, of the rings behind those of `FRONT`.
BEHIND = (72.0, 86.0, 102.0, 122.0, 145.0, 165.0)
IRIS_RING = 7  # 0 is the pole, so ring 7 is FRONT[6], the edge of the iris


@dataclass(frozen=True)
class Eyeball:
    """One eyeball about the origin. Vertex 0 is the front pole, then rings of SEGMENTS, last the back pole."""

    vertices: Floats  # (V, 3) metres
    faces: Ints  # (F, 4)
    uv: Floats  # (U, 2) in the unit disc, front pole in the middle
    faces_uv: Ints  # (F, 4)
    mirror: Ints  # (V,) vertex of the other eyeball that is this one's mirror image

    @property
    def iris(self) -> Ints:
        """Vertices of the dense iris landmarks: centre, then the edge at the subject's left, top, right, bottom."""
        edge = 1 + (IRIS_RING - 1) * SEGMENTS
        return np.array([0, *(edge + SEGMENTS // 4 * k for k in range(4))])


def make_eyeball() -> Eyeball:
    """The eyeball of either side; the same points and faces serve both."""
    polar = np.concatenate([np.arcsin(np.array(FRONT) / RADIUS), np.radians(BEHIND)])
    rings = len(polar)
    around = 2 * np.pi * np.arange(SEGMENTS) / SEGMENTS
    direction = np.stack([np.cos(around), np.sin(around)], axis=1)
    off_axis = RADIUS * np.sin(polar)
    depth = RADIUS * np.cos(polar) + CORNEA_BULGE * np.maximum(1 - (off_axis / FRONT[7]) ** 2, 0) ** 2 * (polar < 1)
    ring_points = np.concatenate(
        [off_axis[:, None, None] * direction, np.broadcast_to(depth[:, None, None], (rings, SEGMENTS, 1))], axis=2
    )
    poles = np.array([[0, 0, RADIUS + CORNEA_BULGE], [0, 0, -RADIUS]])
    vertices = np.concatenate([poles[:1], ring_points.reshape(-1, 3), poles[1:]])
    faces, ids = _faces(rings)

    mirrored = ids[:, (SEGMENTS // 2 - np.arange(SEGMENTS)) % SEGMENTS]
    mirror = np.concatenate([[0], mirrored.ravel(), [len(vertices) - 1]])
    uv, faces_uv = _chart(polar, direction, around, faces)
    return Eyeball(vertices, faces, uv, faces_uv, mirror)


def _faces(rings: int) -> tuple[Ints, Ints]:
    """Faces, and the vertex ids of the rings (rings, SEGMENTS)."""
    ids = 1 + np.arange(rings * SEGMENTS).reshape(rings, SEGMENTS)
    after = np.roll(ids, -1, axis=1)
    none = np.full(SEGMENTS, NO_CORNER)
    front = np.stack([np.zeros(SEGMENTS, int), ids[0], after[0], none], axis=1)
    bands = np.stack([ids[:-1], ids[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)
    back = np.stack([np.full(SEGMENTS, ids[-1, -1] + 1), after[-1], ids[-1], none], axis=1)
    return np.concatenate([front, bands, back]).astype(np.int32), ids


def _chart(polar: Floats, direction: Floats, around: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """Azimuthal equidistant map into the unit disc; every triangle at the back pole has a pole of its own."""
    rings = (polar / np.pi)[:, None, None] * direction
    middle = around + np.pi / SEGMENTS
    back = np.stack([np.cos(middle), np.sin(middle)], axis=1)
    uv = np.concatenate([np.zeros((1, 2)), rings.reshape(-1, 2), back])
    faces_uv = faces.copy()
    faces_uv[-SEGMENTS:, 0] = len(uv) - SEGMENTS + np.arange(SEGMENTS)
    return uv, faces_uv
