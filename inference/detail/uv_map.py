"""Heights measured in the picture, brought to the texture."""

from __future__ import annotations

import cv2
import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ..fitting.face_fit import FaceFit
from ..uv.atlas import UvAtlas, texel_geometry
from ..uv.blending import pad_charts, padding
from ..uv.mirror import SKIN, mirror_coordinates, mirrored, part_groups
from .picture import FacePicture

_MIRRORED = 0.7  # strength of what is only the other side's relief


def to_texture(height: Floats32, picture: FacePicture, atlas: UvAtlas, model: FaceModel, fit: FaceFit) -> Floats32:
    """Heights (H, W) of the picture -> displacement (T, T) in metres.

    Unseen skin gets the mirrored relief of the other side, more faintly; eyes and the inside of the mouth none.
    """
    geometry = texel_geometry(atlas, fit)
    at = (geometry.pixels - np.array(picture.corner, np.float32)) * np.array(picture.scale, np.float32) - 0.5
    blur = 0.5 * typical_step(at, geometry.visibility)
    source = cv2.GaussianBlur(height, (0, 0), blur) if blur > 0.5 else height
    sampled = cv2.remap(source, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=0)  # type: ignore[call-overload]
    return on_skin(sampled, geometry.visibility, atlas)


def on_skin(heights: Floats32, visibility: Floats32, atlas: UvAtlas) -> Floats32:
    """Heights (T, T) of which the photo shows so much (T, T) -> displacement (T, T): see `to_texture`."""
    model = atlas.model
    skin = atlas.mask & (part_groups(model.part_names)[atlas.parts()] == SKIN)
    visible = np.where(skin, visibility, 0.0).astype(np.float32)
    own = visible * heights
    # The other side counts where this side is hidden, not where it is seen to be no skin.
    other = mirrored(own, mirror_coordinates(model, atlas.size))
    displacement = np.where(skin, own + _MIRRORED * (1.0 - visible) * other, 0.0).astype(np.float32)
    padded = pad_charts(displacement[..., None], atlas.mask, padding(atlas.size))
    return np.ascontiguousarray(padded[..., 0], np.float32)


def typical_step(at: Floats32, visibility: Floats32) -> float:
    """How far apart in a picture, whose pixels ``at`` (T, T, 2) are, neighbouring texels typically lie."""
    steps = np.linalg.norm(np.diff(at, axis=1), axis=-1)[visibility[:, 1:] > 0.5]
    return float(np.median(steps)) if len(steps) else 0.0
