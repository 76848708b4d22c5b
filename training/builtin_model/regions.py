"""Named regions of the built-in face as smooth vertex weights.

Skin regions are outlines through landmarks, seen from the front, with soft edges; the hidden parts (lid margins, mouth
bag, nostrils, eyeballs) follow from the mesh.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.landmarks import OUTER_LIP_LOOP, Dense, dense_mirror
from ...anatomy.parts import PartKind
from ...anatomy.regions import RegionName
from ...geometry.arrays import Floats, Ints
from ...geometry.faces import triangulate
from ...geometry.laplacians import umbrella
from ...geometry.polygons import soft_polygon
from ...geometry.smoothstep import smoothstep
from .head_mesh import HeadMesh
from .looks import Look, seen

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


# Outlines end towards the sides of the head, metres on the model's Z axis.
FRONT = (-0.03, 0.0)
# Directions, degrees to the side and down, from which whatever of the nose is not seen lies inside the nostrils.
LOOKS = tuple((yaw, pitch) for pitch in (0, 25, 50) for yaw in (-50, -25, 0, 25, 50))
PICTURE, PIXELS = 0.09, 500  # metres across a picture of the nose, its size
FADES = 2  # rounds of averaging along edges of what is seen or not


def region_weights(head: HeadMesh, landmarks: Floats) -> dict[str, Floats]:
    """Weights (V,) in [0, 1] of every region by name. landmarks: (478, 3) the dense ones at rest.

    Two more names serve the colours only: LID_MARGIN and NOSTRILS.
    """
    skin = head.skin
    outer = head.regions.outer.astype(float)
    mouth = _only(len(skin), np.unique(head.regions.mouth_faces))
    lip_edges = _only(len(skin), np.intersect1d(head.regions.mouth_faces, head.regions.outer_faces))
    mouth = np.clip(mouth - 0.7 * lip_edges, 0, 1)
    margin = _only(len(skin), np.unique(head.lids.rings[:-2]))
    sockets = _only(len(skin), np.unique(head.regions.left_socket_faces))
    hidden = np.maximum(margin, sockets)
    hidden = np.maximum(hidden, hidden[head.base.fine_mirror])
    visible = outer * smoothstep(*FRONT, skin[:, 2])
    weights = {
        RegionName.MOUTH_INTERIOR: mouth,
        RegionName.SKIRT: np.zeros(len(skin)),
        LID_MARGIN: hidden,
        NOSTRILS: nostrils(head, landmarks),
    }
    for name, outlines in _outlines().items():
        covered = [soft_polygon(skin[:, :2], landmarks[list(o), :2], SOFT_EDGE[name]) for o in outlines]
        weights[name] = np.max(covered, axis=0) * visible
    weights[RegionName.LIPS] = np.maximum(weights[RegionName.LIPS], lip_edges)
    weights[RegionName.LIDS] = np.maximum(weights[RegionName.LIDS], hidden)
    weights[RegionName.SKIN] = np.clip(1 - weights[RegionName.LIPS] - mouth, 0, 1)
    even = {name: (w + w[head.base.fine_mirror])[:, None] / 2 for name, w in weights.items()}
    whole = {name: head.whole(w, {})[:, 0] for name, w in even.items()}
    whole[RegionName.EYES] = _only(len(head.mirror), head.part_vertices(PartKind.EYE, PartKind.IRIS, PartKind.PUPIL))
    inside = head.part_vertices(PartKind.TEETH, PartKind.GUMS, PartKind.TONGUE)
    whole[RegionName.MOUTH_INTERIOR][inside] = 1.0
    return whole


def nostrils(head: HeadMesh, landmarks: Floats) -> Floats:
    """Weights (S,): what of the nose no look from in front or below shows."""
    triangles = triangulate(head.base.fine.faces)
    middle = landmarks[Dense.UNDER_NOSE]
    visible = np.zeros(len(head.skin), dtype=bool)
    for yaw, pitch in LOOKS:
        shown = seen(head.skin, triangles, Look(middle, PICTURE, PIXELS, 1.0, yaw, pitch))
        visible[triangles[shown.triangle_ids[shown.mask].numpy()]] = True
    nose = soft_polygon(head.skin[:, :2], landmarks[list(_outlines()[RegionName.NOSE][0]), :2], 0.002)
    hidden = np.where(visible, 0.0, nose * head.regions.outer * (head.skin[:, 2] > middle[2] - 0.02))
    average = umbrella(head.base.fine.faces, len(hidden))
    for _ in range(FADES):
        hidden = hidden - 0.5 * (average @ hidden)
    return np.clip(hidden, 0, 1)


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
