"""Deep3D's parametric face: from 257 numbers to vertices, normals, colours and landmarks, as its authors decode them.

Everything is in the authors' own units and axes: decimetres; x to the picture's right, y up, z towards the viewer; the
camera stands at z = 10 and looks along -z; colours are sRGB values in [0, 1] before any clamp. Batched, differentiable.
Agrees with `ParametricFaceModel` of sicxu/Deep3DFaceRecon_pytorch; `conversion.py` brings it to our conventions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...bfm.face_model import FaceModel
from ...bfm.model_ids import BFM2009
from ...errors import LikenessError
from ..rendering.normals import face_normals, mean_at_vertices
from .coefficients import EXPRESSION, IDENTITY, SH_TERMS, TEXTURE, Deep3DCoefficients

FOCAL_PX, CENTRE_PX, CAMERA_Z = 1015.0, 112.0, 10.0
DECIMETRES = 10.0  # in a metre
AMBIENT = 0.8  # added to the first term of the light
MODEL_ID = BFM2009
EXTRA_ARRAYS = ("texture_mean", "texture_basis")


@dataclass(frozen=True, eq=False)
class Deep3DModel:
    """The face model as tensors. V vertices, T triangles."""

    mean: Tensor  # (V, 3) dm, its vertex mean at the origin
    identity_basis: Tensor  # (80, V, 3) dm per sigma
    expression_basis: Tensor  # (64, V, 3) dm per sigma
    texture_mean: Tensor  # (V, 3) RGB in 0..255
    texture_basis: Tensor  # (80, V, 3) RGB in 0..255 per sigma
    triangles: Tensor  # (T, 3) int64
    landmarks68: Tensor  # (68,) int64

    def to(self, device: torch.device | str, dtype: torch.dtype = torch.float32) -> Deep3DModel:
        """The same model elsewhere."""
        tensors = {f.name: getattr(self, f.name) for f in fields(self)}
        return Deep3DModel(**{k: t.to(device, dtype if t.is_floating_point() else None) for k, t in tensors.items()})


@dataclass(frozen=True)
class Deep3DFace:
    """B decoded faces."""

    shape: Tensor  # (B, V, 3) dm, identity and expression, not posed
    posed: Tensor  # (B, V, 3) dm, rotated and moved
    normals: Tensor  # (B, V, 3) unit, rotated
    albedo: Tensor  # (B, V, 3)
    color: Tensor  # (B, V, 3) albedo times shading
    landmarks68: Tensor  # (B, 68, 2) pixels of the crop, y up


def deep3d_model(model: FaceModel, extra: dict[str, np.ndarray]) -> Deep3DModel:
    """From our BFM 2009 front model and the arrays that its reader keeps beside it (`EXTRA_ARRAYS`).

    Raises:
        LikenessError: it is not that model.
    """
    named = tuple(f"exp_{i:02d}" for i in range(EXPRESSION))
    textures = len(extra["texture_basis"]) if extra.keys() >= set(EXTRA_ARRAYS) else 0
    if model.expression_names[:EXPRESSION] != named or len(model.identity_basis) < IDENTITY or textures < TEXTURE:
        raise LikenessError(
            f"Deep3D's numbers belong to the Basel Face Model 2009 ({MODEL_ID}), and the model {model.id!r} is another."
        )

    def real(array: object) -> Tensor:
        return torch.as_tensor(np.asarray(array), dtype=torch.float32)

    return Deep3DModel(
        mean=real(model.mean * DECIMETRES),
        identity_basis=real(model.identity_basis[:IDENTITY] * DECIMETRES),
        expression_basis=real(model.expression_basis[:EXPRESSION] * DECIMETRES),
        texture_mean=real(extra["texture_mean"]),
        texture_basis=real(extra["texture_basis"][:TEXTURE]),
        triangles=torch.as_tensor(model.triangles(), dtype=torch.int64),
        landmarks68=torch.as_tensor(model.landmarks68, dtype=torch.int64),
    )


def read_extra(path: Path) -> dict[str, np.ndarray]:
    """The arrays of `EXTRA_ARRAYS` of a model's file, as far as it has them."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in EXTRA_ARRAYS if name in archive}


def decode(model: Deep3DModel, coefficients: Deep3DCoefficients) -> Deep3DFace:
    """Everything the coefficients say."""
    turn = rotation(coefficients.angle)
    shape = face_shape(model, coefficients)
    posed = shape @ turn.mT + coefficients.trans[:, None]
    normals = vertex_normals(shape, model.triangles) @ turn.mT
    albedo = face_albedo(model, coefficients)
    return Deep3DFace(
        shape=shape,
        posed=posed,
        normals=normals,
        albedo=albedo,
        color=albedo * shading(normals, coefficients.gamma),
        landmarks68=project(posed[:, model.landmarks68]),
    )


def face_shape(model: Deep3DModel, coefficients: Deep3DCoefficients) -> Tensor:
    """Unposed vertices (B, V, 3), dm."""
    moved = coefficients.id @ model.identity_basis.flatten(1) + coefficients.exp @ model.expression_basis.flatten(1)
    return model.mean + moved.unflatten(1, model.mean.shape)


def face_albedo(model: Deep3DModel, coefficients: Deep3DCoefficients) -> Tensor:
    """Colours (B, V, 3) without light."""
    varied = coefficients.tex @ model.texture_basis.flatten(1)
    return (model.texture_mean + varied.unflatten(1, model.texture_mean.shape)) / 255.0


def rotation(angle: Tensor) -> Tensor:
    """Pitch, yaw and roll (B, 3) in radians -> Rz Ry Rx (B, 3, 3), for column vectors."""
    (cx, cy, cz), (sx, sy, sz) = angle.cos().unbind(1), angle.sin().unbind(1)
    rows = [
        [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
        [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
        [-sy, cy * sx, cy * cx],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def project(posed: Tensor) -> Tensor:
    """Posed points (..., 3) -> pixels (..., 2) of the 224-pixel crop, y up."""
    return FOCAL_PX * posed[..., :2] / (CAMERA_Z - posed[..., 2:]) + CENTRE_PX


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit normals (B, V, 3): the mean over the triangles round a vertex, each counting alike however large."""
    return mean_at_vertices(face_normals(vertices, triangles), triangles, vertices)


def sh_basis(normals: Tensor) -> Tensor:
    """The nine terms (..., 9) of their light at unit normals (..., 3): other signs and order of factors than ours."""
    x, y, z = normals.unbind(-1)
    a0, a1, a2 = math.pi, 2 * math.pi / math.sqrt(3), 2 * math.pi / math.sqrt(8)
    c0, c1, c2 = 1 / math.sqrt(4 * math.pi), math.sqrt(3 / (4 * math.pi)), 3 * math.sqrt(5 / (12 * math.pi))
    terms = [
        a0 * c0 * torch.ones_like(x),
        -a1 * c1 * y,
        a1 * c1 * z,
        -a1 * c1 * x,
        a2 * c2 * x * y,
        -a2 * c2 * y * z,
        a2 * c2 * (3 * z * z - 1) / (2 * math.sqrt(3)),
        -a2 * c2 * x * z,
        a2 * c2 * (x * x - y * y) / 2,
    ]
    return torch.stack(terms, dim=-1)


def shading(normals: Tensor, gamma: Tensor) -> Tensor:
    """What the albedo is multiplied with (B, N, 3), for normals (B, N, 3) and a light (B, 27)."""
    light = gamma.unflatten(1, (3, SH_TERMS))
    ambient = torch.zeros_like(light)
    ambient[..., 0] = AMBIENT
    return sh_basis(normals) @ (light + ambient).mT
