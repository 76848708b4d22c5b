"""From measured landmarks to the surface of the built-in face: where every control point goes.

Base points (landmarks 0..467, then the skirt) are measured. The rings inside lids and lips are not seen by a landmark
detector; they are placed by anatomy: lid margins reach the eyeball and run on behind it, lips roll inwards into the
oral vestibule. Linear throughout: a change of the base points carries to all vertices by one matrix.

The origin of the model lies 90 mm behind the nose bridge at its height, about where a head turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from ...anatomy.landmarks import DENSE_FACE_COUNT, INNER_LIP_LOOP, LEFT_IRIS, RIGHT_EYE_LOOP, RIGHT_IRIS, Dense
from ...bfm.builtin.eyes import RADIUS
from ...geometry.arrays import Floats, Ints
from ...geometry.laplacians import umbrella
from ...geometry.subdivision import interpolating_control, subdivide
from .tidy import tidying_matrix
from .topology import RIGHT_NOSTRIL_LOOP, ControlMesh, base_mirror

LEVELS = 2
SMOOTHNESS = 0.02  # of the interpolation's correction, see subdivision.interpolating_control
ORIGIN_BEHIND_BRIDGE = 0.09
FLIP = np.array([-1.0, 1.0, 1.0])

LID_THICKNESS = 0.0012  # least distance of the lid's outer margin from the eyeball
LID_CLEARANCE = (0.00015, 0.0004)  # of the lid rings from the eyeball
LID_SLIDE = (0.0, 0.0035)  # how far behind the margin the rings lie, along the eyeball
LID_FOLLOWS_RIM = 0.5  # share of the lid rings' motion that is the rim's own, the rest is the eyeball's
LIP_GAP = 0.0003  # between the inner lips in the middle of the closed mouth

# Per mouth ring: how far back, how far up or down (metres), how much narrower, how far it follows its own lip point.
MOUTH_BACK = (0.0030, 0.0090, 0.0190, 0.0300)
MOUTH_OPEN = (0.0012, 0.0050, 0.0090, 0.0080)
MOUTH_WIDTH = (0.98, 0.93, 0.80, 0.55)
MOUTH_FOLLOW = (0.95, 0.75, 0.40, 0.0)
NOSTRIL_INWARD, NOSTRIL_WIDTH = np.array([0.0006, 0.0065, -0.0030]), 0.85  # the right one; metres; of its opening


@dataclass(frozen=True)
class ControlPoints:
    """Control points of the mean face and how they follow the base points (B = 576)."""

    base: Floats  # (B, 3) metres
    targets: Floats  # (C, 3) where the surface shall pass
    follow: Floats  # (C, B) change of a target per change of the base points, rows sum to 1
    eye_centres: Floats  # (2, 3) right, left, metres
    eye_follow: Floats  # (2, B) change of the eyeballs' centres


@dataclass(frozen=True)
class SkinSurface:
    """The subdivided skin with its mouth bag: V vertices, the control points' own first."""

    vertices: Floats  # (V, 3) metres
    faces: Ints  # (F, 4)
    parents: Ints  # (F,) control face each face lies in
    matrix: Floats  # (V, B) change of the vertices per change of the base points
    control: csr_matrix  # (V, C) Catmull-Clark weights of the control points


def place_base(landmarks: Floats, skirt: Floats) -> tuple[Floats, Floats]:
    """Measured landmarks (478, 3) and skirt rings (3, 36, 3) -> base points (576, 3) and right iris centre (3,).

    Both symmetric, about the model's origin; lid rims smooth, lips just closed.
    """
    base = np.concatenate([landmarks[:DENSE_FACE_COUNT], skirt.reshape(-1, 3)]).astype(np.float64)
    base = symmetric(base, base_mirror())
    shift = np.array([0.0, 0.0, ORIGIN_BEHIND_BRIDGE]) - base[Dense.NOSE_BRIDGE] * [0, 1, 1]
    iris = (landmarks[RIGHT_IRIS[0]] + landmarks[LEFT_IRIS[0]] * FLIP) / 2 + shift
    base = base + shift
    base = tidying_matrix(base) @ base
    for k in range(1, 10):
        apart = LIP_GAP / 2 * np.sin(np.pi * k / 10)
        base[INNER_LIP_LOOP[k], 1] += apart
        base[INNER_LIP_LOOP[20 - k], 1] -= apart
    return symmetric(base, base_mirror()), iris


def symmetric(points: Floats, mirror: Ints) -> Floats:
    """The mirror-symmetric part of points (N, 3)."""
    return (points + points[mirror] * FLIP) / 2


def seat_eye(rim: Floats, iris: Floats) -> Floats:
    """Centre (3,) of an eyeball behind a lid rim (16, 3): in line with the iris, as far forward as the lids allow.

    One point may be an outlier; points beside the eyeball, as the corners are, do not decide.
    """
    aside = np.linalg.norm((rim - iris)[:, :2], axis=1)
    reach = RADIUS + LID_THICKNESS
    decides = aside < 0.9 * RADIUS
    depth = rim[decides, 2] - np.sqrt(reach**2 - aside[decides] ** 2)
    return np.array([iris[0], iris[1], np.sort(depth)[1]])


def place_control(mesh: ControlMesh, base: Floats, iris: Floats) -> ControlPoints:
    """Targets of all control points for base points (B, 3) and the right iris centre (3,)."""
    targets = np.zeros((mesh.count, 3))
    follow = np.zeros((mesh.count, len(base)))
    targets[: len(base)], follow[: len(base)] = base, np.eye(len(base))

    rim, lips = list(RIGHT_EYE_LOOP), list(INNER_LIP_LOOP)
    centre = seat_eye(base[rim], iris)
    eye_follow = np.zeros((2, len(base)))
    eye_follow[0, rim] = 1 / len(rim)
    eye_follow[1] = eye_follow[0, base_mirror()]
    for ring, clearance, slide in zip(mesh.lid_right, LID_CLEARANCE, LID_SLIDE, strict=True):
        targets[ring] = _on_eyeball(base[rim], centre, clearance, slide)
        follow[ring[:, None], rim] = LID_FOLLOWS_RIM * np.eye(16) + (1 - LID_FOLLOWS_RIM) / 16
    shapes = zip(mesh.mouth, MOUTH_BACK, MOUTH_OPEN, MOUTH_WIDTH, MOUTH_FOLLOW, strict=True)
    for ring, back, opening, width, own in shapes:
        targets[ring] = _mouth_ring(base[lips], back, opening, width)
        follow[ring[:, None], lips] = own * np.eye(20) + (1 - own) / 20
    opening = list(RIGHT_NOSTRIL_LOOP)
    middle = base[opening].mean(axis=0)
    targets[mesh.nostril_right] = middle + NOSTRIL_WIDTH * (base[opening] - middle) + NOSTRIL_INWARD
    follow[mesh.nostril_right[:, None], opening] = np.eye(8) / 2 + 1 / 16
    right = np.concatenate([mesh.lid_right.ravel(), mesh.nostril_right])
    left = mesh.mirror[right]
    targets[left], follow[left] = targets[right] * FLIP, follow[right][:, base_mirror()]
    return ControlPoints(base, symmetric(targets, mesh.mirror), follow, np.stack([centre, centre * FLIP]), eye_follow)


def _on_eyeball(rim: Floats, centre: Floats, clearance: float, slide: float) -> Floats:
    """Points (16, 3) behind a rim, at a distance from the eyeball, slid away from the lids' opening (metres)."""
    out = rim - centre
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    opening = out.mean(axis=0) / np.linalg.norm(out.mean(axis=0))
    away = out - opening
    away -= (away * out).sum(axis=1, keepdims=True) * out
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    angle = slide / RADIUS
    return centre + (RADIUS + clearance) * (np.cos(angle) * out + np.sin(angle) * away)


def _mouth_ring(lips: Floats, back: float, opening: float, width: float) -> Floats:
    """A ring (20, 3) of the mouth bag, metres behind and away from the inner lips (20, 3)."""
    height = np.round(np.sin(2 * np.pi * np.arange(20) / 20), 12)
    bow = np.sign(height) * np.abs(height) ** 0.6  # +1 upper lip, 0 corners, -1 lower lip
    ring = lips * [width, 1, 1]
    ring[:, 1] += opening * bow
    ring[:, 2] -= back * (0.35 + 0.65 * np.abs(bow))
    return ring


def build_surface(mesh: ControlMesh, layout: ControlPoints) -> SkinSurface:
    """Subdivide control points chosen so that the surface passes through the targets."""
    fine = subdivide(mesh.faces, mesh.count, LEVELS)
    through = interpolating_control(fine.matrix[: mesh.count], umbrella(mesh.faces, mesh.count), SMOOTHNESS)
    matrix = fine.matrix @ (through @ layout.follow)
    return SkinSurface(fine.matrix @ (through @ layout.targets), fine.faces, fine.parents, matrix, fine.matrix)
