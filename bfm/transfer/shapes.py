"""What laying one face over another needs to know of each: surface, parts, landmarks, eyeballs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...anatomy.arkit import JAW_OPEN
from ...anatomy.landmarks import Ibug
from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...geometry.arrays import Floats, Ints
from ...geometry.faces import triangulate
from ..face_model import FaceModel
from ..source_model import SourceModel

SKIRT_BEGINS, SKIRT_ENDS = 0.4, 1.0  # weights of the skirt between which the surface stops being the face's
UNDER_LIDS = 0.0005  # metres from an eyeball within which skin is a lid's inner side
SURE, UNSURE = 0.0015, 0.012  # metres: how well two models agree on where a landmark is, and on one of the jaw


@dataclass(frozen=True, eq=False)
class Shape:
    """A model's mean with what is known about it."""

    vertices: Floats  # (V, 3) metres
    faces: Ints  # (F, 4)
    part_names: tuple[str, ...]
    face_parts: Ints  # (F,)
    landmark_vertices: Ints  # (K, 3); K = 68 or 0
    landmark_weights: Floats  # (K, 3)
    opening: Floats | None  # (V, 3) displacements that part the lips, metres
    doubt: Floats  # (V,) 1 where the surface is not the face's but only closes it, 0 on the face

    def triangles(self, *parts: str) -> Ints:
        """Triangles (T, 3) of the named parts; parts that it does not have are none."""
        wanted = [self.part_names.index(part) for part in parts if part in self.part_names]
        return triangulate(self.faces[np.isin(self.face_parts, wanted)])

    def shown(self, *parts: str) -> Ints:
        """The same without the skin that an eyeball of its own hides: the lids' inner sides, and what is behind."""
        found = self.triangles(*parts)
        if PartName.SKIN not in parts or not self.has_eyes:
            return found
        middles = self.vertices[found].mean(axis=1)
        hidden = np.zeros(len(found), dtype=bool)
        for eye in PartName.EYEBALLS:
            ball = self.vertices[self.vertices_of(*eye)]
            low, high = ball.min(axis=0), ball.max(axis=0)
            away, radius = middles - (low + high) / 2, (high[0] - low[0]) / 2
            behind = (np.hypot(away[:, 0], away[:, 1]) < radius) & (away[:, 2] < 0)
            hidden |= behind | (np.linalg.norm(away, axis=1) < radius + UNDER_LIDS)
        return found[~hidden | np.isin(found, self.vertices_of(*PartName.LEFT_EYE, *PartName.RIGHT_EYE)).all(axis=1)]

    def vertices_of(self, *parts: str) -> Ints:
        """Sorted vertex ids of the named parts together; parts that it does not have are none."""
        return np.unique(self.triangles(*parts))

    @property
    def has_eyes(self) -> bool:
        """Whether there are eyeballs that are a surface of their own and not a patch of the face's."""
        patches = self.vertices_of(PartName.SKIN)
        eyes = [self.vertices_of(*eye) for eye in PartName.EYEBALLS]
        return all(len(eye) > 0 and not np.isin(eye, patches).any() for eye in eyes)

    def outer(self) -> Ints:
        """Triangles (T, 3) of the surface that takes part in a registration: skin, and eyes that are patches of it."""
        patches = () if self.has_eyes else (*PartName.LEFT_EYE, *PartName.RIGHT_EYE)
        return self.triangles(PartName.SKIN, *patches)

    def known(self) -> Ints:
        """Triangles (T, 3) of the outer surface that are the face's own beyond doubt."""
        outer = self.outer()
        return outer[(self.doubt[outer] == 0).all(axis=1)]

    def landmarks(self) -> Floats:
        """Where its landmarks are (K, 3)."""
        return np.einsum("kc,kcd->kd", self.landmark_weights, self.vertices[self.landmark_vertices])


def shape_of_source(source: SourceModel | FaceModel) -> Shape:
    """What is known of a model, whose landmarks are the 68 if it has any."""
    vertices = source.mean.astype(np.float64)
    opening = dict(zip(source.expression_names, source.expression_basis, strict=True)).get(JAW_OPEN)
    parts = np.zeros(len(source.faces), dtype=np.int64) if source.face_parts is None else source.face_parts
    ids = np.zeros(0, dtype=np.int64) if source.landmarks68 is None else np.asarray(source.landmarks68, dtype=np.int64)
    return Shape(
        vertices, np.asarray(source.faces), source.part_names, parts,
        np.repeat(ids[:, None], 3, axis=1), np.tile([1.0, 0.0, 0.0], (len(ids), 1)),
        None if opening is None else opening.astype(np.float64), _doubt(source),
    )  # fmt: skip


def _doubt(source: SourceModel | FaceModel) -> Floats:
    if isinstance(source, SourceModel):
        return np.zeros(len(source.mean)) if source.doubt is None else source.doubt
    if RegionName.SKIRT not in source.region_names:
        return np.zeros(len(source.mean))
    return np.clip((source.region(RegionName.SKIRT) - SKIRT_BEGINS) / (SKIRT_ENDS - SKIRT_BEGINS), 0, 1)


def landmark_spread() -> Floats:
    """How far apart (68,) two models may put the same landmark, metres."""
    spread = np.full(Ibug.COUNT, SURE)
    spread[Ibug.JAW] = UNSURE  # each model puts them elsewhere along the jaw
    return spread
