"""The face's outline: where the surface turns away, it must end where the photo's face ends.

A detector marks the outline of cheeks and jaw in the picture, but which surface point that is changes with the view, so
as landmarks those points are vague. As an outline they are sharp: the nearest vertex of the model's own rim must lie on
the line through them, and may slide along it.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..camera import Camera
from ..rendering.normals import vertex_normals
from .landmark_fit import Observations, cross_matrix
from .model_tensors import ModelTensors
from .settings import OutlineSettings


def outline_equations(
    tensors: ModelTensors, modes: Tensor, shape: Tensor, camera: Camera, seen: Observations, settings: OutlineSettings
) -> tuple[Tensor, Tensor]:
    """Gauss-Newton matrix (K + 6, K + 6) and gradient (K + 6,) over modes (K, V, 3), turn and shift; shape (V, 3)."""
    oval = seen.points[seen.oval]
    along = normalize(torch.roll(oval, -1, 0) - torch.roll(oval, 1, 0), dim=-1)
    across = torch.stack([-along[:, 1], along[:, 0]], dim=-1)
    placed = camera.to_camera(shape)
    rim = _rim(tensors, placed, settings)
    pixels = camera.project(shape[rim])
    distance, nearest = torch.cdist(oval, pixels).min(dim=1) if len(rim) else (oval[:, 0] * torch.inf, seen.oval)
    matched = distance < settings.reach * seen.inter_ocular
    vertex, normal = rim[nearest[matched]], across[matched]
    sigma = settings.sigma * seen.inter_ocular
    offset = ((pixels[nearest[matched]] - oval[matched]) * normal).sum(-1) / sigma
    kept = settings.geman_mcclure**2 / (settings.geman_mcclure**2 + offset**2) / settings.correlation
    jacobian = _jacobian(placed[vertex], normal, modes[:, vertex], camera) * (kept / sigma)[:, None]
    return jacobian.mT @ jacobian, jacobian.mT @ (kept * offset)


def _rim(tensors: ModelTensors, placed: Tensor, settings: OutlineSettings) -> Tensor:
    """Ids of skin vertices (camera space (V, 3)) whose surface is about to turn away from the viewer."""
    normals = vertex_normals(placed[None], tensors.triangles)[0]
    facing = -(normals * normalize(placed, dim=-1)).sum(-1)
    return ((facing.abs() < settings.rim_facing) & (tensors.skin > 0.5)).nonzero().squeeze(1)


def _jacobian(placed: Tensor, normal: Tensor, modes: Tensor, camera: Camera) -> Tensor:
    """Derivatives (O, K + 6) of ``normal . projection`` of camera-space points (O, 3) with modes (K, O, 3)."""
    x, y, z = placed.unbind(-1)
    by_x = normal[:, 0] * camera.intrinsics[0, 0] / z
    by_y = normal[:, 1] * camera.intrinsics[1, 1] / z
    by_point = torch.stack([by_x, by_y, -(by_x * x + by_y * y) / z], dim=-1)
    by_modes = torch.einsum("oc,cd,kod->ok", by_point, camera.rotation, modes)
    by_turn = (by_point[:, None] @ -cross_matrix(placed - camera.translation))[:, 0]
    return torch.cat([by_modes, by_turn, by_point], dim=1)
