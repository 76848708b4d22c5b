"""A toy face for texture tests: a bulged mask with a nose, symmetric, painted, lit and photographed by the renderer."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.fitting.face_fit import FaceFit
from likeness.inference.images import Photo
from likeness.inference.lighting import uniform_light
from likeness.training.synthesis.shading import render

SIDE = 57
SKIN = (0.45, 0.28, 0.21)
PHOTO_SIZE = (320, 320)


def toy_model(slide: float = 0.0) -> FaceModel:
    """Half an ellipsoid with a nose, one UV chart, left-right symmetric, one part; angles in radians.

    ``slide`` moves the vertices of the left half along the surface: the same shape, no longer a symmetric mesh.
    """
    across, up = np.meshgrid(np.linspace(-1.5, 1.5, SIDE), np.linspace(1.1, -1.1, SIDE))
    across, up = across.ravel(), up.ravel()
    across = across + np.where(across > 0.0, slide * np.sin(np.pi * across / 1.5) ** 2, 0.0)
    bump = 0.035 * np.exp(-((across / 0.2) ** 2) - ((up + 0.05) / 0.25) ** 2)
    radius = np.stack([0.075 + bump, np.full_like(bump, 0.1), 0.09 + bump], axis=-1)
    mean = radius * np.stack([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)], axis=-1)
    ids = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    quads = np.stack([ids[1:, :-1], ids[1:, 1:], ids[:-1, 1:], ids[:-1, :-1]], axis=-1).reshape(-1, 4)
    dense = [np.argmin((across - a) ** 2 + (up - b) ** 2) for a, b in _landmark_angles()]
    count = len(mean)
    return FaceModel(
        id="toy",
        name="Toy",
        source="tests",
        licence="GPL-3.0-or-later",
        mean=mean,
        identity_basis=np.zeros((0, count, 3)),
        expression_basis=np.zeros((0, count, 3)),
        expression_names=(),
        expression_ranges=np.zeros((0, 2)),
        expression_std=np.zeros(0),
        albedo_mean=np.tile(SKIN, (count, 1)),
        albedo_basis=np.zeros((0, count, 3)),
        faces=quads,
        uv=np.stack([0.5 + across / 3.4, 0.5 + up / 2.6], axis=-1),
        faces_uv=quads,
        landmarks68=np.zeros(68, int),
        dense_vertices=np.repeat(dense, 3).reshape(-1, 3),
        dense_weights=np.tile([1.0, 0.0, 0.0], (478, 1)),
        region_names=("skin",),
        region_weights=np.ones((1, count)),
        part_names=("skin",),
        face_parts=np.zeros(len(quads), int),
        joint_names=("head",),
        joint_parents=np.array([-1]),
        joint_regressor=np.full((1, count), 1.0 / count),
        skin_weights=np.ones((count, 1)),
    )


@lru_cache(maxsize=1)
def _landmark_angles() -> np.ndarray:
    """Dense landmarks (478, 2) as angles across and up: where the built-in head has them, seen from the front."""
    head = load_model(BUILTIN)
    x, y, _ = head.dense_points(head.mean.astype(np.float64)).T
    up = np.arcsin(np.clip((y - y.mean()) / 0.1, -0.9, 0.9))
    return np.stack([np.arcsin(np.clip(x / (0.075 * np.cos(up)), -0.95, 0.95)), up], axis=1)


def painted(model: FaceModel) -> np.ndarray:
    """Vertex albedo (V, 3) with symmetric broad and fine variation."""
    x, y, _ = model.mean.T
    broad = 0.06 * np.cos(40.0 * x) * np.sin(30.0 * y)
    fine = 0.05 * np.cos(250.0 * x) * np.cos(230.0 * y)
    return np.array(SKIN) * np.exp(broad + fine)[:, None]


def toy_fit(model: FaceModel, yaw: float = 0.0, pixels: int = PHOTO_SIZE[0]) -> FaceFit:
    """A fit that knows everything: the mean face turned by ``yaw`` degrees (positive: its left side turns away).

    The photo is a square of ``pixels`` a side.
    """
    mean = torch.tensor(model.mean, dtype=torch.float32)
    angle = np.radians(yaw)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    rotation = torch.tensor(np.diag([1.0, -1.0, -1.0]) @ turn, dtype=torch.float32)
    intrinsics = intrinsics_from_focal(2.8 * pixels, (pixels, pixels), mean)
    camera = Camera(intrinsics, rotation, torch.tensor([0.0, 0.0, 0.8]), (pixels, pixels))
    light = uniform_light(0.7, mean)
    light[1:4] = torch.tensor([[0.1], [0.25], [0.1]]) * torch.tensor([1.0, 0.95, 0.9])
    colours = torch.tensor(model.albedo_mean, dtype=torch.float32)
    none = mean.new_zeros(0)
    return FaceFit(none, none, none, mean, mean, colours, colours.mean(dim=0), light, camera, None, 0.0)


def photograph(model: FaceModel, fit: FaceFit, albedo: np.ndarray, background: tuple[float, ...]) -> Photo:
    """The face of ``fit`` painted with ``albedo`` (V, 3) before a plain background (linear RGB)."""
    triangles = torch.as_tensor(model.triangles())
    picture = render(fit.posed[None], triangles, fit.camera, torch.tensor(albedo, dtype=torch.float32), fit.light)
    linear = torch.where(picture.mask[0, ..., None], picture.color[0], torch.tensor(background))
    return Photo(None, (linear_to_srgb(linear.clamp(0, 1)) * 255).round().to(torch.uint8).numpy())


def with_skin(fit: FaceFit, mask: np.ndarray) -> FaceFit:
    """The fit with a skin mask (H, W)."""
    return replace(fit, skin_confidence=torch.tensor(mask, dtype=torch.float32))
