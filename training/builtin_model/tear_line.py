"""The cage of the tear lines: the wet menisci between the lower lids and the eyeballs."""

from __future__ import annotations

import numpy as np

from ...anatomy.parts import PartName
from ...bfm.builtin.eyes import on_eyeball
from ...geometry.arrays import Floats
from ...geometry.normals import unit
from .lids import Lids, RimCage, chosen
from .part_cage import grid_faces, interpolating, with_twin

COLUMNS = 11
START, END = 0.04, 0.97  # of the lower rim
HEIGHT = 0.0005  # above the lid: the meniscus is 0.2 to 0.5 mm high (Mainstone et al. 1996)
LIFT = 0.00014  # off lid and eyeball, so that it lies on them
HOLLOW = 0.6  # 0 a straight meniscus, 1 one that follows lid and eyeball into the corner


def tear_cage(lids: Lids) -> RimCage:
    """A strip along each lower lid: on the rim, in the hollow of the meniscus, on the eyeball above.

    ``rim`` counts behind the points of the upper rim, as for the lashes.
    """
    ids, share = chosen(lids.lower, COLUMNS, START, END)
    points = _meniscus(lids.lower[ids] - lids.centre, lids.radius) + lids.centre
    faces = grid_faces(np.arange(points[..., 0].size).reshape(points.shape[:2]))
    u, v = np.meshgrid(share, np.linspace(0, 0.48, len(points)))
    left, right = (np.stack([u, v + low], axis=-1).reshape(-1, 2) for low in (0.0, 0.52))
    cage = with_twin(interpolating(faces, points.reshape(-1, 3)), faces, (left, right), faces, PartName.TEAR_LINE)
    return RimCage(cage, np.tile(ids, 2 * len(points)) + len(lids.upper))


def _meniscus(rim: Floats, radius: float) -> Floats:
    """Points (3, K, 3): on the rim, between, on the eyeball, about its centre; none of them inside it."""
    outward = unit(rim)
    up = unit(np.cross(outward, np.gradient(rim, axis=0)))  # across the rim, along the eyeball
    lid = _outside(rim + LIFT * outward, radius)
    ball = on_eyeball(outward * np.linalg.norm(lid, axis=1, keepdims=True) + HEIGHT * up, radius)
    hollow = (1 - HOLLOW) * (lid + ball) / 2 + HOLLOW * on_eyeball(lid + ball, radius)
    return np.stack([lid, _outside(hollow, radius), _outside(ball, radius)])


def _outside(points: Floats, radius: float) -> Floats:
    """Points (N, 3), those too near the eyeball's surface lifted off it."""
    surface = np.linalg.norm(on_eyeball(points, radius), axis=1, keepdims=True)
    return unit(points) * np.maximum(np.linalg.norm(points, axis=1, keepdims=True), surface + LIFT)
