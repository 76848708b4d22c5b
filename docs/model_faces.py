"""Faces of a model without a photo, and small pictures of them: what the scripts in this folder draw with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import expressions_for
from likeness.geometry.colour import linear_to_srgb
from likeness.geometry.faces import triangle_owner, triangulate
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.model_mesh import mesh_of, model_record
from likeness.inference.preview.studio import Subject, draw_clay, draw_relit
from likeness.inference.rendering.rasterizer import rasterize
from likeness.inference.uv.atlas import uv_atlas
from likeness.inference.uv.blending import pad_charts, padding
from likeness.result.reconstruction import ALBEDO_IMAGE, Reconstruction
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Floats = NDArray[np.floating]
Pixels = NDArray[np.uint8]

IMAGES = Path(__file__).parent / "images"
TEXTURE = 1024  # texels
DISTANCE = 1.1  # metres from the camera to what it looks at
HEAD = (0.0, -0.02, -0.01)  # model space, metres: the middle of the built-in head with its neck
BACKDROP = (48, 50, 54)  # sRGB
INK, PAPER = (235, 235, 235), (30, 31, 33)
LABEL = 13  # pixels
FINER = 3  # wires are drawn so many times larger


@dataclass(frozen=True)
class View:
    """Where one looks from, degrees to the subject's left and up, at what, and how much of it one sees."""

    yaw: float
    pitch: float = 3.0
    target: Sequence[float] = HEAD  # model space, metres
    across: float = 0.28  # metres that the picture's width shows there
    size: tuple[int, int] = (150, 180)  # pixels

    def camera(self) -> Camera:
        """The same as a camera of the project."""
        a, b = math.radians(self.yaw), math.radians(self.pitch)
        turn = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
        nod = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
        rotation = np.diag([1.0, -1.0, -1.0]) @ nod @ turn
        shift = np.array([0, 0, DISTANCE]) - rotation @ np.array(self.target)
        focal = DISTANCE * self.size[0] / self.across
        one = torch.zeros(())
        intrinsics = intrinsics_from_focal(focal, self.size, one)
        return Camera(intrinsics, one.new_tensor(rotation), one.new_tensor(shift), self.size)


def face_of(model: FaceModel, identity: Floats | None = None, tint: Floats | None = None) -> Reconstruction:
    """A neutral face of the model: ``identity`` (<= I,) and ``tint`` (A,), the albedo's, in sigma."""
    neutral = model.shape(identity)
    colours = model.albedo_mean.astype(np.float64)
    if tint is not None:
        colours = colours + np.tensordot(tint, model.albedo_basis, axes=1)
    atlas = uv_atlas(model, TEXTURE)
    albedo = pad_charts(atlas.interpolate(np.clip(colours, 0.002, 1)), atlas.mask, padding(TEXTURE))
    values = np.zeros(len(model.expression_names))
    return Reconstruction(
        model=model_record(model),
        coefficients={"identity": [], "expression": values.tolist(), "albedo": []},
        intrinsics=np.array([[700.0, 0, 160], [0, 700, 160], [0, 0, 1]]),
        image_size=(320, 320),
        rotation=np.diag([1.0, -1.0, -1.0]),
        translation=np.array([0.0, 0.0, 0.8]),
        lighting=np.vstack([np.full((1, 3), 2.5), np.zeros((8, 3))]),
        landmarks={"detector": "none"},
        timings={},
        provenance={"mesh": "the model"},
        mesh=mesh_of(model, neutral, expressions_for(model, neutral), values),
        images={ALBEDO_IMAGE: np.round(linear_to_srgb(albedo) * 255).astype(np.uint8)},
    )


def expressed(face: Reconstruction, **values: float) -> Floats:
    """Vertices (V, 3) with these sliders; a name without its side sets both."""
    moved = face.mesh.vertices.astype(np.float64)
    for name, delta in zip(face.mesh.shape_key_names, face.mesh.shape_key_deltas, strict=True):
        both = name.removesuffix("Left").removesuffix("Right")
        moved = moved + values.get(name, values.get(both, 0.0)) * delta
    return moved


def picture(subject: Subject, vertices: Floats, view: View, clay: bool = False) -> Pixels:
    """The textured face in a studio's light, or its form in clay."""
    draw = draw_clay if clay else draw_relit
    backdrop = np.tile(np.array(BACKDROP, np.uint8), (view.size[1], view.size[0], 1))
    return draw(subject, vertices, view.camera()).over(backdrop)


def wires(faces: NDArray[np.integer], vertices: Floats, view: View) -> Pixels:
    """The visible edges of faces (F, 4), dark on pale, in a picture."""
    camera = view.camera().scaled(FINER)
    placed = camera.to_camera(torch.as_tensor(vertices, dtype=torch.float32))[None]
    triangles = torch.from_numpy(triangulate(faces).astype(np.int64))
    seen = rasterize(placed, triangles, camera.intrinsics, camera.image_size).triangle_ids[0].numpy()
    # An edge is where the next pixel belongs to another face: the diagonals of the quads do not show.
    owner = np.where(seen < 0, -1, triangle_owner(faces)[seen])
    edge = np.zeros(owner.shape, bool)
    edge[:, 1:] |= owner[:, 1:] != owner[:, :-1]
    edge[1:] |= owner[1:] != owner[:-1]
    large = np.where((owner < 0)[..., None], BACKDROP, (214, 208, 200)).astype(np.uint8)
    large[edge] = (40, 42, 48)
    return np.asarray(Image.fromarray(large).resize(view.size, Image.Resampling.BOX))


def sheet(tiles: Sequence[Pixels], columns: int, captions: Sequence[str] = ()) -> Image.Image:
    """Pictures of one size side by side, row by row, each with its caption above it where there are any."""
    height, width = tiles[0].shape[:2]
    label = LABEL if captions else 0
    whole = Image.new("RGB", (columns * width, -(-len(tiles) // columns) * (height + label)), PAPER)
    ink = ImageDraw.Draw(whole)
    for index, tile in enumerate(tiles):
        x, y = index % columns * width, index // columns * (height + label)
        whole.paste(Image.fromarray(tile), (x, y + label))
        if captions:
            ink.text((x + 4, y + 1), captions[index], fill=INK)
    return whole


def save(image: Image.Image, name: str) -> None:
    """Write a JPEG into ``docs/images`` and tell its size."""
    path = IMAGES / name
    image.save(path, quality=84, optimize=True)
    print(f"{path.name}: {image.width} x {image.height}, {path.stat().st_size // 1000} kB")
