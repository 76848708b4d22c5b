"""The two files that the official code makes of a face: the depth map as ``.mat``, and its mesh as ``.obj``."""

from __future__ import annotations

import io

import numpy as np
from scipy.io import savemat

from ...geometry.arrays import Bools, Floats, Ints, Pixels
from ..depth.depth_map import DepthMap

DEPTH_KEY = "depth_mat"
_STEEPEST = 15.0  # pixels of depth between neighbours beyond which two surfaces meet, and no triangle joins them


def written(depth: DepthMap) -> Floats:
    """Depth (S, S) in pixels as the official files have it: 0 where there is no face, larger is nearer."""
    return np.where(depth.known, depth.nearness.astype(np.float64), 0.0)


def mat_file(depth: DepthMap) -> bytes:
    """``depth_mat`` (S, S), see `written`."""
    stream = io.BytesIO()
    savemat(stream, {DEPTH_KEY: written(depth)})
    return stream.getvalue()


def obj_file(depth: DepthMap, crop: Pixels) -> bytes:
    """A vertex per pixel of the face with its colour (S, S, 3): x right, y up, z out, all in pixels.

    Neighbouring pixels are joined by two triangles to a square, but for squares across a jump of the depth.
    """
    values = written(depth)
    rows, columns = np.nonzero(depth.known)
    vertices = np.column_stack([columns, -rows, values[rows, columns], crop[rows, columns] / 255.0])
    stream = io.BytesIO()
    np.savetxt(stream, vertices, fmt="v %d %d %.4f %.4f %.4f %.4f")
    np.savetxt(stream, grid_triangles(values, depth.known) + 1, fmt="f %d %d %d")
    return stream.getvalue()


def grid_triangles(values: Floats, known: Bools) -> Ints:
    """Triangles (F, 3), counter-clockwise from the front, over the known pixels, counted row by row."""
    ids = np.cumsum(known).reshape(known.shape) - 1
    corners = [(slice(None, -1), slice(None, -1)), (slice(1, None), slice(None, -1))]
    corners += [(slice(1, None), slice(1, None)), (slice(None, -1), slice(1, None))]
    heights = np.stack([values[part] for part in corners])
    whole = np.all([known[part] for part in corners], axis=0) & (np.ptp(heights, axis=0) <= _STEEPEST)
    a, b, c, d = (ids[part][whole] for part in corners)
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
