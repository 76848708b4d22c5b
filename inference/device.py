"""Which device the tensors live on, proved by a small computation."""

from __future__ import annotations

import torch

from ..errors import LikenessError
from ..result.choices import AUTO, CPU, CUDA, MPS

FASTEST_FIRST = (CUDA, MPS, CPU)
_PROOF_SIZE = 64


def choose_device(name: str) -> tuple[torch.device, str]:
    """The device for ``name`` and a sentence why it is not the one asked for (empty when it is).

    ``auto`` is the first of cuda, mps and cpu that works. Raises `LikenessError` for an unknown name.
    """
    if name not in (AUTO, *FASTEST_FIRST):
        raise LikenessError(f"There is no device {name!r}; known are: {', '.join((AUTO, *FASTEST_FIRST))}.")
    if name == AUTO:
        return next(torch.device(d) for d in FASTEST_FIRST if not fault(d)), ""
    reason = fault(name)
    if reason:
        return torch.device(CPU), f"Using the CPU, because {name} does not work here ({reason})."
    return torch.device(name), ""


def fault(name: str) -> str:
    """Why a device cannot compute, or an empty string when it can."""
    try:
        matrix = torch.eye(_PROOF_SIZE, device=name) * 2.0
        total = float((matrix @ matrix).sum())
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return str(error).splitlines()[0].split(". ")[0]
    return "" if total == 4.0 * _PROOF_SIZE else f"it computes {total} where {4.0 * _PROOF_SIZE} is right"
