"""A `FaceModel` as tensors on one device, with the parts the fit differentiates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ...bfm.face_model import FaceModel


@dataclass(frozen=True, eq=False)  # a key of caches, as the model is
class ModelTensors:
    """V vertices, L dense landmarks, I / E / A modes, T triangles."""

    model: FaceModel
    mean: Tensor  # (V, 3)
    identity_basis: Tensor  # (I, V, 3)
    expression_basis: Tensor  # (E, V, 3)
    expression_range: Tensor  # (E, 2)
    expression_std: Tensor  # (E,)
    albedo_mean: Tensor  # (V, 3)
    albedo_basis: Tensor  # (A, V, 3)
    triangles: Tensor  # (T, 3) int64
    dense_vertices: Tensor  # (L, 3) int64
    dense_weights: Tensor  # (L, 3)
    landmarks68: Tensor  # (68,) int64

    def neutral(self, identity: Tensor) -> Tensor:
        """Identity coefficients (..., I) -> neutral vertices (..., V, 3)."""
        return self.mean + torch.tensordot(identity, self.identity_basis, dims=1)

    def shape(self, identity: Tensor, expression: Tensor) -> Tensor:
        """Coefficients (..., I) and (..., E) -> vertices (..., V, 3)."""
        return self.neutral(identity) + torch.tensordot(expression, self.expression_basis, dims=1)

    def dense(self, field: Tensor) -> Tensor:
        """A field on vertices (..., V, C) -> on the dense landmarks (..., L, C)."""
        corners = field[..., self.dense_vertices, :]
        return (self.dense_weights[..., None] * corners).sum(dim=-2)

    def ibug68(self, field: Tensor) -> Tensor:
        """A field on vertices (..., V, C) -> on the iBUG-68 landmarks (..., 68, C)."""
        return field[..., self.landmarks68, :]


def model_tensors(
    model: FaceModel, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> ModelTensors:
    """The model on a device; the latest few conversions are kept."""
    return _convert(model, torch.device(device), dtype)


@lru_cache(maxsize=4)
def _convert(model: FaceModel, device: torch.device, dtype: torch.dtype) -> ModelTensors:
    def real(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=dtype, device=device)

    def index(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=torch.int64, device=device)

    return ModelTensors(
        model=model,
        mean=real(model.mean),
        identity_basis=real(model.identity_basis),
        expression_basis=real(model.expression_basis),
        expression_range=real(model.expression_ranges),
        expression_std=real(model.expression_std),
        albedo_mean=real(model.albedo_mean),
        albedo_basis=real(model.albedo_basis),
        triangles=index(model.triangles()),
        dense_vertices=index(model.dense_vertices),
        dense_weights=real(model.dense_weights),
        landmarks68=index(model.landmarks68),
    )
