"""Reconstructions for tests: a small bulged sheet with two keys, and one from a real face model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import expressions_for
from likeness.result.reconstruction import (
    ALBEDO_IMAGE,
    DISPLACEMENT_IMAGE,
    NORMAL_IMAGE,
    PHOTO_IMAGE,
    Mesh,
    Reconstruction,
)

TEXTURE_SIZE = 16
IMAGE_SIZE = (64, 48)
LANDMARKS = {"detector": "tests", "ibug68": [[1.0, 2.0]] * 68, "dense": [], "uncertainty": []}


def rotation_about(axis: tuple[float, float, float], degrees: float) -> np.ndarray:
    """Rotation matrix (3, 3) by Rodrigues' formula."""
    x, y, z = np.asarray(axis) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def opencv_pose(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """Model axes -> camera axes for a head that looks at the camera and is then turned, degrees."""
    turn = rotation_about((0, 0, 1), roll) @ rotation_about((1, 0, 0), pitch) @ rotation_about((0, 1, 0), yaw)
    return np.diag([1.0, -1.0, -1.0]) @ turn


def sheet_mesh(side: int = 9) -> Mesh:
    """A bulged sheet of quads (one cut into triangles): key ``raise`` lifts its top half, ``widen`` its sides."""
    grid = np.linspace(-0.08, 0.08, side)
    x, y = (a.ravel() for a in np.meshgrid(grid, grid))
    vertices = np.stack([x, y, 0.1 - 4.0 * (x**2 + y**2)], axis=-1)
    ids = np.arange(side * side).reshape(side, side)
    quads = np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 4)
    first = quads[0]
    triangles = [[first[0], first[1], first[2], -1], [first[0], first[2], first[3], -1]]
    faces = np.concatenate([quads[1:], triangles]).astype(np.int32)
    deltas = np.zeros((2, len(vertices), 3))
    deltas[0, y > 0, 1] = 0.01
    deltas[1, :, 0] = 0.1 * x
    jaw = np.clip(-y / 0.08, 0, 1)
    return Mesh(
        vertices=vertices,
        faces=faces,
        uv=np.stack([x, y], axis=-1) / 0.2 + 0.5,
        faces_uv=faces,
        shape_key_names=("raise", "widen"),
        shape_key_deltas=deltas,
        shape_key_ranges=np.array([[0.0, 1.0], [-3.0, 3.0]]),
        expression=np.array([0.25, -1.5]),
        landmarks68=np.arange(68),
        joint_names=("head", "jaw", "eye.L"),
        joint_parents=np.array([-1, 0, 0]),
        joint_positions=np.array([[0.0, 0.0, 0.0], [0.0, -0.02, 0.02], [0.03, 0.03, 0.09]]),
        skin_weights=np.stack([1 - jaw, jaw, np.zeros_like(jaw)], axis=-1),
        parts=(np.arange(len(faces)) % 5 == 0).astype(np.int32),
        part_names=("skin", "eye_left"),
    )


def sheet_reconstruction(displacement: float = 0.001) -> Reconstruction:
    """The sheet seen by a slightly turned camera, with a constant displacement map (metres)."""
    size = (TEXTURE_SIZE, TEXTURE_SIZE)
    return Reconstruction(
        model={"id": "sheet", "source": "tests", "licence": "GPL-3.0-or-later"},
        coefficients={"identity": [0.5, -1.0], "expression": [0.25, -1.5], "albedo": []},
        intrinsics=np.array([[80.0, 0.0, 30.0], [0.0, 80.0, 26.0], [0.0, 0.0, 1.0]]),
        image_size=IMAGE_SIZE,
        rotation=opencv_pose(yaw=20.0, pitch=-8.0, roll=5.0),
        translation=np.array([0.01, -0.02, 0.45]),
        lighting=side_light(),
        landmarks=LANDMARKS,
        timings={"fit": 0.5},
        provenance={"lighting": "tests"},
        mesh=sheet_mesh(),
        images={
            PHOTO_IMAGE: np.full((IMAGE_SIZE[1], IMAGE_SIZE[0], 3), 90, np.uint8),
            ALBEDO_IMAGE: np.full((*size, 3), (200, 150, 130), np.uint8),
            NORMAL_IMAGE: np.full((*size, 3), (128, 128, 255), np.uint8),
            DISPLACEMENT_IMAGE: np.full(size, displacement, np.float32),
        },
    )


def side_light() -> np.ndarray:
    """Shading coefficients (9, 3) of a warm light from the subject's left and above over a grey surround."""
    light = np.zeros((9, 3))
    light[0] = (2.2, 2.0, 1.9)
    light[1:4] = np.array([0.4, 0.5, 0.6])[:, None] * (1.0, 0.9, 0.8)
    light[4:] = np.array([0.05, 0.06, 0.02, 0.08, -0.03])[:, None]
    return light


def model_reconstruction(model: FaceModel, photo: np.ndarray, texture: int = 256) -> Reconstruction:
    """The mean face of a model before ``photo`` (H, W, 3), with plain skin from the model's mean albedo."""
    height, width = photo.shape[:2]
    skin = np.clip(np.median(model.albedo_mean, axis=0), 0, 1)
    values = np.zeros(len(model.expression_names))
    joints = model.joint_regressor @ model.mean
    return Reconstruction(
        model={"id": model.id, "source": model.source, "licence": model.licence},
        coefficients={"identity": [], "expression": values.tolist(), "albedo": []},
        intrinsics=np.array([[1.8 * width, 0.0, width / 2], [0.0, 1.8 * width, height / 2], [0.0, 0.0, 1.0]]),
        image_size=(width, height),
        rotation=opencv_pose(yaw=-15.0, pitch=6.0),
        translation=np.array([0.0, 0.0, 0.6]),
        lighting=side_light(),
        landmarks=LANDMARKS,
        timings={},
        provenance={},
        mesh=Mesh(
            vertices=model.mean,
            faces=model.faces,
            uv=model.uv,
            faces_uv=model.faces_uv,
            shape_key_names=model.expression_names,
            shape_key_deltas=expressions_for(model, model.mean),
            shape_key_ranges=model.expression_ranges,
            expression=values,
            landmarks68=model.landmarks68,
            joint_names=model.joint_names,
            joint_parents=model.joint_parents,
            joint_positions=joints,
            skin_weights=model.skin_weights,
            parts=model.face_parts,
            part_names=model.part_names,
        ),
        images={
            PHOTO_IMAGE: photo,
            ALBEDO_IMAGE: np.broadcast_to((skin ** (1 / 2.2) * 255).astype(np.uint8), (texture, texture, 3)).copy(),
            DISPLACEMENT_IMAGE: np.zeros((texture, texture), np.float32),
        },
    )


def posed_points(reconstruction: Reconstruction) -> np.ndarray:
    """The photo's face (N, 3) in camera space (OpenCV), straight from the definition."""
    mesh = reconstruction.mesh
    face = mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)
    return face @ reconstruction.rotation.T + reconstruction.translation


def project(reconstruction: Reconstruction, points: np.ndarray) -> np.ndarray:
    """Camera-space points (N, 3) -> pixels (N, 2)."""
    homogeneous = points @ reconstruction.intrinsics.T
    return homogeneous[:, :2] / homogeneous[:, 2:]


def folder_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
