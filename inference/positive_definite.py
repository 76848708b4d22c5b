"""Symmetric positive definite systems, such as normal equations, by Cholesky's factors.

Not by LU as in `torch.linalg.solve`: that takes twice the work, and some CPU builds of PyTorch cannot do it for several
systems at once as soon as a program has called ``torch.set_num_threads``.
"""

from __future__ import annotations

import torch
from torch import Tensor

RIDGES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)  # shares of each unknown's curvature, tried in turn


def solve_positive_definite(matrix: Tensor, right: Tensor) -> Tensor:
    """Solutions (..., P, K) of systems (..., P, P) with K right sides (..., P, K).

    Sigmas, radians and metres differ by many powers of ten, which single precision would not survive with hundreds of
    unknowns: each unknown is scaled to curvature one first. Where rounding left a system no longer positive definite,
    the smallest of `RIDGES` that mends it is added to its diagonal, which holds back what the system hardly knows; the
    other systems of the batch are solved as they are.

    Raises:
        torch.linalg.LinAlgError: a system is not positive definite even then, or holds something that is no number.
    """
    curvature = matrix.diagonal(dim1=-2, dim2=-1)
    scale = torch.where(curvature > 0, curvature, 1.0).rsqrt()[..., None]
    scaled = scale * matrix * scale.mT
    factor, fault = torch.linalg.cholesky_ex(scaled)
    ridge = scaled.new_zeros(fault.shape)
    for share in RIDGES:
        if not fault.any():
            break
        ridge = torch.where(fault != 0, share, ridge)
        factor, fault = torch.linalg.cholesky_ex(scaled + torch.diag_embed(ridge[..., None].expand(curvature.shape)))
    if fault.any():
        raise torch.linalg.LinAlgError("the system is not positive definite")  # pyright: ignore[reportPrivateImportUsage]
    half = torch.linalg.solve_triangular(factor, scale * right, upper=False)
    return scale * torch.linalg.solve_triangular(factor.mT, half, upper=True)
