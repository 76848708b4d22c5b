"""Which points of the base head are which of ICT-FaceKit's mean: what `laying.lay_base` starts from.

Points that a detector sees on renders of both (`measure_landmarks`), points picked by eye, the rings of the lids'
margins, and the line in which the closed lips meet. Metres, ICT's axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...anatomy.landmarks import (
    DENSE_FACE_COUNT,
    FACE_OVAL_LOOP,
    INNER_LIP_LOOP,
    LEFT_EYE_LOOP,
    RIGHT_EYE_LOOP,
    Ibug,
)
from ...bfm.formats.ict_facekit.head import LANDMARKS68
from ...bfm.formats.ict_facekit.parts import RANGES
from ...bfm.transfer.registration import Landmarks
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.closest import SearchableSurface
from ...geometry.faces import triangulate
from .base_mesh import FLIP, BaseHead
from .laying import IctHead
from .laying_points import PICKED
from .looks import Look, seen
from .openings import along, border_loops, columns, even_halves, halves, on_curve

# How far the two heads may be apart at a point, metres.
DETECTED, DETECTED_OVAL, MIDLINE = 0.0015, 0.006, 0.0005
LID, LIP, CROWN = 0.0004, 0.0003, 0.004
# Rings of the left lids' margin, counted from its hidden edge outwards: on the base head and on ICT's, and the share of
# the lid at either corner where they are no grid on ICT's. The last is the rim that one sees.
LID_RINGS = ((0, 0, 0.0), (3, 1, 0.1), (4, 2, 0.1), (5, 3, 0.1), (6, 4, 0.1))
RIM_RING = LID_RINGS[-1][0]
LIP_GAP = 0.0001  # metres between the closed lips
PICTURE, PIXELS = 0.07, 700  # metres across a picture of the mouth, its size
SEARCHED = 0.004  # metres up and down from the landmarks within which the lips' groove is looked for
GROOVE_SMOOTHING = 1.5  # samples of the groove, which are 0.6 mm apart


@dataclass(frozen=True)
class HeadRegions:
    """The base head by its own texture's islands: what is outside, in the mouth, behind the left and right lids."""

    outer: Bools  # (V,) subdivided vertices that one can see
    outer_faces: Ints  # (F, 4)
    mouth_faces: Ints  # (F, 4) of the bag behind the lips
    left_socket_faces: Ints  # (F, 4)
    right_socket_faces: Ints


def head_regions(base: BaseHead) -> HeadRegions:
    """Tell the islands of MPFB2's texture layout apart by where they lie."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    corners = base.faces_uv
    links = (np.repeat(corners[:, 0], 3), corners[:, 1:].ravel())
    size = len(base.uv)
    _, island = connected_components(coo_matrix((np.ones(len(links[0])), links), (size, size)), directed=False)
    of_face = island[corners[:, 0]]
    middles = base.vertices[base.faces].mean(axis=1)
    eyes = base.eyes.mean(axis=1)
    lid_sides = [of_face[np.linalg.norm(middles - eye, axis=1).argmin()] for eye in eyes]
    visible = np.argsort(np.bincount(of_face))[::-1][0]
    others = [k for k in np.unique(of_face) if k not in (visible, *lid_sides)]
    mouth = max(others, key=lambda k: middles[of_face == k, 1].mean())  # the other one is the collar
    fine, parents = base.fine.faces, of_face[base.fine.parents]
    inner = np.isin(parents, [mouth, *lid_sides])
    outer = np.zeros(len(base.fine_mirror), dtype=bool)
    outer[fine[~inner]] = True
    return HeadRegions(outer, fine[~inner], *(fine[parents == k] for k in (mouth, *lid_sides)))


def laying_landmarks(base: BaseHead, regions: HeadRegions, ict: IctHead, measured: Mapping[str, Floats]) -> Landmarks:
    """All of them. measured: of ``measured_landmarks.npz``, ``on_base`` and ``on_ict`` (478, 3), metres."""
    vertices = base.fine.matrix @ base.vertices
    found = [
        _detected(vertices, regions, ict, measured),
        _picked(vertices, base.fine_mirror, ict),
        _lids(vertices, base.fine_mirror, regions, ict),
        _lips(vertices, regions, ict),
    ]
    return Landmarks(
        np.concatenate([part.vertices for part in found]),
        np.concatenate([part.weights for part in found]),
        np.concatenate([part.points for part in found]),
        np.concatenate([part.spread for part in found]),
    )


def lid_columns(regions: HeadRegions, vertices: Floats) -> tuple[list[list[int]], list[list[int]]]:
    """The left eye's columns, upper and lower lid, from the inner to the outer corner, from hidden edge to rim."""
    loop = border_loops(regions.left_socket_faces)[0]
    by_start = {column[0]: column for column in columns(regions.outer_faces, loop, RIM_RING)}
    upper, lower = even_halves(loop, vertices)
    return [by_start[int(v)] for v in upper], [by_start[int(v)] for v in lower]


def lip_line(regions: HeadRegions, vertices: Floats) -> tuple[Ints, Ints]:
    """The edges of the upper and the lower lip where they meet, from the right to the left corner."""
    return halves(border_loops(regions.mouth_faces)[0], vertices)


def _single(ids: Ints, points: Floats, spread: Floats | float) -> Landmarks:
    weights = np.tile([1.0, 0.0, 0.0], (len(ids), 1))
    return Landmarks(np.repeat(ids[:, None], 3, axis=1), weights, points, np.broadcast_to(spread, len(ids)).copy())


def _detected(vertices: Floats, regions: HeadRegions, ict: IctHead, measured: Mapping[str, Floats]) -> Landmarks:
    edges = {*RIGHT_EYE_LOOP, *LEFT_EYE_LOOP, *INNER_LIP_LOOP}  # better known from the meshes
    used = np.array([k for k in range(DENSE_FACE_COUNT) if k not in edges])
    own = SearchableSurface(vertices, triangulate(regions.outer_faces))
    hits = own.closest(measured["on_base"][used])
    points = SearchableSurface(ict.vertices, ict.triangles).closest(measured["on_ict"][used]).points
    spread = np.where(np.isin(used, FACE_OVAL_LOOP), DETECTED_OVAL, DETECTED)
    return Landmarks(own.triangles[hits.triangles], hits.weights, points, spread)


def _picked(vertices: Floats, mirror: Ints, ict: IctHead) -> Landmarks:
    ids = np.array([own for _, own, _, _ in PICKED])
    points = ict.vertices[[theirs for _, _, theirs, _ in PICKED]]
    spread = np.array([millimetres / 1000 for *_, millimetres in PICKED])
    aside = np.abs(points[:, 0]) > MIDLINE
    skin = ict.vertices[np.unique(ict.faces)]
    crown = skin[skin[:, 1].argmax()] * [0, 1, 1]
    return _single(
        np.concatenate([ids, mirror[ids[aside]], [vertices[:, 1].argmax()]]),
        np.concatenate([points, points[aside] * FLIP, [crown]]),
        np.concatenate([spread, spread[aside], [CROWN]]),
    )


def _lids(vertices: Floats, mirror: Ints, regions: HeadRegions, ict: IctHead) -> Landmarks:
    """The rings of both lids' margins; a place along a lid is the same share of its length on both heads."""
    face = ict.faces[: RANGES["face"][3]]
    socket = next(loop for loop in border_loops(face) if _is_left_eye(ict.vertices[loop]))
    theirs = {column[0]: column for column in columns(face, socket, LID_RINGS[-1][1])}
    ids, points = [], []
    for own, loop in zip(lid_columns(regions, vertices), halves(socket, ict.vertices), strict=True):
        place = along(vertices[[column[0] for column in own]])
        for ring, their_ring, corner in LID_RINGS:
            there = np.array([len(theirs[int(v)]) > their_ring for v in loop])
            curve = ict.vertices[[theirs[int(v)][their_ring] for v in loop[there]]]
            known = along(ict.vertices[loop])[there]
            for column, t in zip(own, place, strict=True):
                if len(column) > ring and corner <= t <= 1 - corner:
                    ids.append(column[ring])
                    points.append([np.interp(t, known, values) for values in curve.T])
    both = np.array(ids)
    at: Floats = np.array(points, dtype=np.float64)
    return _single(np.concatenate([both, mirror[both]]), np.concatenate([at, at * FLIP]), LID)


def _is_left_eye(loop: Floats) -> bool:
    return bool(loop[:, 0].min() > 0 and np.ptp(loop[:, 0]) < 0.04)


def _lips(vertices: Floats, regions: HeadRegions, ict: IctHead) -> Landmarks:
    """Both lips' edges on the line where ICT's closed lips meet."""
    line = lips_meet(ict)
    ids, points = [], []
    for edge, side in zip(lip_line(regions, vertices), (1, -1), strict=True):
        t = along(vertices[edge])
        apart = side * LIP_GAP / 2 * np.sin(np.pi * t)
        ids.append(edge)
        points.append(on_curve(line, t) + apart[:, None] * np.array([0.0, 1.0, 0.0]))
    return _single(np.concatenate(ids), np.concatenate(points), LIP)


def lips_meet(ict: IctHead) -> Floats:
    """The line (N, 3) from the right to the left corner in which ICT's lips meet: the groove that one sees in front.

    It is looked for in a picture of the mouth from the front, column by column.
    """
    corners = ict.vertices[[LANDMARKS68[k] for k in (Ibug.INNER_LIPS.start, Ibug.INNER_LIPS.start + 4)]]
    inner = ict.vertices[[LANDMARKS68[k] for k in range(Ibug.INNER_LIPS.start, Ibug.INNER_LIPS.start + 5)]]
    picture = _positions_in_front(ict, corners.mean(axis=0))
    groove = []
    for column in range(0, PIXELS, round(0.0006 / PICTURE * PIXELS)):
        points = picture[:, column]
        x = np.nanmedian(points[:, 0])
        if not corners[0, 0] < x < corners[1, 0]:
            continue
        near = np.abs(points[:, 1] - np.interp(x, inner[:, 0], inner[:, 1])) < SEARCHED
        groove.append(points[near][np.nanargmin(points[near, 2])])
    line = np.array(groove)
    line = (line + line[::-1] * FLIP) / 2
    line[:, 1:] = gaussian_filter1d(line[:, 1:], GROOVE_SMOOTHING, axis=0)
    ends = (corners + corners[::-1] * FLIP) / 2
    return np.concatenate([ends[:1], line, ends[1:]])


def _positions_in_front(ict: IctHead, middle: Floats) -> Floats:
    """What a distant camera in front of a point sees: positions (PIXELS, PIXELS, 3), NaN beside the head."""
    fragments = seen(ict.vertices, ict.triangles, Look(middle, PICTURE, PIXELS, distance=2.0))
    which, weights = fragments.triangle_ids[0].numpy(), fragments.barycentrics[0].numpy()
    positions = np.einsum("hwk,hwkd->hwd", weights, ict.vertices[ict.triangles[which]])
    positions[which < 0] = np.nan
    return positions
