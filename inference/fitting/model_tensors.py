"""A `FaceModel` as tensors on one device, with the parts the fit differentiates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel

UNEVEN_REGIONS = (RegionName.LIPS, RegionName.BROWS, RegionName.LIDS, RegionName.EYES, RegionName.MOUTH_INTERIOR)
SPACING = 0.002  # metres between the vertices of a fine mesh that are compared with the photo


@dataclass(frozen=True, eq=False)  # a key of caches, as the model is
class ModelTensors:
    """V vertices, L dense landmarks, I / E / A modes, T triangles.

    Expressions that the fit leaves at zero (``expression_std`` 0) are not here: E counts the fitted ones.
    """

    model: FaceModel
    mean: Tensor  # (V, 3)
    identity_basis: Tensor  # (I, V, 3)
    expression_basis: Tensor  # (E, V, 3)
    expression_range: Tensor  # (E, 2)
    expression_std: Tensor  # (E,)
    fitted: Tensor  # (E,) int64: which of the model's expressions these are
    albedo_mean: Tensor  # (V, 3)
    albedo_basis: Tensor  # (A, V, 3)
    triangles: Tensor  # (T, 3) int64
    dense_vertices: Tensor  # (L, 3) int64
    dense_weights: Tensor  # (L, 3)
    landmarks68: Tensor  # (68,) int64
    skin: Tensor  # (V,) in [0, 1]
    even: Tensor  # (V,) skin whose colour albedo basis and smooth light can explain: no lips, brows, lids or eyes
    area: Tensor  # (V,) square metres of the mean a vertex stands for; of a fine mesh one vertex per ``SPACING``

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

    def all_expressions(self, fitted: Tensor) -> Tensor:
        """Values (E,) of the fitted expressions -> of all of the model's, zero for the others."""
        return fitted.new_zeros(len(self.model.expression_names)).index_copy(0, self.fitted, fitted)


def model_tensors(
    model: FaceModel, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> ModelTensors:
    """The model on a device; the latest two conversions are kept."""
    return _convert(model, torch.device(device), dtype)


@lru_cache(maxsize=2)
def _convert(model: FaceModel, device: torch.device, dtype: torch.dtype) -> ModelTensors:
    def real(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=dtype, device=device)

    def index(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=torch.int64, device=device)

    fitted = np.flatnonzero(np.asarray(model.expression_std) > 0)
    every = len(fitted) == len(model.expression_names)
    mean, triangles = real(model.mean), index(model.triangles())
    skin, even = skin_weights(model)
    return ModelTensors(
        model=model,
        mean=mean,
        identity_basis=real(model.identity_basis),
        expression_basis=real(model.expression_basis if every else np.asarray(model.expression_basis)[fitted]),
        expression_range=real(np.asarray(model.expression_ranges)[fitted]),
        expression_std=real(np.asarray(model.expression_std)[fitted]),
        fitted=index(fitted),
        albedo_mean=real(model.albedo_mean),
        albedo_basis=real(model.albedo_basis),
        triangles=triangles,
        dense_vertices=index(model.dense_vertices),
        dense_weights=real(model.dense_weights),
        landmarks68=index(model.landmarks68),
        skin=real(skin),
        even=real(even),
        area=thinned(mean, vertex_areas(mean, triangles), SPACING),
    )


def skin_weights(model: FaceModel) -> tuple[np.ndarray, np.ndarray]:
    """Two weights (V,) in [0, 1]: skin, and evenly coloured skin."""
    skin = np.asarray(model.region(RegionName.SKIN), np.float64)
    even = skin
    for name in set(UNEVEN_REGIONS) & set(model.region_names):
        even = even * (1 - model.region(name))
    return skin, even


def vertex_areas(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Area (V,) round each vertex (V, 3): a third of its triangles'."""
    a, b, c = (vertices[corner] for corner in triangles.unbind(1))
    third = torch.linalg.cross(b - a, c - a).norm(dim=-1) / 6
    areas = torch.zeros_like(vertices[:, 0])
    for corner in triangles.unbind(1):
        areas.index_add_(0, corner, third)
    return areas


def thinned(points: Tensor, areas: Tensor, spacing: float) -> Tensor:
    """Areas (V,) of points (V, 3) gathered on one point of every cell of ``spacing``; zero on the others."""
    cells, cell_of = torch.unique((points / spacing).floor().long(), dim=0, return_inverse=True)
    distance = (points / spacing - cells[cell_of] - 0.5).norm(dim=-1)
    nearest = distance.new_full((len(cells),), torch.inf).scatter_reduce(0, cell_of, distance, "amin")
    ids = torch.arange(len(points), device=points.device)
    standing = distance == nearest[cell_of]
    first = ids.new_full((len(cells),), len(points)).scatter_reduce(0, cell_of[standing], ids[standing], "amin")
    total = areas.new_zeros(len(cells)).index_add(0, cell_of, areas)
    return torch.zeros_like(areas).index_copy(0, first, total)
