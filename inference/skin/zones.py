"""Where on a face what is to be expected: features, beard, the places that show skin when anything does.

Places are outlined by dense landmarks in the frontal view of a model's mean, so they hold for any model and texture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from ...anatomy.landmarks import FACE_OVAL_LOOP, LEFT_EYE_LOOP, OUTER_LIP_LOOP, RIGHT_EYE_LOOP
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats32, Image
from ...geometry.smoothstep import smoothstep
from ..uv.atlas import uv_atlas

_MM = 1e-3
_PIXEL = 0.5 * _MM  # of the frontal view
_BROWS = (
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)
_NOSTRILS = (98, 97, 2, 326, 327, 294, 278, 279, 360, 4, 131, 49, 48, 64)
# Round the middle of the face from the brows to the chin; hair is rare in it.
_INNER = (70, 105, 107, 9, 336, 334, 300, 372, 345, 352, 433, 364, 378, 152, 149, 135, 213, 123, 116, 143)
# From the wings of the nose to beside the mouth, where a smile folds the cheeks.
_FOLDS = (129, 358, 426, 432, 422, 202, 212, 206)
# Round the eyes as far as glasses reach, and over the bridge.
_GLASSES = (127, 63, 105, 107, 9, 336, 334, 293, 356, 454, 352, 425, 420, 5, 198, 205, 123, 234)
_BRIDGE = (193, 417, 351, 122)
_BEARD = (98, 2, 327, 425, 361, 397, 379, 378, 152, 149, 150, 172, 132, 205)
_BEARD_HEART = (98, 2, 327, 410, 287, 422, 378, 152, 149, 202, 57, 186)  # moustache, mouth and chin
_NOSE = (4, 1)  # no beard grows there, a mask covers it
# Where skin shows when anything does, and each place's say: a mask covers many, but none between the brows.
_PATCHES = {
    9: 2.0, 168: 2.0, 151: 1.5, 118: 0.75, 347: 0.75, 50: 0.75, 280: 0.75, 5: 0.75, 205: 0.5, 425: 0.5, 199: 0.5,
}  # fmt: skip
_PATCH_RADIUS = 8 * _MM


@dataclass(frozen=True)
class FaceZones:
    """Cells (T, T) of a texture; weights in [0, 1]."""

    cell: float  # metres of skin between neighbouring cells, on the cheeks
    skin_patches: tuple[Bools, ...]  # where skin shows when anything does
    patch_say: tuple[float, ...]  # weight of each among them
    features: Image  # brows, lids, lips, nostrils: the person's own though of another colour than skin
    brows: tuple[Image, Image]
    lips: Image
    inner: Image  # between brows and chin
    folds: Image  # beside nose and mouth
    glasses: Image  # skin that glasses may cover
    bridge: tuple[Image, Image]  # the sides of the nose between the eyes
    beard: Image
    beard_heart: Image  # a beard that grows nowhere here is none
    nose: Image
    oval: Image  # the face without scalp, ears and neck


@lru_cache(maxsize=2)
def face_zones(model: FaceModel, size: int) -> FaceZones:
    """The zones in a texture of ``size`` x ``size``; the last two are kept."""
    atlas = uv_atlas(model, size)
    surface = atlas.interpolate(model.mean)
    dense = model.dense_points(model.mean.astype(np.float64)).astype(np.float32)
    view = _FrontalView(surface, dense)
    patches = [atlas.mask & (np.linalg.norm(surface - dense[point], axis=-1) < _PATCH_RADIUS) for point in _PATCHES]
    eyes = np.maximum(*(view.inside(loop, -7.0, -3.0) for loop in (RIGHT_EYE_LOOP, LEFT_EYE_LOOP)))
    right, left = (view.inside(brow, -6.0, -3.0) for brow in _BROWS)
    lips, nostrils = view.inside(OUTER_LIP_LOOP, -4.0, -1.0), view.inside(_NOSTRILS, -2.0, 0.0)
    features = np.maximum.reduce([eyes, right, left, lips, nostrils])
    bridge = view.inside(_BRIDGE, 0.0, 1.0)
    return FaceZones(
        cell=_cell(surface, atlas.mask, patches),
        skin_patches=tuple(patches),
        patch_say=tuple(_PATCHES.values()),
        features=features,
        brows=(right, left),
        lips=lips,
        inner=view.inside(_INNER, -5.0, 2.0),
        folds=view.inside(_FOLDS, -4.0, 0.0),
        glasses=view.inside(_GLASSES, -4.0, 0.0) * (1.0 - np.maximum(eyes, nostrils)),
        bridge=(bridge * (surface[..., 0] < 0.0), bridge * (surface[..., 0] > 0.0)),
        beard=view.inside(_BEARD, -8.0, -2.0),
        beard_heart=view.inside(_BEARD_HEART, -1.0, 1.0),
        nose=(np.linalg.norm(surface[..., None, :] - dense[list(_NOSE)], axis=-1) < _PATCH_RADIUS)
        .any(-1)
        .astype(np.float32)
        * atlas.mask,
        oval=view.inside(FACE_OVAL_LOOP, -2.0, 2.0),
    )


class _FrontalView:
    """The mean seen from the front: outlines drawn there are looked up at cells."""

    def __init__(self, surface: Floats32, dense: Floats32) -> None:
        self.corner = dense[:, :2].min(axis=0) - 40 * _MM
        self.side = [int(n) for n in np.ceil((np.ptp(dense[:, :2], axis=0) + 80 * _MM) / _PIXEL)]
        self.dense = self._pixels(dense)
        self.at = self._pixels(surface)
        self.in_front = smoothstep(-95 * _MM, -75 * _MM, surface[..., 2] - dense[:, 2].max())

    def inside(self, outline: Sequence[int], nothing: float, full: float) -> Image:
        """Cells (T, T): 1 where ``full`` mm or more inside the hull of landmarks, 0 where ``nothing`` or less."""
        hull = cv2.convexHull(self.dense[list(outline)])
        filled = np.zeros((self.side[1], self.side[0]), np.uint8)
        cv2.fillPoly(filled, [np.round(hull).astype(np.int32)], (1,))
        within, beyond = (cv2.distanceTransform(m, cv2.DIST_L2, cv2.DIST_MASK_5) for m in (filled, 1 - filled))
        weight = smoothstep(nothing, full, (within - beyond) * (_PIXEL / _MM)).astype(np.float32)
        return cv2.remap(weight, self.at, None, cv2.INTER_LINEAR) * self.in_front  # type: ignore[call-overload]

    def _pixels(self, points: Floats32) -> Floats32:
        return np.ascontiguousarray((points[..., :2] - self.corner) / _PIXEL, np.float32)


def _cell(surface: Floats32, mask: Bools, patches: Sequence[Bools]) -> float:
    """Metres between neighbouring cells on the skin that shows most often."""
    shown = np.logical_or.reduce(patches)
    steps = np.linalg.norm(np.diff(surface, axis=1), axis=-1)[(shown & mask)[:, 1:] & mask[:, :-1]]
    return float(np.median(steps)) if len(steps) else _MM
