"""`FaceModel`: a linear face model (3DMM) in the project's own units, and its one-file format.

Every loader converts to this once. Units: metres. Axes: X to the subject's left, Y up, Z out of the face,
right-handed. Bases are per one standard deviation, so identity and albedo coefficients are N(0, 1); named
expressions run over ``expression_ranges`` and the spread of their values is ``expression_std``.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from ..anatomy.parts import see_through
from ..errors import LikenessError
from ..geometry.arrays import Bools, Floats, Ints
from ..geometry.cage import Cage, cage_of
from ..geometry.faces import NO_CORNER, triangulate

FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False)  # one object, one model: arrays have no single ==, and caches want a key
class FaceModel:
    """A face model. V vertices, F faces, U texture points, I / E / A modes, J joints, R regions, P parts.

    Raises:
        ValueError: the arrays do not fit each other.

    Example:
        >>> import likeness, numpy as np
        >>> model = likeness.load_model("builtin")
        >>> other = model.shape(identity=np.array([2.0]))  # (V, 3) metres: two sigma of the first mode
        >>> other.shape == model.mean.shape
        True
        >>> model.triangles().shape[1]
        3
    """

    id: str
    name: str
    source: str
    licence: str
    mean: Floats  # (V, 3) neutral mean, metres
    identity_basis: Floats  # (I, V, 3) metres per sigma
    expression_basis: Floats  # (E, V, 3) metres per unit of the slider
    expression_names: tuple[str, ...]  # (E,)
    expression_ranges: Floats  # (E, 2) slider minimum, maximum
    expression_std: Floats  # (E,) prior spread of a slider's value; 0: a slider for artists that the fit leaves at zero
    albedo_mean: Floats  # (V, 3) linear RGB
    albedo_basis: Floats  # (A, V, 3) linear RGB per sigma
    faces: Ints  # (F, 4) corners, counter-clockwise from outside; -1 last for a triangle
    uv: Floats  # (U, 2) in [0, 1], v up
    faces_uv: Ints  # (F, 4)
    landmarks68: Ints  # (68,) iBUG-68 as vertex ids
    dense_vertices: Ints  # (478, 3) dense landmarks as three vertex ids ...
    dense_weights: Floats  # (478, 3) ... and their weights (sum 1)
    region_names: tuple[str, ...]  # (R,) of `anatomy.regions.RegionName`
    region_weights: Floats  # (R, V) in [0, 1]
    part_names: tuple[str, ...]  # (P,) of `anatomy.parts.PartName`
    face_parts: Ints  # (F,) index into part_names
    joint_names: tuple[str, ...]  # (J,) e.g. head, jaw, eye.L, eye.R
    joint_parents: Ints  # (J,) -1 for the root
    joint_regressor: Floats  # (J, V) joint positions = joint_regressor @ vertices
    skin_weights: Floats  # (V, J) rows sum to 1
    cage: Cage | None = None  # the coarse mesh that this one is a subdivision of

    def __post_init__(self) -> None:
        _check_shapes(self)

    def region(self, name: str) -> Floats:
        """Weights (V,) of a named region. Raises KeyError for an unknown name."""
        if name not in self.region_names:
            raise KeyError(f"{self.id} has no region {name!r}; it has {', '.join(self.region_names)}")
        return self.region_weights[self.region_names.index(name)]

    def shape(self, identity: Floats | None = None, expression: Floats | None = None) -> Floats:
        """Vertices (V, 3) of identity (<=I,) and expression (E,) coefficients; None means zero."""
        vertices = self.mean.astype(np.float64)
        if identity is not None and len(identity):
            vertices = vertices + np.tensordot(identity, self.identity_basis[: len(identity)], axes=1)
        if expression is not None and len(expression):
            vertices = vertices + np.tensordot(expression, self.expression_basis[: len(expression)], axes=1)
        return vertices

    def dense_points(self, vertices: Floats) -> Floats:
        """Dense landmarks (478, 3) on the given vertices (V, 3)."""
        return np.einsum("lk,lkd->ld", self.dense_weights, vertices[self.dense_vertices])

    def triangles(self) -> Ints:
        """Triangles (T, 3): each quad a-b-c-d becomes a-b-c and a-c-d."""
        return triangulate(self.faces)

    def opaque_triangles(self) -> Ints:
        """Triangles (T, 3) of what a photo shows and what hides what is behind it: lashes and tears do neither."""
        return triangulate(self.faces[self.opaque_faces()])

    def opaque_faces(self) -> Bools:
        """(F,) whether a face is of `opaque_triangles`."""
        return ~np.isin(self.face_parts, see_through(self.part_names))

    def part_vertices(self, *names: str) -> Ints:
        """Sorted vertex ids of the named parts together; one that the model does not have has none."""
        wanted = [part for part, name in enumerate(self.part_names) if name in names]
        corners = self.faces[np.isin(self.face_parts, wanted)]
        return np.unique(corners[corners != NO_CORNER])


_STORED = tuple(f.name for f in fields(FaceModel) if f.name != "cage")  # as arrays of these names


def save_face_model(
    model: FaceModel, path: Path, extra: Mapping[str, np.ndarray] | None = None, compressed: bool = True
) -> None:
    """Write the versioned ``.npz``; strings as unicode arrays, never pickles.

    ``extra`` goes in under its own names. Without compression a large model is read in a tenth of the time.
    """
    arrays = {name: np.asarray(getattr(model, name)) for name in _STORED}
    arrays |= model.cage.arrays() if model.cage is not None else {}
    save = np.savez_compressed if compressed else np.savez
    save(path, format_version=np.int32(FORMAT_VERSION), **arrays, **(extra or {}))


def load_face_model(path: Path) -> FaceModel:
    """Read a file of ``save_face_model``. Raises `LikenessError` naming the file and what is wrong with it."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return _from_archive(archive, path)
    except FileNotFoundError:
        raise LikenessError(f"The face model file {path} is missing.") from None
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError) as error:
        raise LikenessError(f"{path} is not a readable Likeness face model ({error}).") from error


def _from_archive(archive: Mapping[str, np.ndarray], path: Path) -> FaceModel:
    if "format_version" not in archive:
        raise LikenessError(f"{path} is not a Likeness face model: it has no format_version.")
    version = int(archive["format_version"])
    if version != FORMAT_VERSION:
        raise LikenessError(f"{path} has face model format {version}; this Likeness reads format {FORMAT_VERSION}.")
    values = {}
    for name in _STORED:
        array = archive[name]
        if array.dtype.kind == "U":
            values[name] = str(array) if array.ndim == 0 else tuple(str(item) for item in array)
        elif array.dtype == np.float16:
            values[name] = array.astype(np.float32)
        else:
            values[name] = array
    return FaceModel(**values, cage=cage_of(archive))


def _check_shapes(model: FaceModel) -> None:
    v, f, e, j = len(model.mean), len(model.faces), len(model.expression_names), len(model.joint_names)
    expected = {
        "mean": (v, 3),
        "identity_basis": (len(model.identity_basis), v, 3),
        "expression_basis": (e, v, 3),
        "expression_ranges": (e, 2),
        "expression_std": (e,),
        "albedo_mean": (v, 3),
        "albedo_basis": (len(model.albedo_basis), v, 3),
        "faces": (f, 4),
        "faces_uv": (f, 4),
        "uv": (len(model.uv), 2),
        "landmarks68": (68,),
        "dense_vertices": (478, 3),
        "dense_weights": (478, 3),
        "region_weights": (len(model.region_names), v),
        "face_parts": (f,),
        "joint_parents": (j,),
        "joint_regressor": (j, v),
        "skin_weights": (v, j),
    }
    for name, shape in expected.items():
        found = np.shape(getattr(model, name))
        if found != shape:
            raise ValueError(f"{name} has shape {found}, expected {shape}")
    if f and (model.faces.max() >= v or model.faces_uv.max() >= len(model.uv)):
        raise ValueError("faces point outside the vertices")
    if model.cage is not None:
        model.cage.check_mesh(v, f, len(model.uv))
