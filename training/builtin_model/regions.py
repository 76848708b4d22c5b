"""Named regions of the built-in face as smooth vertex weights.

Skin regions are outlines through landmarks, seen from the front, with soft edges; the hidden parts (lid strips, mouth
bag, eyeballs) and the skirt follow from the control mesh.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from ...anatomy.landmarks import OUTER_LIP_LOOP, dense_mirror
from ...anatomy.regions import RegionName
from ...geometry.arrays import Floats, Ints
from ...geometry.smoothstep import smoothstep
from .topology import ControlMesh

# Of the colours only: the insides of both.
LID_MARGIN, NOSTRILS = "lid_margin", "nostrils"
# Outlines on the subject's right side, or across the midline as their right half from top to bottom.
PAIRED_OUTLINES: dict[str, tuple[int, ...]] = {
    RegionName.LIDS: (226, 113, 225, 224, 223, 222, 221, 189, 244, 233, 232, 231, 230, 229, 228, 31),
    RegionName.BROWS: (46, 53, 52, 65, 55, 107, 66, 105, 63, 70),
    RegionName.CHEEKS: (116, 117, 118, 119, 100, 142, 203, 206, 216, 214, 192, 213, 177, 137),
    RegionName.JAW: (93, 132, 58, 172, 136, 150, 149, 176, 140, 170, 169, 135, 138, 215, 177, 137),
}
CENTRAL_OUTLINES: dict[str, tuple[int, ...]] = {
    RegionName.NOSE: (168, 193, 245, 188, 174, 217, 126, 129, 98, 97, 2),
    RegionName.FOREHEAD: (10, 109, 67, 103, 54, 21, 71, 70, 63, 105, 66, 107, 9),
    RegionName.CHIN: (18, 83, 182, 106, 204, 211, 140, 148, 152),
}
# Metres.
SOFT_EDGE = {
    RegionName.LIDS: 0.003,
    RegionName.BROWS: 0.0025,
    RegionName.CHEEKS: 0.010,
    RegionName.JAW: 0.008,
    RegionName.NOSE: 0.004,
    RegionName.FOREHEAD: 0.008,
    RegionName.CHIN: 0.006,
    RegionName.LIPS: 0.0012,
}


def skin_regions(mesh: ControlMesh, vertices: Floats, control: csr_matrix) -> dict[str, Floats]:
    """Weights (V,) in [0, 1] of every region of the skin and its mouth bag (V, 3), by name.

    Two more names serve the colours only: LID_MARGIN and NOSTRILS.
    """
    inside = np.zeros(mesh.count)
    inside[mesh.mouth[0]], inside[mesh.mouth[1:]] = 0.3, 1.0
    hidden = np.zeros(mesh.count)
    hidden[[*mesh.lid_right.ravel(), *mesh.lid_left.ravel()]] = 1.0
    edge = np.zeros(mesh.count)
    edge[mesh.skirt] = ((np.arange(len(mesh.skirt)) + 1) / len(mesh.skirt))[:, None]
    nostrils = _only(mesh.count, np.concatenate([mesh.nostril_right, mesh.nostril_left]))
    interior, strip, skirt, nostrils = (np.clip(control @ w, 0, 1) for w in (inside, hidden, edge, nostrils))

    weights = {
        RegionName.MOUTH_INTERIOR: interior,
        RegionName.SKIRT: skirt,
        LID_MARGIN: strip,
        NOSTRILS: smoothstep(0.05, 0.45, nostrils),
    }
    visible = (1 - interior) * (1 - skirt)
    landmarks = vertices[: len(dense_mirror())]
    for name, outlines in _outlines().items():
        covered = [soft_polygon(vertices[:, :2], landmarks[list(o), :2], SOFT_EDGE[name]) for o in outlines]
        weights[name] = np.max(covered, axis=0) * visible
    weights[RegionName.LIPS] = np.maximum(
        weights[RegionName.LIPS], np.clip(control @ _only(mesh.count, mesh.mouth[0]), 0, 1)
    )
    weights[RegionName.LIDS] = np.maximum(weights[RegionName.LIDS], strip)
    weights[RegionName.SKIN] = np.clip(1 - weights[RegionName.LIPS] - interior, 0, 1)
    weights[RegionName.EYES] = np.zeros(len(vertices))
    return weights


def _only(count: int, ids: Ints) -> Floats:
    weights = np.zeros(count)
    weights[ids] = 1.0
    return weights


def _outlines() -> dict[str, list[tuple[int, ...]]]:
    """Both sides of the paired outlines, and the central ones closed over the midline."""
    mirror = dense_mirror()
    outlines = {name: [o, tuple(int(mirror[p]) for p in o)] for name, o in PAIRED_OUTLINES.items()}
    for name, half in CENTRAL_OUTLINES.items():
        outlines[name] = [(*half, *(int(mirror[p]) for p in half[-2:0:-1]))]
    outlines[RegionName.LIPS] = [OUTER_LIP_LOOP]
    return outlines


def soft_polygon(points: Floats, corners: Floats, edge: float) -> Floats:
    """1 inside a polygon (K, 2), 0 outside, for points (N, 2), by a smooth step over ``edge`` metres either side."""
    a, b = corners, np.roll(corners, -1, axis=0)
    along = b - a
    offset = points[:, None] - a
    share = np.clip((offset * along).sum(axis=2) / (along**2).sum(axis=1), 0, 1)
    distance = np.linalg.norm(offset - share[..., None] * along, axis=2).min(axis=1)
    crosses = (a[:, 1] > points[:, 1:]) != (b[:, 1] > points[:, 1:])
    rise = np.where(along[:, 1] == 0, 1e-12, along[:, 1])
    at = a[:, 0] + (points[:, 1:] - a[:, 1]) / rise * along[:, 0]
    inside = (crosses & (points[:, :1] < at)).sum(axis=1) % 2 == 1
    return smoothstep(-edge, edge, np.where(inside, distance, -distance))
