"""Random portraits whose every pixel is known: a random person, posed, wrinkled, lit, half hidden and photographed.

Truth is told as networks for depth tell it: along the rays of the picture, in its pixels, larger is nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import torch

from ...anatomy.landmarks import FACE_OVAL_LOOP
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Floats32, Ints, Pixels
from ...geometry.faces import triangulate
from ...geometry.vectors import length
from ...inference.camera import project
from ...inference.detectors.crop import Crop
from ...inference.filters import blur
from ...inference.lighting import to_view_frame
from ...inference.rafare.labels import Label
from ...inference.rafare.parsing import by_side, vertex_labels
from ...inference.rendering.normals import vertex_normals
from ...inference.rendering.rasterizer import interpolate, rasterize
from .light import lit, random_light
from .random_heads import RandomHead
from .shot import photographed
from .skin_relief import SkinCanvas, random_relief, skin_canvas, smooth_noise
from .worn import draw_glasses, draw_hair

_YAW, _PITCH, _ROLL = 13.0, 8.0, 5.0  # degrees, deviations
_MOST_TURNED = 30.0
_DISTANCE = (0.45, 1.6)  # metres from the camera
_HAIR, _GLASSES = 0.45, 0.2  # shares of the pictures
_STEEP = 0.3  # cosine below which relief no longer deepens a surface seen from the side
_WIDE = 1000.0  # pixels, focal length of the picture that windows are cut from

# iBUG's and the dense landmarks in pixels -> the square of the picture that a network sees.
Framing = Callable[[Floats, Floats], Crop]


@dataclass(frozen=True, eq=False)
class Studio:
    """What all portraits of one face model share."""

    model: FaceModel
    canvas: SkinCanvas
    triangles: torch.Tensor  # (T, 3) of what a photo shows
    triangles_uv: torch.Tensor  # (T, 3)
    labels: Pixels  # (V,)


@dataclass(frozen=True, eq=False)
class Portrait:
    """A picture of S x S pixels and the truth about it."""

    pixels: Pixels  # (S, S, 3) sRGB
    nearness: Floats32  # (S, S) pixels nearer than the face's middle, relief included; 0 off the head
    smooth: Floats32  # (S, S) the same of the mesh alone
    normals: Floats32  # (S, S, 3) unit, view frame, relief included; 0 off the head
    seen: Bools  # (S, S) the head
    shown: Ints  # (S, S) which of the studio's triangles; -1 off the head
    labels: Pixels  # (S, S) each a `Label`
    landmarks: Floats  # (68, 2) pixels
    relief: Floats32  # (T, T) metres, in the texture
    surface: Floats32  # (V, 3) vertices as x right, y down and nearness, in pixels
    metre: float  # pixels


@lru_cache(maxsize=1)
def studio(model: FaceModel) -> Studio:
    """The studio for a model; the last is kept."""
    opaque = model.opaque_faces()
    triangles, corners = (torch.as_tensor(triangulate(f[opaque])).long() for f in (model.faces, model.faces_uv))
    return Studio(model, skin_canvas(model), triangles, corners, vertex_labels(model))


def random_portrait(stage: Studio, head: RandomHead, framing: Framing, side: int, rng: np.random.Generator) -> Portrait:
    """One picture of a head, of ``side`` x ``side`` pixels."""
    placed = _posed(head.vertices, rng).astype(np.float32)
    intrinsics, landmarks, oval = _framed(stage.model, placed, framing, side, rng)
    drawn = _drawn(stage, placed, intrinsics, head, side)
    relief = random_relief(stage.canvas, head.age, rng)
    fine = _with_relief(drawn, relief)
    albedo = drawn.albedo * np.exp(_blotches(stage, drawn.uv, rng))[..., None]
    colours = lit(albedo.astype(np.float32), fine.normals, fine.nearness, drawn.seen, random_light(rng))
    _put_behind(colours, drawn.seen, rng)
    labels = _labelled(stage, drawn, oval)
    if rng.random() < _HAIR:
        labels[draw_hair(colours, landmarks, rng)] = Label.HAIR
    if rng.random() < _GLASSES:
        points = placed[stage.model.landmarks68].astype(np.float64)
        worn = draw_glasses(colours, points, lambda p: _pixels(p, intrinsics), rng)
        labels[worn & (labels != Label.BACKGROUND)] = Label.GLASSES
    pixels = photographed(colours, np.isin(labels, (Label.SKIN, Label.NOSE)), rng)
    return Portrait(
        pixels, fine.nearness, drawn.nearness, fine.normals, drawn.seen, drawn.shown, labels, landmarks, relief,
        drawn.surface, drawn.metre,
    )  # fmt: skip


def _posed(vertices: Floats, rng: np.random.Generator) -> Floats:
    """Camera space (V, 3) of a head before a camera at a random distance."""
    yaw, pitch, roll = np.radians(np.clip(rng.normal(0.0, [_YAW, _PITCH, _ROLL]), -_MOST_TURNED, _MOST_TURNED))
    turn = cv2.Rodrigues(np.array([0.0, yaw, 0.0]))[0]
    nod = cv2.Rodrigues(np.array([pitch, 0.0, 0.0]))[0]
    tilt = cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
    rotation = np.diag([1.0, -1.0, -1.0]) @ tilt @ nod @ turn
    return vertices @ rotation.T + [0.0, 0.0, np.exp(rng.uniform(*np.log(_DISTANCE)))]


def _framed(
    model: FaceModel, placed: Floats, framing: Framing, side: int, rng: np.random.Generator
) -> tuple[Floats32, Floats, Floats]:
    """Intrinsics (3, 3), landmarks (68, 2) and the face's oval (N, 2) in the pixels of a window put a little aside."""
    wide = np.array([[_WIDE, 0.0, 0.0], [0.0, _WIDE, 0.0], [0.0, 0.0, 1.0]], np.float32)
    six, dense = _pixels(placed[model.landmarks68], wide), _pixels(model.dense_points(placed), wide)
    window = framing(six, dense)
    scale = side / window.side / rng.uniform(0.96, 1.04)
    corner = np.array(window.centre) + rng.normal(0.0, 0.01, 2) * window.side - 0.5 * side / scale
    inside = wide * np.array([[scale], [scale], [1.0]], np.float32)
    inside[:2, 2] = -corner * scale
    return inside, (six - corner) * scale, (dense[list(FACE_OVAL_LOOP)] - corner) * scale


def _pixels(points: Floats, intrinsics: Floats) -> Floats:
    return project(torch.as_tensor(points).double(), torch.as_tensor(intrinsics).double()).numpy()


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The smooth head in the picture."""

    nearness: Floats32  # (S, S)
    normals: Floats32  # (S, S, 3)
    albedo: Floats32  # (S, S, 3)
    uv: Floats32  # (S, S, 2)
    seen: Bools  # (S, S)
    shown: Ints  # (S, S)
    surface: Floats32  # (V, 3)
    metre: float


def _drawn(stage: Studio, placed: Floats32, intrinsics: Floats32, head: RandomHead, side: int) -> _Drawn:
    middle = float(placed[stage.model.landmarks68, 2].mean())
    metre = float(intrinsics[0, 0]) / middle
    surface = np.column_stack([_pixels(placed, intrinsics), (middle - placed[:, 2]) * metre]).astype(np.float32)
    points = torch.from_numpy(placed)[None]
    fragments = rasterize(points, stage.triangles, torch.from_numpy(intrinsics), (side, side))
    normals = to_view_frame(vertex_normals(points, stage.triangles)[0])
    values = torch.cat([normals, torch.as_tensor(head.albedo).float()], dim=1)
    found = interpolate(fragments, stage.triangles, values)[0].numpy()
    uv = interpolate(fragments, stage.triangles_uv, torch.as_tensor(stage.model.uv).float())[0].numpy()
    seen = fragments.mask[0].numpy()
    nearness = np.where(seen, (middle - fragments.depth[0].numpy()) * metre, 0.0)
    unit = found[..., :3] / np.maximum(length(found[..., :3]), 1e-6)[..., None]
    return _Drawn(
        nearness.astype(np.float32), unit, found[..., 3:], uv, seen, fragments.triangle_ids[0].numpy(), surface, metre
    )


@dataclass(frozen=True, eq=False)
class _Fine:
    nearness: Floats32
    normals: Floats32


def _with_relief(drawn: _Drawn, relief: Floats32) -> _Fine:
    """The surface moved by heights along its normals: what that does to depth and slope at each pixel."""
    rise = from_texture(relief, drawn.uv) * drawn.metre * drawn.seen / np.maximum(drawn.normals[..., 2], _STEEP)
    down, across = np.gradient(rise)
    slope = drawn.normals / np.maximum(drawn.normals[..., 2:], _STEEP)
    slope[..., 0] -= across
    slope[..., 1] += down
    unit = np.where(drawn.seen[..., None], slope / np.maximum(length(slope), 1e-6)[..., None], 0.0)
    return _Fine((drawn.nearness + rise).astype(np.float32), unit.astype(np.float32))


def from_texture(texture: Floats32, uv: Floats32) -> Floats32:
    """Values of a texture (T, T) at texture points (H, W, 2)."""
    side = len(texture)
    at = uv[..., 0] * side - 0.5, (1.0 - uv[..., 1]) * side - 0.5
    return np.asarray(cv2.remap(texture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _blotches(stage: Studio, uv: Floats32, rng: np.random.Generator) -> Floats32:
    """Log colour (S, S) that has nothing to do with relief: blotches, freckles, and the shade of a beard."""
    side = len(stage.canvas.bare)
    blotches = rng.uniform(0.0, 0.08) * smooth_noise(rng, side, rng.uniform(3.0, 16.0))
    spots = smooth_noise(rng, side, 1.2)
    blotches -= rng.uniform(0.0, 0.5) * (rng.random() < 0.4) * np.clip(spots - 2.0, 0.0, 1.0)
    return from_texture((blotches * stage.canvas.bare).astype(np.float32), uv)


def _put_behind(colours: Floats32, seen: Bools, rng: np.random.Generator) -> None:
    """A blurred background where no head is."""
    side = len(seen)
    tint = np.exp(rng.normal(-1.5, 0.7, 3)).astype(np.float32)
    waves = np.exp(0.6 * smooth_noise(rng, side, side / 8))[..., None] * tint
    share = blur(seen.astype(np.float32), 0.5)[..., None]
    colours[:] = np.where(seen[..., None], colours, 0.0) * share + waves * (1.0 - share)


def _labelled(stage: Studio, drawn: _Drawn, oval: Floats) -> Pixels:
    """(S, S) what each pixel shows, as the fitted face tells it."""
    first = stage.triangles[:, 0].numpy()[np.maximum(drawn.shown, 0)]
    labels = np.where(drawn.seen, stage.labels[first], Label.BACKGROUND).astype(np.uint8)
    beside = cv2.fillPoly(np.ones(labels.shape, np.uint8), [np.round(oval).astype(np.int32)], (0,))
    labels[(beside == 1) & (labels == Label.SKIN)] = Label.NECK
    return by_side(labels)
