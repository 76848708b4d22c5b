"""A bulged sheet as a face model, its fit, and photos of it with known relief and known paint."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from likeness.bfm.face_model import FaceModel
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.fitting.face_fit import FaceFit
from likeness.inference.images import Photo
from likeness.inference.lighting import shade, to_view_frame, uniform_light
from likeness.inference.rendering.normals import vertex_normals
from likeness.inference.rendering.rasterizer import interpolate, rasterize

HALF = 0.06  # metres from the sheet's middle to its border
DISTANCE, FOCAL, SIDE = 0.6, 1400.0, 300  # 0.4 mm a pixel
SKIN = (0.55, 0.36, 0.28)
FINE = 401  # vertices along a side of the sheet that is photographed

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]


def sheet(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (side * side, 3) of z = 0.02 - 4 (x^2 + y^2) and quads, rows from the top."""
    grid = np.linspace(-HALF, HALF, side)
    x, y = (a.ravel() for a in np.meshgrid(grid, -grid))
    ids = np.arange(side * side).reshape(side, side)
    quads = np.stack([ids[:-1, :-1], ids[1:, :-1], ids[1:, 1:], ids[:-1, 1:]], axis=-1).reshape(-1, 4)
    return np.stack([x, y, 0.02 - 4.0 * (x * x + y * y)], axis=-1), quads


def sheet_model(side: int = 41) -> FaceModel:
    """The sheet as a face model without modes; UV is the view from the front."""
    vertices, quads = sheet(side)
    count = len(vertices)
    return FaceModel(
        id="sheet",
        name="sheet",
        source="tests",
        licence="GPL-3.0-or-later",
        mean=vertices,
        identity_basis=np.zeros((0, count, 3)),
        expression_basis=np.zeros((0, count, 3)),
        expression_names=(),
        expression_ranges=np.zeros((0, 2)),
        expression_std=np.zeros(0),
        albedo_mean=np.tile(SKIN, (count, 1)),
        albedo_basis=np.zeros((0, count, 3)),
        faces=quads,
        uv=vertices[:, :2] / (2.0 * HALF) + 0.5,
        faces_uv=quads,
        landmarks68=np.zeros(68, np.int64),
        dense_vertices=np.zeros((478, 3), np.int64),
        dense_weights=np.tile([1.0, 0.0, 0.0], (478, 1)),
        region_names=("skin",),
        region_weights=np.ones((1, count)),
        part_names=("skin",),
        face_parts=np.zeros(len(quads), np.int64),
        joint_names=("head",),
        joint_parents=np.array([-1]),
        joint_regressor=np.full((1, count), 1.0 / count),
        skin_weights=np.ones((count, 1)),
    )


@dataclass(frozen=True)
class Scene:
    """The sheet before a camera under one light."""

    model: FaceModel
    fit: FaceFit

    def photo(self, height: Field | None = None, paint: Field | None = None) -> Photo:
        """A photo of the sheet pushed out by ``height(x, y)`` metres and painted ``paint(x, y)`` (N, 3)."""
        vertices, quads = sheet(FINE)
        triangles = torch.as_tensor(np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]]))
        smooth = vertex_normals(torch.as_tensor(vertices)[None], triangles)[0].numpy()
        x, y = vertices[:, 0], vertices[:, 1]
        if height is not None:
            vertices = vertices + smooth * height(x, y)[:, None]
        colour = np.tile(SKIN, (len(vertices), 1)) if paint is None else paint(x, y)
        camera = self.fit.camera
        placed = camera.to_camera(torch.as_tensor(vertices, dtype=torch.float32))[None]
        normals = to_view_frame(vertex_normals(placed, triangles)[0])
        values = torch.cat([normals, torch.as_tensor(colour, dtype=torch.float32)], dim=1)
        seen = interpolate(rasterize(placed, triangles, camera.intrinsics, camera.image_size), triangles, values)[0]
        lit = shade(torch.nn.functional.normalize(seen[..., :3], dim=-1), self.fit.light) * seen[..., 3:]
        return Photo(None, np.rint(linear_to_srgb(lit.clamp(0, 1)).numpy() * 255).astype(np.uint8))


def scene(ambient: float, sideways: float, frontal: float) -> Scene:
    """A light by its level and its slopes towards the subject's left and towards the camera."""
    model = sheet_model()
    mean = torch.as_tensor(model.mean, dtype=torch.float32)
    light = uniform_light(ambient, mean)
    linear = math.sqrt(3.0 / (4.0 * math.pi))
    light[3] += sideways / linear
    light[2] += frontal / linear
    camera = Camera(
        intrinsics_from_focal(FOCAL, (SIDE, SIDE), mean),
        torch.diag(torch.tensor([1.0, -1.0, -1.0])),
        torch.tensor([0.0, 0.0, DISTANCE]),
        (SIDE, SIDE),
    )
    none = torch.zeros(0)
    albedo = torch.as_tensor(model.albedo_mean, dtype=torch.float32)
    return Scene(model, FaceFit(none, none, none, mean, mean, albedo, albedo.mean(dim=0), light, camera, None, 0.0))
