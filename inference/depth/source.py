"""`DepthSource`: a network's depth of the first photo, and how much of it is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ..detail.baking import as_high_as_skin, baked
from ..detail.detail import Detail
from ..detail.picture import face_picture, trusted_part
from ..detail.shape_from_shading import borne_out
from ..fitting.face_fit import FaceFit
from ..images import Photo
from .alignment import aligned
from .depth_map import DepthMap
from .on_face import finer_than_mesh, move_vertices


@dataclass(frozen=True)
class DepthSource:
    """What a network says of the photo that the first fit is of."""

    maker: str  # the network's name, for sentences
    depth: DepthMap
    order: int  # of the polynomial by which the map is bent onto the fitted face, see `aligned`
    most: float  # metres that a vertex may move

    def moved(self, photo: Photo, model: FaceModel, fits: Sequence[FaceFit]) -> list[FaceFit]:
        """The fits with vertices where the network sees them. Raises `LikenessError`: it sees another face."""
        picture = face_picture(photo, model, fits[0])
        found = aligned(self.depth, picture, self.order, self.maker)
        return move_vertices(found, picture, model, fits, self.most)

    def relief(self, photo: Photo, model: FaceModel, fit: FaceFit, size: int, bare: Floats32 | None) -> Detail:
        """Maps of ``size`` x ``size`` texels of what is finer than the moved mesh.

        None where skin is not ``bare``, or where the photo's shading does not bear it out.
        """
        picture = trusted_part(face_picture(photo, model, fit, bare))
        found = aligned(self.depth, picture, self.order, self.maker)
        height = as_high_as_skin(finer_than_mesh(found, picture), picture.pixel)
        light = fit.light.detach().to("cpu", torch.float32)
        return baked(borne_out(height, picture, light), picture, model, fit, size)
