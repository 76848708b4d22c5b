"""A face as a result folder: what a photo gave, with everything as it is in the scene now."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats, Ints
from ...result.face_file import assemble
from ...result.folder import write_reconstruction
from ...result.mouth_lining import unlined
from ...result.reconstruction import Mesh
from ..mesh import NO_CORNER
from ..mode import object_mode
from ..read_cage import read_cage
from ..read_mesh import (
    corner_starts,
    corner_uv,
    corner_vertices,
    face_materials,
    joints,
    key_vertices,
    neutral_vertices,
    skin_weights,
)
from ..read_view import with_view
from ..record import FaceRecord, recall
from ..shape_keys import expression_keys
from ..state import state_of
from ..textures.face_images import PROPERTIES
from ..textures.images import save_image

MOST_CORNERS = 4


def export_folder(path: Path, face: bpy.types.Object) -> None:
    """Write a face as a result folder, from which `build_face` makes the same face.

    Raises:
        LikenessError: the face has lost what a result needs, or the folder cannot be written; an old result stays.
    """
    with object_mode(), tempfile.TemporaryDirectory() as temporary:
        record = recall(face)
        mesh = unlined(_read_mesh(face, record))
        images = _write_images(face, Path(temporary))
        result = with_view(assemble(record.face, mesh, images), face)
        if len(result.coefficients["expression"]) == len(mesh.expression):
            result = replace(result, coefficients=result.coefficients | {"expression": mesh.expression.tolist()})
        write_reconstruction(result, path)


def _write_images(face: bpy.types.Object, folder: Path) -> dict[str, Path]:
    images = {file: getattr(state_of(face), name) for file, name in PROPERTIES.items()}
    written = {file: folder / file for file, image in images.items() if image is not None}
    for file, path in written.items():
        save_image(images[file], path)
    return written


def _read_mesh(face: bpy.types.Object, record: FaceRecord) -> Mesh:
    vertices = neutral_vertices(face)
    keys = expression_keys(face)
    uv, corner_points = corner_uv(face.data)
    names, parents, positions = joints(face)
    parts = face_materials(face.data)
    unnamed = range(len(record.part_names), int(parts.max(initial=-1)) + 1)
    return Mesh(
        vertices=vertices,
        faces=_by_face(face, corner_vertices(face.data)),
        uv=uv,
        faces_uv=_by_face(face, corner_points),
        shape_key_names=tuple(key.name for key in keys),
        shape_key_deltas=np.array([key_vertices(key) - key_vertices(key.relative_key) for key in keys]).reshape(
            len(keys), *vertices.shape
        ),
        shape_key_ranges=np.array([(key.slider_min, key.slider_max) for key in keys]).reshape(-1, 2),
        expression=np.array([0.0 if key.mute else key.value for key in keys]),
        landmarks68=_landmarks(vertices, record),
        joint_names=names,
        joint_parents=parents,
        joint_positions=positions,
        skin_weights=skin_weights(face, names),
        parts=parts,
        part_names=(*record.part_names, *(f"part_{index}" for index in unnamed)),
        cage=read_cage(face, record, corner_points),
    )


def _by_face(face: bpy.types.Object, corners: Ints) -> Ints:
    """Values of the corners (C,) as a table of faces (F, 4)."""
    starts = corner_starts(face.data)
    sizes = np.diff(starts)
    if sizes.max(initial=0) > MOST_CORNERS:
        raise LikenessError(f"{face.name} has faces with more than four corners; triangulate them to export a folder.")
    table = np.full((len(sizes), MOST_CORNERS), NO_CORNER, np.int32)
    table[np.arange(MOST_CORNERS) < sizes[:, None]] = corners
    return table


def _landmarks(vertices: Floats, record: FaceRecord) -> Ints:
    """Vertex ids of the landmarks; in a mesh of another topology the vertices nearest to where they were."""
    if len(vertices) == record.vertex_count:
        return record.landmarks68
    if not len(vertices):
        raise LikenessError("The face has no vertices left to export.")
    distances = np.linalg.norm(record.landmark_points[:, None] - vertices, axis=-1)
    return distances.argmin(axis=1)
