"""What RAFaRe says of the face of a photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from ...bfm.face_model import FaceModel
from ...bfm.library.networks import RAFARE_BACK, RAFARE_BASE, RAFARE_FINE, RAFARE_FRONT
from ...bfm.library.store import installed
from ...geometry.arrays import Floats, Floats32, Pixels
from ..depth.depth_map import DepthMap
from ..detectors.crop import Crop
from ..fitting.face_fit import FaceFit
from ..fitting.view import View
from ..networks.implicit_surface import INPUT_SIDE, ImplicitSurface
from ..networks.library import library_network
from . import labels as labelling
from .narrow_band import Ask, finished, near_surface
from .parsing import labels_of
from .volume import SIDE, carved, cut_to_face, merged

MAKER = "RAFaRe"
ORDER = 1  # of the polynomial that is taken off: a slant, for the broad shape is believed
MOST_M = 0.006  # that a vertex moves
_FACE_SHARE = 0.7  # of the window's side that the landmarks' box takes up; its makers ask for 50 to 90 %
_POINTS_AT_ONCE = 1 << 15  # whose features and answers take 0.3 GB


@dataclass(frozen=True)
class ImplicitFace:
    """The surface of a face as a volume of signed distances over a window on the photo."""

    distances: Floats  # (N, N, N), see `volume`
    window: Crop
    questions: int  # how many points the networks were asked about

    def depth_map(self) -> DepthMap:
        """How near the front of the surface is at every pixel of the window."""
        nearest, known = _front(_largest_inside(self.distances))
        side = self.window.resolution
        # Pixel centres of the first and the last pixel are the ends of the cube; rows run down, y up.
        at = np.arange(side) * len(nearest) / (side - 1.0)
        grid = np.stack(np.meshgrid(at, at, indexing="ij"))
        values, share = (
            ndimage.map_coordinates(image, grid, order=1, mode="nearest").T[::-1] for image in (nearest, known)
        )
        return DepthMap((values * side / 2.0).astype(np.float32), share > 0.99, self.window)


def implicit_face(view: View, model: FaceModel, fit: FaceFit) -> ImplicitFace:
    """The surface that the networks of the user's library see; without those for normals it is not carved."""
    device, window = fit.posed.device, face_window(view.landmarks.points)
    crop, labels = window.take(view.photo.pixels), labels_of(view, model, fit, window, device)
    picture = torch.as_tensor(labelling.network_input(crop, labels), dtype=torch.float32, device=device)[None]
    ask = asking([library_network(network, device) for network in (RAFARE_BASE, RAFARE_FINE)], picture)
    normals = _normals(crop, device)

    def finish(values: Floats32) -> Floats:
        distances = merged(values[..., 0], values[..., 1])
        return cut_to_face(carved(distances, labels, *normals) if normals else distances, labels)

    distances, volume = finished(near_surface(ask, SIDE), ask, finish)
    return ImplicitFace(distances, window, volume.questions)


def face_window(points: Floats) -> Crop:
    """The square of a photo that the networks see, from the landmarks (N, 2) that the detector finds."""
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = 0.5 * (low + high)
    return Crop((float(x), float(y)), float(max(high - low)) / _FACE_SHARE, resolution=INPUT_SIDE)


def asking(networks: list, picture: Tensor) -> Ask:
    """What answers for points (P, 3) with each network's distance (P, C), a part at a time."""
    surfaces = [cast(ImplicitSurface, network) for network in networks]
    with torch.inference_mode():
        features = [surface.features(picture) for surface in surfaces]

    def ask(points: Floats32) -> Floats32:
        answers = []
        for part in torch.as_tensor(points, device=picture.device).split(_POINTS_AT_ONCE):
            with torch.inference_mode():
                found = [s.query(f, part.T[None])[0] for s, f in zip(surfaces, features, strict=True)]
            answers.append(torch.stack(found, dim=-1).float().cpu().numpy())
        return np.concatenate(answers)

    return ask


def _normals(crop: Pixels, device: torch.device) -> tuple[Pixels, Pixels] | None:
    """The pictures of normals in front and behind, where the user has both networks."""
    if not {RAFARE_FRONT, RAFARE_BACK} <= installed().keys():
        return None
    picture = (torch.as_tensor(crop, device=device).float() / 128.0 - 1.0).permute(2, 0, 1)[None]

    def seen(network: Callable[[Tensor], Tensor]) -> Pixels:
        with torch.inference_mode():
            found = (network(picture)[0].permute(1, 2, 0) + 1.0) / 2.0 * 255.0
        return found.clamp(0, 255).cpu().numpy().astype(np.uint8)

    return seen(library_network(RAFARE_FRONT, device)), seen(library_network(RAFARE_BACK, device))


def _largest_inside(distances: Floats) -> Floats:
    """The distances with everything outside but the largest connected thing."""
    parts, count = ndimage.label(distances < 0.0)
    if count <= 1:
        return distances
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.where((distances < 0.0) & (parts != sizes.argmax()), 1.0, distances)


def _front(distances: Floats) -> tuple[Floats, Floats]:
    """For each column (N, N) along z where it leaves the surface toward the camera, in [-1, 1], and 1 if it does."""
    side = len(distances)
    inside = distances < 0.0
    known = inside.any(axis=2)
    last = side - 1 - inside[:, :, ::-1].argmax(axis=2)
    beyond = np.minimum(last + 1, side - 1)
    at = np.take_along_axis(distances, last[..., None], axis=2)[..., 0]
    after = np.take_along_axis(distances, beyond[..., None], axis=2)[..., 0]
    place = last + at / np.minimum(at - after, -1e-12)
    return np.where(known, -1.0 + 2.0 * place / side, 0.0), known.astype(np.float64)
