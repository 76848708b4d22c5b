"""How strong the light of a photo is, told by what else than skin it shows.

Colours of skin fix only the product of albedo and light. What a camera does when it exposes, and the whites of eyes and
teeth, which are much the same in all people, each say how bright a white surface in the face's place would be. Neither
says it well: they are joined by their precision, and the brightest things of the picture (clothes, walls, sky: hardly
any is whiter than paper) set bounds. The same idea, learned, is TRUST's (Feng et al., ECCV 2022): light from the whole
picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ...anatomy.landmarks import Ibug
from ...geometry.arrays import Floats, Pixels
from ...geometry.colour import LUMINANCE, srgb_to_linear
from ..detectors.landmarks import FaceLandmarks
from ..images import Photo, resize

EXPOSED, EXPOSED_SIGMA = 1.25, 0.15  # how bright white is where a camera has exposed a face well: 1 is burnt out
BRIGHT_QUANTILE = 0.98  # of a picture's luminance
BRIGHT_ALBEDOS, BRIGHT_SIGMA = (0.33, 0.85), 0.08  # what is as bright as that is between grey and paper
EYE_QUANTILE, EYE_ALBEDO = 0.85, 0.22  # of the luminance between the lids: the white, in the shade of lids and lashes
TEETH_QUANTILE, TEETH_ALBEDO = 0.8, 0.38  # between parted lips
WHITES_SIGMA = 1.0
PARTED = 0.02  # least area between the lips, in squared inter-ocular distances
WORKING_SIDE = 512  # pixels; what a quantile needs


@dataclass(frozen=True)
class SceneLight:
    """How bright a white surface in the place of the face would be, as a logarithm of linear luminance."""

    level: float
    sigma: float


def scene_light(photo: Photo, landmarks: FaceLandmarks) -> SceneLight:
    """What exposure, the brightest things, eyes and teeth of a photo say together of its light."""
    light = SceneLight(math.log(EXPOSED), EXPOSED_SIGMA)
    whites = _whites(photo, landmarks)
    if whites:
        light = _joined(light, SceneLight(math.log(max(*whites, 1e-3)), WHITES_SIGMA))
    luminance = srgb_to_linear(_small(photo.pixels)) @ LUMINANCE
    bright = max(float(np.quantile(luminance, BRIGHT_QUANTILE)), 1e-3)
    strongest, faintest = (math.log(bright / albedo) for albedo in BRIGHT_ALBEDOS)
    bound = min(max(light.level, faintest), strongest)
    return light if bound == light.level else _joined(light, SceneLight(bound, BRIGHT_SIGMA))


def _joined(one: SceneLight, other: SceneLight) -> SceneLight:
    """Two independent opinions, by their precision."""
    first, second = one.sigma**-2, other.sigma**-2
    return SceneLight((first * one.level + second * other.level) / (first + second), (first + second) ** -0.5)


def _whites(photo: Photo, landmarks: FaceLandmarks) -> list[float]:
    """How bright white is by the eyes and by the teeth; the brighter one lies less in shade."""
    points, size = landmarks.ibug68(), landmarks.inter_ocular
    eyes = [_between(photo, points[eye]) for eye in (Ibug.RIGHT_EYE, Ibug.LEFT_EYE)]
    mouth = _between(photo, points[Ibug.INNER_LIPS])
    whites = [(np.concatenate(eyes), EYE_QUANTILE, EYE_ALBEDO)]
    if len(mouth) > PARTED * size**2:
        whites.append((mouth, TEETH_QUANTILE, TEETH_ALBEDO))
    return [float(np.quantile(seen, quantile)) / albedo for seen, quantile, albedo in whites if len(seen)]


def _between(photo: Photo, outline: Floats) -> Floats:
    """Luminance (N,) of the pixels inside an outline (P, 2)."""
    width, height = photo.size
    low = np.clip(np.floor(outline.min(axis=0)).astype(int), 0, (width, height))
    high = np.clip(np.ceil(outline.max(axis=0)).astype(int) + 1, low, (width, height))
    inside = np.zeros((high - low)[::-1], np.uint8)
    if not inside.size:
        return np.zeros(0)
    cv2.fillPoly(inside, [np.round((outline - low) * 16 - 8).astype(np.int32)], (1,), cv2.LINE_8, 4)
    return srgb_to_linear(photo.pixels[low[1] : high[1], low[0] : high[0]][inside > 0]) @ LUMINANCE


def _small(pixels: Pixels) -> Pixels:
    return resize(pixels, min(1.0, WORKING_SIDE / max(pixels.shape[:2])))
