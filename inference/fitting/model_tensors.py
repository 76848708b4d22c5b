"""A `FaceModel` as tensors on one device, with the parts the fit differentiates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from ...anatomy.landmarks import DENSE, IBUG68, LandmarkScheme
from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.colour import LUMINANCE

UNEVEN_REGIONS = (RegionName.LIPS, RegionName.BROWS, RegionName.LIDS, RegionName.EYES, RegionName.MOUTH_INTERIOR)
SPACING = 0.002  # metres between the vertices of a fine mesh that are compared with the photo

_ALBEDO = ("albedo_mean", "albedo_basis")

Tensors = TypeVar("Tensors", bound="ModelTensors")


@dataclass(frozen=True)
class SurfacePoints:
    """L points on a mesh, each the weighted mean of C of its vertices."""

    vertices: Tensor  # (L, C) int64
    weights: Tensor  # (L, C)

    def of(self, field: Tensor) -> Tensor:
        """A field on the vertices (..., V, D) -> at the points (..., L, D)."""
        return (self.weights[..., None] * field[..., self.vertices, :]).sum(dim=-2)

    def to(self, device: torch.device | str) -> SurfacePoints:
        """The same points on another device."""
        return SurfacePoints(self.vertices.to(device), self.weights.to(device))


@dataclass(frozen=True, eq=False)
class ModelTensors:
    """V vertices, I / E / A modes, T triangles: what `model_tensors` makes of a model.

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
    triangles: Tensor  # (T, 3) int64, the opaque ones
    landmarks: Mapping[LandmarkScheme, SurfacePoints]
    skin: Tensor  # (V,) in [0, 1]
    tinted: Tensor  # (V,) in [0, 1]: coloured by the person's skin tone: skin and lips
    even: Tensor  # (V,) skin whose colour albedo basis and smooth light can explain: no lips, brows, lids or eyes
    area: Tensor  # (V,) square metres of the mean a vertex stands for; of a fine mesh one vertex per ``SPACING``

    def to(self: Tensors, device: torch.device | str) -> Tensors:
        """The same on a device; itself where it is there."""
        if self.mean.device == torch.device(device):
            return self
        return replace(self, **{f.name: _on(device, getattr(self, f.name)) for f in fields(self)})

    def neutral(self, identity: Tensor) -> Tensor:
        """Identity coefficients (..., I) -> neutral vertices (..., V, 3)."""
        return self.mean + torch.tensordot(identity, self.identity_basis, dims=1)

    def shape(self, identity: Tensor, expression: Tensor) -> Tensor:
        """Coefficients (..., I) and (..., E) -> vertices (..., V, 3)."""
        return self.neutral(identity) + torch.tensordot(expression, self.expression_basis, dims=1)

    def in_grey(self: Tensors) -> Tensors:
        """The same with albedo of no hue, each vertex as bright as before."""
        weights = self.albedo_mean.new_tensor(LUMINANCE)
        grey = {name: (getattr(self, name) @ weights)[..., None].expand(getattr(self, name).shape) for name in _ALBEDO}
        return replace(self, **grey)

    def at(self, scheme: LandmarkScheme, field: Tensor) -> Tensor:
        """A field on vertices (..., V, D) -> on a scheme's landmarks (..., L, D)."""
        return self.landmarks[scheme].of(field)

    @property
    def fitted_names(self) -> list[str]:
        """Names (E,) of the fitted expressions."""
        return [self.model.expression_names[which] for which in self.fitted.tolist()]

    def all_expressions(self, fitted: Tensor) -> Tensor:
        """Values (E,) of the fitted expressions -> of all of the model's, zero for the others."""
        return fitted.new_zeros(len(self.model.expression_names)).index_copy(0, self.fitted, fitted)


def model_tensors(
    model: FaceModel, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> ModelTensors:
    """The model on a device.

    On the CPU the latest two are kept. What lies elsewhere is copied from there and ends with the run that asked for
    it, so that no memory of a GPU is held between runs, nor any after a run that had to fall back on the CPU.
    """
    return _on_cpu(model, dtype).to(device)


@lru_cache(maxsize=2)
def _on_cpu(model: FaceModel, dtype: torch.dtype) -> ModelTensors:
    def real(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=dtype)

    def index(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=torch.int64)

    fitted = np.flatnonzero(np.asarray(model.expression_std) > 0)
    every = len(fitted) == len(model.expression_names)
    mean, triangles, vertices68 = real(model.mean), index(model.opaque_triangles()), index(model.landmarks68)[:, None]
    skin, tinted, even = skin_weights(model)
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
        landmarks={
            DENSE: SurfacePoints(index(model.dense_vertices), real(model.dense_weights)),
            IBUG68: SurfacePoints(vertices68, torch.ones_like(vertices68, dtype=dtype)),
        },
        skin=real(skin),
        tinted=real(tinted),
        even=real(even),
        area=thinned(mean, vertex_areas(mean, triangles), SPACING),
    )


def _on(device: torch.device | str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _on(device, entry) for key, entry in value.items()}
    return value.to(device) if isinstance(value, Tensor | SurfacePoints) else value


def skin_weights(model: FaceModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three weights (V,) in [0, 1]: skin, skin and lips, and evenly coloured skin."""
    skin = np.asarray(model.region(RegionName.SKIN), np.float64)
    lips = model.region(RegionName.LIPS) if RegionName.LIPS in model.region_names else 0.0
    even = skin
    for name in set(UNEVEN_REGIONS) & set(model.region_names):
        even = even * (1 - model.region(name))
    return skin, np.clip(skin + lips, 0.0, 1.0), even


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
