"""Losses on maps (B, 1, H, W) of depth, in pixels of the map and larger nearer, where a mask (B, 1, H, W) is 1."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ...inference.lighting import sh_basis

_DARKEST = 0.05  # shading below which logarithms are not told apart


def mean_where(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of values (B, C, H, W) over a mask (B, 1, H, W)."""
    return (values * mask).sum() / (mask.sum() * values.shape[1]).clamp_min(1.0)


def slopes(nearness: Tensor) -> tuple[Tensor, Tensor]:
    """How much nearer the next pixel to the right and the next one below are; 0 at the far border."""
    across = functional.pad(nearness[..., :, 1:] - nearness[..., :, :-1], (0, 1, 0, 0))
    return across, functional.pad(nearness[..., 1:, :] - nearness[..., :-1, :], (0, 0, 0, 1))


def normals(nearness: Tensor) -> Tensor:
    """Unit normals (B, 3, H, W) in the view frame."""
    across, down = slopes(nearness)
    return functional.normalize(torch.cat([-across, down, torch.ones_like(across)], dim=1), dim=1)


def inner(mask: Tensor) -> Tensor:
    """The mask without the pixels whose right or lower neighbour is beyond it, where slopes mean nothing."""
    right, below = functional.pad(mask, (0, 1, 0, 0))[..., :, 1:], functional.pad(mask, (0, 0, 0, 1))[..., 1:, :]
    return mask * right * below


def normal_loss(found: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """1 - the cosine between the normals."""
    return mean_where(1.0 - (normals(found) * normals(truth)).sum(dim=1, keepdim=True), inner(mask))


def slope_loss(found: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """L1 of the slopes' difference."""
    across, down = slopes(found - truth)
    return mean_where(across.abs() + down.abs(), inner(mask))


def without_broad(values: Tensor, mask: Tensor, reach: int) -> Tensor:
    """Values (B, C, H, W) less their mean over windows of 2 reach + 1 pixels, of what the mask holds there."""
    side = 2 * reach + 1
    share = functional.avg_pool2d(mask, side, 1, reach)
    return (values - functional.avg_pool2d(values * mask, side, 1, reach) / share.clamp_min(1e-3)) * mask


def shading_loss(nearness: Tensor, grey: Tensor, light_of: Tensor, mask: Tensor, reach: int) -> Tensor:
    """How far a surface's shading is from the picture's, in what is finer than ``reach`` pixels: shape from shading.

    The picture is albedo times shading, so the albedo, which is smoother than ``reach``, drops out of the logarithms'
    high pass. The light is the one that explains the picture best with the surface ``light_of``.

    Args:
        nearness: (B, 1, H, W) of the surface.
        grey: (B, 1, H, W) linear brightness of the picture.
        light_of: (B, 1, H, W) nearness of a smoother surface.
        mask: (B, 1, H, W) skin.
        reach: pixels.
    """
    weight = inner(mask)
    with torch.no_grad():
        light = fitted_light(normals(light_of), grey, weight)
    shading = (_basis(normals(nearness)) * light[:, :, None, None]).sum(dim=1, keepdim=True)
    wanted, found = (without_broad(x.clamp_min(_DARKEST).log(), weight, reach) for x in (grey, shading))
    return mean_where((wanted - found).abs(), weight)


def fitted_light(directions: Tensor, grey: Tensor, mask: Tensor) -> Tensor:
    """Coefficients (B, 9) of the light under which white surfaces of these normals (B, 3, H, W) look most like that."""
    basis = _basis(directions).flatten(2).double()
    weighted = basis * mask.flatten(2)
    matrix = weighted @ basis.mT + 1e-3 * weighted.shape[-1] * torch.eye(basis.shape[1], dtype=basis.dtype).to(basis)
    return torch.linalg.solve(matrix, (weighted @ grey.flatten(2).double().mT)[..., 0]).to(grey.dtype)


def _basis(directions: Tensor) -> Tensor:
    return sh_basis(directions.movedim(1, -1)).movedim(-1, 1)
