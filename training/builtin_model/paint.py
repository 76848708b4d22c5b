"""Albedo of the built-in model: a mean face colour and its modes, linear RGB.

What colours skin is in `anatomy.skin_colour`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...anatomy.regions import RegionName
from ...anatomy.skin_colour import HAEMOGLOBIN, LIGHT_SKIN, MELANIN
from ...bfm.builtin.eyes import MOUTH_BACK, MOUTH_FRONT
from ...geometry.arrays import Floats, Ints
from ...geometry.smoothstep import smoothstep
from .head_mesh import HeadMesh
from .part_colours import part_albedo
from .regions import LID_MARGIN, NOSTRILS

MELANIN_SIGMA, HAEMOGLOBIN_SIGMA = 0.28, 0.10  # spread of a face's whole skin, in log green
# Densities over the mean skin, log green: melanin, haemoglobin.
REGION_DENSITY = {
    RegionName.LIPS: (0.08, 0.50),
    RegionName.LIDS: (0.05, 0.08),
    LID_MARGIN: (0.30, 0.22),
    RegionName.CHEEKS: (0.0, 0.07),
    RegionName.NOSE: (0.0, 0.06),
}
# Colours laid over the skin, and how well they cover it.
COVERS = {RegionName.BROWS: (np.array([0.085, 0.055, 0.04]), 0.42), NOSTRILS: (np.array([0.035, 0.012, 0.010]), 0.9)}
MOUTH_DEPTH = 0.060  # metres behind the lips where the bag is dark

SPATIAL_SCALE = 0.040  # metres
SPATIAL_SIGMA = (0.07, 0.05)  # local spread of melanin and haemoglobin, log green
SPATIAL_MODES = (12, 8)
SYMMETRY = 0.7  # correlation of the two sides


def albedo(head: HeadMesh, vertices: Floats, regions: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Mean (V, 3) and modes (A, V, 3), linear RGB, of vertices (V, 3), exactly mirror symmetric."""
    lips = head.skin[np.intersect1d(head.regions.mouth_faces, head.regions.outer_faces)]
    mean = skin_color(vertices, regions, float(lips[:, 2].max()))
    for piece in head.pieces:
        ids = head.piece_vertices(piece.name)
        mean[ids] = part_albedo(piece.cage, vertices[ids], head.place, head.eye_centres)
    mean = (mean + mean[head.mirror]) / 2
    tinted = np.clip(regions[RegionName.SKIN] + regions[RegionName.LIPS], 0, 1)
    modes = albedo_modes(vertices, head.mirror, mean, tinted)
    parity = np.sign((modes * modes[:, head.mirror]).sum(axis=(1, 2)))[:, None, None]
    return mean, (modes + parity * modes[:, head.mirror]) / 2


def skin_color(vertices: Floats, regions: Mapping[str, Floats], lips_depth: float) -> Floats:
    """Mean albedo (V, 3) of the skin and its mouth bag; ``lips_depth``: z of the inner lips' middle, metres."""
    melanin = sum(regions[name] * density[0] for name, density in REGION_DENSITY.items())
    haemoglobin = sum(regions[name] * density[1] for name, density in REGION_DENSITY.items())
    color = LIGHT_SKIN * np.exp(-np.outer(melanin, MELANIN) - np.outer(haemoglobin, HAEMOGLOBIN))
    for name, (cover, strength) in COVERS.items():
        share = strength * regions[name][:, None]
        color = (1 - share) * color + share * cover
    dark = smoothstep(0.0, MOUTH_DEPTH, lips_depth - vertices[:, 2])[:, None]
    inside = regions[RegionName.MOUTH_INTERIOR][:, None]
    return (1 - inside) * color + inside * ((1 - dark) * MOUTH_FRONT + dark * MOUTH_BACK)


def albedo_modes(points: Floats, mirror: Ints, color: Floats, skin: Floats) -> Floats:
    """Modes (A, V, 3) per sigma: the two chromophores everywhere, then their smooth, mostly symmetric variation.

    points: (V, 3); mirror: (V,) permutation; color: (V, 3) mean; skin: (V,) 1 on skin and lips, 0 on eyes and mouth.
    """
    tint = -skin[:, None] * color
    modes = [tint * MELANIN * MELANIN_SIGMA, tint * HAEMOGLOBIN * HAEMOGLOBIN_SIGMA]
    for axis, sigma, count in zip((MELANIN, HAEMOGLOBIN), SPATIAL_SIGMA, SPATIAL_MODES, strict=True):
        fields = smooth_fields(points, mirror, count) * sigma
        modes += [field[:, None] * tint * axis for field in fields]
    return np.stack(modes)


def smooth_fields(points: Floats, mirror: Ints, count: int) -> Floats:
    """Leading eigenfunctions (count, V) of a mirror-symmetric Gaussian process of unit variance (Nystroem method)."""
    flip = np.array([-1.0, 1.0, 1.0])
    base = np.unique(np.concatenate([np.arange(0, len(points), 37), mirror[::37]]))
    kernel = _gaussian(points[base], points[base]) + SYMMETRY * _gaussian(points[base], points[base] * flip)
    values, vectors = np.linalg.eigh(kernel / (1 + SYMMETRY))
    order = np.argsort(values)[::-1][:count]
    values, vectors = values[order], vectors[:, order]
    cross = (_gaussian(points, points[base]) + SYMMETRY * _gaussian(points, points[base] * flip)) / (1 + SYMMETRY)
    fields = (cross @ (vectors / np.sqrt(values))).T
    parity = np.sign((fields * fields[:, mirror]).sum(axis=1))[:, None]
    fields = (fields + parity * fields[:, mirror]) / 2
    return fields * np.sign(fields[:, 0] + fields.sum(axis=1) * 1e-3)[:, None]


def _gaussian(a: Floats, b: Floats) -> Floats:
    square = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    return np.exp(-square / (2 * SPATIAL_SCALE**2))
