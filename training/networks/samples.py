"""What each network is shown of a portrait, and what it is to say of it: arrays of one shape per kind, to be stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ...geometry.arrays import Floats, Floats32
from ...inference.detectors.crop import Crop
from ...inference.df2net import crop as df2net
from ...inference.filters import blur
from ...inference.rafare import estimate as rafare
from ...inference.rafare.labels import Label
from ...inference.uv.atlas import uv_atlas
from ..synthesis.distances import distances_about
from ..synthesis.portraits import Framing, Portrait, Studio

Sample = dict[str, np.ndarray]

_SKIN = (Label.SKIN, Label.NOSE, Label.NECK, Label.LEFT_BROW, Label.RIGHT_BROW)
_POINTS = 4096  # with distances, of a picture
_HIDDEN = 0.02  # of the picture's side: what lies so much farther than the surface before it is hidden
_LEAST_FACING = 0.2  # cosine of the steepest skin that is still read
TEXTURE_SIDE = 192  # texels of the window
# The face's part of the built-in head's texture: left, right, bottom and top.
TEXTURE_WINDOW = (0.04, 0.96, 0.06, 0.98)
GRID_SIDE = round(TEXTURE_SIDE / (TEXTURE_WINDOW[1] - TEXTURE_WINDOW[0]))  # texels of the whole texture
_LEFT, _TOP = round(TEXTURE_WINDOW[0] * GRID_SIDE), round((1.0 - TEXTURE_WINDOW[3]) * GRID_SIDE)
_WINDOW = slice(_TOP, _TOP + TEXTURE_SIDE), slice(_LEFT, _LEFT + TEXTURE_SIDE)


@dataclass(frozen=True)
class SampleKind:
    """How samples for one network are made."""

    name: str
    framing: Framing  # which part of the picture it sees
    side: int  # pixels of the portrait
    of: Callable[[Portrait, Studio, np.random.Generator], Sample]


def _depth_sample(portrait: Portrait, stage: Studio, rng: np.random.Generator) -> Sample:
    """A face masked as DF2Net's is, with its nearness in pixels where it is to be told."""
    side = len(portrait.pixels)
    corners = df2net.outline(portrait.landmarks)
    crop = np.where(df2net.filled(corners, side)[..., None], portrait.pixels, 0)
    known = df2net.filled(df2net.shrunk(corners), side) & portrait.seen
    metre = np.array(portrait.metre, np.float32)
    return {"crop": crop.astype(np.uint8), "nearness": portrait.nearness, "known": known, "metre": metre}


def _distance_sample(portrait: Portrait, stage: Studio, rng: np.random.Generator) -> Sample:
    """A picture with its labels, and points with their signed distances."""
    points = distances_about(portrait, stage, _POINTS, rng)
    metre = np.array(portrait.metre * 2.0 / len(portrait.pixels), np.float32)  # half sides
    return {"picture": portrait.pixels, "labels": portrait.labels, "points": points, "metre": metre}


def _relief_sample(portrait: Portrait, stage: Studio, rng: np.random.Generator) -> Sample:
    """The picture laid out as texture, and the relief there in metres."""
    at = uv_atlas(stage.model, GRID_SIDE).interpolate(portrait.surface)  # in the picture, and how near
    seen = _texels_seen(at, portrait, stage)
    texture = cv2.remap(portrait.pixels, at[..., 0] - 0.5, at[..., 1] - 0.5, cv2.INTER_LINEAR)
    whole = len(portrait.relief)
    relief = cv2.resize(blur(portrait.relief, 0.5), None, fx=GRID_SIDE / whole, fy=GRID_SIDE / whole)
    texture, relief, seen = (windowed(image) for image in (texture, relief, seen))
    return {"texture": np.where(seen[..., None], texture, 0).astype(np.uint8), "relief": relief, "seen": seen}


def windowed(texture: np.ndarray) -> np.ndarray:
    """The face's part (`TEXTURE_SIDE`, `TEXTURE_SIDE`, ...) of a whole texture (`GRID_SIDE`, `GRID_SIDE`, ...)."""
    return np.ascontiguousarray(texture[_WINDOW])


def in_whole(part: np.ndarray) -> np.ndarray:
    """The whole texture of whose face's part all is known; 0 elsewhere."""
    whole = np.zeros((GRID_SIDE, GRID_SIDE, *part.shape[2:]), part.dtype)
    whole[_WINDOW] = part
    return whole


def _texels_seen(at: Floats32, portrait: Portrait, stage: Studio) -> np.ndarray:
    """(T, T) whether the picture shows the skin of texels that are at (T, T, 3), and no strand of hair before it."""
    side = len(portrait.pixels)
    columns, rows = (np.clip(at[..., k].astype(int), 0, side - 1) for k in (0, 1))
    open_skin = np.isin(portrait.labels[rows, columns], _SKIN)
    nearest = portrait.smooth[rows, columns] - at[..., 2]
    facing = portrait.normals[rows, columns, 2] > _LEAST_FACING
    return uv_atlas(stage.model, GRID_SIDE).mask & open_skin & facing & (np.abs(nearest) < _HIDDEN * side)


def _df2net_framing(landmarks: Floats, dense: Floats) -> Crop:
    return df2net.face_window(landmarks)


def _rafare_framing(landmarks: Floats, dense: Floats) -> Crop:
    return rafare.face_window(dense)


DEPTHS = SampleKind("depths", _df2net_framing, 256, _depth_sample)
DISTANCES = SampleKind("distances", _rafare_framing, 192, _distance_sample)
RELIEFS = SampleKind("reliefs", _rafare_framing, 256, _relief_sample)
