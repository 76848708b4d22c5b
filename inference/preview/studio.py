"""Draw a reconstruction with its own maps: the textured face, or its shape in grey clay.

The texture lookup, detail normals and a little gloss come on top of the project's rasteriser, so that a picture shows
what Blender will, without Blender. Nothing here is differentiable or batched: it makes pictures for people.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.nn.functional import grid_sample, normalize

from ...anatomy.parts import PartKind, part_kind, see_through
from ...geometry.arrays import Floats, Floats32, Pixels
from ...geometry.colour import linear_to_srgb, srgb_to_linear
from ...geometry.faces import triangle_owner, triangulate
from ...result.image_files import loaded
from ...result.reconstruction import ALBEDO_IMAGE, NORMAL_IMAGE, Reconstruction
from ..camera import Camera
from ..lighting import shade, to_view_frame
from ..rendering.normals import vertex_normals
from ..rendering.rasterizer import rasterize

SUPERSAMPLING = 2
TEXTURE_SIDE = 1024  # texels; more than the pictures can show
CLAY = (0.52, 0.5, 0.48)  # linear RGB
# Share of the light that arrives inside the mouth, by part; these lights cast no shadows.
MOUTH_SHADES = {PartKind.MOUTH: 0.2, PartKind.GUMS: 0.4, PartKind.TONGUE: 0.4, PartKind.TEETH: 0.9}
# Direction towards the light in the view frame, and its strength: key, fill, rim and a low bounce.
STUDIO_LIGHTS = (((-0.6, 0.5, 0.7), 0.85), ((0.85, 0.1, 0.5), 0.22), ((0.5, 0.5, -0.7), 0.3), ((0.0, -0.9, 0.3), 0.1))
STUDIO_AMBIENT = 0.1
RELIT_EXPOSURE = 1.6  # skin reflects less than clay
# (strength, exponent) of Blinn's highlight.
SKIN_GLOSS, EYE_GLOSS, CLAY_GLOSS = (0.03, 12.0), (0.5, 160.0), (0.05, 18.0)


@dataclass(frozen=True)
class Subject:
    """What stays the same in all pictures of one reconstruction. V vertices, T triangles, U texture points."""

    triangles: Tensor  # (T, 3) vertex ids
    triangles_uv: Tensor  # (T, 3) texture point ids
    uv: Tensor  # (U, 2)
    eyes: Tensor  # (T,) bool: the triangle belongs to an eyeball
    openness: Tensor  # (T,) share of the light that arrives: less inside the mouth
    albedo: Tensor | None  # (S, S, 3) linear RGB; None in draft quality
    detail: Tensor | None  # (S, S, 3) tangent-space normals; None likewise
    light: Tensor  # (9, 3) shading coefficients


@dataclass(frozen=True)
class Drawing:
    """Straight (not premultiplied) colour and how much of each pixel is covered."""

    color: Floats32  # (H, W, 3) linear RGB
    coverage: Floats32  # (H, W) in [0, 1]

    def over(self, background: Pixels) -> Pixels:
        """This drawing on an sRGB background (H, W, 3)."""
        alpha = self.coverage[..., None]
        mixed = self.color * alpha + srgb_to_linear(background) * (1.0 - alpha)
        return (linear_to_srgb(mixed.clip(0.0, 1.0)) * 255.0 + 0.5).astype(np.uint8)


def subject_of(reconstruction: Reconstruction) -> Subject:
    """Triangles and maps of a reconstruction, ready to draw: all that is opaque."""
    mesh = reconstruction.mesh
    drawn = ~np.isin(mesh.parts, see_through(mesh.part_names))
    faces, faces_uv, parts = mesh.faces[drawn], mesh.faces_uv[drawn], mesh.parts[drawn]
    kinds, parts = [part_kind(name) for name in mesh.part_names], parts[triangle_owner(faces)]
    albedo, detail = _texture(reconstruction, ALBEDO_IMAGE), _texture(reconstruction, NORMAL_IMAGE)
    return Subject(
        triangles=torch.from_numpy(triangulate(faces).astype(np.int64)),
        triangles_uv=torch.from_numpy(triangulate(faces_uv).astype(np.int64)),
        uv=_floats(mesh.uv),
        eyes=torch.tensor([kind.of_eyeball for kind in kinds])[torch.as_tensor(parts)],
        openness=_floats([MOUTH_SHADES.get(kind, 1.0) for kind in kinds])[torch.as_tensor(parts)],
        albedo=None if albedo is None else _floats(srgb_to_linear(albedo)),
        detail=None if detail is None else _floats(detail) / 127.5 - 1.0,
        light=_floats(reconstruction.lighting),
    )


def draw_textured(subject: Subject, vertices: Floats, camera: Camera) -> Drawing:
    """Vertices (V, 3) in model space under the photo's light."""
    covered = _CoveredPixels(subject, vertices, camera)
    normals = covered.normals()
    shading = shade(normals, subject.light).clamp_min(0.0)
    # The first band of the light points to where most of it comes from.
    towards = normalize(subject.light[[3, 1, 2]].mean(dim=1), dim=0)
    of_eyes, of_skin = (_gloss(normals, towards, kind) for kind in (EYE_GLOSS, SKIN_GLOSS))
    gloss = torch.where(covered.eyes()[:, None], of_eyes, of_skin)
    brightness = shading.mean(dim=1, keepdim=True)
    return covered.drawing((covered.albedo() * shading + gloss * brightness) * covered.openness())


def draw_relit(subject: Subject, vertices: Floats, camera: Camera) -> Drawing:
    """Vertices (V, 3) in model space, textured, in a studio's three-point light: shows what light the albedo kept."""
    covered = _CoveredPixels(subject, vertices, camera)
    return covered.drawing(_studio_lit(covered.normals(), covered.albedo() * RELIT_EXPOSURE) * covered.openness())


def draw_clay(subject: Subject, vertices: Floats, camera: Camera) -> Drawing:
    """Vertices (V, 3) in model space as grey clay in the studio's light."""
    covered = _CoveredPixels(subject, vertices, camera)
    return covered.drawing(_studio_lit(covered.normals(), covered.clay()) * covered.openness())


def _studio_lit(normals: Tensor, albedo: Tensor) -> Tensor:
    color = STUDIO_AMBIENT * albedo * torch.ones_like(normals)
    for direction, strength in STUDIO_LIGHTS:
        towards = normalize(normals.new_tensor(direction), dim=0)
        diffuse = (normals @ towards).clamp_min(0.0)[:, None] * albedo
        color = color + strength * (diffuse + _gloss(normals, towards, CLAY_GLOSS))
    return color


class _CoveredPixels:
    """One mesh before one camera; the P covered pixels as rows."""

    def __init__(self, subject: Subject, vertices: Floats, camera: Camera) -> None:
        self._subject = subject
        self._camera = camera.scaled(SUPERSAMPLING)
        self._placed = self._camera.to_camera(_floats(vertices))[None]
        size = self._camera.image_size
        fragments = rasterize(self._placed, subject.triangles, self._camera.intrinsics, size)
        self._covered = fragments.mask[0]
        self._ids = fragments.triangle_ids[0][self._covered]
        self._weights = fragments.barycentrics[0][self._covered]
        self._uv = self._mixed(subject.triangles_uv, subject.uv)

    def eyes(self) -> Tensor:
        """(P,) bool: the pixel shows an eyeball."""
        return self._subject.eyes[self._ids]

    def albedo(self) -> Tensor:
        """Linear RGB (P, 3): the texture's, or clay's where there is none."""
        return self.clay() if self._subject.albedo is None else self._lookup(self._subject.albedo)

    def clay(self) -> Tensor:
        """Linear RGB (P, 3) of clay."""
        return self._uv.new_tensor(CLAY).expand(len(self._uv), 3)

    def openness(self) -> Tensor:
        """(P, 1) share of the light that arrives."""
        return self._subject.openness[self._ids][:, None]

    def normals(self) -> Tensor:
        """Unit normals (P, 3) in the view frame, with the detail map on them where there is one."""
        smooth = vertex_normals(self._placed, self._subject.triangles)[0]
        normals = normalize(self._mixed(self._subject.triangles, smooth), dim=-1)
        if self._subject.detail is not None:
            normals = self._detailed(normals, self._lookup(self._subject.detail))
        return to_view_frame(normals)

    def _lookup(self, texture: Tensor) -> Tensor:
        """A texture (S, S, 3) at the pixels (P, 3), bilinear; row 0 is v = 1."""
        grid = self._uv * self._uv.new_tensor([2.0, -2.0]) + self._uv.new_tensor([-1.0, 1.0])
        image = texture.permute(2, 0, 1)[None]
        return grid_sample(image, grid[None, None], padding_mode="border", align_corners=False)[0, :, 0].T

    def drawing(self, color: Tensor) -> Drawing:
        """Colours (P, 3) -> the drawing at the camera's own size."""
        width, height = self._camera.image_size
        image = torch.zeros(height, width, 4)
        image[self._covered] = torch.cat([color, torch.ones(len(color), 1)], dim=1)
        size = (width // SUPERSAMPLING, height // SUPERSAMPLING)
        small = cv2.resize(image.numpy(), size, interpolation=cv2.INTER_AREA)
        small, coverage = small[..., :3].astype(np.float32), small[..., 3].astype(np.float32)
        return Drawing(small / np.maximum(coverage, 1e-6)[..., None], coverage)

    def _mixed(self, triangles: Tensor, attributes: Tensor) -> Tensor:
        """Attributes (N, C) of the corners ``triangles`` (T, 3) -> pixels (P, C)."""
        corners = triangles[self._ids]
        return sum((attributes[corners[:, k]] * self._weights[:, k, None] for k in range(3)), torch.zeros(()))

    def _detailed(self, normals: Tensor, detail: Tensor) -> Tensor:
        """Normals (P, 3) leaning as the tangent-space ones (P, 3) do."""
        tangents, bitangents = (axis[self._ids] for axis in self._tangents())
        tangents = normalize(tangents - normals * (tangents * normals).sum(-1, keepdim=True), dim=-1)
        across = torch.linalg.cross(normals, tangents)
        bitangents = across * torch.sign((across * bitangents).sum(-1, keepdim=True))
        x, y, z = detail.split(1, dim=1)
        return normalize(tangents * x + bitangents * y + normals * z, dim=-1)

    def _tangents(self) -> tuple[Tensor, Tensor]:
        """Directions of growing u and of growing v for each triangle (T, 3), camera space, of any length."""
        a, b, c = (self._placed[0][corner] for corner in self._subject.triangles.unbind(1))
        uv_a, uv_b, uv_c = (self._subject.uv[corner] for corner in self._subject.triangles_uv.unbind(1))
        (u1, v1), (u2, v2) = (uv_b - uv_a).T[..., None], (uv_c - uv_a).T[..., None]
        sign = torch.sign(u1 * v2 - u2 * v1)
        return sign * (v2 * (b - a) - v1 * (c - a)), sign * (u1 * (c - a) - u2 * (b - a))


def _gloss(normals: Tensor, towards: Tensor, gloss: tuple[float, float]) -> Tensor:
    """Blinn's highlight (P, 1) for a distant viewer."""
    strength, exponent = gloss
    halfway = normalize(towards + towards.new_tensor([0.0, 0.0, 1.0]), dim=0)
    return strength * (normals @ halfway).clamp_min(0.0)[:, None] ** exponent


def _texture(reconstruction: Reconstruction, name: str) -> Pixels | None:
    if name not in reconstruction.images:
        return None
    image = loaded(reconstruction.images[name])
    if len(image) <= TEXTURE_SIDE:
        return image
    return cv2.resize(image, (TEXTURE_SIDE, TEXTURE_SIDE), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _floats(values: ArrayLike) -> Tensor:
    return torch.as_tensor(np.asarray(values, dtype=np.float32))
