"""What closes the mouth of a mask: every hole but that one stays, and it moves as if it were made anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest
from busts import bust_mesh
from likeness.anatomy.parts import PartName
from likeness.geometry.faces import NO_CORNER
from likeness.result.mouth_lining import DEPTH, lined, unlined
from likeness.result.reconstruction import Mesh
from masks import EYE, MOUTH, mask_mesh


def directed_edges(mesh: Mesh) -> Counter[tuple[int, int]]:
    """Every edge as its faces go round, one by one."""
    faces = [[corner for corner in face if corner >= 0] for face in mesh.faces.tolist()]
    return Counter(edge for face in faces for edge in zip(face, [*face[1:], face[0]], strict=True))


def open_vertices(mesh: Mesh) -> set[int]:
    """The vertices of all borders."""
    edges = directed_edges(mesh)
    return {vertex for a, b in edges if (b, a) not in edges for vertex in (a, b)}


def at_hole(mesh: Mesh, hole: tuple[float, float]) -> set[int]:
    """The vertices round a hole of the mask."""
    return {v for v in open_vertices(mesh) if np.abs(mesh.vertices[v, :2] - hole).max() < 0.03}


def test_the_mouth_is_closed_and_nothing_else() -> None:
    mask, closed = mask_mesh(), lined(mask_mesh())
    assert open_vertices(mask) - open_vertices(closed) == at_hole(mask, MOUTH) != set()
    assert at_hole(mask, EYE) <= open_vertices(closed)
    assert max(directed_edges(closed).values()) == 1  # all faces have the same side outside


def test_the_mesh_itself_comes_first_and_unchanged() -> None:
    mask, closed = mask_mesh(), lined(mask_mesh())
    count, faces = len(mask.vertices), len(mask.faces)
    assert closed.part_names == (*mask.part_names, PartName.LINING)
    assert (closed.parts[faces:] == len(mask.part_names)).all()
    np.testing.assert_array_equal(closed.vertices[:count], mask.vertices)
    np.testing.assert_array_equal(closed.faces[:faces], mask.faces)
    rim = mask.vertices[sorted(at_hole(mask, MOUTH))]
    assert closed.vertices[-1] == pytest.approx(rim.mean(axis=0) - (0, 0, DEPTH))


def test_it_moves_with_every_key_as_if_made_anew() -> None:
    mask, closed = mask_mesh(), lined(mask_mesh())
    for k in range(len(mask.shape_key_names)):
        moved = lined(replace(mask, vertices=mask.vertices + mask.shape_key_deltas[k]))
        np.testing.assert_allclose(closed.vertices + closed.shape_key_deltas[k], moved.vertices, atol=1e-12)


def test_what_stands_for_a_missing_corner_is_not_looked_at() -> None:
    mask = mask_mesh()
    halves = np.concatenate([mask.faces[:1, [0, 1, 2]], mask.faces[:1, [0, 2, 3]]])
    halves_uv = np.concatenate([mask.faces_uv[:1, [0, 1, 2]], mask.faces_uv[:1, [0, 2, 3]]])
    faces = np.concatenate([np.pad(halves, ((0, 0), (0, 1)), constant_values=NO_CORNER), mask.faces[1:]])
    faces_uv = np.concatenate([np.pad(halves_uv, ((0, 0), (0, 1)), constant_values=0), mask.faces_uv[1:]])
    cut = replace(mask, faces=faces, faces_uv=faces_uv, parts=np.concatenate([mask.parts[:1], mask.parts]))
    assert open_vertices(cut) - open_vertices(lined(cut)) == at_hole(cut, MOUTH)


def test_weights_stay_weights() -> None:
    weights = lined(mask_mesh()).skin_weights
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)


def test_corners_of_the_lining_have_the_texture_points_of_the_rim() -> None:
    mask, closed = mask_mesh(), lined(mask_mesh())
    used = closed.faces_uv[len(mask.faces) :]
    assert set(used[used >= 0].tolist()) <= at_hole(mask, MOUTH)  # the mask's texture points are its vertices
    assert ((used >= 0) == (closed.faces[len(mask.faces) :] >= 0)).all()


def test_it_comes_off_again() -> None:
    mask = mask_mesh()
    bare = unlined(lined(mask))
    for field in fields(Mesh):
        np.testing.assert_array_equal(getattr(bare, field.name), getattr(mask, field.name), field.name)
    assert unlined(mask) is mask


@pytest.mark.parametrize(
    "change",
    [
        {"part_names": ("skin", "mouth")},
        {"shape_key_names": ("smile", "widen")},
        {"shape_key_deltas": np.zeros((2, 17 * 17, 3))},
    ],
)
def test_no_mouth_no_lining(change: dict[str, object]) -> None:
    mesh = replace(mask_mesh(), **change)
    assert lined(mesh) is mesh


@pytest.mark.parametrize("part", [PartName.MOUTH, PartName.GUMS, PartName.TEETH, PartName.TONGUE])
def test_a_head_with_anything_in_its_mouth_keeps_its_mesh(part: str) -> None:
    mask = replace(mask_mesh(), part_names=("skin", part))
    assert lined(mask) is mask
    bust = bust_mesh()
    assert lined(bust) is bust


def test_a_bag_has_no_cage() -> None:
    mask = replace(mask_mesh(), cage=bust_mesh().cage)
    assert lined(mask).cage is None
