"""ICT-FaceKit in small: a few vertices and shapes in the files that the real one has."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

VERTICES = np.array([[0, 0, 10], [1, 0, 10], [1, 1, 10.5], [0, 1, 10.25], [2, 0.5, 9]])
UV = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [1.5, 0.5], [2.0, 0.5]])
FACES = np.array([[0, 1, 2, 3], [1, 4, 2, -1]], np.int32)
FACES_UV = np.array([[0, 1, 2, 3], [4, 5, 2, -1]], np.int32)
SHAPES = ("identity000", "identity001", "jawOpen")


def obj_text(
    vertices: np.ndarray, uv: np.ndarray = UV, faces: np.ndarray = FACES, faces_uv: np.ndarray = FACES_UV
) -> bytes:
    """A mesh as the kit writes it."""
    lines = ["# a comment", "mtllib ICTFaceModelMaterial.mtl"]
    lines += [f"v {x!r} {y!r} {z!r}" for x, y, z in vertices.tolist()]
    lines += [f"vt {u!r} {v!r}" for u, v in uv.tolist()] + ["usemtl M_Face"]
    for corners, corners_uv in zip(faces.tolist(), faces_uv.tolist(), strict=True):
        pairs = zip(corners, corners_uv, strict=True)
        lines.append("f " + " ".join(f"{a + 1}/{b + 1}" for a, b in pairs if a >= 0))
    return ("\n".join(lines) + "\n").encode()


def shape_of(name: str) -> np.ndarray:
    """What a shape moves, cm; its last vertex by less than the kit's printing noise."""
    delta = np.random.default_rng(SHAPES.index(name)).normal(0, 0.5, VERTICES.shape).round(3)
    delta[-1] = 5e-5, 0, 0
    return delta


def small_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reader expect the small kit instead of the real one."""
    from likeness.bfm.formats.ict_facekit import clone

    monkeypatch.setattr(clone, "IDENTITIES", tuple(f"{name}.obj" for name in SHAPES[:2]))
    monkeypatch.setattr(clone, "EXPRESSIONS", SHAPES[2:])
    monkeypatch.setattr(clone, "check_mesh", lambda *_: None)


def write_clone(folder: Path) -> Path:
    """A clone of the small kit; returns its FaceXModel folder."""
    models = folder / "FaceXModel"
    models.mkdir(parents=True)
    (folder / "README.md").write_text("ICT-FaceKit")
    (models / "generic_neutral_mesh.obj").write_bytes(obj_text(VERTICES))
    for name in SHAPES:
        (models / f"{name}.obj").write_bytes(obj_text(VERTICES + shape_of(name)))
    return models


def write_zip(clone: Path, path: Path, comment: bytes = b"") -> Path:
    """A zip of a clone as GitHub makes it: everything under one folder, the commit as its comment."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(clone.rglob("*")):
            archive.write(file, Path("ICT-FaceKit-master") / file.relative_to(clone))
        archive.comment = comment
    return path
