"""Named regions of the built-in face as smooth vertex weights.

Skin regions are outlines through landmarks, seen from the front, with soft edges; the hidden parts (lid strips, mouth
bag, eyeballs) and the skirt follow from the control mesh.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from ...anatomy.landmarks import OUTER_LIP_LOOP, dense_mirror
from ...geometry.arrays import Floats, Ints
from ...geometry.smoothstep import smoothstep
from .topology import ControlMesh

REGION_NAMES = (
    "skin", "lips", "lids", "brows", "nose", "cheeks", "forehead", "chin", "jaw", "eyes", "mouth_interior", "skirt",
)  # fmt: skip
# Outlines on the subject's right side, or across the midline as their right half from top to bottom.
PAIRED_OUTLINES: dict[str, tuple[int, ...]] = {
    "lids": (226, 113, 225, 224, 223, 222, 221, 189, 244, 233, 232, 231, 230, 229, 228, 31),
    "brows": (46, 53, 52, 65, 55, 107, 66, 105, 63, 70),
    "cheeks": (116, 117, 118, 119, 100, 142, 203, 206, 216, 214, 192, 213, 177, 137),
    "jaw": (93, 132, 58, 172, 136, 150, 149, 176, 140, 170, 169, 135, 138, 215, 177, 137),
}
CENTRAL_OUTLINES: dict[str, tuple[int, ...]] = {
    "nose": (168, 193, 245, 188, 174, 217, 126, 129, 98, 97, 2),
    "forehead": (10, 109, 67, 103, 54, 21, 71, 70, 63, 105, 66, 107, 9),
    "chin": (18, 83, 182, 106, 204, 211, 140, 148, 152),
}
SOFT_EDGE = {"lids": 0.003, "brows": 0.0025, "cheeks": 0.010, "jaw": 0.008, "nose": 0.004, "forehead": 0.008,
             "chin": 0.006, "lips": 0.0012}  # fmt: skip


def skin_regions(mesh: ControlMesh, vertices: Floats, control: csr_matrix) -> dict[str, Floats]:
    """Weights (V,) in [0, 1] of every region of the skin and its mouth bag (V, 3), by name.

    Two more names serve the colours only: "lid_margin" and "nostrils", the insides of both.
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
        "mouth_interior": interior,
        "skirt": skirt,
        "lid_margin": strip,
        "nostrils": smoothstep(0.05, 0.45, nostrils),
    }
    visible = (1 - interior) * (1 - skirt)
    landmarks = vertices[: len(dense_mirror())]
    for name, outlines in _outlines().items():
        covered = [soft_polygon(vertices[:, :2], landmarks[list(o), :2], SOFT_EDGE[name]) for o in outlines]
        weights[name] = np.max(covered, axis=0) * visible
    weights["lips"] = np.maximum(weights["lips"], np.clip(control @ _only(mesh.count, mesh.mouth[0]), 0, 1))
    weights["lids"] = np.maximum(weights["lids"], strip)
    weights["skin"] = np.clip(1 - weights["lips"] - interior, 0, 1)
    weights["eyes"] = np.zeros(len(vertices))
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
    outlines["lips"] = [OUTER_LIP_LOOP]
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
