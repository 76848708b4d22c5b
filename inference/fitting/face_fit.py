"""`FaceFit`: what the fit knows about the face of one photo, handed to texture, detail and reconstruction."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..camera import Camera


@dataclass(frozen=True)
class FaceFit:
    """A fitted face. V vertices, I / E / A coefficients, (H, W) pixels of the photo the camera belongs to."""

    identity: Tensor  # (I,) sigma
    expression: Tensor  # (E,) slider values of the photo
    albedo_coefficients: Tensor  # (A,) sigma
    neutral: Tensor  # (V, 3) metres: mean + identity basis + fine shape
    posed: Tensor  # (V, 3) metres: neutral + expression, still in model space
    albedo: Tensor  # (V, 3) linear RGB
    skin_tone: Tensor  # (3,) linear RGB: what the skin's albedo is on the whole
    light: Tensor  # (9, 3) linear RGB shading coefficients, view frame
    camera: Camera
    skin_confidence: Tensor | None  # (H, W) in [0, 1]: this pixel shows this face's own skin; None in draft quality
    landmark_error: float  # median re-projection error of the visible dense landmarks, share of inter-ocular distance
