"""From ICT-FaceKit's files to a head for Blender: opaque parts only, eyes that turn, bones, one texture."""

from __future__ import annotations

import numpy as np

from ....anatomy.arkit import ARKIT_RANGE
from ....anatomy.joints import HEAD_JOINT_PARENTS, HEAD_JOINTS
from ...model_ids import ICT
from ...source_model import SourceModel
from .colours import albedo
from .expressions import EXPRESSION_NAMES, EXPRESSION_STD, expression_basis
from .facekit import WHERE, FaceKit
from .layout import pack_uv
from .parts import PART_NAMES, face_parts, kept_faces, kept_vertices
from .skeleton import joint_regressor, skin_weights

METRES = 0.01
LICENCE = "MIT, Copyright (c) 2020 USC Institute for Creative Technologies"
LANDMARKS68 = (
    1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443, 268, 493, 1914,
    2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537,
    1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518,
    5957, 5841, 5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
)  # fmt: skip


def source_model(kit: FaceKit) -> SourceModel:
    """The head of the kit: (22991 vertices, 21498 faces), 100 identity modes, 51 ARKit expressions and four halves."""
    vertices, faces = kept_vertices(), kept_faces(kit.faces)
    renumbered = np.full(len(kit.neutral) + 1, -1, np.int32)  # the last entry serves the corner -1
    renumbered[vertices] = np.arange(len(vertices))
    parts = face_parts(kit)
    uv, faces_uv = pack_uv(kit.uv, kit.faces_uv[faces], faces)
    count = len(EXPRESSION_NAMES)
    mean = kit.neutral[vertices].astype(np.float64) * METRES
    return SourceModel(
        id=ICT,
        name="ICT-FaceKit",
        source=WHERE,
        licence=LICENCE,
        mean=mean.astype(np.float32),
        faces=renumbered[kit.faces[faces]],
        identity_basis=kit.identity[:, vertices] * np.float32(METRES),
        expression_basis=(expression_basis(kit)[:, vertices] * METRES).astype(np.float32),
        expression_names=EXPRESSION_NAMES,
        expression_ranges=np.tile(np.array(ARKIT_RANGE, dtype=np.float32), (count, 1)),
        expression_std=np.array(EXPRESSION_STD, dtype=np.float32),
        landmarks68=np.array(LANDMARKS68, dtype=np.int32),
        uv=uv,
        faces_uv=faces_uv,
        albedo_mean=albedo(kit.neutral)[vertices].astype(np.float32),
        part_names=PART_NAMES,
        face_parts=parts[faces],
        joint_names=HEAD_JOINTS,
        joint_parents=np.array(HEAD_JOINT_PARENTS, dtype=np.int32),
        joint_regressor=joint_regressor(kit.neutral)[:, vertices].astype(np.float32),
        skin_weights=skin_weights(kit)[vertices].astype(np.float32),
    )
