"""Pieces the parts' cages are made of: joining, mirroring, control points for wanted surfaces, tubes, lids' points."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.geometry.subdivision import subdivide
from likeness.training.builtin_model.capped_tube import capped_tube
from likeness.training.builtin_model.lids import chosen
from likeness.training.builtin_model.part_cage import (
    PartCage,
    fitted,
    grid_faces,
    interpolating,
    joined,
    symmetric_cage,
    with_twin,
)
from part_checks import assert_sound, face_normals, fine, uv_areas

SHEET = grid_faces(np.arange(20).reshape(4, 5))


def sheet(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x, y, 0.3 * np.cos(2 * x) * np.cos(y)], axis=1)


def grid() -> np.ndarray:
    return np.stack(np.meshgrid(np.linspace(0.2, 1, 5), np.linspace(0, 1, 4)), axis=-1).reshape(-1, 2)


def test_a_grid_is_counter_clockwise() -> None:
    assert (face_normals(sheet(*grid().T), SHEET)[..., 2] > 0).all()


def test_interpolating_control_points_give_the_wanted_vertices() -> None:
    wanted = sheet(*grid().T)
    control = interpolating(SHEET, wanted)
    np.testing.assert_allclose((subdivide(SHEET, 20, 1).matrix @ control)[:20], wanted, atol=1e-12)
    assert np.abs(control - wanted).max() > 1e-3


def test_fitted_control_points_lie_closer_to_the_surface_than_points_of_it() -> None:
    def off(control: np.ndarray) -> float:
        points = subdivide(SHEET, 20, 1).matrix @ control
        return float(np.abs(points - sheet(*points.T[:2]))[:, 2].max())

    control = fitted(SHEET, grid(), lambda p: sheet(*p.T))
    assert off(control) < 0.5 * off(sheet(*grid().T))


def twins() -> PartCage:
    uv = grid() * 0.4
    return with_twin(sheet(*grid().T), SHEET, (uv, uv + 0.5), SHEET, PartName.GUMS)


def test_a_piece_and_its_twin() -> None:
    assert_sound(twins(), 28)


def test_joined_cages_keep_their_faces() -> None:
    one = twins()
    other = with_twin(
        one.vertices[:20] + np.array([0.0, 5.0, 0.0]), SHEET, (one.uv[:20], one.uv[20:]), SHEET, PartName.TEETH
    )
    both = joined([one, other])
    assert_sound(both, 56)
    assert both.face_parts == one.face_parts + other.face_parts
    corners = np.concatenate([c.vertices[c.faces] for c in (one, other)])
    np.testing.assert_array_equal(both.vertices[both.faces], corners)
    charts = np.concatenate([c.uv[c.faces_uv] for c in (one, other)])
    np.testing.assert_array_equal(both.uv[both.faces_uv], charts)


def test_a_cage_across_the_middle_is_made_symmetric() -> None:
    x, y = grid().T
    points = sheet(x - 0.6, y) + np.random.default_rng(0).normal(0, 1e-7, (20, 3))
    mirror = np.arange(20).reshape(4, 5)[:, ::-1].ravel()
    cage = symmetric_cage(points, SHEET, (grid(), SHEET), PartName.TONGUE, mirror)
    assert_sound(cage, 14)
    np.testing.assert_allclose(cage.vertices, points, atol=1e-6)


@pytest.mark.parametrize("cells", [(2, 2), (4, 2), (3, 5)])
def test_a_tube_is_a_box_with_one_open_end(cells: tuple[int, int]) -> None:
    tube = capped_tube(cells, np.array([-0.5, 0.2, 1.0]))
    box = tube.parameters * (1, 1, 2)
    cage = symmetric_cage(box, tube.faces, (tube.uv, tube.faces), PartName.TEETH, tube.twin())
    vertices, found = fine(cage)
    assert_sound(cage, 2 * sum(cells))
    assert (uv_areas(cage) > 0).all()
    outward = (face_normals(vertices, found.faces) * vertices[found.faces].mean(axis=1)).sum(axis=2)
    assert (outward > 0).all()


def test_chosen_columns_are_spread_evenly() -> None:
    x = np.sort(np.concatenate([np.linspace(0, 1, 101), np.linspace(0.4, 0.5, 57)]))
    rim = np.stack([x, 0 * x, 0 * x], axis=1)
    ids, share = chosen(rim, 8, 0.1, 0.9)
    np.testing.assert_allclose(rim[ids, 0], np.linspace(0.1, 0.9, 9), atol=0.006)
    np.testing.assert_allclose(share, np.linspace(0, 1, 9), atol=0.01)
    few, _ = chosen(rim[::40], 8, 0.0, 1.0)
    assert len(few) == len(set(few.tolist())) <= len(rim[::40])
