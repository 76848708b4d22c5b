"""`FaceScapeMaps`: the networks' displacement maps, and the relief and the wrinkle groups that a face has by them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ...result.wrinkles import GROUPS, WrinkleGroup, activation, keys_of_group
from ..detail.baking import as_detail
from ..detail.detail import Detail
from ..fitting.face_fit import FaceFit
from ..images import Photo
from ..uv.atlas import uv_atlas
from ..uv.resolution import enough_texels
from ..wrinkles.making import MOST_TEXELS
from ..wrinkles.storing import HIGHEST, GroupFolds, within_skin
from .displacement_maps import metres
from .expressions import folds, full_expression, values_of, where_it_moves
from .layout import FaceScapeLayout
from .on_face import Texels, texels

_FINEST = 2048  # texels that show all that 1024 pixels of a network say of the face


@dataclass(frozen=True, eq=False)
class FaceScapeMaps:
    """What a network said: one map of the photo's own expression, or one of each key expression."""

    layout: FaceScapeLayout
    windows: tuple[np.ndarray, ...]  # (1900, 1900) uint16 each

    def relief(self, photo: Photo, model: FaceModel, fit: FaceFit, size: int, bare: Floats32 | None) -> Detail:
        """Maps of ``size`` x ``size`` texels, none where skin is not ``bare``; with wrinkle groups by key expressions.

        The relief is that of the photo's expression: the neutral one and the groups as far as they are active.
        """
        atlas = uv_atlas(model, enough_texels(size, _FINEST))
        area = texels(self.layout, atlas, fit, bare)
        height = area.shown(area.taken(metres(self.windows[0])))
        if len(self.windows) == 1:
            return as_detail(height, atlas, fit, size)
        coarse = uv_atlas(model, min(size, MOST_TEXELS))
        found = self._folds(texels(self.layout, coarse, fit, bare), fit)
        for group in found:
            own = within_skin(group.heights, HIGHEST).astype(np.float32)
            height += np.float32(group.photo) * cv2.resize(own, height.shape, interpolation=cv2.INTER_LINEAR)
        return replace(as_detail(height, atlas, fit, size), folds=found)

    def _folds(self, area: Texels, fit: FaceFit) -> tuple[GroupFolds, ...]:
        """The groups for which the model has shape keys, as active as they are in the photo of a fit."""
        model, atlas = area.atlas.model, area.atlas
        neutral, values = area.taken(metres(self.windows[0])), values_of(model, fit)

        @cache
        def change(number: int) -> Floats32:
            return area.taken(metres(self.windows[number])) - neutral

        @cache
        def moves(name: str) -> Floats32:
            return where_it_moves(name, atlas)

        keys = {name: keys_of_group(name, model.expression_names) for name in GROUPS}
        return tuple(
            GroupFolds(
                name,
                weights,
                activation(WrinkleGroup(name, "", 0, weights, 0.0), values),
                area.shown(folds(full_expression(name), change, moves)),
            )
            for name, weights in keys.items()
            if weights
        )
