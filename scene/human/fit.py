"""How a head is fitted to a body with a head of its own, of the same topology: NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.similarity import Similarity, umeyama
from ...geometry.smoothstep import smoothstep

# Size and turn come from collar to cheeks. From one of MPFB2's bodies to another the neck alone makes a head up to a
# tenth too large or small; with the crown the neck is up to half as far again from where the body has it.
LOWER_HEAD = 2.0  # in lengths of the neck
NEAREST = 4  # vertices of the head that tell how far a point beside them moves


@dataclass(frozen=True, eq=False)
class HeadFit:
    """Where a head goes on a body."""

    similarity: Similarity  # from the head's space into the body's
    share: Floats  # (B,) of the head against the body's own shape: 0 at the collar, 1 from the jaw upwards

    def place(self, head: Floats, own: Floats) -> Floats:
        """Head vertices (B, 3) in their space as the vertices (B, 3) of the body, whose own ones are ``own`` (B, 3)."""
        return own + self.share[:, None] * (self.similarity.apply(head) - own)

    def moves(self, deltas: Floats) -> Floats:
        """What a move of the head's vertices (B, 3) is on the body."""
        turned = self.similarity.scale * deltas @ self.similarity.rotation.T
        return self.share[:, None] * turned


def fit_head(head: Floats, own: Floats, faces: Ints, collar: Bools, jaw: Floats) -> HeadFit:
    """Fit a head (B, 3) to a body whose own vertices there are ``own`` (B, 3), in another space.

    Args:
        faces: (H, 4) of both.
        collar: (B,) the vertices that stay the body's.
        jaw: (L, 3) points along the jaw, on the head: from the nearest of them on, all is the head's.
    """
    head, own = head.astype(np.float64), own.astype(np.float64)
    away = _distances(head, faces, collar)
    on_jaw = np.linalg.norm(jaw[:, None] - head, axis=-1).argmin(axis=1)
    neck = away[on_jaw].min()
    lower = away <= LOWER_HEAD * neck
    return HeadFit(umeyama(head, own, lower.astype(float)), smoothstep(0.0, neck, away))


def follow(points: Floats, vertices: Floats, moves: Floats) -> Floats:
    """How points (P, 3) in a head and beside it move (P, 3) with its vertices (B, 3), which make ``moves`` (B, 3)."""
    result = np.empty((len(points), 3))
    for some in np.array_split(np.arange(len(points)), max(1, len(points) // 1000)):  # one table would be large
        at = points[some]
        squares = (at**2).sum(axis=1)[:, None] - 2.0 * at @ vertices.T + (vertices**2).sum(axis=1)
        near = np.argpartition(squares, NEAREST, axis=1)[:, :NEAREST]
        weights = 1.0 / np.take_along_axis(squares, near, axis=1).clip(min=1e-12)
        weights /= weights.sum(axis=1, keepdims=True)
        result[some] = (weights[..., None] * moves[near]).sum(axis=1)
    return result


def _distances(vertices: Floats, faces: Ints, start: Bools) -> Floats:
    """How far it is to each vertex (B,) from those of ``start`` (B,), along edges and diagonals of faces (H, 4)."""
    pairs = np.concatenate([faces[:, (a, b)] for a, b in ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3))])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    lengths = np.linalg.norm(vertices[pairs[:, 0]] - vertices[pairs[:, 1]], axis=1)
    away = np.where(start, 0.0, np.inf)
    while True:
        before = away.copy()
        np.minimum.at(away, pairs[:, 1], before[pairs[:, 0]] + lengths)
        if (away == before).all():
            return away
