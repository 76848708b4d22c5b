"""A small file of GNM Head's form, made of the built-in face."""

from __future__ import annotations

import numpy as np
from likeness.anatomy.joints import JointName
from likeness.anatomy.parts import PartKind, part_kind
from likeness.bfm.library.registry import load_model

IDENTITY, EXPRESSION = 5, 7


def gnm_arrays() -> dict[str, np.ndarray]:
    """The built-in face's quads with GNM's keys; its parts' UVs lie in tiles beside each other."""
    model = load_model("builtin")
    kinds = [part_kind(name) for name in model.part_names]
    component = np.array([2 if kind.of_eyeball else 1 if kind is PartKind.MOUTH else 0 for kind in kinds])
    wanted = [part for part, kind in enumerate(kinds) if kind in (PartKind.SKIN, PartKind.MOUTH) or kind.of_eyeball]
    taken = (model.faces[:, 3] >= 0) & np.isin(model.face_parts, wanted)
    quads, parts = model.faces[taken], component[model.face_parts[taken]]
    groups = np.zeros((5, len(model.mean)), np.float32)
    for group in range(3):
        groups[group, quads[parts == group]] = 1
    groups[4] = 0.3
    bones = [model.joint_names.index(name) for name in (JointName.HEAD, *JointName.EYES)]
    joints = model.joint_regressor @ model.mean
    return {
        "version": np.array("3.0"),
        "template_vertex_positions": model.mean,
        "template_joint_positions": joints[[bones[0], *bones]],
        "joint_identity_basis": np.zeros((IDENTITY, 4, 3)),
        "vertex_identity_basis": model.identity_basis[:IDENTITY],
        "expression_basis": model.expression_basis[:EXPRESSION],
        "expression_names": np.array(["eyes_0", "eyes_1", "mouth_0", "mouth_0", "a", "b", "c"]),
        "joint_names": np.array(["neck", "head", "left_eye", "right_eye"]),
        "joint_parent_indices": np.array([0, 0, 1, 1]),
        "skinning_weights": np.stack([np.full(len(model.mean), 0.2), *model.skin_weights[:, bones].T + 0.01]),
        "quads": quads,
        "quad_uvs": model.uv[model.faces_uv[taken]] + parts[:, None, None] * [1.0, 0.0],
        "mesh_component_names": np.array(["skin", "mouth_bag", "eyes"]),
        "vertex_groups": groups,
        "vertex_group_names": np.array(["skin", "mouth_bag", "eyes", "other", "half"]),
    }
