"""A dark bag behind the lips of a mesh that is a mask with a hole for a mouth: one would look through the head.

It belongs to what is shown of a face, not to the model: `lined` puts its vertices and faces behind the mesh's own, and
`unlined` takes them off again. numpy and the standard library only: Blender's own Python uses this module.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..anatomy.arkit import opens_jaw
from ..anatomy.parts import PartName, part_kind
from ..geometry.arrays import Floats, Ints
from ..geometry.edges import edges_of, half_edges
from ..geometry.faces import NO_CORNER
from .reconstruction import Mesh

# An opening jaw lengthens the rim of a mouth by a fifth, because it parts the lips, and other borders hardly.
WIDENED = 1.1
# Metres behind the rim, and the rim's size there: wider behind the lips, then closing.
RINGS = ((0.004, 1.08), (0.012, 1.15), (0.026, 1.0), (0.034, 0.6))
DEPTH = 0.037  # metres behind the rim where it ends in a point


def lined(mesh: Mesh) -> Mesh:
    """The mesh with its mouth closed at the back; itself if it has a mouth's inside already, or no hole there.

    The bag is a linear function of the rim, so with every shape key it stays where it would be built anew.
    """
    rim = _mouth_rim(mesh)
    if not len(rim):
        return mesh
    vertices, points = rim[..., 0], rim[..., 1]
    ids, first = np.unique(vertices[:, 0], return_index=True)
    edges = np.searchsorted(ids, vertices)
    sizes = [size for _, size in RINGS]
    bag = _bag(mesh.vertices[ids], sizes)
    bag[:, 2] -= np.repeat([*(depth for depth, _ in RINGS), DEPTH], [len(ids)] * len(RINGS) + [1])
    deltas = _bag(mesh.shape_key_deltas[:, ids], sizes)
    weights = _bag(mesh.skin_weights[ids], [min(size, 1.0) for size in sizes])  # beyond 1 they could leave [0, 1]
    faces = _faces(edges, np.append(ids, len(mesh.vertices) + np.arange(len(bag))))
    corners = points[first, 0]
    faces_uv = _faces(edges, np.append(np.tile(corners, len(RINGS) + 1), corners[0]))
    return replace(
        mesh,
        vertices=np.concatenate([mesh.vertices, bag]),
        faces=np.concatenate([mesh.faces, faces]),
        faces_uv=np.concatenate([mesh.faces_uv, faces_uv]),
        shape_key_deltas=np.concatenate([mesh.shape_key_deltas, deltas], axis=1),
        skin_weights=np.concatenate([mesh.skin_weights, weights]),
        parts=np.append(mesh.parts, np.full(len(faces), len(mesh.part_names), mesh.parts.dtype)),
        part_names=(*mesh.part_names, PartName.LINING),
        cage=None,  # the bag has none
    )


def unlined(mesh: Mesh) -> Mesh:
    """The mesh without the bag of `lined`, whatever else was changed of it since."""
    if PartName.LINING not in mesh.part_names:
        return mesh
    part = mesh.part_names.index(PartName.LINING)
    kept = mesh.parts != part
    only_bag = np.setdiff1d(mesh.faces[~kept], mesh.faces[kept])
    vertices = np.setdiff1d(np.arange(len(mesh.vertices)), only_bag)
    places = np.full(len(mesh.vertices) + 1, NO_CORNER)  # one more: what -1 stands for
    places[vertices] = np.arange(len(vertices))
    return replace(
        mesh,
        vertices=mesh.vertices[vertices],
        faces=places[mesh.faces[kept]].astype(mesh.faces.dtype),
        faces_uv=mesh.faces_uv[kept],
        shape_key_deltas=mesh.shape_key_deltas[:, vertices],
        landmarks68=places[mesh.landmarks68],
        skin_weights=mesh.skin_weights[vertices],
        parts=np.where(mesh.parts > part, mesh.parts - 1, mesh.parts)[kept],
        part_names=tuple(name for name in mesh.part_names if name != PartName.LINING),
    )


def _mouth_rim(mesh: Mesh) -> Ints:
    """The border (E, 2, 2) that an opening jaw widens: edges of (vertex, texture point), as their faces go round."""
    jaw = next((k for k, name in enumerate(mesh.shape_key_names) if opens_jaw(name)), None)
    if jaw is None or any(part_kind(name).in_mouth for name in mesh.part_names):
        return np.zeros((0, 2, 2), np.int64)
    opened = mesh.vertices + mesh.shape_key_deltas[jaw]
    edges = _open_edges(mesh)
    for border in _loops(edges[..., 0]):
        if _length(opened, edges[border]) > WIDENED * _length(mesh.vertices, edges[border]):
            return edges[border]
    return edges[:0]


def _open_edges(mesh: Mesh) -> Ints:
    """The edges (E, 2, 2) of one face only, (vertex, texture point) each, in the order of that face."""
    # A corner that a face lacks says nothing in the other table either, whatever stands there.
    faces_uv = np.where(mesh.faces == NO_CORNER, NO_CORNER, mesh.faces_uv)
    (_, start, end, _), (_, start_uv, end_uv, _) = (half_edges(faces) for faces in (mesh.faces, faces_uv))
    halves = np.stack([np.stack([start, start_uv], axis=1), np.stack([end, end_uv], axis=1)], axis=1).astype(np.int64)
    edges = edges_of(mesh.faces)
    return halves[edges.border[edges.of_half]]


def _loops(edges: Ints) -> list[Ints]:
    """Rows of directed edges (E, 2) that hang together, a list of them for each border."""
    starting = {int(start): row for row, start in enumerate(edges[:, 0])}
    left, loops = set(range(len(edges))), []
    while left:
        loop, row = [], min(left)
        while row in left:
            left.remove(row)
            loop.append(row)
            row = starting.get(int(edges[row, 1]), -1)
        loops.append(np.array(loop))
    return loops


def _length(points: Floats, edges: Ints) -> float:
    return float(np.linalg.norm(points[edges[:, 0, 0]] - points[edges[:, 1, 0]], axis=1).sum())


def _bag(rim: Floats, sizes: list[float]) -> Floats:
    """Values on a rim (..., R, C) -> on the rings behind it, one of each size, and on their end (..., S * R + 1, C)."""
    middle = rim.mean(axis=-2, keepdims=True)
    rings = [middle + size * (rim - middle) for size in sizes]
    return np.concatenate([*rings, middle], axis=-2).astype(rim.dtype)


def _faces(edges: Ints, names: Ints) -> Ints:
    """Faces (F, 4) of the bag of a rim with edges (E, 2) of its places 0..R-1; ``names``: of rim, rings and end."""
    size = int(edges.max()) + 1
    end = np.full(len(edges), len(RINGS) * size + size)
    a, b = edges.T
    # The other way round than their neighbours on the rim, so that both sides agree on what is outside.
    quads = [np.stack([b, a, a + size, b + size], axis=1) + ring * size for ring in range(len(RINGS))]
    tips = np.stack([b + len(RINGS) * size, a + len(RINGS) * size, end], axis=1)
    return np.concatenate([names[np.concatenate(quads)], np.insert(names[tips], 3, NO_CORNER, axis=1)]).astype(np.int32)
