"""Wrinkles, folds and uneven skin, finer than any mesh: heights in a texture, drawn at random for an age.

The creases run where faces fold: across the forehead, between the brows, from the outer corners of the eyes, under
them, and from the wings of the nose to the corners of the mouth.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...anatomy.landmarks import Ibug
from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Floats32
from ...geometry.smoothstep import smoothstep
from ...inference.filters import blur
from ...inference.uv.atlas import uv_atlas

SIDE = 384  # texels; 0.8 mm of skin each
_NO_RELIEF = (RegionName.LIPS, RegionName.EYES, RegionName.MOUTH_INTERIOR)
_DEEPEST = 0.0009  # metres, of a crease of an old face
_UNEVEN = ((0.8, 0.00003), (1.7, 0.00006), (4.0, 0.0001))  # texels of sigma and metres of pores, bumps, dents
_EYE_REACH = (0.006, 0.034)  # metres from the corner of an eye between which crow's feet run


@dataclass(frozen=True, eq=False)
class SkinCanvas:
    """The texture of a model on which relief is drawn."""

    place: Floats32  # (T, T, 3) metres on the mean face
    bare: Floats32  # (T, T) 1 where there is skin that folds
    forehead: Floats32  # (T, T)
    landmarks: Floats  # (68, 3) metres on the mean face
    skin: Bools  # (T, T)


def skin_canvas(model: FaceModel, side: int = SIDE) -> SkinCanvas:
    """The canvas of a model at a size."""
    atlas = uv_atlas(model, side)
    fields = [sum((model.region(n) for n in _NO_RELIEF), np.zeros(len(model.mean))), model.region(RegionName.FOREHEAD)]
    values = atlas.interpolate(np.column_stack([model.mean, *fields]).astype(np.float32))
    skin = atlas.parts() == model.part_names.index(PartName.SKIN)
    bare = blur(np.where(skin, np.clip(1.0 - values[..., 3], 0.0, 1.0), 0.0).astype(np.float32), 1.5)
    return SkinCanvas(values[..., :3], bare, blur(values[..., 4], 6.0), model.mean[model.landmarks68], skin)


def random_relief(canvas: SkinCanvas, age: float, rng: np.random.Generator) -> Floats32:
    """Heights (T, T) in metres over the smooth skin."""
    side = len(canvas.bare)
    height = np.zeros((side, side), np.float32)
    for sigma, metres in _UNEVEN:
        height += metres * rng.uniform(0.2, 1.0) * smooth_noise(rng, side, sigma)
    depth = _DEEPEST * age
    # Creases are never straight, and seldom whole.
    bent = np.stack([0.003 * smooth_noise(rng, side, side / 20) for _ in range(2)], axis=-1)
    x, y = np.moveaxis(canvas.place[..., :2] + bent, -1, 0)
    whole = smoothstep(-1.4, 0.2, smooth_noise(rng, side, side / 24)).astype(np.float32)
    creases = _forehead(x, y, canvas, rng) + _frown(x, y, canvas, rng) + _folds(x, y, canvas, rng)
    creases += _crows_feet(x, y, canvas, rng)
    return (canvas.bare * (height - depth * whole * np.minimum(creases, 1.5))).astype(np.float32)


def smooth_noise(rng: np.random.Generator, side: int, sigma: float) -> Floats32:
    """(side, side) of mean 0 and deviation 1, alike over about ``sigma`` texels."""
    coarse = max(1.0, sigma / 3.0)  # a wide blur of a small picture is quick
    small = max(4, round(side / coarse))
    noise = blur(rng.standard_normal((small, small), np.float32), sigma / coarse)
    return _enlarged((noise - noise.mean()) / max(float(noise.std()), 1e-6), side)


def _enlarged(picture: Floats32, side: int) -> Floats32:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def _forehead(x: Floats32, y: Floats32, canvas: SkinCanvas, rng: np.random.Generator) -> Floats32:
    """Lines across, some millimetres apart, that rise a little in the middle or beside it."""
    apart, phase = rng.uniform(0.006, 0.012), rng.uniform(0.0, 1.0)
    lines = (y + rng.normal(0.0, 4.0) * x**2) / apart + phase
    return canvas.forehead * _groove(lines, rng) * float(rng.uniform(0.2, 1.0))


def _groove(lines: Floats32, rng: np.random.Generator) -> Floats32:
    """Narrow grooves at the whole numbers, in [0, 1]."""
    beside = np.abs(lines - np.round(lines))
    return np.exp(-0.5 * (beside / rng.uniform(0.08, 0.16)) ** 2).astype(np.float32)


def _frown(x: Floats32, y: Floats32, canvas: SkinCanvas, rng: np.random.Generator) -> Floats32:
    """Two upright lines between the brows."""
    inner = canvas.landmarks[[Ibug.RIGHT_BROW.stop - 1, Ibug.LEFT_BROW.start]].mean(axis=0)
    beside = np.abs(np.abs(x - inner[0]) - rng.uniform(0.004, 0.007)) / 0.0012
    along = (y - inner[1] - 0.004) / 0.009
    return (rng.uniform(0.0, 1.0) * np.exp(-0.5 * (beside**2 + along**2))).astype(np.float32)


def _crows_feet(x: Floats32, y: Floats32, canvas: SkinCanvas, rng: np.random.Generator) -> Floats32:
    """Rays from the outer corners of the eyes."""
    found = np.zeros_like(x)
    apart, turn, strength = rng.uniform(0.25, 0.4), rng.uniform(0.0, 1.0), rng.uniform(0.2, 0.9)
    for corner, outwards in ((Ibug.RIGHT_EYE_OUTER, -1.0), (Ibug.LEFT_EYE_OUTER, 1.0)):
        across, up = (x - canvas.landmarks[corner, 0]) * outwards, y - canvas.landmarks[corner, 1]
        far, angle = np.hypot(across, up), np.arctan2(up, across)
        low, high = _EYE_REACH
        near = smoothstep(0.5 * low, 1.5 * low, far) * smoothstep(high, 0.5 * high, far)
        found += near * smoothstep(1.2, 0.8, np.abs(angle)) * _groove(angle / apart + turn, rng)
    return (strength * found).astype(np.float32)


def _folds(x: Floats32, y: Floats32, canvas: SkinCanvas, rng: np.random.Generator) -> Floats32:
    """From the wings of the nose past the corners of the mouth, and under the eyes."""
    found = np.zeros_like(x)
    mouth, bags = rng.uniform(0.3, 1.3), rng.uniform(0.0, 0.7)
    width = rng.uniform(0.0012, 0.0025)
    ends = (
        (Ibug.NOSTRILS.start, Ibug.RIGHT_MOUTH_CORNER, Ibug.RIGHT_EYE, -1.0),
        (Ibug.NOSTRILS.stop - 1, Ibug.LEFT_MOUTH_CORNER, Ibug.LEFT_EYE, 1.0),
    )
    for wing, corner, eye, outwards in ends:
        start = canvas.landmarks[wing, :2] + [outwards * 0.007, 0.004]
        stop = canvas.landmarks[corner, :2] + [outwards * 0.009, -0.002]
        t = np.clip((y - start[1]) / (stop[1] - start[1]), -0.1, 1.1)
        bow = outwards * 0.004 * np.sin(np.pi * np.clip(t, 0.0, 1.0))
        beside = x - (start[0] + t * (stop[0] - start[0]) + bow)
        within = smoothstep(-0.1, 0.1, t) * smoothstep(1.1, 0.8, t)
        found += mouth * within * np.exp(-0.5 * (beside / width) ** 2)
        ring = canvas.landmarks[eye, :2].mean(axis=0)
        far = np.hypot((x - ring[0]) / 1.5, y - ring[1] - 0.002)
        below = smoothstep(0.0, -0.006, y - ring[1])
        found += bags * below * np.exp(-0.5 * ((far - 0.0155) / 0.0012) ** 2)
    return found.astype(np.float32)
