"""How far the sliders of ARKit's expressions usually are from rest: a property of faces, not of a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arkit import TONGUE_OUT

# In photos, for the fit's prior: common and cheap movements vary most.
_SPREAD = {"jawOpen": 0.3, "mouthClose": 0.12, "mouthSmile": 0.35, "eyeBlink": 0.3, "eyeLook": 0.35, "jawForward": 0.12,
           "jawLeft": 0.12, "jawRight": 0.12, "mouthLeft": 0.12, "mouthRight": 0.12, "cheekPuff": 0.12,
           "mouthFunnel": 0.2, "mouthPucker": 0.25, "noseSneer": 0.15, "brow": 0.3}  # fmt: skip


def expression_std(names: Sequence[str]) -> np.ndarray:
    """Spread (E,) of each slider's value in photos; 0 for a tongue, which is hardly ever out."""
    usual = [next((spread for start, spread in _SPREAD.items() if name.startswith(start)), 0.2) for name in names]
    return np.where(np.isin(names, TONGUE_OUT), 0.0, usual)
