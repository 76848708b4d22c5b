"""Expressions of the jaw, which turns and slides as a bone does, and the lips' answer to it.

Displacements are in metres; the numbers come from ``expressions.toml``, which explains the keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import turn
from ...geometry.arrays import Floats, Ints
from .expression_table import both_sides, by_landmark, expression_table
from .lips import COLUMN, LOWER_LIP, UPPER_LIP, by_vertex


def jaw_weight(face: Anatomy, upper_lip: float = 0.0) -> Floats:
    """How much (V, 1) of the jaw's movement each vertex follows; ``upper_lip`` is the share of that lip's middle."""
    table = expression_table()["jaw"]
    corner, aside = table["corner"], np.abs(COLUMN)
    fall = upper_lip + (corner - upper_lip) * aside ** table["upper_lip_roundness"]
    rise = 1 - (1 - corner) * aside ** table["lower_lip_roundness"]
    follow: dict[int, Floats] = {
        **dict.fromkeys(table["still"], np.zeros(1)),
        **dict.fromkeys(table["chin"], np.ones(1)),
    }
    follow |= by_vertex(UPPER_LIP, fall[:, None])
    follow |= by_vertex(LOWER_LIP, rise[:, None])
    follow |= both_sides(face, by_landmark(table["follow"]))
    return face.spread(follow, reach=table["reach"])


def jaw_open(
    face: Anatomy, *, turn_by: float, glide: Sequence[float], landmarks: Mapping[str, Any], reach: float
) -> Floats:
    """Displacement (V, 3) of a jaw that turns about its joints while these glide; ``landmarks`` are pulled as well."""
    weight = jaw_weight(face)
    points = face.geometry.vertices
    turned = turn(points, face.geometry.jaw_hinge, 0, np.radians(turn_by) * weight[:, 0]) - points
    pulls = face.pull(both_sides(face, by_landmark(landmarks)), reach)
    return face.off_eyeballs(turned + weight * np.asarray(glide) * face.millimetre + pulls)


def jaw_left(face: Anatomy, *, turn_by: float, joint: float, upper_lip: float) -> Floats:
    """Displacement (V, 3) of a jaw that swings about an upright axis through its right joint."""
    points = face.geometry.vertices
    pivot = face.geometry.jaw_hinge - [joint * face.millimetre, 0, 0]
    weight = jaw_weight(face, upper_lip)
    return face.off_eyeballs(turn(points, pivot, 1, np.radians(turn_by) * weight[:, 0]) - points)


def jaw_forward(face: Anatomy, *, slide: Sequence[float]) -> Floats:
    """Displacement (V, 3) of a jaw that slides forwards."""
    return face.off_eyeballs(jaw_weight(face) * np.asarray(slide) * face.millimetre)


def mouth_close(
    face: Anatomy, *, seam: float, rings: Sequence[float], chin: Sequence[Mapping[str, Any]], reach: float
) -> Floats:
    """Displacement (V, 3) that closes the lips over an open jaw: it and `jaw_open` bring the lips' edges together."""
    points = face.geometry.vertices + jaw_open(face, **expression_table()["jawOpen"])
    upper, lower = face.lip_edges
    line = points[upper] * seam + points[lower] * (1 - seam)
    pulls: dict[int, Floats] = {}
    for row in chin:
        way = (line - points[lower])[len(line) // 2] / face.millimetre
        pulls |= dict.fromkeys(row["landmarks"], row["share"] * way)
    shares = np.asarray(rings)[:, None, None]
    for lip, edge in ((UPPER_LIP, upper), (LOWER_LIP, lower)):
        target = line[_places(edge, lip[4])]
        pulls |= by_vertex(lip[:4], shares * (target - points[lip[4]]) / face.millimetre)
    for edge in (upper, lower):
        pulls |= dict(zip(edge.tolist(), (line - points[edge]) / face.millimetre, strict=True))
    return face.pull(pulls, reach)


def _places(path: Ints, ids: Ints) -> Ints:
    """Where the ids stand in a path."""
    return np.array([int(np.flatnonzero(path == v)[0]) for v in ids])
