"""The model that a result's mesh is of, or, where that is not at hand, the mesh as a model of one face."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from ..anatomy.parts import PartName
from ..bfm.face_model import FaceModel
from ..bfm.library.registry import available_models, load_model
from ..bfm.model_ids import BUILTIN
from ..bfm.source_model import SourceModel
from ..geometry.arrays import Floats
from ..geometry.edges import edges_of
from ..geometry.laplacians import adjacency
from ..result.reconstruction import Mesh, Reconstruction

RIM = 0.045  # metres from its border within which the built-in model was not quite a face, as long as it was a mask


def own_model(result: Reconstruction) -> FaceModel | SourceModel:
    """The model that a result's mesh is of; the mesh as a model of this one face where that is not at hand any more.

    So it is with a result of an earlier form of its model, or of a model that has left the library.
    """
    mesh, model_id = result.mesh, str(result.model.get("id", ""))
    if model_id in available_models():
        model = load_model(model_id)
        if len(mesh.vertices) == len(model.mean) and np.array_equal(mesh.faces, model.faces):
            return model
    return SourceModel(
        id=model_id,
        name=model_id,
        source=result.model.get("source", ""),
        licence=result.model.get("licence", ""),
        mean=mesh.vertices,
        faces=mesh.faces,
        identity_basis=np.zeros((0, *mesh.vertices.shape)),
        expression_basis=mesh.shape_key_deltas,
        expression_names=mesh.shape_key_names,
        expression_ranges=mesh.shape_key_ranges,
        expression_std=np.zeros(len(mesh.shape_key_names)),
        landmarks68=mesh.landmarks68,
        uv=mesh.uv,
        faces_uv=mesh.faces_uv,
        part_names=mesh.part_names,
        face_parts=mesh.parts,
        doubt=rim_doubt(mesh) if model_id == BUILTIN else None,
    )


def rim_doubt(mesh: Mesh) -> Floats:
    """(V,) from 1 at the border of a mask to 0 at `RIM` from it, along the surface.

    The border is the longest that the skin has: those of mouth and eyes are shorter.
    """
    doubt = np.zeros(len(mesh.vertices))
    skin = [part for part, name in enumerate(mesh.part_names) if name == PartName.SKIN]
    edges = edges_of(mesh.faces[np.isin(mesh.parts, skin)])
    border = edges.ends[edges.border]
    if not len(border):
        return doubt
    _, loop = connected_components(adjacency(border, len(doubt)), directed=False)
    rim = np.unique(border[loop[border[:, 0]] == np.bincount(loop[border[:, 0]]).argmax()])
    lengths = np.linalg.norm(mesh.vertices[edges.ends[:, 0]] - mesh.vertices[edges.ends[:, 1]], axis=1)
    paths = sparse.csr_matrix((lengths, tuple(edges.ends.T)), shape=(len(doubt), len(doubt)))
    distance = dijkstra(paths, directed=False, indices=rim, min_only=True)
    return np.clip(1 - distance / RIM, 0, 1)
