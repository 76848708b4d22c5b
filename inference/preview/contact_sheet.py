"""`preview_image`: a contact sheet of one reconstruction, for a first look without Blender.

Upper row: the photo, and what the fit made of it before the same camera. Then the face turned, textured in the photo's
light and as clay, each with an expression that the photo may not show. A draft has no texture and fewer tiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np
import torch

from ...anatomy.arkit import JAW_OPEN
from ...geometry.arrays import Floats, Pixels
from ...result.image_files import loaded
from ...result.mouth_lining import lined
from ...result.reconstruction import PHOTO_IMAGE, Mesh, Reconstruction
from ..camera import Camera
from .studio import Drawing, Subject, draw_clay, draw_relit, draw_textured, subject_of

TILE_WIDTH, TILE_HEIGHT = 386, 460
GUTTER = 11  # 4 tiles and 5 gutters make 1599 pixels
CAPTION = 24
PAPER, INK = (24, 24, 26), (190, 190, 194)
BACKDROP = ((74, 76, 80), (34, 35, 38))  # sRGB in the middle and in the corners
PHOTO_MARGIN = 0.14  # of the face's box, on each side
VIEW_DISTANCE_M = 1.2
VIEW_FILL = 0.98  # of the tile
TURNS = {"front": 0.0, "three-quarter": 38.0, "side": 78.0}
SMILE = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "cheekSquintLeft": 0.6, "cheekSquintRight": 0.6}
SURPRISE = {JAW_OPEN: 0.6, "browInnerUp": 0.9, "browOuterUpLeft": 0.7, "browOuterUpRight": 0.7}

Draw = Callable[[Subject, Floats, Camera], Drawing]


def preview_image(reconstruction: Reconstruction) -> Pixels:
    """The contact sheet (H, 1599, 3) uint8 sRGB of a reconstruction, just made or read from its folder.

    Raises:
        LikenessError: an image of the folder cannot be read.
    """
    reconstruction = replace(reconstruction, mesh=lined(reconstruction.mesh))
    mesh, subject = reconstruction.mesh, subject_of(reconstruction)
    posed = _expressed(mesh, mesh.expression)
    rows = [_photo_tiles(reconstruction, subject, posed)]
    if subject.albedo is not None:
        smiling = _expressed(mesh, _expression(mesh, SMILE, fallback=0))
        rows.append(_turned_tiles(draw_textured, subject, posed, {"smiling": smiling}))
    surprised = _expressed(mesh, _expression(mesh, SURPRISE, fallback=1))
    rows.append(_turned_tiles(draw_clay, subject, posed, {"surprised": surprised}))
    return _sheet(rows)


def _turned_tiles(draw: Draw, subject: Subject, posed: Floats, others: Mapping[str, Floats]) -> dict[str, Pixels]:
    tiles = {name: draw(subject, posed, _view(posed, turn)) for name, turn in TURNS.items()}
    tiles |= {name: draw(subject, other, _view(posed, -TURNS["three-quarter"])) for name, other in others.items()}
    return {name: _on_backdrop(drawing) for name, drawing in tiles.items()}


def _photo_tiles(reconstruction: Reconstruction, subject: Subject, posed: Floats) -> dict[str, Pixels]:
    camera = Camera(
        torch.as_tensor(reconstruction.intrinsics, dtype=torch.float32),
        torch.as_tensor(reconstruction.rotation, dtype=torch.float32),
        torch.as_tensor(reconstruction.translation, dtype=torch.float32),
        reconstruction.image_size,
    )
    box = _photo_box(camera.project(torch.as_tensor(posed, dtype=torch.float32)).numpy())
    photo = _crop(loaded(reconstruction.images[PHOTO_IMAGE]), box)
    framed = replace(camera.cropped(*box).scaled(TILE_WIDTH / box[2]), image_size=(TILE_WIDTH, TILE_HEIGHT))
    tiles = {"photo": photo, "shape over the photo": draw_clay(subject, posed, framed).over(photo)}
    if subject.albedo is not None:
        tiles["texture over the photo"] = draw_textured(subject, posed, framed).over(photo)
        tiles["in another light"] = _on_backdrop(draw_relit(subject, posed, framed))
    return tiles


def _photo_box(points: Floats) -> tuple[int, int, int, int]:
    """Left, top, width and height in the tile's proportions round the projected vertices (N, 2)."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, extent = (low + high) / 2, (high - low) * (1 + 2 * PHOTO_MARGIN)
    width = max(extent[0], extent[1] * TILE_WIDTH / TILE_HEIGHT, 1.0)
    size = np.round([width, width * TILE_HEIGHT / TILE_WIDTH]).astype(int)
    left, top = np.round(middle - size / 2).astype(int)
    return int(left), int(top), int(size[0]), int(size[1])


def _crop(photo: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """The box of the photo at the tile's size; paper where it reaches beyond the photo."""
    left, top, width, height = box
    border = max(0, -left, -top, left + width - photo.shape[1], top + height - photo.shape[0])
    padded = cv2.copyMakeBorder(photo, border, border, border, border, cv2.BORDER_CONSTANT, value=PAPER)
    part = padded[top + border : top + border + height, left + border : left + border + width]
    method = cv2.INTER_AREA if width > TILE_WIDTH else cv2.INTER_CUBIC
    return cv2.resize(part, (TILE_WIDTH, TILE_HEIGHT), interpolation=method).astype(np.uint8)


def _view(vertices: Floats, turn: float) -> Camera:
    """A camera before the middle of the face, the head turned by ``turn`` degrees to the picture's right."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    # The same scale for every turn: the cylinder round the face fits into the tile.
    radius, half_height = float(np.hypot(*(high - low)[[0, 2]])) / 2, float(high[1] - low[1]) / 2
    focal = VIEW_FILL / 2 * (VIEW_DISTANCE_M - radius) * min(TILE_WIDTH / radius, TILE_HEIGHT / half_height)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    rotation = torch.tensor([[cos, 0.0, sin], [0.0, -1.0, 0.0], [sin, 0.0, -cos]])
    translation = torch.tensor([0.0, 0.0, VIEW_DISTANCE_M]) - rotation @ torch.tensor((low + high) / 2).float()
    intrinsics = torch.tensor([[focal, 0.0, TILE_WIDTH / 2], [0.0, focal, TILE_HEIGHT / 2], [0.0, 0.0, 1.0]])
    return Camera(intrinsics, rotation, translation, (TILE_WIDTH, TILE_HEIGHT))


def _expression(mesh: Mesh, values: Mapping[str, float], fallback: int) -> Floats:
    """Slider values (K,) of a named expression; of one key by its number where the model has other names."""
    expression = np.zeros(len(mesh.shape_key_names))
    for index, name in enumerate(mesh.shape_key_names):
        expression[index] = values.get(name, 0.0)
    if not expression.any() and fallback < len(expression):
        expression[fallback] = 0.7 * mesh.shape_key_ranges[fallback, 1]
    return expression


def _expressed(mesh: Mesh, expression: Floats) -> Floats:
    return mesh.vertices + np.tensordot(expression, mesh.shape_key_deltas, axes=1)


def _on_backdrop(drawing: Drawing) -> Pixels:
    y, x = np.mgrid[-1.0 : 1.0 : TILE_HEIGHT * 1j, -1.0 : 1.0 : TILE_WIDTH * 1j]
    fade = np.clip(np.hypot(x, y + 0.2) / 1.4, 0.0, 1.0)[..., None]
    middle, corner = (np.asarray(color, dtype=np.float64) for color in BACKDROP)
    return drawing.over((middle + (corner - middle) * fade).astype(np.uint8))


def _sheet(rows: list[dict[str, Pixels]]) -> Pixels:
    columns = max(len(row) for row in rows)
    height = GUTTER + len(rows) * (TILE_HEIGHT + CAPTION)
    sheet = np.full((height, GUTTER + columns * (TILE_WIDTH + GUTTER), 3), PAPER, np.uint8)
    for r, row in enumerate(rows):
        for c, (caption, tile) in enumerate(row.items()):
            top, left = GUTTER + r * (TILE_HEIGHT + CAPTION), GUTTER + c * (TILE_WIDTH + GUTTER)
            sheet[top : top + TILE_HEIGHT, left : left + TILE_WIDTH] = tile
            place = (left + 1, top + TILE_HEIGHT + CAPTION - 8)
            cv2.putText(sheet, caption, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
    return sheet
