"""What a depth map says beyond the fitted face, put where it belongs: into vertices, and the rest into the relief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.sparse import diags
from scipy.sparse.linalg import spsolve

from ...anatomy.parts import PartName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats, Floats32
from ...geometry.laplacians import umbrella
from ..detail.picture import FacePicture
from ..filters import blur
from ..fitting.face_fit import FaceFit
from ..rendering.normals import vertex_normals
from ..rendering.visibility import visible_vertices
from .alignment import Aligned

_CARRIED = 0.002  # metres, sigma of what the mesh, whose edges are about 2 mm, can carry
_STIFFNESS = 1.0  # of the vertices' offsets against their neighbours', beside a well seen vertex's own
_ANCHOR = 1e-3  # pull of what is not seen to where the fit has it


def move_vertices(
    found: Aligned, picture: FacePicture, model: FaceModel, fits: Sequence[FaceFit], most: float
) -> list[FaceFit]:
    """Fits of one head whose vertices go where the map of the first photo has them, by ``most`` metres at most.

    The offsets are along the normals and as smooth as what is seen allows; eyes, teeth and whatever else is no skin
    stay.
    """
    wanted, weight = _at_vertices(found, picture, model, fits[0])
    offsets = np.clip(_smooth(np.clip(wanted, -most, most), weight, model), -most, most)
    posed = fits[0].posed
    triangles = torch.as_tensor(model.opaque_triangles(), device=posed.device).long()
    moves = vertex_normals(posed[None], triangles)[0] * posed.new_tensor(offsets)[:, None]
    return [replace(fit, neutral=fit.neutral + moves, posed=fit.posed + moves) for fit in fits]


def _at_vertices(found: Aligned, picture: FacePicture, model: FaceModel, fit: FaceFit) -> tuple[Floats, Floats]:
    """Offsets (V,) along the normals, in metres, and how well each is known."""
    camera = picture.camera
    posed = fit.posed.detach().to("cpu", torch.float32)
    triangles = torch.as_tensor(model.opaque_triangles()).long()
    placed = camera.to_camera(posed)[None]
    seen = visible_vertices(placed, triangles, camera.intrinsics, camera.image_size)[0].numpy()
    column, row = np.floor(camera.project(posed).numpy()).astype(int).T
    inside = seen & (column >= 0) & (column < camera.image_size[0]) & (row >= 0) & (row < camera.image_size[1])
    sigma = _CARRIED / picture.pixel
    share = blur(found.weight, sigma)
    broad = blur(found.residual * found.weight, sigma) / np.maximum(share, 1e-3)
    wanted, weight = np.zeros(len(posed)), np.zeros(len(posed))
    at = row[inside], column[inside]
    # Along the optical axis the surface moves by its offset over the cosine of its slope.
    slope = np.clip(vertex_normals(placed, triangles)[0].numpy()[inside, 2], -1.0, 0.0)
    wanted[inside], weight[inside] = broad[at] * -slope, found.weight[at] * share[at]
    weight[model.part_vertices(*(name for name in model.part_names if name != PartName.SKIN))] = 0.0
    return wanted, weight


def _smooth(wanted: Floats, weight: Floats, model: FaceModel) -> Floats:
    """(V,) the smoothest offsets near what is wanted."""
    skin = np.zeros(len(wanted), bool)
    skin[model.part_vertices(PartName.SKIN)] = True
    laplacian = umbrella(model.faces, len(wanted))
    matrix = diags(weight + _ANCHOR) + _STIFFNESS * (laplacian.T @ laplacian)
    return np.where(skin, spsolve(matrix.tocsc(), weight * wanted), 0.0)


def finer_than_mesh(found: Aligned, picture: FacePicture) -> Floats32:
    """Relief (H, W) in metres along the normals that is left for the displacement map.

    ``found`` is aligned anew on the moved vertices; what is broader than the mesh carries is not relief.
    """
    sigma = _CARRIED / picture.pixel
    broad = blur(found.residual * found.weight, sigma) / np.maximum(blur(found.weight, sigma), 1e-3)
    facing = np.clip(picture.normals[..., 2], 0.0, 1.0)
    return ((found.residual - broad) * found.weight * facing).astype(np.float32)
