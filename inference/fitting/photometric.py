"""The photometric stage: light, albedo and shape from the face's own colours.

Inverse rendering on the vertices: every visible skin vertex predicts the photo's colour where it projects as
albedo x spherical-harmonic shading of its normal. Light (ridge regression) and albedo coefficients (N(0, 1) prior) are
solved in closed form in turn; identity, expression and pose then take a Gauss-Newton step through the normals,
together with the landmarks' equations. The photo is held still on the surface during a step (as in shape from
shading), so an edge of colour pulls on the normals only. Robust: colours that the model cannot explain lose weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..camera import Camera
from ..lighting import sh_basis, sh_gradient, shade, to_view_frame
from ..positive_definite import solve_positive_definite
from ..rendering.normals import vertex_normals
from ..rendering.visibility import visible_vertices
from .face_crop import FaceCrop
from .landmark_fit import cross_matrix
from .model_tensors import ModelTensors
from .settings import PhotometricSettings


@dataclass(frozen=True)
class PosedFace:
    """A face in front of the camera of a photo's crop."""

    shape: Tensor  # (V, 3) model space
    camera: Camera  # the crop's
    crop: FaceCrop


@dataclass(frozen=True)
class VertexColors:
    """What the photo shows at the vertices of the current shape."""

    color: Tensor  # (V, 3) linear RGB
    weight: Tensor  # (V,) observations a vertex counts for: 0 where hidden, grazing, in cast shadow or not skin
    normals: Tensor  # (V, 3) view frame
    noise: Tensor  # () one sigma of the colour: the settings' share of the mean brightness, or what was seen if more


@dataclass(frozen=True)
class Appearance:
    """What explains the colours of one photo."""

    light: Tensor  # (9, 3) shading coefficients, view frame
    albedo_coefficients: Tensor  # (A,)
    albedo: Tensor  # (V, 3) linear RGB
    colors: VertexColors  # what was explained; vertices that it does not explain have lost weight


def fit_appearances(
    tensors: ModelTensors, posed: Sequence[PosedFace], settings: PhotometricSettings
) -> list[Appearance]:
    """The light of each photo and one albedo for all, for fixed shapes."""
    colors = [vertex_colors(tensors, face, settings) for face in posed]
    bases = [sh_basis(one.normals) for one in colors]
    coefficients = tensors.mean.new_zeros(len(tensors.albedo_basis))
    albedo, weights = tensors.albedo_mean, [one.weight for one in colors]
    lights = _solve_lights(bases, albedo, colors, weights, settings)
    for _ in range(settings.albedo_rounds):
        shadings = [(basis @ light).clamp_min(1e-3) for basis, light in zip(bases, lights, strict=True)]
        coefficients = _solve_albedo(tensors, shadings, colors, weights, settings)
        albedo = albedo_of(tensors, coefficients)
        lights = _solve_lights(bases, albedo, colors, weights, settings)
        errors = [albedo * (b @ light) - c.color for b, light, c in zip(bases, lights, colors, strict=True)]
        colors = [
            replace(one, noise=torch.maximum(one.noise, _median_error(error, one.weight)))
            for one, error in zip(colors, errors, strict=True)
        ]
        weights = [c.weight * _robust(error, c, settings) for c, error in zip(colors, errors, strict=True)]
    return [
        Appearance(light, coefficients, albedo, replace(one, weight=weight))
        for light, one, weight in zip(lights, colors, weights, strict=True)
    ]


def color_equations(
    tensors: ModelTensors, modes: Tensor, posed: PosedFace, appearance: Appearance, settings: PhotometricSettings
) -> tuple[Tensor, Tensor]:
    """Gauss-Newton matrix (K + 3, K + 3) and gradient (K + 3,) of the colour errors over the modes and the turn.

    ``modes`` (K, V, 3) were added up to the posed shape, and the appearance is that shape's.
    """
    colors = appearance.colors
    used = (colors.weight > 1e-3).nonzero().squeeze(1)
    error = (appearance.albedo * shade(colors.normals, appearance.light) - colors.color)[used]
    jacobian = _color_jacobian(tensors, modes, posed, appearance, used)
    scale = 1.0 / (colors.noise * settings.correlation)
    weight = colors.weight[used, None].expand_as(error).flatten() * scale**2
    return jacobian.mT @ (weight[:, None] * jacobian), jacobian.mT @ (weight * error.flatten())


def albedo_of(tensors: ModelTensors, coefficients: Tensor) -> Tensor:
    """Linear RGB (V, 3) of albedo coefficients (A,)."""
    return (tensors.albedo_mean + torch.tensordot(coefficients, tensors.albedo_basis, dims=1)).clamp(0.01, 1.0)


def vertex_colors(tensors: ModelTensors, posed: PosedFace, settings: PhotometricSettings) -> VertexColors:
    """Sample the crop at every vertex and weigh it by area, visibility, facing, skin and brightness.

    By area and not by vertex, so that the same face counts the same in a coarse mesh and in a fine one.
    """
    camera, placed = posed.camera, posed.camera.to_camera(posed.shape)
    normals = vertex_normals(placed[None], tensors.triangles)[0]
    facing = -(normals * normalize(placed, dim=-1)).sum(-1)
    visible = visible_vertices(placed[None], tensors.triangles, camera.intrinsics, camera.image_size)[0]
    color, confidence = posed.crop.sample(camera.project(posed.shape))
    counted = tensors.even * tensors.area / settings.patch_m2
    weight = visible * counted * confidence * ((facing - settings.min_facing) / 0.25).clamp(0, 1)
    level = (weight[:, None] * color).sum() / (3 * weight.sum()).clamp_min(1e-6)
    weight = weight * ((color.mean(-1) / level.clamp_min(1e-3) - settings.shadow) / settings.shadow).clamp(0, 1)
    return VertexColors(color, weight, to_view_frame(normals), level.clamp_min(1e-3) * settings.sigma)


def _median_error(error: Tensor, weight: Tensor) -> Tensor:
    """One sigma () of colour errors (V, 3) over the used vertices, by the weighted median absolute deviation."""
    size, order = error.abs().flatten().sort()
    passed = weight[:, None].expand_as(error).flatten()[order].cumsum(0)
    if not passed[-1] > 0:
        return error.new_zeros(())
    return 1.4826 * size[(passed < 0.5 * passed[-1]).sum()]


def _robust(error: Tensor, colors: VertexColors, settings: PhotometricSettings) -> Tensor:
    """Geman-McClure weights (V,) of colour errors (V, 3)."""
    squared = (error**2).sum(-1) / (3 * colors.noise**2)
    return (settings.geman_mcclure**2 / (settings.geman_mcclure**2 + squared)) ** 2


def _solve_light(basis: Tensor, albedo: Tensor, colors: VertexColors, weight: Tensor, s: PhotometricSettings) -> Tensor:
    """The light (9, 3) by weighted ridge regression in each channel; ``basis`` (V, 9)."""
    level = (weight[:, None] * albedo).sum() / (3 * weight.sum()).clamp_min(1e-6)
    ridge = basis.new_tensor([0.0, 0.1, 0.1, 0.1, 1, 1, 1, 1, 1]) * s.light_ridge * weight.sum() * level**2
    rows = albedo.mT[..., None] * basis  # (3, V, 9)
    normal = rows.mT @ (weight[:, None] * rows) + torch.diag(ridge + 1e-6)
    right = rows.mT @ (weight[:, None] * colors.color).mT[..., None]
    return solve_positive_definite(normal, right)[..., 0].mT


def _solve_lights(
    bases: Sequence[Tensor],
    albedo: Tensor,
    colors: Sequence[VertexColors],
    weights: Sequence[Tensor],
    settings: PhotometricSettings,
) -> list[Tensor]:
    return [_solve_light(b, albedo, c, w, settings) for b, c, w in zip(bases, colors, weights, strict=True)]


def _solve_albedo(
    tensors: ModelTensors,
    shadings: Sequence[Tensor],
    colors: Sequence[VertexColors],
    weights: Sequence[Tensor],
    s: PhotometricSettings,
) -> Tensor:
    """Maximum a posteriori albedo coefficients (A,) for each photo's shading (V, 3)."""
    like = tensors.mean
    normal = torch.eye(len(tensors.albedo_basis), dtype=like.dtype, device=like.device)
    right = like.new_zeros(len(normal))
    for shading, seen, weight in zip(shadings, colors, weights, strict=True):
        used = (weight > 1e-3).nonzero().squeeze(1)
        scale = 1.0 / (seen.noise * s.correlation)
        rows = (tensors.albedo_basis[:, used] * shading[used]).flatten(1).mT * scale
        target = ((seen.color - tensors.albedo_mean * shading)[used] * scale).flatten()
        w = weight[used, None].expand(-1, 3).reshape(-1)
        normal = normal + rows.mT @ (w[:, None] * rows)
        right = right + rows.mT @ (w * target)
    return solve_positive_definite(normal, right[:, None])[:, 0]


def _color_jacobian(
    tensors: ModelTensors, modes: Tensor, posed: PosedFace, appearance: Appearance, used: Tensor
) -> Tensor:
    """Derivatives (3U, K + 3) of the predicted colours of the used vertices in the modes (K, V, 3) and the turn."""
    normals = appearance.colors.normals[used]
    by_view_normal = torch.einsum("ukc,kr->urc", sh_gradient(normals), appearance.light)  # (U, rgb, xyz)
    by_normal = to_view_frame(by_view_normal) * appearance.albedo[used, :, None]  # in camera axes
    by_turn = by_normal @ -cross_matrix(to_view_frame(normals))
    by_vertices = normal_derivatives(posed.shape, tensors.triangles, used, by_normal @ posed.camera.rotation)
    by_modes = torch.sparse.mm(by_vertices, modes.flatten(1).mT)
    return torch.cat([by_modes, by_turn.flatten(0, 1)], dim=-1)


def normal_derivatives(shape: Tensor, triangles: Tensor, used: Tensor, left: Tensor) -> Tensor:
    """Sparse (U * R, 3V): ``left`` (U, R, 3) times the derivative of the used vertices' unit normals in all vertices.

    A vertex normal is the normalised sum of its triangles' area vectors (b - a) x (c - a), whose derivative in a corner
    is the cross product with the opposite edge.
    """
    a, b, c = (shape[corner] for corner in triangles.unbind(1))
    area = torch.linalg.cross(b - a, c - a)
    sums = torch.zeros_like(shape)
    for corner in triangles.unbind(1):
        sums.index_add_(0, corner, area)
    length = sums[used].norm(dim=-1).clamp_min(1e-16)
    normal = sums[used] / length[:, None]
    tangential = (left - (left @ normal[..., None]) * normal[:, None]) / length[:, None, None]
    row_of = torch.full((len(shape),), -1, device=used.device)
    row_of[used] = torch.arange(len(used), device=used.device)
    opposite = torch.stack([cross_matrix(c - b), cross_matrix(a - c), cross_matrix(b - a)], dim=1)  # (T, 3, 3, 3)
    across, axes = torch.arange(left.shape[1], device=used.device)[:, None], torch.arange(3, device=used.device)
    rows, columns, values = [], [], []
    for i in range(3):
        touched = (row_of[triangles[:, i]] >= 0).nonzero().squeeze(1)
        row = row_of[triangles[touched, i]]
        for j in range(3):
            block = tangential[row] @ opposite[touched, j]  # (n, R, 3)
            rows.append((row[:, None, None] * left.shape[1] + across).expand_as(block))
            columns.append((triangles[touched, j][:, None, None] * 3 + axes).expand_as(block))
            values.append(block)
    where = torch.stack([torch.cat([entry.flatten() for entry in entries]) for entries in (rows, columns)])
    size = (len(used) * left.shape[1], shape.numel())
    return torch.sparse_coo_tensor(
        where, torch.cat([v.flatten() for v in values]), size, check_invariants=False
    ).coalesce()
