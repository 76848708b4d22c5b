"""A made UV layout: inside the square, one place for each part, nothing across the seam, even on the face."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.bfm.unwrapping import unwrap_head
from likeness.geometry.faces import NO_CORNER

Mesh = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]


@pytest.fixture(scope="module")
def builtin() -> FaceModel:
    return load_model("builtin")


def _whole_head(rings: int = 41, around: int = 60) -> Mesh:
    """A closed egg of quads with triangles at its crown, open at the neck, and two eyeballs in it."""
    up, turn = np.meshgrid(np.linspace(1.4, -1.0, rings), 2 * np.pi * np.arange(around) / around, indexing="ij")
    grid = np.stack([0.075 * np.cos(up) * np.sin(turn), 0.13 * np.sin(up), 0.1 * np.cos(up) * np.cos(turn)], axis=-1)
    ids = np.arange(rings * around).reshape(rings, around)
    after = np.roll(ids, -1, axis=1)
    quads = np.stack([ids[1:], after[1:], after[:-1], ids[:-1]], axis=-1).reshape(-1, 4)
    crown = np.stack([ids[0], after[0], np.full(around, ids.size), np.full(around, NO_CORNER)], axis=1)
    vertices = np.concatenate([grid.reshape(-1, 3), [[0.0, 0.13, 0.0]]])
    faces, parts = [quads, crown], [np.zeros(len(quads) + around, int)]
    for part, x in ((1, 0.03), (2, -0.03)):
        faces.append(np.where(faces[0][:400] >= 0, faces[0][:400] + len(vertices), NO_CORNER))
        vertices = np.concatenate([vertices, 0.1 * grid.reshape(-1, 3) + [x, 0.02, 0.08]])
        parts.append(np.full(400, part))
    return vertices, np.concatenate(faces), np.concatenate(parts), ("skin", "eye_left", "eye_right")


def _built_in(model: FaceModel) -> Mesh:
    return model.mean, model.faces, model.face_parts, model.part_names


@pytest.fixture(params=["built-in", "whole head"])
def mesh(request: pytest.FixtureRequest, builtin: FaceModel) -> Mesh:
    return _built_in(builtin) if request.param == "built-in" else _whole_head()


def _corners(mesh: Mesh) -> np.ndarray:
    """Where each corner (F, 4, 2) is, NaN for a missing one."""
    uv, faces_uv = unwrap_head(*mesh)
    return np.where(faces_uv[..., None] == NO_CORNER, np.nan, uv[faces_uv])


def test_all_within_the_square_and_used(mesh: Mesh) -> None:
    uv, faces_uv = unwrap_head(*mesh)
    assert uv.min() >= 0
    assert uv.max() <= 1
    np.testing.assert_array_equal(faces_uv == NO_CORNER, mesh[1] == NO_CORNER)
    assert set(np.unique(faces_uv[faces_uv != NO_CORNER])) == set(range(len(uv)))


def test_parts_have_places_of_their_own(mesh: Mesh) -> None:
    corners = _corners(mesh)
    boxes = []
    for part in range(len(mesh[3])):
        of_part = corners[mesh[2] == part]
        boxes.append((np.nanmin(of_part, axis=(0, 1)), np.nanmax(of_part, axis=(0, 1))))
    for k, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[k + 1 :]:
            assert (high < other_low).any() or (other_high < low).any()


def test_no_face_across_the_seam(mesh: Mesh) -> None:
    corners = _corners(mesh)
    assert (np.nanmax(corners, axis=1) - np.nanmin(corners, axis=1)).max() < 0.3


def test_one_seam_and_that_at_the_back(builtin: FaceModel) -> None:
    """A vertex in two places is on the middle of the back, or on the outline of an eyeball."""
    vertices, faces, parts, names = _whole_head()
    _, faces_uv = unwrap_head(vertices, faces, parts, names)
    skin = (parts == 0) & (faces[:, 3] != NO_CORNER)
    pairs = np.unique(np.stack([faces[skin], faces_uv[skin]], axis=-1).reshape(-1, 2), axis=0)
    twice = np.flatnonzero(np.bincount(pairs[:, 0]) > 1)
    assert len(twice)
    assert np.abs(vertices[twice, 0]).max() < 0.01
    assert (vertices[twice, 2] < 0).all()


def _density(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Square root of texture per surface, and signed area in the texture, of the triangles (T,) on the face's front."""
    vertices, faces, parts, _ = mesh
    corners, solid = _corners(mesh)[:, :3], vertices[faces[:, :3]]
    across = np.cross(solid[:, 1] - solid[:, 0], solid[:, 2] - solid[:, 0])
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    flat = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    area = np.linalg.norm(across, axis=1)
    middle = solid.mean(axis=1)
    front = (parts == 0) & (across[:, 2] > 0.7 * area) & (np.abs(middle[:, 0]) < 0.06) & (np.abs(middle[:, 1]) < 0.08)
    return np.sqrt(np.abs(flat[front]) / area[front]), flat[front]


def test_face_has_even_texels_and_no_mirrored_faces(mesh: Mesh) -> None:
    density, flat = _density(mesh)
    low, high = np.quantile(density, [0.02, 0.98])
    assert high / low < 4
    assert (flat > 0).mean() > 0.97


def test_deterministic(mesh: Mesh) -> None:
    for first, second in zip(unwrap_head(*mesh), unwrap_head(*mesh), strict=True):
        np.testing.assert_array_equal(first, second)


def test_left_right_symmetric(builtin: FaceModel) -> None:
    """The seam is a pure function of where a vertex is: the two halves of a face get the same texels."""
    vertices, faces, parts, names = _built_in(builtin)
    uv, faces_uv = unwrap_head(vertices, faces, parts, names)
    skin = parts == 0
    u = uv[faces_uv[skin][:, 0], 0]
    right, left = u[vertices[faces[skin][:, 0], 0] < -0.005], u[vertices[faces[skin][:, 0], 0] > 0.005]
    assert right.max() < 0.5 < left.min()
    np.testing.assert_allclose(np.sort(1 - right), np.sort(left), atol=2e-3)


def test_skin_alone_takes_the_whole_square() -> None:
    vertices, faces, parts, _ = _whole_head()
    uv, _ = unwrap_head(vertices, faces[parts == 0], parts[parts == 0], ("skin",))
    assert uv[:, 1].min() < 0.02
    assert uv[:, 1].max() > 0.98
