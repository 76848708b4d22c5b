"""The two files that the official code writes of a face: ``.mat`` with the numbers, ``.obj`` with the lit mesh."""

from __future__ import annotations

import io

import numpy as np
from scipy.io import savemat
from torch import Tensor

from .alignment import CROP_PX
from .coefficients import Deep3DCoefficients
from .geometry import Deep3DFace, Deep3DModel


def mat_file(coefficients: Deep3DCoefficients, face: Deep3DFace) -> bytes:
    """``id exp tex angle gamma trans`` as they stand, and ``lm68`` (1, 68, 2) in pixels of the crop, y down."""
    parts = {name: _array(value[:1]) for name, value in vars(coefficients).items()}
    up = _array(face.landmarks68[:1])
    parts["lm68"] = np.stack([up[..., 0], CROP_PX - 1 - up[..., 1]], axis=-1)
    stream = io.BytesIO()
    savemat(stream, parts)
    return stream.getvalue()


def obj_file(model: Deep3DModel, face: Deep3DFace) -> bytes:
    """The posed mesh in decimetres, before a camera at z = 10, each vertex with its lit colour in [0, 1]."""
    color = np.clip(_array(face.color[0]) * 255, 0, 255).astype(np.uint8) / 255
    vertices = np.concatenate([_array(face.posed[0]), color], axis=1)
    stream = io.BytesIO()
    np.savetxt(stream, vertices, fmt="v %.6f %.6f %.6f %.5f %.5f %.5f")
    np.savetxt(stream, model.triangles.cpu().numpy() + 1, fmt="f %d %d %d")
    return stream.getvalue()


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().float().numpy()
