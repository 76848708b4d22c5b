"""The rims of the lids: lash line and waterline, measured in the photo and painted where the model has its lids' edges.

A skin mask leaves lashes out, and what fills the gap is bare, rosy skin. A rim is therefore painted for itself: as dark
as the photo's is beside the skin below the same eye, so that light does not matter; never lighter than that skin. What
is much brighter near a rim is the white of the photo's eye or a tear, not skin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Floats64, Image, Ints
from ...geometry.colour import srgb_to_linear
from ...geometry.smoothstep import smoothstep
from ..detectors.crop import Crop
from ..images import Photo
from ..uv.atlas import UvAtlas, uv_atlas
from ..uv.mirror import SKIN, part_groups
from .eye_shape import EyeShape, eye_shapes

_COUNT = 16  # points of a rim: from the outer corner over the top to the inner one, and back below
_INNER, _LOWER = 8, np.arange(9, 16)
_SIDE, _WINDOW = 96, 1.8  # pixels of the window, and its side in widths of the eye
_ACROSS = np.linspace(-0.03, 0.06, 7)  # widths of the eye off the detector's line, outwards: where the rim is
_RANK = 1  # of the darkest there; the very darkest may be noise
_BELOW = (0.18, 0.30)  # widths of the eye below the lower lid: skin without lashes
# Shares of the skin's colour: of rims, which lashes shade; and of lids, where what is brighter is wet.
_DARKEST, _LIGHTEST, _BRIGHTEST = 0.12, 0.85, 1.2
_CARUNCLE = np.array([0.95, 0.70, 0.66])  # the same of what lies in the inner corner, which no lash shades
_GREY = 0.03  # range of the channels of skin that has no hue, over their mean
# Typical rims, as shares of the skin's colour.
_TYPICAL_UPPER, _TYPICAL_LOWER = np.array([0.50, 0.41, 0.38]), np.array([0.85, 0.74, 0.70])
TYPICAL_RIMS = np.where((np.arange(_COUNT) <= _INNER)[:, None], _TYPICAL_UPPER, _TYPICAL_LOWER)
TYPICAL_RIMS[_INNER] = _CARUNCLE
# Metres.
_EDGE = (0.0004, 0.0017)  # off the lids' edge
_MARGIN, _DEPTH = (0.0008, 0.0018), (0.002, 0.004)  # off the ball behind it, and how far behind
_SKIN_RING = (0.004, 0.009)  # off the lower lid's edge: the skin that rims are shares of
_LIDS = (0.003, 0.008)  # off the edge
_NEAR = 0.012
_BETWEEN = 8  # points between two landmarks of an edge


def measure_rim(photo: Photo, points: Floats64, eye: EyeShape) -> Floats64:
    """Colours (16, 3) of an eye's rims as shares of the skin's below it; points: dense landmarks (478, 2) in the photo.

    The order is that of `EyeShape.rim`.
    """
    rim = points[list(eye.rim)]
    start, end = points[eye.loop[0]], points[eye.loop[_COUNT // 2]]
    width, middle = float(np.linalg.norm(end - start)), rim.mean(axis=0)
    window = Crop((middle[0], middle[1]), _WINDOW * width, float(np.arctan2(*(end - start)[::-1])), _SIDE)
    picture, places = srgb_to_linear(window.take(photo.pixels)), window.from_photo(rim)
    unit = _SIDE / _WINDOW
    skin = _at(picture, places[_LOWER[1:-1], None] + [0.0, 1.0] * np.linspace(*_BELOW, 6)[:, None] * unit)
    skin = np.median(skin.reshape(-1, 3), axis=0)
    down = np.where(np.arange(_COUNT) > _COUNT // 2, 1.0, -1.0)[:, None, None] * [0.0, 1.0]
    across = _at(picture, places[:, None] + down * _ACROSS[:, None] * unit)  # (16, 7, 3)
    order = across.mean(axis=-1).argsort(axis=1)[:, _RANK]
    found = across[np.arange(_COUNT), order] / np.maximum(skin, 1e-3)
    found = np.exp(_smoothed(np.log(np.clip(found, _DARKEST, _LIGHTEST))))
    found[_INNER] = _CARUNCLE
    return found


@dataclass(frozen=True, eq=False)
class _Rim:
    """Texels of a texture round one eye's lids."""

    texels: Ints  # (N,) in the flattened texture
    nearest: Ints  # (N,) number of the nearest of the dense rim's points
    weight: Floats64  # (N,) how far it is the rim's
    lids: Floats64  # (N,) how far it is the lids'
    below: Bools  # (N,) the skin that rims are shares of
    corner: Bools  # (N,) the inner corner, which may be lighter than what is there


def painted_rims(albedo: Image, model: FaceModel, rims: Floats64) -> Image:
    """The texture (T, T, 3) with rims of these colours (16, 3), shares of the skin's, round the model's eyes."""
    painted, shares = albedo.reshape(-1, 3).copy(), _dense(rims)
    for rim in _rim_texels(model, len(albedo)):
        own = painted[rim.texels]
        skin = np.median(own[rim.below], axis=0)
        lids = own - rim.lids[:, None] * np.maximum(own - _BRIGHTEST * skin, 0.0)
        hueless = np.ptp(skin) < _GREY * skin.mean()  # a black and white photo's
        own_shares = shares.mean(axis=1, keepdims=True) if hueless else shares
        change = own_shares[rim.nearest] * skin - lids
        change = np.where(rim.corner[:, None], change, np.minimum(change, 0.0))
        painted[rim.texels] = lids + rim.weight[:, None] * change
    return painted.reshape(albedo.shape)


@lru_cache(maxsize=3)
def _rim_texels(model: FaceModel, size: int) -> tuple[_Rim, ...]:
    """Each eye's, but for those whose skin has no texels; the last three textures' are kept."""
    atlas, points, found = uv_atlas(model, size), model.dense_points(model.mean), []
    for eye in eye_shapes(model):
        edge = _dense(points[list(eye.rim)])
        texels = np.flatnonzero(_near(atlas, model, edge))
        places = atlas.rest_positions(texels)
        distance, nearest = KDTree(edge).query(places)
        below = np.isin(nearest // _BETWEEN, _LOWER) & (distance > _SKIN_RING[0]) & (distance < _SKIN_RING[1])
        off_ball = np.linalg.norm(places - eye.centre, axis=1) - eye.radius
        behind = (1.0 - smoothstep(*_MARGIN, off_ball)) * (1.0 - smoothstep(*_DEPTH, distance))
        weight = np.maximum(1.0 - smoothstep(*_EDGE, distance), behind)
        corner = np.abs(nearest - _INNER * _BETWEEN) <= _BETWEEN // 2
        if below.any():
            found.append(_Rim(texels, nearest, weight, 1.0 - smoothstep(*_LIDS, distance), below, corner))
    return tuple(found)


def _smoothed(values: Floats64) -> Floats64:
    """Values (16, 3) averaged with their neighbours along each lid; corners are what their neighbours are."""
    padded = np.concatenate([values[-1:], values, values[:1]])
    result = (padded[:-2] + 2.0 * values + padded[2:]) / 4.0
    for corner in (0, _COUNT // 2):
        result[corner] = (values[corner - 1] + values[(corner + 1) % _COUNT]) / 2.0
    return result


def _dense(ring: Floats) -> Floats64:
    """A closed ring (16, 3) with more points between its own (16 * 8, 3)."""
    share = np.arange(_BETWEEN)[:, None] / _BETWEEN
    return (ring[:, None] * (1.0 - share) + np.roll(ring, -1, axis=0)[:, None] * share).reshape(-1, ring.shape[1])


def _near(atlas: UvAtlas, model: FaceModel, edge: Floats64) -> Bools:
    """(T, T) texels of the skin's triangles round an edge (N, 3)."""
    apart, _ = KDTree(edge).query(model.mean, distance_upper_bound=_NEAR)
    close = np.isfinite(apart)[atlas.triangles].all(axis=1)
    close &= part_groups(model.part_names)[atlas.triangle_parts] == SKIN
    return atlas.mask & close[atlas.triangle_ids]


def _at(picture: Image, places: Floats64) -> Floats64:
    """Colours (..., 3) of the pixels at places (..., 2)."""
    column, row = np.clip(np.floor(np.moveaxis(places, -1, 0)).astype(int), 0, _SIDE - 1)
    return picture[row, column].astype(np.float64)
