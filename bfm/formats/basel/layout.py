"""How many vertices and modes the official files have. Tests read small files of the same form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BaselSizes:
    """Vertices of the three numberings, and modes in the files and in Deep3D's model."""

    scanned: int = 53490  # of the Basel model
    trimmed: int = 53215  # without the inner mouth: of the expression basis
    front: int = 35709  # without ears and neck: of Deep3D's model
    modes: int = 199  # of identity, and of albedo
    expressions: int = 79
    front_modes: int = 80
    front_expressions: int = 64


OFFICIAL = BaselSizes()
