"""Results of an earlier built-in model, which was a mask: a cut-out of the present one with other vertices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from likeness.bfm.face_model import FaceModel
from likeness.result.reconstruction import Mesh, Reconstruction
from scipy.spatial import KDTree

REACH = 0.03  # metres round the landmarks


def of_earlier_model(result: Reconstruction, model: FaceModel) -> tuple[Reconstruction, np.ndarray]:
    """A result of the present model as one of an earlier mask of the same id; and which vertices (V,) it has left."""
    mesh = result.mesh
    near = KDTree(model.dense_points(model.mean)).query(model.mean)[0] < REACH
    corners = np.where(mesh.faces < 0, mesh.faces[:, :1], mesh.faces)
    kept = near[corners].all(axis=1) & ~np.isin(mesh.parts, _beyond(mesh))
    ids = np.unique(corners[kept])
    place = np.full(len(near), -1)
    place[ids] = np.arange(len(ids))
    cut = replace(
        mesh,
        vertices=mesh.vertices[ids],
        faces=np.where(mesh.faces[kept] < 0, -1, place[mesh.faces[kept]]).astype(np.int32),
        faces_uv=mesh.faces_uv[kept],
        shape_key_deltas=mesh.shape_key_deltas[:, ids],
        landmarks68=place[mesh.landmarks68],
        skin_weights=mesh.skin_weights[ids],
        parts=mesh.parts[kept],
        cage=None,
    )
    assert cut.landmarks68.min() >= 0
    record = {name: value for name, value in result.model.items() if name != "version"}
    return replace(result, model=record, mesh=cut), ids


def _beyond(mesh: Mesh) -> list[int]:
    """The parts that a mask does not have."""
    return [part for part, name in enumerate(mesh.part_names) if not name.startswith(("skin", "eye", "iris", "pupil"))]
