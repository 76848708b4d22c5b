"""The first texture layout: the head flattened as one chart that is nearly all face, its parts in the corners.

The skin is cut from the crown down the nape, where hair is, and its border laid on a rounded square, which leaves the
corners free. It starts as a Tutte embedding (no triangle folds over) and relaxes; holes are closed by weak fans
meanwhile, so their borders cannot cross. What the face needs it gets: the back of the head is drawn smaller, and weighs
less where both cannot have their size. Mirror symmetric about u = 1/2; v up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats, Ints
from ...geometry.edges import edges_of, half_edges
from ...geometry.faces import NO_CORNER, both_triangulations
from ...geometry.flattening import RestTriangles, rest_triangles
from ...geometry.laplacians import harmonic, umbrella
from ...geometry.relaxing import relaxed
from ...geometry.smoothstep import smoothstep
from ...geometry.subdivision import subdivide
from .head_mesh import HeadMesh
from .openings import border_loops, on_curve
from .part_cage import PartCage
from .piece_names import PieceName

MARGIN = 0.004  # round each chart
SQUARENESS = 2.4  # exponent of the superellipse that is the skin's border: 2 is a circle
EYE, TEETH, SMALL = 0.144, 0.073, 0.052  # sides of the boxes of small charts; a round one may be larger in its corner
# Left and lower edge, width and height of the small charts.
PLACES: dict[str, tuple[float, float, float, float]] = {
    "right_eye": (0.0, 0.0, EYE, EYE),
    "left_eye": (1 - EYE, 0.0, EYE, EYE),
    PieceName.UPPER_TEETH: (0.0, 1 - TEETH, TEETH, TEETH),
    PieceName.LOWER_TEETH: (1 - TEETH, 1 - TEETH, TEETH, TEETH),
    PieceName.UPPER_GUMS: (TEETH, 1 - SMALL, SMALL, SMALL),
    PieceName.LOWER_GUMS: (1 - TEETH - SMALL, 1 - SMALL, SMALL, SMALL),
    PieceName.TONGUE: (0.0, 1 - TEETH - SMALL, SMALL, SMALL),
    PartName.MOUTH: (1 - SMALL, 1 - TEETH - SMALL, SMALL, SMALL),
    PieceName.LASHES: (SMALL, 1 - TEETH - SMALL, SMALL, SMALL),
    PieceName.TEARS: (1 - SMALL - 0.02, 1 - TEETH - SMALL, 0.02, SMALL),
    "left_socket": (1 - SMALL - 0.046, 1 - TEETH - SMALL, 0.026, 0.026),
    "right_socket": (1 - SMALL - 0.046, 1 - TEETH - SMALL / 2, 0.026, 0.026),
}
# How large triangles shall be against the face's: metres from the face's middle where it begins and ends to fall, and
# to what; the ears, which a portrait shows, about their own middle.
FACE_MIDDLE, NEAR, FAR, BEHIND = np.array([0.0, -0.025, 0.085]), 0.065, 0.14, 0.1
EAR_MIDDLE, EAR_NEAR, EAR_FAR, EAR = np.array([0.089, -0.02, -0.028]), 0.03, 0.045, 0.3
FEATURES = 1.6  # eyes, lips, nostrils: the surface folds there
FILL_WEIGHT = 0.003
ITERATIONS = 80


@dataclass(frozen=True)
class Chart:
    """Faces of the cage with their own texture points."""

    uv: Floats  # (U, 2)
    faces_uv: Ints  # (G, 4)


def unwrap(head: HeadMesh) -> tuple[Floats, Ints]:
    """Texture points (U, 2) in [0, 1] and corners (G, 4) of the whole cage."""
    regions, base = head.regions, head.base
    outer = _cage_faces(base.faces, regions.outer_faces)
    sides = {
        PartName.MOUTH: _cage_faces(base.faces, regions.mouth_faces),
        "left_socket": _cage_faces(base.faces, regions.left_socket_faces),
        "right_socket": _cage_faces(base.faces, regions.right_socket_faces),
    }
    skin = head.skin[: len(base.vertices)]
    faces_uv = np.zeros_like(head.cage_faces)
    tables: list[Floats] = []

    def add(rows: Ints, chart: Chart) -> None:
        faces_uv[rows] = chart.faces_uv + sum(map(len, tables))
        tables.append(chart.uv)

    add(outer, _into(_head_chart(skin, base.faces[outer], base.mirror), (0.0, 0.0, 1.0, 1.0)))
    for name, rows in sides.items():
        add(rows, _into(_disc(base.faces[rows], skin), PLACES[name]))
    start = len(base.faces)
    for piece in head.pieces:
        rows = start + np.arange(len(piece.cage.faces))
        if piece.name == PieceName.EYES:
            for side, own in zip(("left_eye", "right_eye"), np.split(rows, 2), strict=True):
                add(own, _into(_part_of(piece.cage, own - start), PLACES[side]))
        else:
            add(rows, _into(Chart(piece.cage.uv, piece.cage.faces_uv), PLACES[piece.name], whole=True))
        start += len(rows)
    return np.concatenate(tables), faces_uv


def _part_of(cage: PartCage, rows: Ints) -> Chart:
    """The chart of some of a cage's faces."""
    used, corners = np.unique(cage.faces_uv[rows], return_inverse=True)
    return Chart(cage.uv[used], corners.reshape(-1, 4))


def subdivided_uv(uv: Floats, faces_uv: Ints) -> tuple[Floats, Ints]:
    """Texture points (U', 2), the given first, and corners (4 G, 4) of faces once subdivided, halving each edge."""
    fine = subdivide(faces_uv, len(uv), 1)
    points = [uv, uv[fine.edges].mean(axis=1), uv[faces_uv].mean(axis=1)]
    return np.concatenate(points), fine.faces


def _cage_faces(cage: Ints, fine: Ints) -> Ints:
    """Which faces (G, 4) of the cage the subdivided faces lie in: those whose middles they touch."""
    first = cage.max() + 1 + len(edges_of(cage).ends)
    return np.unique(fine[:, 2]) - first


def _head_chart(vertices: Floats, faces: Ints, mirror: Ints) -> Chart:
    """The outer skin, cut along the midline from the crown down to the collar behind."""
    cut = _seam(vertices, faces)
    twin = np.full(len(vertices), NO_CORNER)
    twin[cut[1:]] = len(vertices) + np.arange(len(cut) - 1)  # the crown's end stays one point
    right = vertices[faces].mean(axis=1)[:, 0] < 0
    opened = np.where(right[:, None] & (twin[faces] >= 0), twin[faces], faces)
    rest = np.concatenate([vertices, vertices[cut[1:]]])
    both = np.concatenate([mirror, cut[1:]])
    both[cut[1:]] = twin[cut[1:]]
    flat = _flatten(rest, opened, vertices)
    flat = (flat + flat[both] * [-1, 1]) / 2
    used, corners = np.unique(opened, return_inverse=True)
    return Chart(flat[used], corners.reshape(-1, 4))


def _seam(vertices: Floats, faces: Ints) -> Ints:
    """Vertices of the midline from the crown down the back to the open border."""
    ends = edges_of(faces).ends
    middle = np.abs(vertices[:, 0]) < 1e-9
    links: dict[int, list[int]] = {}
    for a, b in ends[middle[ends].all(axis=1)].tolist():
        links.setdefault(a, []).append(b)
        links.setdefault(b, []).append(a)
    crown = max(links, key=lambda v: vertices[v, 1])
    behind = min(links[crown], key=lambda v: vertices[v, 2])
    seam = [crown, behind]
    while ahead := [v for v in links[seam[-1]] if v != seam[-2]]:
        seam.append(ahead[0])
    return np.array(seam)


def _flatten(rest: Floats, faces: Ints, vertices: Floats) -> Floats:
    loops = sorted(border_loops(faces), key=len)
    border, holes = loops[-1], loops[:-1]
    count = len(rest) + len(holes)
    rest = np.concatenate([rest, [rest[hole].mean(axis=0) for hole in holes]])
    fans = np.concatenate([_fan(faces, hole, count - len(holes) + k) for k, hole in enumerate(holes)])
    size = _sizes(rest)
    size[np.unique(fans[:, :2])] *= FEATURES
    border = _turned(border, faces, int(np.argmax(vertices[:, 1])))
    outline = _outline(rest[border], size[border])
    flat = _tutte(np.concatenate([faces, fans]), border, outline, count)
    sheet = _sheet(rest, faces, fans, size)
    wanted = (0.5 / np.abs(np.linalg.det(sheet.inverse))).sum() / 2
    x, y = outline.T
    have = (x * np.roll(y, 1) - y * np.roll(x, 1)).sum() / 2  # it runs clockwise
    return relaxed(sheet, flat * np.sqrt(wanted / have), ITERATIONS, border)[: count - len(holes)]


def _sizes(points: Floats) -> Floats:
    """How large the surface at points (N, 3) shall be drawn, the face's middle as 1."""
    face = np.linalg.norm(points - FACE_MIDDLE, axis=1)
    ear = np.linalg.norm(np.abs(points) * (1, 0, 0) + points * (0, 1, 1) - EAR_MIDDLE, axis=1)
    return np.maximum(1 + (BEHIND - 1) * smoothstep(NEAR, FAR, face), EAR * (1 - smoothstep(EAR_NEAR, EAR_FAR, ear)))


def _outline(points: Floats, size: Floats) -> Floats:
    """Where a border (N, 3), drawn at these sizes (N,), lies on the rounded square: (N, 2), from its top clockwise."""
    after, size_after = np.roll(points, -1, axis=0), np.roll(size, -1)
    lengths = np.linalg.norm(after - points, axis=1) * (size + size_after) / 2
    share = np.append(0.0, np.cumsum(lengths)[:-1]) / lengths.sum()
    turn = np.pi / 2 - np.linspace(0, 2 * np.pi, 4001)
    curve = np.stack([np.sign(c) * np.abs(c) ** (2 / SQUARENESS) for c in (np.cos(turn), np.sin(turn))], axis=1)
    return on_curve(curve, share)


def _turned(border: Ints, faces: Ints, crown: int) -> Ints:
    """The border from the crown on, such that it runs to the subject's left first."""
    loop = np.roll(border, -int(np.flatnonzero(border == crown)[0]))
    # Faces are wound counter-clockwise; the chart shall be so too, and clockwise is how the border is laid out.
    return np.append(loop[0], loop[:0:-1]) if _goes_with(faces, loop) else loop


def _goes_with(faces: Ints, loop: Ints) -> bool:
    """Whether a border runs as the faces (F, 4) beside it go round."""
    _, start, end, _ = half_edges(faces)
    return bool(np.any((start == loop[0]) & (end == loop[1])))


def _fan(faces: Ints, hole: Ints, centre: int) -> Ints:
    """Triangles (n, 4) from a hole's border to a centre, wound like the faces around."""
    after = np.roll(hole, -1)
    a, b = (after, hole) if _goes_with(faces, hole) else (hole, after)
    return np.stack([a, b, np.full(len(hole), centre), np.full(len(hole), NO_CORNER)], axis=1)


def _tutte(faces: Ints, border: Ints, outline: Floats, count: int) -> Floats:
    """Border (B,) on a convex outline (B, 2), the rest at neighbours' means."""
    flat = np.zeros((count, 2))
    flat[border] = outline
    used = np.unique(faces[faces != NO_CORNER])
    free = np.setdiff1d(used, border)
    flat[free] = harmonic(umbrella(faces, count), free, border, flat[border])
    return flat


def _sheet(rest: Floats, faces: Ints, fans: Ints, size: Floats) -> RestTriangles:
    """Both ways to cut every quad, so the energy is as symmetric as the mesh; weights are areas as drawn."""
    triangles = np.concatenate([both_triangulations(faces), fans[:, :3]])
    drawn = size[triangles].mean(axis=1)
    sheet = rest_triangles(rest, triangles, drawn, slice(-len(fans), None), FILL_WEIGHT)
    weights = sheet.weights * drawn**2
    return replace(sheet, weights=weights / weights.sum())


def _disc(faces: Ints, vertices: Floats) -> Chart:
    """An island with one border as a disc."""
    used, corners = np.unique(faces, return_inverse=True)
    faces = corners.reshape(-1, 4)
    border = border_loops(faces)[0]
    loop = border[::-1] if _goes_with(faces, border) else border
    loop = np.roll(loop, -int(np.argmax(vertices[used[loop], 1])))
    around = np.pi / 2 - 2 * np.pi * np.arange(len(loop)) / len(loop)
    return Chart(_tutte(faces, loop, np.stack([np.cos(around), np.sin(around)], axis=1), len(used)), faces)


def _into(chart: Chart, place: tuple[float, float, float, float], whole: bool = False) -> Chart:
    """The chart in a box (left, lower, width, height), with a margin, at its own proportions.

    ``whole``: the unit square is what fills it.
    """
    low, high = (np.zeros(2), np.ones(2)) if whole else (chart.uv.min(axis=0), chart.uv.max(axis=0))
    scale = (np.array(place[2:]) - 2 * MARGIN) / (high - low)
    if not whole:
        scale = np.full(2, scale.min())
    middle = np.array(place[:2]) + np.array(place[2:]) / 2
    return Chart(middle + (chart.uv - (low + high) / 2) * scale, chart.faces_uv)
