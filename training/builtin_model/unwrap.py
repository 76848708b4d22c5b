"""The UV layout: the face flattened as one chart in the middle, eyeballs and mouth bag as discs in the corners.

The face starts as a Tutte embedding (no triangle folds over) and relaxes. Holes are closed by weak fans meanwhile, so
their borders cannot cross. Mirror symmetric about u = 1/2; v up.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.landmarks import INNER_LIP_LOOP, RIGHT_EYE_LOOP
from ...geometry.arrays import Floats, Ints
from ...geometry.edges import half_edges
from ...geometry.faces import NO_CORNER, both_triangulations
from ...geometry.flattening import RestTriangles, relax, rest_triangles
from ...geometry.laplacians import harmonic, umbrella
from .topology import SKIN, ControlMesh

FACE_CENTRE, FACE_REACH = (0.5, 0.5), 0.485
CORNER_RADIUS = 0.066
RIGHT_EYE_CHART, LEFT_EYE_CHART, MOUTH_CHART = (0.074, 0.074), (0.926, 0.074), (0.074, 0.926)
SKIRT_SCALE, FEATURE_SCALE = 0.62, 1.25  # how large the skirt, and eyes and mouth, shall be against the rest
LID_STRIP = 0.45  # how far the hidden lid ring reaches into the eye's hole
MOUTH_RADII = (1.0, 0.82, 0.64, 0.46)
FILL_WEIGHT = 0.003
ITERATIONS = 400


def unwrap(mesh: ControlMesh, targets: Floats) -> tuple[Floats, Ints]:
    """Control UVs (U, 2) in [0, 1] and faces_uv (F, 4) for control points (C, 3)."""
    skin = mesh.faces[mesh.charts == SKIN]
    ids = np.unique(skin[skin != NO_CORNER])
    flat = _flatten(mesh, _rest_shape(mesh, targets), skin)
    flat = (flat + flat[mesh.mirror] * [-1, 1]) / 2
    flat, seen = _fit_into(flat, ids)

    bag = len(ids) + np.arange(mesh.mouth.size).reshape(mesh.mouth.shape)
    place = np.full(mesh.count, -1)
    place[ids] = np.arange(len(ids))
    faces_uv = place[mesh.faces]
    place[mesh.mouth] = bag
    faces_uv[mesh.charts != SKIN] = place[mesh.faces[mesh.charts != SKIN]]
    faces_uv[mesh.faces == NO_CORNER] = NO_CORNER
    around = np.pi - 2 * np.pi * np.arange(mesh.mouth.shape[1]) / mesh.mouth.shape[1]
    circle = np.stack([np.cos(around), np.sin(around)], axis=1)
    rings = MOUTH_CHART + CORNER_RADIUS * np.array(MOUTH_RADII)[: len(mesh.mouth), None, None] * circle
    return np.concatenate([seen, rings.reshape(-1, 2)]), faces_uv.astype(np.int32)


def _fit_into(flat: Floats, ids: Ints) -> tuple[Floats, Floats]:
    """Scale and move so that the points ``ids`` fill the square's height or width; returns all, and those."""
    low, high = flat[ids].min(axis=0), flat[ids].max(axis=0)
    scale = 2 * FACE_REACH / (high - low).max()
    flat = (flat - [0, (low[1] + high[1]) / 2]) * scale + FACE_CENTRE
    return flat, flat[ids]


def _rest_shape(mesh: ControlMesh, targets: Floats) -> Floats:
    """Where triangles take their shapes from: the surface, its hidden lid rings spread over the eye's opening."""
    rest = targets.copy()
    for margin, hidden in (mesh.lid_right, mesh.lid_left):
        rest[hidden] = rest[margin] + LID_STRIP * (rest[margin].mean(axis=0) - rest[margin])
    return rest


def _flatten(mesh: ControlMesh, rest: Floats, skin: Ints) -> Floats:
    holes = [mesh.lid_right[-1], mesh.lid_left[-1], mesh.mouth[0]]
    count = mesh.count + len(holes)
    rest = np.concatenate([rest, [rest[h].mean(axis=0) for h in holes]])
    fans = np.concatenate([_fan(skin, hole, mesh.count + i) for i, hole in enumerate(holes)])
    filled = np.concatenate([skin, fans])
    flat = _tutte(filled, mesh.skirt[-1], count)
    sheet = _sheet(mesh, rest, skin, fans)
    area = 0.5 / np.abs(np.linalg.det(sheet.inverse))
    flat *= np.sqrt((area * (sheet.weights > 0)).sum() / 2 / np.pi)
    return relax(sheet, flat, ITERATIONS)[: mesh.count]


def _fan(faces: Ints, hole: Ints, centre: int) -> Ints:
    """Triangles (n, 4) from a hole's border to a centre, wound like the faces around."""
    after = np.roll(hole, -1)
    _, start, end, _ = half_edges(faces)
    forward = bool(np.any((start == hole[0]) & (end == hole[1])))
    a, b = (after, hole) if forward else (hole, after)
    return np.stack([a, b, np.full(len(hole), centre), np.full(len(hole), NO_CORNER)], axis=1)


def _tutte(faces: Ints, border: Ints, count: int) -> Floats:
    """Border on the unit circle (place 0 on top, running to the subject's left), the rest at neighbours' means."""
    around = np.pi / 2 - 2 * np.pi * np.arange(len(border)) / len(border)
    flat = np.zeros((count, 2))
    flat[border] = np.stack([np.cos(around), np.sin(around)], axis=1)
    used = np.unique(faces[faces != NO_CORNER])
    free = np.setdiff1d(used, border)
    flat[free] = harmonic(umbrella(faces, count), free, border, flat[border])
    return flat


def _sheet(mesh: ControlMesh, rest: Floats, skin: Ints, fans: Ints) -> RestTriangles:
    """Both ways to cut every quad, so the energy is as symmetric as the mesh."""
    triangles = np.concatenate([both_triangulations(skin), fans[:, :3]])
    scale = np.ones(len(rest))
    scale[mesh.skirt] = SKIRT_SCALE
    scale[[*RIGHT_EYE_LOOP, *mesh.mirror[list(RIGHT_EYE_LOOP)], *INNER_LIP_LOOP]] = FEATURE_SCALE
    size = scale[triangles].mean(axis=1)
    return rest_triangles(rest, triangles, size, slice(-len(fans), None), FILL_WEIGHT)
