"""A folder like ``predef`` of Detailed3DFace, made of the built-in head; and its networks a few channels wide.

The head's skin is laid into the texture as FaceScape lays its own: the face in the middle, as if rolled off a cylinder.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from likeness.anatomy.parts import PartName
from likeness.bfm.library.registry import load_model
from likeness.bfm.transfer.shapes import shape_of_source
from likeness.geometry.normals import triangle_normals
from likeness.inference.facescape_relief.predef import VERTICES

SIDE = 1024
MODES = 2


@dataclass(frozen=True)
class Head:
    """The mesh that is written."""

    vertices: np.ndarray  # (26317, 3) metres; those that no triangle uses are zero
    triangles: np.ndarray  # (T, 3)
    uv: np.ndarray  # (U, 2), a texture point for each used vertex, in the vertices' order
    front: np.ndarray  # (F,)
    landmarks68: np.ndarray


def head() -> Head:
    """The built-in head's skin."""
    model = load_model("builtin")
    skin = shape_of_source(model).shown(PartName.SKIN)  # without what lies behind the eyeballs
    ids, triangles = np.unique(skin, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    points = model.mean[ids].astype(np.float64)
    vertices = np.zeros((VERTICES, 3))
    vertices[: len(ids)] = points
    middle = points[np.searchsorted(ids, model.landmarks68)].mean(axis=0)
    around = np.arctan2(points[:, 0], points[:, 2] - (middle[2] - 0.09))
    uv = np.stack([0.5 + around / (2 * np.pi) * 0.9, 0.62 + (points[:, 1] - middle[1]) * 1.7], axis=1).clip(
        0.001, 0.999
    )
    corners = uv[triangles]
    low, high = corners.min(axis=(1,)), corners.max(axis=(1,))
    inside = (low > [0.29, 0.40]).all(axis=1) & (high < [0.71, 0.84]).all(axis=1)
    outer = triangle_normals(points[triangles])[:, 2] > -0.5
    front = np.flatnonzero(inside & outer & (np.ptp(corners, axis=1).max(axis=1) < 0.05))
    return Head(vertices, triangles, uv, front, np.searchsorted(ids, model.landmarks68))


def write_predef(folder: Path, made: Head, core: bool = True, positions: bool = False) -> Path:
    """The official files; lists in the forms that theirs are pickled in."""
    folder.mkdir(parents=True, exist_ok=True)
    corners = (made.triangles + 1).tolist()
    faces = [(corner, [0, 0, 0], corner, None) for corner in corners]
    (folder / "faces.pkl").write_bytes(pickle.dumps((made.uv.tolist(), faces), 2))
    (folder / "front_face_indices.pkl").write_bytes(pickle.dumps(made.front.tolist(), 0))
    (folder / "id_mean.pkl").write_bytes(pickle.dumps(np.array([1.0, 0.0], np.float32), 2))
    (folder / "index_68.txt").write_text("\n".join(f"{i} " for i in made.landmarks68) + "\n", encoding="ascii")
    cv2.imwrite(str(folder / "front_mask.png"), _mask(made))
    if core:
        bilinear = np.zeros((MODES, 52, 3 * VERTICES), np.float32)
        bilinear[0] = 1000.0 * made.vertices.ravel()
        np.save(folder / "core_847_50_52.npy", bilinear)
    if positions:
        # Waves of their own, for a network does not see a picture's mean.
        number, column = np.meshgrid(np.arange(60), np.linspace(0.0, 2.0 * np.pi, SIDE), indexing="ij")
        waves = np.linspace(-1.0, 1.0, 60)[:, None] + 0.5 * np.sin((number + 1) * column)
        maps = np.repeat(waves[:, None].astype(np.float32), SIDE, axis=1)
        np.savez_compressed(folder / "posmaps.npz", maps)
    return folder


def _mask(made: Head) -> np.ndarray:
    """White but for the face, as the official picture."""
    image = np.full((SIDE, SIDE), 255, np.uint8)
    at = np.stack([made.uv[:, 0] * 4096 - 1100, (1 - made.uv[:, 1]) * 4096 - 600], axis=1) * (SIDE / 1900)
    for triangle in made.triangles[made.front]:
        cv2.fillConvexPoly(image, np.rint(at[triangle]).astype(np.int32), (0,))
    return image
