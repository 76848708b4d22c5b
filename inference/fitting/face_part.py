"""The part of a head that a photo's face is compared with: outer skin and eyes near the landmarks.

A full head has twice the vertices of its face, and its ears, neck and inner parts only mislead an outline or a normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ...anatomy.landmarks import DENSE
from ...anatomy.parts import part_kind, see_through
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Ints
from ...geometry.faces import triangulate
from .model_tensors import SPACING, ModelTensors, SurfacePoints, model_tensors, thinned, vertex_areas

REACH = 0.02  # metres round the mean's dense landmarks
_CHUNK = 8192


@dataclass(frozen=True, eq=False)
class FacePart(ModelTensors):
    """The tensors of some vertices of a model."""

    ids: Tensor  # (V,) int64: which of the model's vertices these are
    loose: Tensor  # (N,) int64: vertices of what one looks through ...
    bearers: Tensor  # (N,) int64: ... and the nearest of these vertices to each
    count: int  # of the model's vertices

    def spread(self, field: Tensor) -> Tensor:
        """A field on these vertices (..., V, C) -> on all of the model's, zero elsewhere.

        Lashes and tears, which are not compared with the photo, have what is nearest to them.
        """
        shape = (*field.shape[:-2], self.count, field.shape[-1])
        spread = field.new_zeros(shape).index_copy(-2, self.ids, field)
        return spread.index_copy(-2, self.loose, field.index_select(-2, self.bearers))


def face_part(model: FaceModel, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> FacePart:
    """The face of a model on a device; kept as `model_tensors` are."""
    return _on_cpu(model, dtype).to(device)


@lru_cache(maxsize=2)
def _on_cpu(model: FaceModel, dtype: torch.dtype) -> FacePart:
    whole = model_tensors(model, dtype=dtype)
    outer = torch.as_tensor(_outer_triangles(model), dtype=torch.int64)
    kept = _near_landmarks(whole)
    on_surface = torch.zeros_like(kept).index_fill(0, outer.flatten(), True)
    needed = torch.cat([points.vertices.flatten() for points in whole.landmarks.values()])
    kept = (kept & on_surface).index_fill(0, needed, True)
    ids = kept.nonzero().squeeze(1)
    renumbered = torch.full_like(kept, -1, dtype=torch.int64)
    renumbered[ids] = torch.arange(len(ids))
    triangles = renumbered[outer[kept[outer].all(dim=1)]]
    mean = whole.mean[ids]
    loose = torch.as_tensor(_loose_vertices(model), dtype=torch.int64)
    return FacePart(
        model=model,
        mean=mean,
        identity_basis=whole.identity_basis[:, ids],
        expression_basis=whole.expression_basis[:, ids],
        expression_range=whole.expression_range,
        expression_std=whole.expression_std,
        fitted=whole.fitted,
        albedo_mean=whole.albedo_mean[ids],
        albedo_basis=whole.albedo_basis[:, ids],
        triangles=triangles,
        landmarks={s: SurfacePoints(renumbered[p.vertices], p.weights) for s, p in whole.landmarks.items()},
        skin=whole.skin[ids],
        tinted=whole.tinted[ids],
        even=whole.even[ids],
        area=thinned(mean, vertex_areas(mean, triangles), SPACING),
        ids=ids,
        loose=loose,
        bearers=torch.cdist(whole.mean[loose], mean).argmin(dim=1),
        count=len(whole.mean),
    )


def _outer_triangles(model: FaceModel) -> Ints:
    """Triangles (T', 3) of the parts that a photo shows of a face with its mouth closed."""
    kinds = [part_kind(name) for name in model.part_names]
    outer = [part for part, kind in enumerate(kinds) if not kind.in_mouth and not kind.see_through]
    return triangulate(model.faces[np.isin(model.face_parts, outer)])


def _near_landmarks(tensors: ModelTensors) -> Tensor:
    """(V,) bool: within ``REACH`` of a dense landmark of the mean."""
    landmarks = tensors.at(DENSE, tensors.mean)
    return torch.cat([torch.cdist(some, landmarks).amin(dim=1) < REACH for some in tensors.mean.split(_CHUNK)])


def _loose_vertices(model: FaceModel) -> Ints:
    """Ids of the vertices of what one looks through."""
    return model.part_vertices(*(model.part_names[part] for part in see_through(model.part_names)))
