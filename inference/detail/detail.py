"""`Detail`: relief finer than the mesh, in UV space, and what every estimator of it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32, Pixels
from ..fitting.face_fit import FaceFit
from ..images import Photo


@dataclass(frozen=True)
class Detail:
    """Maps of T x T texels; row 0 is v = 1."""

    displacement: Floats32  # (T, T) metres along the smooth surface's normal
    normal_map: Pixels  # (T, T, 3) tangent space, OpenGL (Y up): n * 0.5 + 0.5


class DetailEstimator(Protocol):
    """Anything that reads fine relief from a photo and its fit: shape from shading, networks."""

    def estimate(self, photo: Photo, model: FaceModel, fit: FaceFit, size: int) -> Detail:
        """Maps of ``size`` x ``size`` texels; ``fit.camera`` is the photo's."""
        ...
