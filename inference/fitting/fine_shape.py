"""The fine shape: relief between the identity modes and the displacement map.

A scalar Gaussian process over the surface, along the mean's normals, with a Gaussian kernel of less than a millimetre's
amplitude. It is carried by inducing points (Quinonero-Candela and Rasmussen 2005), so its modes have N(0, 1)
coefficients and can be appended to the identity basis.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from ...bfm.face_model import FaceModel
from ..rendering.normals import vertex_normals
from .face_part import FacePart, face_part
from .model_tensors import ModelTensors
from .settings import FineShapeSettings


def fine_shape_of(part: FacePart, settings: FineShapeSettings) -> Tensor:
    """The `fine_shape_basis` (M, V, 3) of a model's face; on the CPU that of the latest model is kept."""
    return _on_cpu(part.model, part.mean.dtype, settings).to(part.mean.device)


@lru_cache(maxsize=1)
def _on_cpu(model: FaceModel, dtype: torch.dtype, settings: FineShapeSettings) -> Tensor:
    return fine_shape_basis(face_part(model, dtype=dtype), settings)


def fine_shape_basis(tensors: ModelTensors, settings: FineShapeSettings) -> Tensor:
    """Modes (M, V, 3), metres per sigma, zero outside the skin."""
    inside = (tensors.skin > 0.5).nonzero().squeeze(1)
    points = tensors.mean[inside]
    inducing = points[_farthest_points(points, settings.inducing_points)]
    among = _kernel(inducing, inducing, settings) + 1e-4 * torch.eye(
        len(inducing), dtype=points.dtype, device=points.device
    )
    factor = torch.linalg.cholesky(among)
    height = torch.linalg.solve_triangular(factor, _kernel(inducing, points, settings), upper=False)  # (M, inside)
    normals = vertex_normals(tensors.mean[None], tensors.triangles)[0, inside]
    modes = tensors.mean.new_zeros(len(inducing), *tensors.mean.shape)
    modes[:, inside] = settings.amplitude_m * (height * tensors.skin[inside])[..., None] * normals
    return modes


def _kernel(a: Tensor, b: Tensor, settings: FineShapeSettings) -> Tensor:
    return torch.exp(-(torch.cdist(a, b) ** 2) / (2 * settings.scale_m**2))


def _farthest_points(points: Tensor, count: int) -> Tensor:
    """Indices of ``count`` points spread evenly: each new one is the farthest from those chosen before."""
    count = min(count, len(points))
    chosen = [int(points[:, 2].argmax())]
    distance = torch.full((len(points),), torch.inf, dtype=points.dtype, device=points.device)
    for _ in range(count - 1):
        distance = torch.minimum(distance, (points - points[chosen[-1]]).norm(dim=1))
        chosen.append(int(distance.argmax()))
    return torch.tensor(chosen, device=points.device)
