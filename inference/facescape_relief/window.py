"""The part of FaceScape's texture that its networks see, and a photo unwrapped into it.

Their code counts texels from the centre of the first one: the texel in column c of 4096 lies at u = c / 4096.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from ...geometry.arrays import Bools, Floats, Floats32, Ints, Pixels
from ..rendering.rasterizer import interpolate, rasterize_uv
from .layout import INPUT_SIDE, FaceScapeLayout

TEXTURE_SIDE = 4096
LEFT, TOP, SIDE = 1100, 600, 1900  # columns 1100 to 3000 and rows 600 to 2500
LONGEST = 0.3  # of the texture: a triangle that spans more lies across a seam


def texels(uv: Floats) -> Floats:
    """Columns and rows (..., 2) of the window, counted from the centre of its first texel, of texture points."""
    return np.stack([uv[..., 0] * TEXTURE_SIDE - LEFT, (1.0 - uv[..., 1]) * TEXTURE_SIDE - TOP], axis=-1)


def covered(corners: Floats, side: int) -> Bools:
    """(side, side) of the window that triangles (N, 3, 2) of the texture cover."""
    corners = corners[np.ptp(corners, axis=1).max(axis=1) < LONGEST]
    ids = torch.arange(3 * len(corners)).reshape(-1, 3)
    return rasterize_uv(_in_window(corners.reshape(-1, 2)), ids, side).mask[0].numpy()


def inside(uv: Floats, mask: Bools) -> Bools:
    """(N,) whether texture points (N, 2) lie where ``mask`` (S, S), a picture of the window, is set."""
    at = np.floor((texels(uv) + 0.5) * (len(mask) / SIDE)).astype(int)
    within = ((at >= 0) & (at < len(mask))).all(axis=-1)
    column, row = np.clip(at, 0, len(mask) - 1).T
    return within & mask[row, column]


def unwrapped(pixels: Pixels, points: Floats, layout: FaceScapeLayout) -> Pixels:
    """The window (1900, 1900, 3) of a photo (H, W, 3) whose face has the layout's vertices at pixels (V, 2).

    As in the official code each triangle of the front takes its part of the photo along, whatever hides it, and what is
    beside them is black.
    """
    uv = layout.uv[layout.triangles_uv[layout.front]]
    whole = np.ptp(uv, axis=1).max(axis=1) < LONGEST
    triangles, corners = layout.triangles[layout.front][whole], uv[whole].reshape(-1, 2)
    fragments = rasterize_uv(_in_window(corners), torch.arange(len(corners)).reshape(-1, 3), SIDE)
    at = interpolate(fragments, torch.as_tensor(triangles), torch.as_tensor(points, dtype=torch.float32))[0].numpy()
    taken = cv2.remap(pixels, at - np.float32(0.5), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)  # type: ignore[call-overload]
    return np.where(fragments.mask[0].numpy()[..., None], taken, 0).astype(np.uint8)


def as_seen(window: Pixels) -> Pixels:
    """The window at the size (1024, 1024, 3) that the networks see."""
    return np.asarray(cv2.resize(window, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)


def sampled(values: Floats32, uv: Floats32) -> Floats32:
    """Values of the window (1900, 1900) at texture points (H, W, 2); 0 beside the window."""
    at = texels(uv).astype(np.float32)
    return np.asarray(
        cv2.remap(values, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0),  # type: ignore[call-overload]
        np.float32,
    )


def uv_of_vertices(triangles: Ints, triangles_uv: Ints, uv: Floats, count: int) -> Floats:
    """A texture point for every one of ``count`` vertices (V, 2), those of triangles (T, 3); at a seam one of them."""
    found = np.zeros((count, 2))
    found[triangles.ravel()] = uv[triangles_uv.ravel()]
    return found


def _in_window(uv: Floats) -> torch.Tensor:
    """Texture points (N, 2) as those of a texture that is the window alone, whose texels have their centre inside."""
    at = (texels(uv) + 0.5) / SIDE
    return torch.as_tensor(np.stack([at[:, 0], 1.0 - at[:, 1]], axis=-1), dtype=torch.float32)
