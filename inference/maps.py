"""The images of a face: its texture and its detail, made of photos with a fit each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ..bfm.face_model import FaceModel
from ..geometry.colour import srgb_bytes
from ..result.colouring import Colour, Colouring
from ..result.reconstruction import ALBEDO_IMAGE, CONFIDENCE_IMAGE, DISPLACEMENT_IMAGE, NORMAL_IMAGE
from . import stages
from .detail.shape_from_shading import shape_from_shading
from .fitting.face_fit import FaceFit
from .fitting.view import View
from .stages import Stopwatch
from .texture.eye_colours import measure_eyes
from .texture.hair import seen_hair
from .texture.texture import build_texture, with_eyes
from .uv.resolution import chosen_size


def make_maps(
    views: Sequence[View],
    model: FaceModel,
    fits: Sequence[FaceFit],
    texture_size: int | str,
    scalp_tint: bool,
    watch: Stopwatch,
) -> tuple[dict[str, np.ndarray], Colouring]:
    """The images of a face by file name, and its colours; the first view leads."""
    photos = [view.photo for view in views]
    with watch.stage(stages.TEXTURE) as share:
        size = chosen_size(texture_size, model, fits)
        hair, eyes = seen_hair(photos[0], model, fits[0]), measure_eyes(views[0], model, fits[0])
        bald = build_texture(photos, model, fits, size, hair if scalp_tint else None, share)
    with watch.stage(stages.PAINTING) as share:
        texture = with_eyes(bald, model, eyes, share)
        albedo = srgb_bytes(texture.albedo)
    with watch.stage(stages.DETAIL):
        detail = shape_from_shading(photos[0], model, fits[0], size, texture.bare)
    images = {
        ALBEDO_IMAGE: albedo,
        CONFIDENCE_IMAGE: np.round(np.clip(texture.confidence, 0, 1) * 255).astype(np.uint8),
        DISPLACEMENT_IMAGE: detail.displacement,
        NORMAL_IMAGE: detail.normal_map,
    }
    iris = None if eyes is None else _colour(eyes.iris)
    return images, Colouring(hair=hair.colour if hair else None, iris=iris, skin_tone=_colour(fits[0].skin_tone))


def _colour(values: np.ndarray | torch.Tensor) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
