"""`FaceScapeMaps`: the networks' displacement maps, and the relief and the wrinkle groups that a face has by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ...result.wrinkles import CHANNELS, GROUPS, WrinkleGroup, activation, keys_of_group, place_of_group
from ..detail.baking import as_detail
from ..detail.detail import Detail
from ..fitting.face_fit import FaceFit
from ..images import Photo
from ..uv.atlas import uv_atlas
from ..uv.resolution import enough_texels
from .displacement_maps import metres
from .expressions import folds, full_expression, values_of, where_it_moves
from .layout import Layout
from .on_face import Texels, texels

_FINEST = 2048  # texels that show all that 1024 pixels of a network say of the face
_GROUPS_SIDE = 1024  # texels of the maps of wrinkle groups


@dataclass(frozen=True, eq=False)
class FaceScapeMaps:
    """What a network said: one map of the photo's own expression, or one of each key expression."""

    layout: Layout
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
        coarse = uv_atlas(model, min(size, _GROUPS_SIDE))
        found = self._folds(texels(self.layout, coarse, fit, bare))
        groups = wrinkle_groups(model, fit)
        for group in groups:
            own = cv2.resize(found[group.name], height.shape, interpolation=cv2.INTER_LINEAR)
            height = height + np.float32(group.photo) * own
        maps = as_detail(height, atlas, fit, size)
        return replace(maps, wrinkles=groups, wrinkle_images=wrinkle_images(groups, found))

    def _folds(self, area: Texels) -> dict[str, Floats32]:
        """The map (T, T) of each group."""
        neutral = area.taken(metres(self.windows[0]))

        @cache
        def change(number: int) -> Floats32:
            return area.taken(metres(self.windows[number])) - neutral

        @cache
        def moves(name: str) -> Floats32:
            return where_it_moves(name, area.atlas)

        return {name: area.shown(folds(full_expression(name), change, moves)) for name in GROUPS}


def wrinkle_groups(model: FaceModel, fit: FaceFit) -> tuple[WrinkleGroup, ...]:
    """The groups for which a model has shape keys, with how active they are in the photo of a fit."""
    values = values_of(model, fit)
    groups: list[WrinkleGroup] = []
    for name in GROUPS:
        if keys := keys_of_group(name, model.expression_names):
            group = WrinkleGroup(name, *place_of_group(len(groups)), keys, 0.0)
            groups.append(replace(group, photo=activation(group, values)))
    return tuple(groups)


def wrinkle_images(groups: Sequence[WrinkleGroup], maps: Mapping[str, Floats32]) -> dict[str, Floats32]:
    """The maps (T, T) of groups by their names as the images (T, T, 3) that hold them."""
    images: dict[str, Floats32] = {}
    for group in groups:
        own = maps[group.name]
        image = images.setdefault(group.image, np.zeros((*own.shape, CHANNELS), np.float32))
        image[..., group.channel] = own
    return images
