"""Where a model's eyeballs have their irises: what painting them and looking for them in a photo need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...anatomy.landmarks import LEFT_EYE_LOOP, LEFT_IRIS, RIGHT_EYE_LOOP, RIGHT_IRIS
from ...anatomy.parts import eyeballs
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats, Floats64, Ints
from ...geometry.faces import NO_CORNER
from ...geometry.normals import unit
from ..uv.mirror import EYES, SKIN, part_groups

# The detector's ring runs a little outside the edge of the iris: that of the built-in model, of the human 5.9 mm, is
# this share of the ring that the detector finds on it.
RING = 0.93
_NEAR = 0.02  # metres between an eyeball's middle and the iris that is its own


@dataclass(frozen=True)
class EyeShape:
    """One eye of a model at rest: metres, model space."""

    parts: tuple[int, ...]  # of the model's part_names
    centre: Floats64  # (3,) of the ball
    axis: Floats64  # (3,) unit, out through the middle of the iris
    radius: float  # of the ball
    iris_radius: float
    iris: tuple[int, ...]  # dense landmarks: the middle and four on the ring
    loop: tuple[int, ...]  # dense landmarks along the lids, from the picture's left over the top and back
    rim: tuple[int, ...]  # the same from the outer corner

    def off_axis(self, points: Floats) -> Floats:
        """Places (N, 3) on the ball -> (N, 2) across it, 1 at the edge of the iris; (inf, inf) on its back."""
        away = points - self.centre
        side = unit(np.cross([[0.0, 1.0, 0.0]], self.axis))[0]
        across = np.stack([away @ side, away @ np.cross(self.axis, side)], axis=-1) / self.iris_radius
        return np.where((away @ self.axis > 0.0)[..., None], across, np.inf)


@lru_cache(maxsize=3)
def eye_shapes(model: FaceModel) -> tuple[EyeShape, ...]:
    """The eyeballs of a model that stand for themselves; none where eyes are patches of the skin."""
    if eyes_are_patches(model):
        return ()
    points = model.dense_points(model.mean)
    found = (_eye_shape(model, tuple(parts), points) for parts in eyeballs(model.part_names))
    return tuple(eye for eye in found if eye is not None)


def eyes_are_patches(model: FaceModel) -> bool:
    """Whether the eyes of a model are places on its skin and no eyeballs of their own."""
    corners = model.faces_uv[:, :3]
    skin, eyes = (corners[part_groups(model.part_names)[model.face_parts] == kind] for kind in (SKIN, EYES))
    return bool(np.isin(eyes, skin).any())


def _eye_shape(model: FaceModel, parts: tuple[int, ...], points: Floats) -> EyeShape | None:
    ball = model.mean[_vertices(model, parts)]
    centre = _middle(ball)
    mirrored = (*LEFT_EYE_LOOP[8::-1], *LEFT_EYE_LOOP[:8:-1])
    sides = ((RIGHT_IRIS, RIGHT_EYE_LOOP, RIGHT_EYE_LOOP), (LEFT_IRIS, LEFT_EYE_LOOP, mirrored))
    iris, loop, rim = min(sides, key=lambda side: float(np.linalg.norm(points[side[0][0]] - centre)))
    away = points[iris[0]] - centre
    iris_radius = RING * float(np.linalg.norm(points[list(iris[1:])] - points[iris[0]], axis=1).mean())
    if np.linalg.norm(away) > _NEAR or iris_radius == 0.0:
        return None
    radius = float(np.median(np.linalg.norm(ball - centre, axis=1)))
    return EyeShape(parts, centre, away / np.linalg.norm(away), radius, iris_radius, iris, loop, rim)


def _vertices(model: FaceModel, parts: tuple[int, ...]) -> Ints:
    corners = model.faces[np.isin(model.face_parts, parts)]
    return np.unique(corners[corners != NO_CORNER])


def _middle(points: Floats) -> Floats64:
    """Centre (3,) of the sphere nearest to points (N, 3)."""
    rows = np.column_stack([2.0 * points, np.ones(len(points))]).astype(np.float64)
    return np.linalg.lstsq(rows, (points**2).sum(axis=1), rcond=None)[0][:3]
