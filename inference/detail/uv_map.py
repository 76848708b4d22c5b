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
    blur = 0.5 * _pixels_per_texel(at, geometry.visibility)
    source = cv2.GaussianBlur(height, (0, 0), blur) if blur > 0.5 else height
    sampled = cv2.remap(source, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=0)  # type: ignore[call-overload]
    skin = atlas.mask & (part_groups(model.part_names)[atlas.parts()] == SKIN)
    visible = np.where(skin, geometry.visibility, 0.0).astype(np.float32)
    own = visible * sampled
    # The other side counts where this side is hidden, not where it is seen to be no skin.
    other = mirrored(own, mirror_coordinates(model, atlas.size))
    displacement = np.where(skin, own + _MIRRORED * (1.0 - visible) * other, 0.0).astype(np.float32)
    padded = pad_charts(displacement[..., None], atlas.mask, padding(atlas.size))
    return np.ascontiguousarray(padded[..., 0], np.float32)


def _pixels_per_texel(at: Floats32, visibility: Floats32) -> float:
    """Typical number of picture pixels between neighbouring texels."""
    steps = np.linalg.norm(np.diff(at, axis=1), axis=-1)[visibility[:, 1:] > 0.5]
    return float(np.median(steps)) if len(steps) else 0.0
