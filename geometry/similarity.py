"""Similarities: turn, size and shift together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats


@dataclass(frozen=True)
class Similarity:
    """``y = scale * rotation @ x + translation``, in D dimensions."""

    scale: float
    rotation: Floats  # (D, D)
    translation: Floats  # (D,)

    def apply(self, points: Floats) -> Floats:
        """Points (N, D) of the source in the target's frame."""
        return self.scale * points @ self.rotation.T + self.translation

    def undo(self, points: Floats) -> Floats:
        """Points (N, D) of the target in the source's frame."""
        return (points - self.translation) @ self.rotation / self.scale


def umeyama(source: Floats, target: Floats, weights: Floats | None = None, scale: float | None = None) -> Similarity:
    """The similarity of (weighted) least squares from ``source`` (N, D) to ``target`` (N, D); never a mirror.

    Umeyama, PAMI 1991. `scipy.spatial.transform.Rotation.align_vectors` finds the same turn, but in space only and
    without the size.

    Args:
        weights: (N,) at least 0; all points count alike where there are none.
        scale: the size where it is known; then only turn and shift are looked for.
    """
    share = np.ones(len(source)) if weights is None else np.asarray(weights, dtype=np.float64)
    share = share / share.sum()
    from_middle, to_middle = share @ source, share @ target
    a, b = source - from_middle, target - to_middle
    u, singular, vt = np.linalg.svd((b * share[:, None]).T @ a)
    signs = np.ones(len(singular))
    signs[-1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * signs) @ vt
    if scale is None:
        scale = float((singular * signs).sum() / (share @ (a**2).sum(axis=1)))
    return Similarity(scale, rotation, to_middle - scale * rotation @ from_middle)
