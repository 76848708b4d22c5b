"""From heights measured in the picture to the maps of a face."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ..filters import blur
from ..fitting.face_fit import FaceFit
from ..uv.atlas import UvAtlas, uv_atlas
from ..uv.resolution import enough_texels, pixels_across
from .detail import Detail
from .normal_map import bake_normal_map
from .picture import FacePicture
from .uv_map import to_texture

_PORE = 0.00015  # metres, largest height of what is finer than ``_WRINKLE_WIDTH``
_WRINKLE = 0.001  # metres, largest height of the rest
_WRINKLE_WIDTH = 0.001  # metres, sigma that tells them apart


def as_high_as_skin(height: Floats32, pixel: float) -> Floats32:
    """Heights (H, W) softly kept within what pores and wrinkles reach; ``pixel`` in metres."""
    wrinkles = blur(height, _WRINKLE_WIDTH / pixel)
    pores = _PORE * np.tanh((height - wrinkles) / _PORE)
    return pores + _WRINKLE * np.tanh(wrinkles / _WRINKLE)


def baked(height: Floats32, picture: FacePicture, model: FaceModel, fit: FaceFit, size: int) -> Detail:
    """The maps of ``size`` x ``size`` texels of heights (H, W) in metres over the smooth surface.

    Maps finer than the picture are made at half their size, or a quarter, and enlarged.
    """
    atlas = uv_atlas(model, enough_texels(size, picture.scale[0] * pixels_across(model, [fit])))
    return as_detail(to_texture(height, picture, atlas, model, fit), atlas, fit, size)


def as_detail(displacement: Floats32, atlas: UvAtlas, fit: FaceFit, size: int) -> Detail:
    """The maps of ``size`` x ``size`` texels of a displacement in those of ``atlas``, which are no more."""
    vertices = fit.posed.detach().to("cpu", torch.float32).numpy()
    made = Detail(displacement, bake_normal_map(displacement, atlas, vertices, atlas.model.uv))
    return made if atlas.size == size else _enlarged(made, size)


def _enlarged(detail: Detail, size: int) -> Detail:
    displacement = cv2.resize(detail.displacement, (size, size), interpolation=cv2.INTER_CUBIC)
    normal_map = cv2.resize(detail.normal_map, (size, size), interpolation=cv2.INTER_LINEAR)
    return Detail(np.asarray(displacement, np.float32), np.asarray(normal_map, np.uint8))
