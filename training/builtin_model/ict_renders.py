"""Pictures of random ICT-FaceKit heads (MIT, USC Institute for Creative Technologies) with known cameras.

Used only to *measure*: the dense landmarks a detector sees on heads whose geometry is known. The heads get a
procedural skin (brows, lips, irises) because a face detector expects them; nothing here is shipped.
Units of the packed file are centimetres; everything returned is in metres, project axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...anatomy.landmarks import Ibug
from ...bfm.formats.ict_facekit.head import LANDMARKS68, METRES
from ...bfm.formats.ict_facekit.packed import read_packed
from ...bfm.formats.ict_facekit.parts import RANGES
from ...geometry.arrays import Floats, Ints, Pixels
from ...geometry.faces import triangulate
from ...inference.camera import Camera, intrinsics_from_focal
from ...inference.lighting import shade, to_view_frame, uniform_light
from ...inference.rendering.normals import vertex_normals
from ...inference.rendering.rasterizer import interpolate, rasterize

PARTS = tuple(RANGES)  # all are worth rendering, skin first
EYEBALLS = ("eyeball_left", "eyeball_right")
SKIN, LIP, BROW = (0.50, 0.30, 0.22), (0.42, 0.15, 0.13), (0.10, 0.06, 0.04)
SCLERA, IRIS, PUPIL = (0.75, 0.72, 0.70), (0.12, 0.07, 0.04), (0.01, 0.01, 0.01)
IRIS_RADIUS, PUPIL_RADIUS = 0.0059, 0.0022
PICTURE = 448
# Nearly sRGB's curve, but not it. ``measured_landmarks.npz`` was measured on such pictures: sRGB's own curve would move
# the landmarks that the shipped head is made of.
GAMMA = 2.2


@dataclass(frozen=True)
class Heads:
    """The packed ICT model: V vertices, T triangles of the parts worth rendering."""

    neutral: Floats  # (V, 3)
    identity: Floats  # (100, V, 3)
    triangles: Ints  # (T, 3)
    skin_triangles: Ints  # triangles of face, head and neck only
    landmarks68: Ints
    eyeballs: tuple[slice, slice]  # vertex ranges, left then right
    albedo: Floats  # (V, 3) linear RGB

    def sample(self, rng: np.random.Generator) -> Floats:
        """Vertices (V, 3) of one random identity, weights N(0, 1)."""
        return self.neutral + np.tensordot(rng.standard_normal(len(self.identity)), self.identity, axes=1)


def load_heads(path: Path) -> Heads:
    """Read the packed ICT-FaceKit file (``ict_facekit.npz``). Raises `LikenessError` where it is none."""
    kit = read_packed(path)
    neutral, identity = (values.astype(np.float64) * METRES for values in (kit.neutral, kit.identity))
    triangles = [triangulate(kit.faces[RANGES[name][2] : RANGES[name][3]].astype(np.int64)) for name in PARTS]
    left, right = (slice(*RANGES[name][:2]) for name in EYEBALLS)
    landmarks68 = np.array(LANDMARKS68)
    albedo = _paint(neutral, landmarks68, RANGES["head_and_neck"][1], (left, right))
    return Heads(
        neutral=neutral,
        identity=identity,
        triangles=np.concatenate(triangles),
        skin_triangles=np.concatenate(triangles[:2]),
        landmarks68=landmarks68,
        eyeballs=(left, right),
        albedo=albedo,
    )


def _paint(vertices: Floats, lm: Ints, skin_end: int, eyes: tuple[slice, slice]) -> Floats:
    """Procedural vertex colours: lips inside the outer lip loop, brows along their landmarks, irises."""
    from matplotlib.path import Path as Polygon

    color = np.tile(SKIN, (len(vertices), 1))
    color[skin_end:] = (0.25, 0.10, 0.08)
    flat, depth = vertices[:skin_end, :2], vertices[:skin_end, 2]
    corner = vertices[lm[Ibug.RIGHT_MOUTH_CORNER], 2]
    lips = Polygon(flat[lm[Ibug.OUTER_LIPS]]).contains_points(flat) & (depth > corner - 0.01)
    color[:skin_end][lips] = LIP
    for brow in (lm[Ibug.RIGHT_BROW], lm[Ibug.LEFT_BROW]):
        curve = np.concatenate(
            [np.linspace(a, b, 12) for a, b in zip(vertices[brow[:-1]], vertices[brow[1:]], strict=True)]
        )
        near = np.linalg.norm(vertices[:skin_end, None] - curve[None], axis=2).min(axis=1) < 0.0035
        color[:skin_end][near] = BROW
    for eye in eyes:
        color[eye] = eye_colours(vertices[eye])
    return color


def eye_colours(ball: Floats) -> Floats:
    """Colours (V, 3) of an eyeball's vertices (V, 3) that looks along Z."""
    centre = (ball.max(axis=0) + ball.min(axis=0)) / 2
    off_axis, front = np.linalg.norm((ball - centre)[:, :2], axis=1), ball[:, 2] > centre[2]
    iris, pupil = front & (off_axis < IRIS_RADIUS), front & (off_axis < PUPIL_RADIUS)
    return np.where(pupil[:, None], PUPIL, np.where(iris[:, None], IRIS, SCLERA))


def view_camera(yaw: float, pitch: float, distance: float, focal: float, like: Tensor) -> Camera:
    """A camera of ``PICTURE`` pixels square on a head turned by yaw and pitch (degrees; + = subject's left, up)."""
    a, b = np.radians([yaw, pitch])
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    rotation = np.diag([1.0, -1.0, -1.0]) @ nod @ turn
    center = np.array([0.0, 0.0, 0.06])  # between skull centre and nose: keeps the face in the picture at any yaw
    translation = np.array([0.0, 0.0, distance]) - rotation @ center
    intrinsics = intrinsics_from_focal(focal, (PICTURE, PICTURE), like)
    return Camera(intrinsics, like.new_tensor(rotation), like.new_tensor(translation), (PICTURE, PICTURE))


def random_light(rng: np.random.Generator, like: Tensor) -> Tensor:
    """A mild white light (9, 3): ambient plus one broad source in front of the face."""
    light = uniform_light(0.75, like)
    light[1:4] += like.new_tensor(rng.normal([0.25, 0.55, 0.0], [0.2, 0.15, 0.3]))[:, None] * 0.6
    return light


def render_head(vertices: Floats, heads: Heads, camera: Camera, light: Tensor) -> Pixels:
    """One picture (H, W, 3) uint8 on a grey background, brightened by `GAMMA`."""
    points = torch.as_tensor(vertices, dtype=light.dtype)
    triangles = torch.as_tensor(heads.triangles)
    in_camera = camera.to_camera(points)[None]
    normals = to_view_frame(vertex_normals(in_camera, triangles))
    color = torch.as_tensor(heads.albedo, dtype=light.dtype) * shade(normals, light).clamp_min(0.05)
    fragments = rasterize(in_camera, triangles, camera.intrinsics[None], camera.image_size)
    picture = interpolate(fragments, triangles, color)[0]
    picture[fragments.triangle_ids[0] < 0] = 0.25
    return (picture.clamp(0, 1) ** (1 / GAMMA) * 255).byte().numpy()
