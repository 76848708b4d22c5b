"""Grain for skin that no photo shows: noise of the surface, so that it is even where the layout stretches."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import torch
from torch.nn.functional import grid_sample

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32, Image
from ...geometry.smoothstep import smoothstep
from ...geometry.stretch import uv_steps
from .atlas import uv_atlas
from .resolution import enough_texels

GRAIN_SHARE = 0.6  # of the seen skin's grain; a little less than seen, for what is guessed should not draw the eye
_OCTAVES = 3
_LATTICE = 32  # cells along a side of the noise; it repeats after them
_MEASURED = 1024  # texels in which places on the surface are looked up
_TOO_LONG = (1.0, 2.0)  # cells that a texel is long, between which it can no longer show them


def grain_strengths(values: Image, weight: Image) -> Floats32:
    """Typical amplitude of each octave of ``values`` (T, T), finest first, where ``weight`` is full."""
    strengths = []
    for _ in range(_OCTAVES):
        coarse = cv2.pyrDown(values)
        band = values - cv2.pyrUp(coarse, dstsize=values.shape[::-1])
        sure = weight > 0.9
        # The median ignores brows and creases, which are no grain.
        strengths.append(1.48 * float(np.median(np.abs(band[sure]))) if sure.any() else 0.0)
        values, weight = coarse, cv2.pyrDown(weight)
    return np.array(strengths, np.float32)


def grain(strengths: Floats32, model: FaceModel, size: int) -> Image:
    """Noise (T, T) with the given amplitudes (K,) in octaves, the finest first; always the same.

    The finest is a texel of the face wide, wherever on the skin; texels that are larger than its cells show less.
    """
    total = np.zeros((size, size), np.float32)
    for number, strength in enumerate(strengths):
        total += np.float32(strength) * _octave(model, size, number)
    return total


@lru_cache(maxsize=10)
def _octave(model: FaceModel, size: int, number: int) -> Image:
    """Noise (T, T) of unit amplitude on the face; the last ten are kept."""
    measured = enough_texels(size, 0.0, _MEASURED)
    positions, texel = _surface(model, measured)
    cell = 2.0**number * float(np.median(texel[texel > 0.0])) * measured / size
    if measured < size:
        positions, texel = (cv2.resize(x, (size, size), interpolation=cv2.INTER_LINEAR) for x in (positions, texel))
    length = texel * (measured / size / cell)
    shown = np.where(length > 0.0, 1.0 - smoothstep(*_TOO_LONG, length), 0.0)
    noise = _noise(positions / np.float32(cell), number)
    return (noise * shown / noise[shown > 0.9].std()).astype(np.float32)


def _surface(model: FaceModel, size: int) -> tuple[Image, Image]:
    """Places (T, T, 3) on the mean face and how long texels are there (T, T), metres; zero outside the charts."""
    atlas = uv_atlas(model, size)
    along = np.concatenate(uv_steps(model.mean, model.uv, atlas.triangles, atlas.triangles_uv), axis=1)
    length = np.sqrt((along**2).sum(axis=1, keepdims=True) / 2.0) / size
    return atlas.interpolate(model.mean), atlas.interpolate_corners(length, atlas.triangles_uv)[..., 0]


def _noise(places: Image, seed: int) -> Image:
    """Solid noise (T, T) of cells of side 1 at places (T, T, 3), without what is coarser than they are."""
    lattice = np.random.default_rng(seed).standard_normal((_LATTICE,) * 3).astype(np.float32)
    around = [np.roll(lattice, shift, axis) for axis in range(3) for shift in (-1, 1)]
    lattice = np.pad(lattice - np.mean(around, axis=0), (0, 1), mode="wrap")
    at = torch.from_numpy(np.mod(places, np.float32(_LATTICE)) * np.float32(2.0 / _LATTICE) - 1.0)
    found = grid_sample(torch.from_numpy(lattice)[None, None], at[None, None], align_corners=True)
    return found[0, 0, 0].numpy()
