"""How muscles move a face mesh: pulls at a few vertices, spread smoothly over the skin.

Skin is treated as a thin sheet that resists bending and is tied to the skull by weak springs. The displacement u
of a set of pulled vertices (a muscle's insertions) minimises

    integral |Laplace u|^2 + |u|^2 / reach^4   with u given at the pulled vertices,

the screened bi-harmonic energy, discretised with cotangent weights and lumped masses (Botsch and Sorkine, TVCG
2008). A pull fades over about ``reach`` *along the surface*, so the lower lip does not drag the upper one
although they are neighbours in space.

Lengths in metres; X to the subject's left, Y up, Z out of the face.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.sparse as sparse
import scipy.sparse.csgraph as csgraph
from numpy.typing import ArrayLike

from ...geometry.arrays import Floats, Ints
from ...geometry.edges import unique_edges
from ...geometry.faces import NO_CORNER, both_triangulations
from ...geometry.laplacians import adjacency, cotangent_laplacian, harmonic

Pulls = Mapping[int, ArrayLike]  # vertex -> displacement in millimetres of an average face

FLIP = np.array([-1.0, 1.0, 1.0])
AVERAGE_EYE_DISTANCE = 0.062  # of the eyeball centres, metres: what the millimetres of the pulls refer to


@dataclass(frozen=True)
class FaceGeometry:
    """What the expressions need to know of a mesh whose vertices 0..467 are the dense landmarks."""

    vertices: Floats  # (V, 3) metres, exactly mirror symmetric
    faces: Ints  # (F, 4) quads, -1 last for a triangle
    mirror: Ints  # (V,) vertex -> its mirror image
    eyeballs: tuple[Ints, Ints]  # vertex ids of the left and of the right eyeball
    eye_centres: Floats  # (2, 3) left, right, metres
    jaw_hinge: Floats  # (3,) middle of the two jaw joints, metres

    @property
    def millimetre(self) -> float:
        """A millimetre of an average face, on this face, in metres."""
        distance = float(np.linalg.norm(self.eye_centres[0] - self.eye_centres[1]))
        return 0.001 * distance / AVERAGE_EYE_DISTANCE

    @cached_property
    def sheet(self) -> ElasticSheet:
        """Everything but the eyeballs."""
        return ElasticSheet(self.vertices, self.faces, np.concatenate(self.eyeballs))

    def pull(self, pulls: Pulls, reach: float) -> Floats:
        """Displacements (V, 3), metres, of pulls in millimetres that fade over ``reach`` millimetres."""
        ids = np.array(list(pulls), dtype=np.int64)
        values = np.array([pulls[int(i)] for i in ids], dtype=np.float64).reshape(len(ids), -1)
        return self.sheet.spread(ids, values * self.millimetre, reach * self.millimetre)

    def symmetric(self, displacement: Floats) -> Floats:
        """The mirror symmetric part of displacements (V, 3)."""
        return (displacement + self.mirrored(displacement)) / 2

    def mirrored(self, displacement: Floats) -> Floats:
        """Displacements (V, 3) of one side as those of the other side."""
        return displacement[self.mirror] * FLIP


class ElasticSheet:
    """The skin as an elastic sheet. Vertices outside it (the eyeballs) never move with it."""

    def __init__(self, vertices: Floats, faces: Ints, left_out: Ints) -> None:
        self.count = len(vertices)
        self.members = np.setdiff1d(np.unique(faces[faces != NO_CORNER]), left_out)
        inside = np.isin(faces[:, 0], self.members)
        self.vertices, self.faces = vertices, faces[inside]
        edges = unique_edges(self.faces)
        lengths = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
        self.edges = adjacency(edges, self.count, lengths)
        self._hops = self.edges.copy()
        self._hops.data += 1.0
        # Half of both, because every quad is counted in both its triangulations.
        self._stiffness, self._mass = (0.5 * x for x in cotangent_laplacian(vertices, both_triangulations(self.faces)))

    @cached_property
    def _bending(self) -> sparse.csc_matrix:
        """Bending energy (M, M) of the members."""
        stiffness = self._stiffness[self.members][:, self.members]
        return (stiffness.T @ sparse.diags(1 / self._mass[self.members]) @ stiffness).tocsc()

    def spread(self, ids: Ints, values: Floats, reach: float) -> Floats:
        """Values (K, C) given at vertices ids (K,) -> smooth values (V, C), fading over ``reach`` metres."""
        energy = (self._bending + sparse.diags(self._mass[self.members] / reach**4)).tocsc()
        fixed = np.searchsorted(self.members, ids)
        free = np.setdiff1d(np.arange(len(self.members)), fixed)
        solution = np.zeros((len(self.members), values.shape[1]))
        solution[fixed] = values
        solution[free] = harmonic(energy, free, fixed, values)
        result = np.zeros((self.count, values.shape[1]))
        result[self.members] = solution
        return result

    def membrane(self, ids: Ints, given: Ints, values: Floats) -> Floats:
        """Harmonic values (N, C) at ids (N,) between values (K, C) at given vertices and zero at all others."""
        return harmonic(self._stiffness, ids, given, values)

    def path(self, waypoints: Sequence[int]) -> Ints:
        """Vertices of the path of fewest edges through the waypoints, ends included."""
        steps = [self._shortest(a, b) for a, b in pairwise(waypoints)]
        return np.array([v for step in steps for v in step[:-1]] + [waypoints[-1]])

    def _shortest(self, start: int, end: int) -> list[int]:
        # One per edge, and the lengths (far under one in sum) to choose among equals.
        _, before = csgraph.dijkstra(self._hops, indices=start, return_predecessors=True, limit=16.0)
        path = [end]
        while path[-1] != start:
            path.append(int(before[path[-1]]))
        return path[::-1]

    def enclosed(self, rim: Ints, outside: int) -> Ints:
        """Vertices that a closed rim cuts off from the vertex ``outside``, rim excluded."""
        keep = np.setdiff1d(self.members, rim)
        _, labels = csgraph.connected_components(self.edges[keep][:, keep], directed=False)
        return keep[labels != labels[np.searchsorted(keep, outside)]]


def turn(points: Floats, centre: Floats, axis: int, angles: Floats | float) -> Floats:
    """Points (N, 3) turned about the coordinate axis 0..2 through ``centre`` by angles (N,) or one, radians."""
    b, c = (axis + 1) % 3, (axis + 2) % 3
    relative = points - centre
    turned = relative.copy()
    turned[..., b] = np.cos(angles) * relative[..., b] - np.sin(angles) * relative[..., c]
    turned[..., c] = np.sin(angles) * relative[..., b] + np.cos(angles) * relative[..., c]
    return turned + centre
