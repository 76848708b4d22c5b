"""`DepthMap`: how near each pixel of a window on the photo is, in units of its maker."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...geometry.arrays import Bools, Floats32
from ..detail.picture import FacePicture
from ..detectors.crop import Crop


@dataclass(frozen=True)
class DepthMap:
    """Along parallel rays; the unit is about a pixel of the window, larger is nearer."""

    nearness: Floats32  # (S, S)
    known: Bools  # (S, S): there is something here
    window: Crop  # where in the photo; S is its resolution

    def over(self, picture: FacePicture) -> tuple[Floats32, Floats32]:
        """Nearness (H, W) at the pixels of a picture of the same photo, and the share (H, W) of it that is known."""
        height, width = picture.depth.shape
        across = (np.arange(width) + 0.5) / picture.scale[0] + picture.corner[0]
        down = (np.arange(height) + 0.5) / picture.scale[1] + picture.corner[1]
        at = self.window.from_photo(np.stack(np.meshgrid(across, down), axis=-1)).astype(np.float32) - 0.5
        weight = self.known.astype(np.float32)
        # Where nothing is known there may be any number, which must not leak across the border.
        values, known = (
            np.asarray(cv2.remap(image, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)  # type: ignore[call-overload]
            for image in (np.where(self.known, self.nearness, 0.0).astype(np.float32), weight)
        )
        return values / np.maximum(known, 1e-6), known
