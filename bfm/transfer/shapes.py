"""What laying one face over another needs to know of each: surface, parts, landmarks, eyeballs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..face_model import FaceModel, triangulate
from ..landmarks import DENSE_FACE_COUNT, FACE_OVAL_LOOP
from ..source_model import SourceModel

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

EYES = ("eye_left", "eye_right")
INSIDES = ("mouth", "gums", "teeth", "tongue")
JAW_POINTS = 17  # of iBUG-68, which each model puts elsewhere along the jaw
SURE, UNSURE = 0.0015, 0.012  # metres: how well two models agree on what a landmark is


@dataclass(frozen=True, eq=False)
class Shape:
    """A model's mean with what is known about it."""

    vertices: Floats  # (V, 3) metres
    faces: Ints  # (F, 4)
    part_names: tuple[str, ...]
    face_parts: Ints  # (F,)
    landmark_vertices: Ints  # (K, 3); K = 68, 468 or 0
    landmark_weights: Floats  # (K, 3)

    def triangles(self, *parts: str) -> Ints:
        """Triangles (T, 3) of the named parts; parts that it does not have are none."""
        wanted = [self.part_names.index(part) for part in parts if part in self.part_names]
        return triangulate(self.faces[np.isin(self.face_parts, wanted)])

    def vertices_of(self, part: str) -> Ints:
        """Sorted vertex ids of a part, none where it does not have it."""
        return np.unique(self.triangles(part))

    @property
    def has_eyes(self) -> bool:
        """Whether there are eyeballs that are a surface of their own and not a patch of the face's."""
        patches = self.vertices_of("skin")
        return all(len(self.vertices_of(eye)) > 0 and not np.isin(self.vertices_of(eye), patches).any() for eye in EYES)

    def outer(self) -> Ints:
        """Triangles (T, 3) of the surface that takes part in a registration: skin, and eyes that are patches of it."""
        return self.triangles("skin") if self.has_eyes else self.triangles("skin", *EYES)

    def landmarks(self) -> Floats:
        """Where its landmarks are (K, 3)."""
        return np.einsum("kc,kcd->kd", self.landmark_weights, self.vertices[self.landmark_vertices])


def shape_of_model(model: FaceModel) -> Shape:
    """A complete model with its dense landmarks of the face (468)."""
    return Shape(
        model.mean.astype(np.float64), model.faces, model.part_names, model.face_parts,
        model.dense_vertices[:DENSE_FACE_COUNT], model.dense_weights[:DENSE_FACE_COUNT].astype(np.float64),
    )  # fmt: skip


def shape_of_source(source: SourceModel | FaceModel) -> Shape:
    """A model with its 68 landmarks, if it has any."""
    vertices = source.mean.astype(np.float64)
    parts = np.zeros(len(source.faces), dtype=np.int64) if source.face_parts is None else source.face_parts
    ids = np.zeros(0, dtype=np.int64) if source.landmarks68 is None else np.asarray(source.landmarks68, dtype=np.int64)
    return Shape(
        vertices, np.asarray(source.faces), source.part_names, parts,
        np.repeat(ids[:, None], 3, axis=1), np.tile([1.0, 0.0, 0.0], (len(ids), 1)),
    )  # fmt: skip


def landmark_spread(count: int) -> Floats:
    """How far apart (count,) two models may put the same landmark, metres; count: 68 or 468."""
    spread = np.full(count, SURE)
    spread[list(FACE_OVAL_LOOP) if count == DENSE_FACE_COUNT else slice(JAW_POINTS)] = UNSURE
    return spread
