"""What a face remembers of its result as text: where it comes from, and what of its mesh Blender has no place for."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import bpy
import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats
from ..result.face_file import face_text
from ..result.reconstruction import Reconstruction
from .read_mesh import joints, neutral_vertices
from .state import state_of

FIT_TYPE = "<f4"


class Joints(NamedTuple):
    """The joints of a face's neutral mesh, parents first."""

    joint_names: tuple[str, ...]
    joint_parents: np.ndarray  # (J,) ids; -1 for a root
    joint_positions: np.ndarray  # (J, 3) metres, model axes


JOINTS = Joints._fields


@dataclass(frozen=True)
class FaceRecord:
    """A face's memory of its result."""

    face: dict[str, Any]  # the content of face.json
    vertex_count: int
    landmarks68: np.ndarray  # (68,) vertex ids
    landmark_points: np.ndarray  # (68, 3) metres, on the neutral identity
    part_names: tuple[str, ...]  # by material index
    cage_count: int  # how many of the vertices, the first, are those of the mesh's cage; 0 without one
    base_vertices: np.ndarray  # (B,) ids in MPFB2's base mesh of the first B of them


def remember(face: bpy.types.Object, result: Reconstruction) -> None:
    """Keep the record of a result with its face."""
    mesh = result.mesh
    anatomy = {
        "vertex_count": len(mesh.vertices),
        "landmarks68": mesh.landmarks68.tolist(),
        "landmark_points": mesh.vertices[mesh.landmarks68].tolist(),
        "part_names": mesh.part_names,
    }
    anatomy |= {name: getattr(mesh, name) for name in JOINTS}
    if mesh.cage is not None:
        anatomy |= {"cage_count": mesh.cage.count, "base_vertices": mesh.cage.base_vertices.tolist()}
    memory = state_of(face)
    memory.record, memory.anatomy = face_text(result), _text(anatomy)
    memory.fit = base64.b64encode(mesh.vertices.astype(FIT_TYPE).tobytes()).decode("ascii")


def remember_joints(face: bpy.types.Object) -> None:
    """Keep where the joints are with a face of an earlier version, while it has its rig."""
    memory = state_of(face)
    if memory.anatomy and recall_joints(face) is None and face.find_armature() is not None:
        memory.anatomy = _text(json.loads(memory.anatomy) | Joints(*joints(face))._asdict())


def recall_joints(face: bpy.types.Object) -> Joints | None:
    """The joints that the face was made with; None where it does not remember them."""
    anatomy = json.loads(state_of(face).anatomy or "{}")
    if not anatomy.keys() >= set(JOINTS):
        return None
    names, parents, positions = (anatomy[name] for name in JOINTS)
    return Joints(tuple(names), np.array(parents), np.array(positions))


def own_size(anatomy: str) -> tuple[int, int]:
    """How many vertices and parts a face was made with, by the text that it remembers; 0 for an empty one."""
    told = json.loads(anatomy or "{}")
    return told.get("vertex_count", 0), len(told.get("part_names", ()))


def _text(anatomy: dict[str, Any]) -> str:
    return json.dumps(anatomy, default=np.ndarray.tolist)


def recall(face: bpy.types.Object) -> FaceRecord:
    """The record of a face. Raises `LikenessError` if it has none."""
    memory = state_of(face)
    if not memory.record:
        raise LikenessError(
            f"{face.name} comes from an earlier version of Likeness, which kept no record of its result."
        )
    anatomy = json.loads(memory.anatomy)
    return FaceRecord(
        face=json.loads(memory.record),
        vertex_count=anatomy["vertex_count"],
        landmarks68=np.array(anatomy["landmarks68"]),
        landmark_points=np.array(anatomy["landmark_points"]),
        part_names=tuple(anatomy["part_names"]),
        cage_count=anatomy.get("cage_count", 0),
        base_vertices=np.array(anatomy.get("base_vertices", []), np.int32),
    )


def fitted_vertices(face: bpy.types.Object) -> Floats:
    """The neutral face (V, 3) as it was fitted, metres, whatever was done to its mesh since.

    Raises:
        LikenessError: an earlier version made the face, which did not keep it, and its mesh has other vertices now.
    """
    kept = state_of(face).fit
    if kept:
        return np.frombuffer(base64.b64decode(kept), FIT_TYPE).reshape(-1, 3)
    vertices = neutral_vertices(face)
    if len(vertices) != recall(face).vertex_count:
        raise LikenessError(f"{face.name} has lost vertices, so its photo no longer fits: create it anew.")
    return vertices
