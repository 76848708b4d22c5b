"""Humans as MPFB2 makes them and heads that fit them, small enough for tests: a tube for a body, a cube for an eye."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none
from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.anatomy.joints import BUST_JOINT_PARENTS, BUST_JOINTS, JointName
from likeness.geometry.cage import Cage
from likeness.result.folder import write_reconstruction
from likeness.result.reconstruction import Mesh
from likeness.scene.axes import to_blender
from likeness.scene.building.build import build_face
from synthetic import sheet_reconstruction

# Blender's own Python has no SciPy: there, what needs this head is left out.
subdivide = pytest.importorskip("likeness.geometry.subdivision", reason="subdividing takes SciPy").subdivide

AROUND = 16
# Heights and radii (metres) of the rings of the toy's body, feet to crown: a torso, a neck, a head.
HEIGHTS = np.array([0.0, 0.5, 1.0, 1.3, 1.4, 1.42, 1.44, 1.46, 1.48, 1.5, 1.52, 1.55, 1.58, 1.61, 1.64, 1.67, 1.7])
RADII = np.array(
    [0.2, 0.2, 0.2, 0.18, 0.08, 0.062, 0.06, 0.06, 0.062, 0.07, 0.08, 0.09, 0.09, 0.088, 0.075, 0.05, 0.02]
)
COLLAR, CHIN = 4, 10  # rings
CUBE = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)]) * 0.01
CUBE_FACES = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
EYE = np.array([0.03, 1.6, 0.07])


@dataclass(frozen=True, eq=False)
class Base:
    """A base mesh in model axes: V vertices, the first of which are the body's, Q quads."""

    vertices: np.ndarray  # (V, 3) metres
    body: np.ndarray  # (Q, 4)
    eye: np.ndarray  # (E, 4) helper faces
    head: np.ndarray  # (B,) ids
    jaw: np.ndarray  # (17,) ids


def tube() -> Base:
    """The toy: rings of 16 vertices from the feet up, then a cube where an eye belongs; it looks along Z."""
    angle = 2.0 * np.pi * np.arange(AROUND) / AROUND
    rings = [
        np.stack([r * np.sin(angle), np.full(AROUND, y), r * np.cos(angle)], axis=1)
        for y, r in zip(HEIGHTS, RADII, strict=True)
    ]
    body = np.concatenate(rings)
    ids = np.arange(len(body)).reshape(-1, AROUND)
    beside = np.roll(ids, -1, axis=1)
    faces = np.stack([ids[:-1], beside[:-1], beside[1:], ids[1:]], axis=-1).reshape(-1, 4)
    front = np.arange(-AROUND // 4, AROUND // 4 + 1) % AROUND
    jaw = ids[CHIN][np.resize(front, 17)]
    return Base(np.concatenate([body, EYE + CUBE]), faces, len(body) + CUBE_FACES, ids[COLLAR:].ravel(), jaw)


def human_of(base: Base, name: str = "Human") -> bpy.types.Object:
    """A human of the layout that MPFB2 documents: macro keys, groups, a mask over the helpers, no material."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(to_blender(base.vertices).tolist(), [], [*base.body.tolist(), *base.eye.tolist()])
    data.uv_layers.new(name="UVMap")
    human = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(human)
    human["MPFB_GEN_object_type"] = "Basemesh"
    seen = np.unique(base.body).tolist()
    human.vertex_groups.new(name="body").add(seen, 1.0, "REPLACE")
    human.vertex_groups.new(name="HelperGeometry").add(np.unique(base.eye).tolist(), 1.0, "REPLACE")
    human.shape_key_add(name="Basis", from_mix=False)
    for macro, factor, value in (("$md-universal-$fe", 0.1, 0.5), ("$md-$ca-$fe", -0.04, 0.3)):
        key = human.shape_key_add(name=macro, from_mix=False)
        shape = base.vertices * (1.0 + factor * np.array([1.0, 0.5, 1.5]))
        key.points.foreach_set("co", to_blender(shape).astype(np.float32).ravel())
        key.value = value
    mask = human.modifiers.new("Hide helpers", "MASK")
    mask.vertex_group = "body"
    return human


def rig_on(human: bpy.types.Object, base: Base, bones: dict[str, tuple[float, float, float]]) -> bpy.types.Object:
    """An armature for a human, parents first, each bone the next one's parent but for eyes; all head on ``head``."""
    rig = bpy.data.objects.new(f"{human.name}.rig", bpy.data.armatures.new(f"{human.name}.rig"))
    bpy.context.collection.objects.link(rig)
    rig["MPFB_GEN_object_type"] = "Skeleton"
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, place in bones.items():
        bone = rig.data.edit_bones.new(name)
        bone.head = to_blender(np.array(place)).tolist()
        bone.tail = to_blender(np.add(place, [0.0, 0.03, 0.0])).tolist()
        bone.parent = rig.data.edit_bones[next(iter(bones))] if name != next(iter(bones)) else None
    bpy.ops.object.mode_set(mode="OBJECT")
    human.parent = rig
    human.modifiers.new("Armature", "ARMATURE").object = rig
    human.vertex_groups.new(name=next(iter(bones))).add(base.head.tolist(), 1.0, "REPLACE")
    return rig


def build_bust(
    folder: Path,
    base: Base,
    shape: np.ndarray,
    keys: dict[str, np.ndarray],
    name: str = "face",
    with_cage: bool = True,
) -> bpy.types.Object:
    """`bust_of` as a face in the scene, as a user gets it: from a result folder."""
    mesh = bust_of(base, shape, keys)
    result = replace(sheet_reconstruction(), mesh=mesh if with_cage else replace(mesh, cage=None))
    write_reconstruction(result, folder / f"{name}.likeness")
    return build_face(folder / f"{name}.likeness")


def bust_of(base: Base, shape: np.ndarray, keys: dict[str, np.ndarray] | None = None) -> Mesh:
    """A face of the base's head with ``shape`` (V, 3) for its vertices and keys (V, 3), subdivided once, metres."""
    eye = np.unique(base.eye)
    used = np.concatenate([base.head, eye])
    local = np.full(len(base.vertices), -1)
    local[used] = np.arange(len(used))
    skin = local[base.body]
    skin = skin[(skin >= 0).all(axis=1)]
    faces = np.concatenate([skin, local[base.eye]])
    fine = subdivide(faces, len(used), 1)
    vertices = fine.matrix @ shape[used]
    deltas = [fine.matrix @ delta[used] for delta in (keys or {}).values()]
    uv = _layout(faces, len(used))
    joints = np.array([[0.0, shape[base.head, 1].min() + 0.02 * index, 0.0] for index in range(len(BUST_JOINTS))])
    joints[BUST_JOINTS.index(JointName.EYE_LEFT)] = shape[eye].mean(axis=0)
    weights = np.zeros((len(vertices), len(BUST_JOINTS)))
    parts = (np.arange(4 * len(faces)) >= 4 * len(skin)).astype(np.int32)
    of_eye = np.unique(fine.faces[parts == 1])
    weights[:, BUST_JOINTS.index(JointName.HEAD)] = 1.0
    weights[of_eye] = np.eye(len(BUST_JOINTS))[BUST_JOINTS.index(JointName.EYE_LEFT)]
    fine_uv = np.arange(16 * len(faces)).reshape(-1, 4)
    return Mesh(
        vertices=vertices,
        faces=fine.faces,
        uv=uv,
        faces_uv=fine_uv,
        shape_key_names=tuple(keys or {}),
        shape_key_deltas=np.array(deltas).reshape(-1, *vertices.shape),
        shape_key_ranges=np.array([[0.0, 1.0]] * len(deltas)).reshape(-1, 2),
        expression=np.full(len(deltas), 0.5),
        landmarks68=np.resize(local[base.jaw], 68),
        joint_names=BUST_JOINTS,
        joint_parents=np.array(BUST_JOINT_PARENTS),
        joint_positions=joints,
        skin_weights=weights,
        parts=parts,
        part_names=("skin", "eye_left"),
        cage=Cage(
            faces=faces,
            faces_uv=fine_uv[:, 0].reshape(-1, 4),
            base_vertices=base.head,
            base_uv=np.zeros((1, 2)),
            base_faces_uv=np.zeros((4 * len(faces), 4), np.int32),
            base_cage_faces_uv=np.zeros((len(faces), 4), np.int32),
        ),
    )


def _layout(faces: np.ndarray, count: int) -> np.ndarray:
    """Texture points (16 G, 2) of the fine faces; a cage corner's own tells its vertex: u = id / count, v = corner."""
    corner = np.stack([faces / count, np.broadcast_to(np.arange(4) / 4.0, faces.shape)], axis=-1)
    after, before, middle = np.roll(corner, -1, 1), np.roll(corner, 1, 1), corner.mean(axis=1, keepdims=True)
    middle = np.broadcast_to(middle, corner.shape)
    return np.stack([corner, (corner + after) / 2, middle, (corner + before) / 2], axis=2).reshape(-1, 2)
