"""Trained reduced networks in the place of the official ones, which see larger pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...bfm.face_model import FaceModel
from ...bfm.library.networks import DF2NET, RAFARE, RAFARE_BASE, RAFARE_FINE
from ...geometry.arrays import Floats32
from ...inference.camera import Camera
from ...inference.detail.detail import Detail
from ...inference.detail.normal_map import bake_normal_map
from ...inference.fitting.face_fit import FaceFit
from ...inference.networks.df2net import Depths
from ...inference.networks.implicit_surface import ImplicitSurface
from ...inference.uv.atlas import texel_geometry, uv_atlas
from ...result.image_files import loaded
from ...result.reconstruction import DISPLACEMENT_IMAGE, NORMAL_IMAGE, PHOTO_IMAGE, Reconstruction
from .df2net_task import NETWORK
from .facescape_task import GENERATOR, RANGE_M, evened
from .rafare_task import BASE, FINE, SURFACES, small
from .samples import DEPTHS, GRID_SIDE, in_whole, windowed

_LEAST_SEEN = 0.3  # visibility of a texel below which it shows nothing


class SmallDF2Net(nn.Module):
    """A DF2Net that was trained on smaller crops than it is given."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, crops: Tensor) -> Depths:
        """As `DF2Net.forward`; all depths at the crops' size."""
        side = crops.shape[-1]
        depths = self.network(functional.interpolate(crops, size=(DEPTHS.side,) * 2, mode="area"))
        dense, refined, relief = (_enlarged(x, side) for x in (depths.dense, depths.refined, depths.reliefs[2]))
        return Depths(dense, refined, (*depths.reliefs[:2], relief))


class SmallSurface(ImplicitSurface):
    """A surface whose features were trained on smaller pictures than they are given."""

    def __init__(self, surface: ImplicitSurface) -> None:
        nn.Module.__init__(self)
        self.backbone, self.head = surface.backbone, surface.head

    def features(self, pictures: Tensor) -> Tensor:
        """As `ImplicitSurface.features`."""
        return super().features(small(pictures))


def stand_ins(players: Mapping[str, nn.ModuleDict]) -> dict[str, nn.Module]:
    """For `standing_in`, from trained networks by the names of their tasks."""
    found: dict[str, nn.Module] = {}
    if DF2NET in players:
        found[DF2NET] = SmallDF2Net(players[DF2NET][NETWORK]).eval()
    if RAFARE in players:
        surfaces = players[RAFARE][SURFACES]
        assert isinstance(surfaces, nn.ModuleDict)
        for network_id, name in ((RAFARE_BASE, BASE), (RAFARE_FINE, FINE)):
            surface = surfaces[name]
            assert isinstance(surface, ImplicitSurface)
            found[network_id] = SmallSurface(surface).eval()
    return found


def _enlarged(x: Tensor, side: int) -> Tensor:
    return functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def with_generated_relief(face: Reconstruction, model: FaceModel, players: nn.ModuleDict) -> Reconstruction:
    """A result of the built-in model whose relief is FaceScape's generator's instead."""
    size = len(loaded(face.images[NORMAL_IMAGE]))
    detail = generated_relief(loaded(face.images[PHOTO_IMAGE]), fit_of(face), model, players[GENERATOR], size)
    return replace(
        face, images={**face.images, DISPLACEMENT_IMAGE: detail.displacement, NORMAL_IMAGE: detail.normal_map}
    )


def generated_relief(photo: np.ndarray, fit: FaceFit, model: FaceModel, generator: nn.Module, size: int) -> Detail:
    """Maps of ``size`` x ``size`` texels of what a generator sees in the face of a photo (H, W, 3)."""
    geometry = texel_geometry(uv_atlas(model, GRID_SIDE), fit)
    visible, texels = geometry.visibility, np.linalg.norm(np.diff(geometry.pixels, axis=1), axis=-1)
    # A photo of more pixels than texels is averaged down first.
    shrink = 1.0 / max(1.0, float(np.median(texels[visible[:, 1:] > _LEAST_SEEN])))
    photo = cv2.resize(photo, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    at = geometry.pixels * np.float32(shrink) - np.float32(0.5)
    texture = cv2.remap(photo, at, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]
    seen = windowed(visible > _LEAST_SEEN)
    picture = torch.as_tensor(evened(windowed(np.asarray(texture, np.uint8)), seen)).permute(2, 0, 1)[None]
    with torch.inference_mode():
        relief = generator(picture)[0, 0].numpy() * RANGE_M
    whole = in_whole((relief * seen).astype(np.float32)) * visible
    displacement: Floats32 = np.asarray(cv2.resize(whole, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)
    vertices = fit.posed.numpy()
    return Detail(displacement, bake_normal_map(displacement, uv_atlas(model, size), vertices, model.uv))


def fit_of(face: Reconstruction) -> FaceFit:
    """What of a fit is told by its result: shape, camera and light."""
    mesh = face.mesh
    neutral = torch.as_tensor(mesh.vertices).float()
    moved = torch.as_tensor(np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)).float()
    told = (face.intrinsics, face.rotation, face.translation, face.lighting)
    intrinsics, rotation, translation, light = (torch.as_tensor(values).float() for values in told)
    none = neutral.new_zeros(0)
    camera = Camera(intrinsics, rotation, translation, face.image_size)
    return FaceFit(none, none, none, neutral, neutral + moved, neutral * 0.0 + 0.5, none, light, camera, None, 0.0)
