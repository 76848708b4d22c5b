"""The images of a face: its texture and its detail, made of photos with a fit each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from ..bfm.face_model import FaceModel
from ..geometry.arrays import Floats, Image
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
from .wrinkles.expressions import ExpressiveFace
from .wrinkles.making import PhotoRelief, expression_folds
from .wrinkles.storing import stored_wrinkles


@dataclass(frozen=True)
class MapChoices:
    """What is wanted of the images."""

    texture_size: int | str  # side, texels; AUTO: as the photo has the pixels for
    scalp_tint: bool  # whether the scalp has the colour of the hair
    relief: Relief = shape_from_shading


@dataclass(frozen=True)
class FaceMaps:
    """What is made of a face's photos once its shape is known."""

    images: dict[str, Image] = field(default_factory=dict)  # by file name
    appearance: Colouring = field(default_factory=Colouring)
    wrinkles: tuple[WrinkleGroup, ...] = ()  # in ``images``


def make_maps(
    views: Sequence[View],
    model: FaceModel,
    fits: Sequence[FaceFit],
    expressions: Floats,
    wanted: MapChoices,
    watch: Stopwatch,
) -> FaceMaps:
    """The maps of a face with ``expressions`` (E, V, 3) of its own; the first view leads."""
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
        relief = PhotoRelief(detail.displacement, texture.confidence, _pixel(fits[0]))
        wrinkles, layers = stored_wrinkles(expression_folds(_expressive(model, fits[0], expressions), relief))
    images = {
        ALBEDO_IMAGE: albedo,
        CONFIDENCE_IMAGE: np.round(np.clip(texture.confidence, 0, 1) * 255).astype(np.uint8),
        DISPLACEMENT_IMAGE: detail.displacement,
        NORMAL_IMAGE: detail.normal_map,
        **layers,
    }
    iris = None if eyes is None else _colour(eyes.iris)
    appearance = Colouring(hair=hair.colour if hair else None, iris=iris, skin_tone=_colour(fits[0].skin_tone))
    return FaceMaps(images, appearance, wrinkles)


def _expressive(model: FaceModel, fit: FaceFit, expressions: Floats) -> ExpressiveFace:
    neutral, values = (values.detach().cpu().double().numpy() for values in (fit.neutral, fit.expression))
    return ExpressiveFace(model, neutral, expressions, values)


def _pixel(fit: FaceFit) -> float:
    """Metres that a pixel of a fit's photo spans where the face is."""
    return float(fit.camera.translation[2] / fit.camera.intrinsics[0, 0])


def _colour(values: np.ndarray | torch.Tensor) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
