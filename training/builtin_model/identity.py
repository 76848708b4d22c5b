"""The identity prior of the built-in model: a Gaussian-process morphable model (Luethi et al., PAMI 2018).

Its kernel is a sum (their section 3.3) of what ICT-FaceKit's heads do, carried over vertex by vertex, of a
mirror-symmetric multi-scale Gaussian kernel, and of MakeHuman's own shape targets as far as those heads do not do the
same. The leading eigenfunctions are the identity modes. Everything is mirror symmetric in distribution: each source
stands beside its mirror image.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.smoothstep import smoothstep
from .base_mesh import FLIP, BaseHead

MODES = 100
# Scale (m) and amplitude (m) of the Gaussian parts: what a linear model learnt from about a hundred scans leaves
# unexplained on a new head is of the order of a millimetre, most of it smooth.
GAUSSIAN_SCALES = ((0.070, 0.0008), (0.035, 0.0006), (0.015, 0.0004))
GAUSSIAN_POINTS, GAUSSIAN_MODES = 500, 160
DENSEST = 0.05  # metres from the face's middle within which the points that stand for it are no denser
SYMMETRY = 0.7  # correlation of a point's deformation with its mirror image; faces are nearly symmetric
# One-sided changes of paired parts are rarer than those of both.
ONE_SIDED = 0.3
# What MakeHuman's shapes add to the measured heads is drawn by hand: together they get as much as such heads leave
# unexplained on a new one, metres, root mean square over the face.
TARGETS_TOGETHER = 0.0009
# What the modes must explain first: the face; then skull and ears; the neck, which no photo tells much of, last.
FACE_MIDDLE, FACE_NEAR, FACE_FAR, AWAY = np.array([0.0, -0.02, 0.09]), 0.085, 0.14, 0.15

# Shape targets of MPFB2 that add what the measured heads lack: each goes from its first to its second end.
TARGETS: tuple[tuple[str, str], ...] = (
    ("head/head-age-incr", "head/head-age-decr"), ("head/head-fat-incr", "head/head-fat-decr"),
    ("head/head-angle-out", "head/head-angle-in"),
    ("head/head-scale-depth-incr", "head/head-scale-depth-decr"),
    ("head/head-scale-horiz-incr", "head/head-scale-horiz-decr"),
    ("head/head-scale-vert-incr", "head/head-scale-vert-decr"),
    ("head/head-back-scale-depth-incr", "head/head-back-scale-depth-decr"),
    ("head/head-oval", ""), ("head/head-round", ""), ("head/head-square", ""), ("head/head-triangular", ""),
    ("head/head-diamond", ""), ("head/head-rectangular", ""),
    ("forehead/forehead-nubian-incr", "forehead/forehead-nubian-decr"),
    ("forehead/forehead-temple-incr", "forehead/forehead-temple-decr"),
    ("forehead/forehead-trans-forward", "forehead/forehead-trans-backward"),
    ("chin/chin-cleft-incr", "chin/chin-cleft-decr"), ("chin/chin-width-incr", "chin/chin-width-decr"),
    ("chin/chin-prominent-incr", "chin/chin-prominent-decr"), ("chin/chin-bones-incr", "chin/chin-bones-decr"),
    ("nose/nose-hump-incr", "nose/nose-hump-decr"), ("nose/nose-width1-incr", "nose/nose-width1-decr"),
    ("nose/nose-width2-incr", "nose/nose-width2-decr"), ("nose/nose-width3-incr", "nose/nose-width3-decr"),
    ("nose/nose-point-up", "nose/nose-point-down"), ("nose/nose-curve-convex", "nose/nose-curve-concave"),
    ("nose/nose-nostrils-width-incr", "nose/nose-nostrils-width-decr"),
    ("nose/nose-flaring-incr", "nose/nose-flaring-decr"),
    ("nose/nose-volume-incr", "nose/nose-volume-decr"), ("nose/nose-greek-incr", "nose/nose-greek-decr"),
    ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-upperlip-volume-decr"),
    ("mouth/mouth-lowerlip-volume-incr", "mouth/mouth-lowerlip-volume-decr"),
    ("mouth/mouth-cupidsbow-incr", "mouth/mouth-cupidsbow-decr"),
    ("neck/neck-double-incr", "neck/neck-double-decr"), ("neck/neck-scale-horiz-incr", "neck/neck-scale-horiz-decr"),
)  # fmt: skip
# Whole faces of MPFB2 by origin, sex and age: each one's difference from the mean of all is a direction.
ORIGINS, SEXES, AGES = ("african", "asian", "caucasian"), ("female", "male"), ("young", "old")
# The same of paired parts, without the ``l-`` or ``r-`` in front of the last name.
PAIRED_TARGETS: tuple[tuple[str, str], ...] = (
    ("ears/ear-lobe-incr", "ears/ear-lobe-decr"), ("ears/ear-wing-incr", "ears/ear-wing-decr"),
    ("ears/ear-scale-incr", "ears/ear-scale-decr"), ("ears/ear-rot-forward", "ears/ear-rot-backward"),
    ("ears/ear-flap-incr", "ears/ear-flap-decr"), ("ears/ear-scale-vert-incr", "ears/ear-scale-vert-decr"),
    ("ears/ear-shape-pointed", "ears/ear-shape-round"), ("ears/ear-shape-square", "ears/ear-shape-triangle"),
    ("cheek/cheek-bones-incr", "cheek/cheek-bones-decr"), ("cheek/cheek-inner-incr", "cheek/cheek-inner-decr"),
    ("cheek/cheek-volume-incr", "cheek/cheek-volume-decr"),
    ("eyes/eye-bag-incr", "eyes/eye-bag-decr"), ("eyes/eye-epicanthus-in", "eyes/eye-epicanthus-out"),
    ("eyes/eye-eyefold-convex", "eyes/eye-eyefold-concave"), ("eyes/eye-eyefold-up", "eyes/eye-eyefold-down"),
)  # fmt: skip


def gaussian_modes(points: Floats, samples: Ints) -> Floats:
    """Modes (GAUSSIAN_MODES, N, 3), metres per sigma, of the mirror-symmetric multi-scale Gaussian prior.

    Nystroem's extension (Luethi et al., section 4.2) from the samples (S,) of the points (N, 3).
    """
    chosen = points[samples]
    values, vectors = np.linalg.eigh(gaussian_kernel(chosen, chosen))
    values, vectors = values[::-1][:GAUSSIAN_MODES], vectors[:, ::-1][:, :GAUSSIAN_MODES]
    extended = gaussian_kernel(points, chosen) @ (vectors / np.sqrt(values))
    return np.ascontiguousarray(extended.T).reshape(len(values), -1, 3)


def spread_samples(points: Floats, outer: Bools) -> Ints:
    """GAUSSIAN_POINTS ids of the outer points (N, 3), each as far from those before as can be; denser on the face."""
    ids = np.flatnonzero(outer)
    places = points[ids]
    dense = 1 / np.maximum(np.linalg.norm(places - FACE_MIDDLE, axis=1), DENSEST)
    chosen, apart = [0], np.linalg.norm(places - places[0], axis=1)
    for _ in range(GAUSSIAN_POINTS - 1):
        chosen.append(int(np.argmax(apart * dense)))
        apart = np.minimum(apart, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return ids[chosen]


def gaussian_kernel(a: Floats, b: Floats) -> Floats:
    """Covariance (3N, 3S), square metres, of the prior between points (N, 3) and (S, 3)."""
    mirrored = b * FLIP  # where a point's twin lies
    direct, crossed = np.zeros((len(a), len(b))), np.zeros((len(a), len(b)))
    for scale, amplitude in GAUSSIAN_SCALES:
        direct += amplitude**2 * np.exp(-_squared_distances(a, b) / (2 * scale**2))
        crossed += amplitude**2 * np.exp(-_squared_distances(a, mirrored) / (2 * scale**2))
    return (np.kron(direct, np.eye(3)) + SYMMETRY * np.kron(crossed, np.diag(FLIP))) / (1 + SYMMETRY)


def target_modes(base: BaseHead, carry: Callable[[Floats], Floats]) -> Floats:
    """Directions (T, V, 3) of MakeHuman's targets, metres at a slider's end; ``carry`` brings fields (C, 3) over."""
    names = (f"macrodetails/{origin}-{sex}-{age}" for origin in ORIGINS for sex in SEXES for age in AGES)
    faces = np.stack([base.target(name) for name in names])
    whole = (faces - faces.mean(axis=0)) / np.sqrt(len(faces))
    ways = [*whole, *(_way(base, first, second) for first, second in TARGETS)]
    modes = [carry(without_similarity(way, base.vertices)) for way in ways]
    for first, second in PAIRED_TARGETS:
        left, right = (carry(_way(base, *(_sided(name, side) for name in (first, second)))) for side in "lr")
        modes += [left + right, ONE_SIDED * (left - right)]
    return np.stack(modes)


def without_similarity(field: Floats, points: Floats) -> Floats:
    """A field (N, 3) less the small motion of the points (N, 3) as a whole, turning and growing, nearest to it."""
    x, y, z = (points - points.mean(axis=0)).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    shifts = [np.stack(columns, axis=1) for columns in ((one, zero, zero), (zero, one, zero), (zero, zero, one))]
    turns = [np.stack(columns, axis=1) for columns in ((zero, -z, y), (z, zero, -x), (-y, x, zero))]
    motions = np.stack([*shifts, *turns, np.stack([x, y, z], axis=1)]).reshape(7, -1)
    shares = np.linalg.lstsq(motions.T, field.ravel(), rcond=None)[0]
    return field - (shares @ motions).reshape(field.shape)


def _way(base: BaseHead, first: str, second: str) -> Floats:
    return (base.target(first) - base.target(second)) / 2 if second else base.target(first) / 2


def _sided(name: str, side: str) -> str:
    folder, _, last = name.rpartition("/")
    return f"{folder}/{side}-{last}"


def importance(points: Floats, areas: Floats) -> Floats:
    """Weight (V,), sum 1, of each vertex's variance in choosing the modes."""
    apart = np.linalg.norm(points - FACE_MIDDLE, axis=1)
    face = 1 - smoothstep(FACE_NEAR, FACE_FAR, apart)
    weight = areas * (AWAY + (1 - AWAY) * face)
    return weight / weight.sum()


def beyond(modes: Floats, known: Floats, weight: Floats) -> Floats:
    """What of modes (T, V, 3) the span of the known ones (K, V, 3) does not hold, in the weighted inner product."""
    root = np.sqrt(weight)[:, None]
    flat, span = ((field * root).reshape(len(field), -1) for field in (modes, known))
    shares = np.linalg.lstsq(span @ span.T, span @ flat.T, rcond=1e-9)[0].T
    return modes - np.tensordot(shares, known, axes=1)


def together(modes: Floats, weight: Floats, size: float = TARGETS_TOGETHER) -> Floats:
    """Modes (T, V, 3) scaled so that all of them together move the vertices by ``size`` metres, root mean square."""
    return modes * size / np.sqrt((modes**2).sum(axis=(0, 2)) @ weight)


def leading_modes(sources: Floats, mirror: Ints, weight: Floats, count: int = MODES) -> tuple[Floats, float]:
    """Leading modes (count, V, 3), metres per sigma, of independent sources (S, V, 3), and their share of the variance.

    Each source counts with its mirror image, so that every mode is symmetric or antisymmetric.

    Raises:
        LikenessError: there are fewer sources than modes.
    """
    reflected = sources[:, mirror] * FLIP
    both = np.concatenate([(sources + reflected) / 2, (sources - reflected) / 2])
    root = np.sqrt(weight)[:, None]
    flat = (both * root).reshape(len(both), -1)
    values, vectors = np.linalg.eigh(flat @ flat.T)
    if len(values) < count:
        raise LikenessError(f"{len(values)} sources do not make {count} modes")
    vectors = vectors[:, ::-1][:, :count]
    modes = sharpen_parity(np.tensordot(vectors.T, both, axes=1), mirror)
    signs = np.sign(modes.reshape(count, -1).sum(axis=1))  # a deterministic sign for every platform
    return modes * np.where(signs == 0, 1, signs)[:, None, None], float(values[::-1][:count].sum() / values.sum())


def sharpen_parity(modes: Floats, mirror: Ints) -> Floats:
    """Modes (M, N, 3) made exactly symmetric or antisymmetric, whichever each is but for rounding."""
    reflected = modes[:, mirror] * FLIP
    parity = np.where((modes * reflected).sum(axis=(1, 2)) >= 0, 1.0, -1.0)[:, None, None]
    return (modes + parity * reflected) / 2


def _squared_distances(a: Floats, b: Floats) -> Floats:
    return ((a[:, None] - b[None]) ** 2).sum(axis=2)
