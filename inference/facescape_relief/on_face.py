"""FaceScape's texture layout on a face of any model, and its maps in that model's texture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import torch

from ...bfm.face_model import FaceModel
from ...bfm.library.layings import correspondence
from ...bfm.transfer.correspondence import Correspondence, identical
from ...geometry.arrays import Floats, Floats32
from ..detail.picture import plain_skin
from ..detail.uv_map import on_skin, typical_step
from ..filters import blur, disc
from ..fitting.face_fit import FaceFit
from ..uv.atlas import UvAtlas, texel_geometry
from . import window
from .layout import FaceScapeLayout

_TORN = 0.03  # of the texture: a triangle of a model that spans more lies across a seam of the layout
_FADE = 1 / 128  # of the texture: how far within its border bare skin fades in
_SURE = 0.99  # share of a vertex' place that must be of the front


@dataclass(frozen=True, eq=False)
class Placed:
    """A layout laid on a face model."""

    onto: Correspondence  # its vertices on the model
    uv: Floats  # (V, 2) where in the layout each vertex of the model is
    trust: Floats  # (V,) whether it is anywhere there


@lru_cache(maxsize=2)
def placed(layout: FaceScapeLayout, model: FaceModel) -> Placed:
    """Where each is on the other; the last two are kept."""
    if model.mean.shape == layout.vertices.shape and np.allclose(model.mean, layout.vertices, atol=1e-6):
        onto = back = identical(len(layout.vertices))
    else:
        source = layout.source()
        onto, back = correspondence(source, model), correspondence(model, source)
    uv = window.uv_of_vertices(layout.triangles, layout.triangles_uv, layout.uv, len(layout.vertices))
    front = np.zeros((len(layout.vertices), 1))
    front[layout.triangles[layout.front]] = 1.0
    sure = (back.carry(front)[:, 0] > _SURE) & np.isfinite(back.distance)
    return Placed(onto, back.carry(uv), np.where(sure, back.trust, 0.0))


def points_in_photo(layout: FaceScapeLayout, model: FaceModel, fit: FaceFit) -> Floats:
    """Where the photo of a fit shows the layout's vertices (V, 2), in pixels."""
    camera = fit.camera.on_cpu()
    posed = posed_vertices(layout, model, fit)
    return camera.project(torch.as_tensor(posed, dtype=torch.float32)).numpy()


def posed_vertices(layout: FaceScapeLayout, model: FaceModel, fit: FaceFit) -> Floats:
    """The layout's vertices (V, 3) on the face of a fit, metres."""
    posed = fit.posed.detach().to("cpu", torch.float64).numpy()
    return placed(layout, model).onto.carry(posed)


@dataclass(frozen=True, eq=False)
class Texels:
    """A model's texture, and what of FaceScape's maps belongs into it."""

    atlas: UvAtlas
    uv: Floats32  # (T, T, 2) in the layout
    bare: Floats32  # (T, T) in [0, 1]: bare skin that the layout knows
    visibility: Floats32  # (T, T) in [0, 1]: what the photo shows

    def taken(self, heights: Floats32) -> Floats32:
        """Heights (T, T) of a window (1900, 1900), wherever they may be."""
        blur = 0.5 * typical_step(window.texels(self.uv), self.visibility * self.bare)
        source = cv2.GaussianBlur(heights, (0, 0), blur) if blur > 0.5 else heights
        return window.sampled(np.asarray(source, np.float32), self.uv)

    def shown(self, heights: Floats32) -> Floats32:
        """Heights (T, T) as a displacement of bare skin; hidden skin has that of the other side, more faintly."""
        return on_skin(heights * self.bare, self.visibility, self.atlas)


def texels(layout: FaceScapeLayout, atlas: UvAtlas, fit: FaceFit, bare: Floats32 | None) -> Texels:
    """The texture of ``atlas``; ``bare`` (S, S) is 1 where the photo shows skin without hair or glasses."""
    model, places = atlas.model, placed(layout, atlas.model)
    whole = np.ptp(places.uv[atlas.triangles], axis=1).max(axis=1) < _TORN
    values = atlas.interpolate(np.column_stack([places.uv, places.trust * plain_skin(model)]))
    known = np.where(atlas.mask & whole[atlas.triangle_ids], values[..., 2], 0.0).astype(np.float32)
    if bare is not None:
        own = cv2.resize(bare.astype(np.float32), known.shape, interpolation=cv2.INTER_AREA)
        known *= _faded(np.asarray(own, np.float32))
    return Texels(atlas, np.ascontiguousarray(values[..., :2]), known, texel_geometry(atlas, fit).visibility)


def _faded(bare: Floats32) -> Floats32:
    """``bare`` (T, T) less a rim that fades, so that relief has no edge where it ends."""
    radius = max(1, round(_FADE * len(bare)))
    return blur(np.asarray(cv2.erode(bare, disc(radius)), np.float32), 0.5 * radius)
