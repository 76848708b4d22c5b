"""Albedo of eyes, teeth, gums, tongue, tear lines and lashes, linear RGB."""

from __future__ import annotations

import numpy as np

from ...anatomy.parts import PartKind, part_kind
from ...bfm.builtin.eyes import IRIS, IRIS_RADIUS, LIMBUS, PUPIL, PUPIL_RADIUS, SCLERA
from ...geometry.arrays import Floats
from ...geometry.smoothstep import smoothstep
from .mouth_place import MouthPlace
from .part_cage import PartCage
from .tooth_shapes import MM

TEETH, NECK = np.array([0.56, 0.50, 0.40]), np.array([0.47, 0.38, 0.26])
GUMS, TONGUE = np.array([0.36, 0.135, 0.125]), np.array([0.34, 0.13, 0.125])
LASHES = np.array([0.012, 0.009, 0.008])
# How far behind the biting edges, mm, a mouth begins to darken and where it is dark, and what is left there.
LIT, DARK = 11.0, 76.0
TEETH_LEFT, GUMS_LEFT = 0.5, 0.2
NECK_FROM, NECK_TO = 3.5, 9.5  # mm off the biting plane: where teeth turn yellower
RED, RED_FROM, RED_TO = np.array([1.0, 0.87, 0.83]), 0.006, 0.012  # the white of an eye, metres off its axis
RIM = 0.6  # share of the iris where its dark rim begins
NEAR = 1e-5  # metres: on a border


def part_albedo(cage: PartCage, vertices: Floats, place: MouthPlace, centres: Floats) -> Floats:
    """Colours (V, 3) of a part's subdivided vertices (V, 3); ``centres`` (2, 3) are the eyeballs', left and right."""
    kind = part_kind(cage.face_parts[0])
    if kind.of_eyeball:
        return eye_albedo(vertices - centres[(vertices[:, 0] < 0).astype(int)])
    if kind.see_through:
        return np.tile(LASHES if kind is PartKind.LASHES else SCLERA, (len(vertices), 1))
    return mouth_albedo(kind, place.framed(vertices) / (MM * place.size))


def eye_albedo(points: Floats) -> Floats:
    """Colours (V, 3) of points (V, 3), metres, of an eyeball about the origin that looks to +Z."""
    off = np.where(points[:, 2] > 0, np.hypot(points[:, 0], points[:, 1]), np.inf)[:, None]
    rim = np.clip((off - RIM * IRIS_RADIUS) / ((1 - RIM) * IRIS_RADIUS), 0, 1) ** 2
    back = smoothstep(RED_FROM, RED_TO, np.minimum(off, RED_TO))
    white = SCLERA * (1 + (RED - 1) * back)
    return np.select(
        [off < PUPIL_RADIUS + NEAR, off < IRIS_RADIUS + NEAR], [PUPIL, IRIS + (LIMBUS - IRIS) * rim], white
    )


def mouth_albedo(kind: PartKind, points: Floats) -> Floats:
    """Colours (V, 3) of teeth, gums or tongue at points (V, 3), millimetres, of the biting plane's frame."""
    depth = np.clip((-points[:, 2:] - LIT) / (DARK - LIT), 0, 1)
    if kind is PartKind.TEETH:
        neck = smoothstep(NECK_FROM, NECK_TO, np.abs(points[:, 1:2]))
        return (TEETH + (NECK - TEETH) * neck) * (1 - (1 - TEETH_LEFT) * depth)
    return (TONGUE if kind is PartKind.TONGUE else GUMS) * (1 - (1 - GUMS_LEFT) * depth)
