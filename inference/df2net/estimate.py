"""What DF2Net says of the face of a photo."""

from __future__ import annotations

import numpy as np
import torch

from ...bfm.library.networks import DF2NET
from ...errors import LikenessError
from ..depth.depth_map import DepthMap
from ..detectors.landmarks import FaceLandmarks
from ..fitting.view import View
from ..networks.df2net import UNIT
from ..networks.library import library_network
from .crop import face_window, filled, network_input, outline, shrunk

MAKER = "DF2Net"
MOST_TURNED = 25.0  # degrees of yaw beyond which the network, which was made for faces from the front, fails
ORDER = 3  # of the polynomial that is taken off: the network knows relief, and nothing of the broad shape
MOST_M = 0.003  # that a vertex moves


def check_turn(landmarks: FaceLandmarks) -> None:
    """Raise the `LikenessError` that says so where a face is turned too far for the network."""
    yaw = abs(float(np.degrees(landmarks.yaw)))
    if yaw > MOST_TURNED:
        raise LikenessError(
            f"DF2Net reads faces from the front only and this one is turned by {yaw:.0f} degrees: "
            "take another photo, or the detail from shading."
        )


def depth_map(view: View, device: torch.device) -> DepthMap:
    """Depth of the face of a view, by the network of the user's library."""
    landmarks = view.landmarks.ibug68()
    window = face_window(landmarks)
    corners = outline(window.from_photo(landmarks))
    crop = network_input(window.take(view.photo.pixels), filled(corners))
    with torch.inference_mode():
        depths = library_network(DF2NET, device)(torch.as_tensor(crop, device=device)[None])
    nearness = (depths.whole[0, 0].float().cpu().numpy() + 1.0) * UNIT
    return DepthMap(nearness, filled(shrunk(corners)), window)
