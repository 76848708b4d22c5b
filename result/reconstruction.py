"""`Reconstruction`: the only thing that crosses from the engine to Blender (docs/conventions.md).

numpy and the standard library only: Blender's own Python reads a result with this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..geometry.arrays import Floats, Ints
from ..geometry.cage import Cage
from .colouring import Colouring
from .wrinkles import WRINKLE_IMAGES, WrinkleGroup

PHOTO_IMAGE = "photo.png"
ALBEDO_IMAGE = "albedo.png"
DISPLACEMENT_IMAGE = "displacement.exr"
NORMAL_IMAGE = "normal.png"
CONFIDENCE_IMAGE = "confidence.png"
IMAGE_FILES = (PHOTO_IMAGE, ALBEDO_IMAGE, DISPLACEMENT_IMAGE, NORMAL_IMAGE, CONFIDENCE_IMAGE, *WRINKLE_IMAGES)

# What the networks' own code writes of a face; on request.
DEEP3D_FILES = ("deep3d.mat", "deep3d.obj")
DF2NET_FILES = ("df2net.mat", "df2net.obj")
RAFARE_FILE = "rafare.obj"
FACESCAPE_MESH, FACESCAPE_TEXTURE, FACESCAPE_DETAILED = "facescape.obj", "facescape.jpg", "facescape_detailed.obj"
FACESCAPE_MAP = "facescape_dpmap.png"
FACESCAPE_MAPS = tuple(f"facescape_dpmap_{number}.png" for number in range(20))  # of key expressions
FACESCAPE_FILES = (FACESCAPE_MESH, FACESCAPE_TEXTURE, FACESCAPE_DETAILED, FACESCAPE_MAP, *FACESCAPE_MAPS)
OTHER_FILES = (*DEEP3D_FILES, *DF2NET_FILES, RAFARE_FILE, *FACESCAPE_FILES)


@dataclass(frozen=True)
class Mesh:
    """The content of ``mesh.npz``. N vertices, F faces, U texture points, K keys, J joints, P parts."""

    vertices: Floats  # (N, 3) metres, the neutral identity
    faces: Ints  # (F, 4) int32, -1 in the last column for a triangle
    uv: Floats  # (U, 2)
    faces_uv: Ints  # (F, 4)
    shape_key_names: tuple[str, ...]  # (K,)
    shape_key_deltas: Floats  # (K, N, 3) metres per unit
    shape_key_ranges: Floats  # (K, 2)
    expression: Floats  # (K,) the photo's values: its face is vertices + expression . shape_key_deltas
    landmarks68: Ints  # (68,) vertex ids
    joint_names: tuple[str, ...]  # (J,)
    joint_parents: Ints  # (J,)
    joint_positions: Floats  # (J, 3) metres, for the neutral identity
    skin_weights: Floats  # (N, J)
    parts: Ints  # (F,) index into part_names
    part_names: tuple[str, ...]  # (P,)
    cage: Cage | None = None  # the coarse mesh that this one is a subdivision of; arrays ``cage_...`` of the file


@dataclass(frozen=True)
class Reconstruction:
    """One reconstructed face: ``face.json``, ``mesh.npz`` and the images of a result folder.

    `likeness.reconstruct` makes one, `likeness.read_reconstruction` reads it. Units and axes are those of
    docs/conventions.md. Nothing in it is changed in place: `dataclasses.replace` makes another one.

    Example:
        >>> import likeness, numpy as np
        >>> face = likeness.read_reconstruction("out")
        >>> posed = face.mesh.vertices + np.tensordot(face.mesh.expression, face.mesh.shape_key_deltas, axes=1)
        >>> seen = posed @ face.rotation.T + face.translation  # (N, 3) metres, in the camera's axes
        >>> pixels = (seen @ face.intrinsics.T)[:, :2] / seen[:, 2:]
        >>> bool((pixels.mean(axis=0) < face.image_size).all())
        True
    """

    model: dict[str, str]  # id, source, licence, and the version
    coefficients: dict[str, list[float]]  # identity, expression, albedo
    intrinsics: Floats  # (3, 3) pixels
    image_size: tuple[int, int]  # width, height
    rotation: Floats  # (3, 3), OpenCV: x_cam = R x + t
    translation: Floats  # (3,) metres
    lighting: Floats  # (9, 3) linear RGB shading coefficients, view frame
    landmarks: dict[str, Any]  # detector, ibug68 [[x, y]...], dense [[x, y]...], uncertainty
    timings: dict[str, float]  # seconds per stage
    provenance: dict[str, str]  # what each number comes from
    mesh: Mesh
    images: dict[str, Any] = field(default_factory=dict)  # file name -> array when written, Path when read
    files: dict[str, bytes] = field(default_factory=dict)  # of `OTHER_FILES`, written beside; not read back
    photos: list[dict[str, Any]] = field(default_factory=list)  # of a set, the main one first: name, index, pose, ...
    appearance: Colouring = field(default_factory=Colouring)  # colours of hair, irises and skin
    warnings: list[str] = field(default_factory=list)  # sentences on what the user should know of this result
    wrinkles: tuple[WrinkleGroup, ...] = ()  # that come with expressions; their images are among ``images``

    def save(self, folder: Path | str) -> None:
        """Write the result folder, replacing an old result there only when the new one is complete.

        Args:
            folder: where the result appears, with what is above it; files in it that are not a result's are kept.

        Raises:
            LikenessError: the folder is something else than a result, or cannot be written; what was there stays.

        Example:
            >>> import likeness
            >>> likeness.read_reconstruction("out").save("copy/of/out")
        """
        from .folder import write_reconstruction  # which is made of this module

        write_reconstruction(self, folder)
