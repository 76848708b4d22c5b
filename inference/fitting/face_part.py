"""The part of a head that a photo's face is compared with: outer skin and eyes near the landmarks.

A full head has twice the vertices of its face, and its ears, neck and inner parts only mislead an outline or a normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ...anatomy.parts import part_kind
from ...geometry.faces import triangle_owner
from .model_tensors import SPACING, ModelTensors, thinned, vertex_areas

REACH = 0.02  # metres round the mean's dense landmarks
_CHUNK = 8192


@dataclass(frozen=True, eq=False)
class FacePart(ModelTensors):
    """The tensors of some vertices of a model; ``whole`` has all."""

    whole: ModelTensors
    ids: Tensor  # (V,) int64: which vertices of the whole these are

    def spread(self, field: Tensor) -> Tensor:
        """A field on these vertices (..., V, C) -> on all of the whole, zero elsewhere."""
        shape = (*field.shape[:-2], len(self.whole.mean), field.shape[-1])
        return field.new_zeros(shape).index_copy(-2, self.ids, field)


@lru_cache(maxsize=2)
def face_part(tensors: ModelTensors) -> FacePart:
    """The face of a model; of a part that part itself. The latest two are kept."""
    if isinstance(tensors, FacePart):
        return tensors
    outer = _outer_triangles(tensors)
    kept = _near_landmarks(tensors)
    on_surface = torch.zeros_like(kept).index_fill(0, outer.flatten(), True)
    needed = torch.cat([tensors.dense_vertices.flatten(), tensors.landmarks68])
    kept = (kept & on_surface).index_fill(0, needed, True)
    ids = kept.nonzero().squeeze(1)
    renumbered = torch.full_like(kept, -1, dtype=torch.int64)
    renumbered[ids] = torch.arange(len(ids), device=ids.device)
    triangles = renumbered[outer[kept[outer].all(dim=1)]]
    mean = tensors.mean[ids]
    return FacePart(
        model=tensors.model,
        mean=mean,
        identity_basis=tensors.identity_basis[:, ids],
        expression_basis=tensors.expression_basis[:, ids],
        expression_range=tensors.expression_range,
        expression_std=tensors.expression_std,
        fitted=tensors.fitted,
        albedo_mean=tensors.albedo_mean[ids],
        albedo_basis=tensors.albedo_basis[:, ids],
        triangles=triangles,
        dense_vertices=renumbered[tensors.dense_vertices],
        dense_weights=tensors.dense_weights,
        landmarks68=renumbered[tensors.landmarks68],
        skin=tensors.skin[ids],
        even=tensors.even[ids],
        area=thinned(mean, vertex_areas(mean, triangles), SPACING),
        whole=tensors,
        ids=ids,
    )


def _outer_triangles(tensors: ModelTensors) -> Tensor:
    """Triangles (T', 3) of the parts that can be seen of a face with its mouth closed."""
    model = tensors.model
    outer = [part for part, name in enumerate(model.part_names) if not part_kind(name).in_mouth]
    parts = np.asarray(model.face_parts)[triangle_owner(model.faces)]
    return tensors.triangles[torch.as_tensor(np.isin(parts, outer), device=tensors.triangles.device)]


def _near_landmarks(tensors: ModelTensors) -> Tensor:
    """(V,) bool: within ``REACH`` of a dense landmark of the mean."""
    landmarks = tensors.dense(tensors.mean)
    return torch.cat([torch.cdist(some, landmarks).amin(dim=1) < REACH for some in tensors.mean.split(_CHUNK)])
