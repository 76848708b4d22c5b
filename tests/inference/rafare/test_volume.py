"""RAFaRe's volume: each step as the official code has it, and its surface from few questions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.inference.rafare.labels import Label, is_face, network_input
from likeness.inference.rafare.narrow_band import finished, near_surface
from likeness.inference.rafare.parsing import by_side
from likeness.inference.rafare.surface import largest_part, zero_surface
from likeness.inference.rafare.volume import carved, cut_to_face, merged
from official_reference import Reference
from scipy.spatial import cKDTree
from shared_tools import tool


def base_and_fine(points: np.ndarray) -> np.ndarray:
    """The made-up face of the reference (P, 2) at points (P, 3)."""
    x, y, z = points.astype(np.float64).T
    base = np.sqrt((x / 0.8) ** 2 + (y / 0.95) ** 2 + (z / 0.7) ** 2) * 0.8 - 0.62 + 0.05 * x + 0.03 * y * z
    return np.stack([base, np.sin(9 * x + 5 * y - 4 * z) * 8], axis=-1)


def grid(side: int) -> np.ndarray:
    at = -1.0 + 2.0 * np.arange(side) / side
    return np.stack(np.meshgrid(at, at, at, indexing="ij"), axis=-1).reshape(-1, 3)


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> Reference:
    return Reference.of(shared_dir, "rafare_merge_reference")


def normals(shared_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    front = (tool(shared_dir, "reference_fill").reference_input(512, 512, 3).numpy() * 255).astype(np.uint8)
    return front, front[::-1, :, ::-1]


def assert_same(reference: Reference, step: str, volume: np.ndarray) -> None:
    values = reference.values
    for name, suffix in (("index", ""), ("near_index", "_near")):
        error = np.abs(volume.ravel()[values[name]] - values[f"{step}{suffix}_value"]).max()
        assert error < 2e-6, step
    assert volume.mean() == pytest.approx(float(values[f"{step}_mean"]), abs=1e-6)


@pytest.mark.slow
def test_every_step_is_the_official_one_and_few_questions_do(shared_dir: Path, reference: Reference) -> None:
    labels = reference.values["sem_mask"]
    front, back = normals(shared_dir)
    dense = base_and_fine(grid(256)).reshape(256, 256, 256, 2)
    volume = merged(dense[..., 0], dense[..., 1])
    assert_same(reference, "after_conv", volume)
    volume = carved(volume, labels, front, back)
    assert_same(reference, "after_carve", volume)
    volume = cut_to_face(volume, labels)
    assert_same(reference, "after_edge", volume)
    vertices, triangles = zero_surface(volume)
    assert [len(vertices), len(triangles)] == reference.values["kept_counts"].tolist()
    bounds = np.stack([vertices.min(axis=0), vertices.max(axis=0)])
    assert np.abs(bounds - reference.values["kept_bounds"]).max() < 1e-4

    def ask(points: np.ndarray) -> np.ndarray:
        return base_and_fine(points).astype(np.float32)

    def finish(values: np.ndarray) -> np.ndarray:
        return cut_to_face(carved(merged(values[..., 0], values[..., 1]), labels, front, back), labels)

    distances, asked = finished(near_surface(ask, 256), ask, finish)
    assert asked.questions < 256**3 / 20
    few, _ = zero_surface(distances)
    half_voxel = 0.5 * 2 / 256
    assert cKDTree(vertices).query(few)[0].max() < half_voxel
    assert cKDTree(few).query(vertices)[0].max() < half_voxel


def test_a_sphere_has_its_radius_its_place_and_its_side() -> None:
    """By marching cubes the middle is half a voxel off, as the official code has it."""
    radius, side = 0.5, 64
    volume = near_surface(lambda p: (np.linalg.norm(p, axis=1) - radius)[:, None].astype(np.float32), side)
    vertices, triangles = zero_surface(volume.values[..., 0])
    assert np.linalg.norm(vertices - 1.0 / side, axis=1) == pytest.approx(radius, abs=2e-3)
    corners = vertices[triangles]
    outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sides = (outward * (corners.mean(axis=1) - 1.0 / side)).sum(axis=1)
    assert len(set(np.sign(sides[np.abs(sides) > 1e-9]))) == 1
    assert volume.questions < side**3 / 3


def test_every_node_beside_the_surface_was_asked() -> None:
    def ask(points: np.ndarray) -> np.ndarray:
        return (np.abs(points[:, 2] - 0.3 * np.sin(4 * points[:, 0])) - 0.25)[:, None].astype(np.float32)

    _, volume = finished(near_surface(ask, 32), ask, lambda values: values[..., 0])
    exact = ask(grid(32).astype(np.float32)).reshape(32, 32, 32)
    change = [np.diff(exact < 0, axis=axis) for axis in range(3)]
    for axis, crossing in enumerate(change):
        for part in (slice(None, -1), slice(1, None)):
            both = [slice(None)] * 3
            both[axis] = part
            assert volume.asked[tuple(both)][crossing].all()
    assert np.allclose(volume.values[..., 0][volume.asked], exact[volume.asked])


def test_where_the_finish_moves_the_surface_it_is_asked_again() -> None:
    def ask(points: np.ndarray) -> np.ndarray:
        return points[:, 2:].astype(np.float32)

    before = near_surface(ask, 32)
    distances, after = finished(before, ask, lambda values: values[..., 0] + 0.5)
    assert not before.asked[:, :, 8].all()
    assert after.asked[:, :, 8].all()
    assert np.allclose(distances[..., 8], 0.0, atol=1e-6)


def test_base_and_fine_are_one_plane_higher() -> None:
    """A plane with a constant residual is moved by a thousandth of it."""
    base = grid(16)[:, 2].reshape(16, 16, 16)
    moved = merged(base, np.full(base.shape, 3.0))
    assert np.allclose(moved[4:-4, 4:-4, 4:-4], base[4:-4, 4:-4, 4:-4] + 0.003)


def test_the_largest_part_is_kept() -> None:
    square = np.array([[0, 1, 2], [0, 2, 3]])
    triangles = np.concatenate([square, [[4, 5, 6]], [[3, 7, 8]]])  # the last touches the square with a corner alone
    vertices = np.arange(27.0).reshape(9, 3)
    kept, faces = largest_part(vertices, triangles)
    assert np.array_equal(kept, vertices[:4])
    assert np.array_equal(faces, square)


def test_nothing_inside_is_an_empty_surface() -> None:
    vertices, triangles = zero_surface(np.ones((8, 8, 8)))
    assert vertices.shape == triangles.shape == (0, 3)


def test_the_networks_see_the_face_alone_blue_first() -> None:
    photo = np.zeros((1, 3, 3), np.uint8)
    photo[...] = (255, 128, 0)
    labels = np.array([[Label.NOSE, Label.SKIN, Label.HAIR]], np.uint8)
    seen = network_input(photo, labels)
    assert seen[:, 0, 0] == pytest.approx([-1.0, 128 / 255 * 2 - 1, 1.0, 0.0], abs=1e-6)
    assert seen[3, 0, 1] == pytest.approx(4 * 20 / 255)
    assert not seen[:, 0, 2].any()
    assert is_face(labels).tolist() == [[True, True, False]]


def test_left_and_right_are_the_picture_s() -> None:
    labels = np.zeros((3, 7), np.uint8)
    labels[0, [1, 5]] = Label.RIGHT_BROW
    labels[1, [1, 5]] = Label.LEFT_EYE
    labels[1, 3] = Label.NOSE
    found = by_side(labels)
    assert found[0, [1, 5]].tolist() == [Label.LEFT_BROW, Label.RIGHT_BROW]
    assert found[1, [1, 3, 5]].tolist() == [Label.LEFT_EYE, Label.NOSE, Label.RIGHT_EYE]
    assert np.array_equal(by_side(labels[:1]), labels[:1])  # no nose to tell by
