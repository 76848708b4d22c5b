"""The identity prior of the built-in model: a Gaussian-process morphable model (Luethi et al., PAMI 2018).

Its kernel is a sum (their section 3.3): the covariance measured on the dense landmarks of many heads, plus a
mirror-symmetric multi-scale Gaussian kernel for what those heads do not span. The leading eigenfunctions are the
identity modes. Everything happens on the base points (landmarks and skirt); subdivision carries it to the surface.
"""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats, Ints

MODES = 100
# Scale (m) and amplitude (m) of the Gaussian parts: what a linear model learnt from about a hundred scans leaves
# unexplained on a new head is of the order of a millimetre, most of it smooth.
GAUSSIAN_SCALES = ((0.070, 0.0008), (0.035, 0.0006), (0.015, 0.0004))
SYMMETRY = 0.7  # correlation of a point's deformation with its mirror image; faces are nearly symmetric
FLIP = np.array([-1.0, 1.0, 1.0])


def gaussian_kernel(points: Floats) -> Floats:
    """Covariance (3N, 3N) of the mirror-symmetric multi-scale Gaussian prior over points (N, 3), square metres."""
    mirrored = points * FLIP  # where a point's twin lies
    direct, crossed = np.zeros((len(points),) * 2), np.zeros((len(points),) * 2)
    for scale, amplitude in GAUSSIAN_SCALES:
        direct += amplitude**2 * np.exp(-_squared_distances(points, points) / (2 * scale**2))
        crossed += amplitude**2 * np.exp(-_squared_distances(points, mirrored) / (2 * scale**2))
    kernel = np.kron(direct, np.eye(3)) + SYMMETRY * np.kron(crossed, np.diag(FLIP))
    return kernel / (1 + SYMMETRY)


def identity_modes(points: Floats, mirror: Ints, measured: Floats, count: int = MODES) -> tuple[Floats, float]:
    """Leading modes (count, N, 3), metres per sigma, of the summed kernel, and the share of variance they keep.

    points: (N, 3) mean, exactly mirror symmetric; mirror: (N,) permutation; measured: (M, N, 3) modes per sigma.
    """
    flat = measured.reshape(len(measured), -1).astype(np.float64)
    kernel = gaussian_kernel(points) + flat.T @ flat
    values, vectors = np.linalg.eigh(kernel)
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    scaled = np.asarray((vectors * np.sqrt(values)).T, dtype=np.float64)
    modes = sharpen_parity(scaled.reshape(count, -1, 3), mirror)
    signs = np.sign(modes.reshape(count, -1).sum(axis=1))  # a deterministic sign for every platform
    return modes * np.where(signs == 0, 1, signs)[:, None, None], float(values.sum() / np.trace(kernel))


def sharpen_parity(modes: Floats, mirror: Ints) -> Floats:
    """Modes (M, N, 3) made exactly symmetric or antisymmetric, whichever each is but for rounding."""
    reflected = modes[:, mirror] * FLIP
    parity = np.where((modes * reflected).sum(axis=(1, 2)) >= 0, 1.0, -1.0)[:, None, None]
    return (modes + parity * reflected) / 2


def _squared_distances(a: Floats, b: Floats) -> Floats:
    return np.maximum((a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T, 0.0)
