"""The images of a face: its texture and its detail, made of photos with a fit each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..bfm.face_model import FaceModel
from ..geometry.colour import srgb_bytes
from ..result.colouring import Colour, Colouring
from ..result.reconstruction import ALBEDO_IMAGE, CONFIDENCE_IMAGE, DISPLACEMENT_IMAGE, NORMAL_IMAGE
from ..result.wrinkles import WrinkleGroup
from . import stages
from .depth_networks import Relief
from .detail.shape_from_shading import shape_from_shading
from .fitting.face_fit import FaceFit
from .fitting.view import View
from .stages import Stopwatch
from .texture.eye_colours import measure_eyes
from .texture.hair import seen_hair
from .texture.texture import build_texture, with_eyes
from .uv.resolution import chosen_size


@dataclass(frozen=True)
class MapChoices:
    """What is wanted of the images."""

    texture_size: int | str  # side, texels; AUTO: as the photo has the pixels for
    scalp_tint: bool  # whether the scalp has the colour of the hair
    relief: Relief = shape_from_shading


def make_maps(
    views: Sequence[View], model: FaceModel, fits: Sequence[FaceFit], wanted: MapChoices, watch: Stopwatch
) -> tuple[dict[str, np.ndarray], Colouring, tuple[WrinkleGroup, ...]]:
    """The images of a face by file name, its colours and its wrinkle groups; the first view leads."""
    photos = [view.photo for view in views]
    with watch.stage(stages.TEXTURE) as share:
        size = chosen_size(wanted.texture_size, model, fits)
        hair, eyes = seen_hair(photos[0], model, fits[0]), measure_eyes(views[0], model, fits[0])
        bald = build_texture(photos, model, fits, size, hair if wanted.scalp_tint else None, share)
    with watch.stage(stages.PAINTING) as share:
        texture = with_eyes(bald, model, eyes, share)
        albedo = srgb_bytes(texture.albedo)
    with watch.stage(stages.DETAIL):
        detail = wanted.relief(photos[0], model, fits[0], size, texture.bare)
    images = {
        ALBEDO_IMAGE: albedo,
        CONFIDENCE_IMAGE: np.round(np.clip(texture.confidence, 0, 1) * 255).astype(np.uint8),
        DISPLACEMENT_IMAGE: detail.displacement,
        NORMAL_IMAGE: detail.normal_map,
        **detail.wrinkle_images,
    }
    iris = None if eyes is None else _colour(eyes.iris)
    colours = Colouring(hair=hair.colour if hair else None, iris=iris, skin_tone=_colour(fits[0].skin_tone))
    return images, colours, detail.wrinkles


def _colour(values: np.ndarray | torch.Tensor) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
