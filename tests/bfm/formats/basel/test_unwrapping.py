"""The mask's layout: no triangle folded, texels shared fairly, and none where there is no such chart."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.basel.unwrapping import boundary_loops, unwrap_mask
from likeness.geometry.flattening import dirichlet, rest_triangles
from likeness.geometry.relaxing import _first_fold, _slopes, relaxed
from small_basel_files import mask


def signed_areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b = (points[triangles[:, k]] - points[triangles[:, 0]] for k in (1, 2))
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def with_a_slit(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The mask with a hole of two triangles in its middle."""
    centre = points[triangles].mean(axis=1) - [0, 0, 0.4]
    return np.delete(triangles, np.argsort(np.linalg.norm(centre, axis=1))[:2], axis=0)


def test_the_face_is_one_fair_chart(bfm_model: FaceModel) -> None:
    model, triangles = bfm_model, bfm_model.faces[:, :3]
    assert np.array_equal(model.faces_uv, model.faces)
    assert model.uv.min() > 0.01
    assert model.uv.max() < 0.99
    flat = signed_areas(model.uv.astype(np.float64), triangles)
    corners = model.mean[triangles].astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    density = flat / area
    assert flat.min() > 0
    assert density.min() > np.median(density) / 5
    assert np.percentile(density, 1) > np.median(density) / 2


def test_upright_and_not_mirrored() -> None:
    points, triangles = mask(15, 12)
    uv = unwrap_mask(points, triangles)
    assert uv is not None
    assert np.corrcoef(uv[:, 0], points[:, 0])[0, 1] > 0.99
    assert np.corrcoef(uv[:, 1], points[:, 1])[0, 1] > 0.99
    np.testing.assert_allclose(uv.reshape(12, 15, 2)[:, ::-1, 0], 1 - uv.reshape(12, 15, 2)[..., 0], atol=0.02)


def test_holes_stay_open_and_nothing_folds() -> None:
    points, triangles = mask(15, 12)
    slit = with_a_slit(points, triangles)
    assert sorted(map(len, boundary_loops(slit))) == [4, 50]
    uv = unwrap_mask(points, slit)
    assert uv is not None
    assert signed_areas(uv, slit).min() > 0
    hole = next(loop for loop in boundary_loops(slit) if len(loop) == 4)
    x, y = uv[hole[::-1]].T
    assert (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() > 0, "its border does not cross itself"


def no_disc(kind: str) -> tuple[np.ndarray, np.ndarray]:
    points, triangles = mask()
    if kind == "two pieces":
        return np.concatenate([points, points + 2]), np.concatenate([triangles, triangles + len(points)])
    if kind == "a loose vertex":
        return np.concatenate([points, [[0, 0, 9]]]), triangles
    if kind == "a wrong winding":
        return points, np.concatenate([triangles[:-1], triangles[-1:, ::-1]])
    if kind == "three at an edge":
        return np.concatenate([points, [[0, 0, 9]]]), np.concatenate([triangles, [[*triangles[5, :2], len(points)]]])
    return np.eye(4)[:, :3], np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])  # closed


@pytest.mark.parametrize("kind", ["two pieces", "a loose vertex", "a wrong winding", "three at an edge", "closed"])
def test_what_is_no_disc_has_no_chart(kind: str) -> None:
    assert unwrap_mask(*no_disc(kind)) is None


def test_relaxing_descends_and_does_not_fold() -> None:
    rng = np.random.default_rng(0)
    points, triangles = mask(7, 6)
    sheet = rest_triangles(points, triangles, np.ones(len(triangles)), slice(0, 0), 1.0)
    start = points[:, :2] + 0.02 * rng.standard_normal((len(points), 2))
    assert signed_areas(start, triangles).min() > 0
    energies = [dirichlet(sheet, relaxed(sheet, start, steps))[0] for steps in (0, 2, 8)]
    assert energies[0] > energies[1] > energies[2] > 4
    assert energies[2] < 4.05, "the mask is nearly flat"


def test_relaxing_leaves_fixed_points_where_they_are() -> None:
    rng = np.random.default_rng(0)
    points, triangles = mask(7, 6)
    sheet = rest_triangles(points, triangles, np.ones(len(triangles)), slice(0, 0), 1.0)
    start = points[:, :2] + 0.02 * rng.standard_normal((len(points), 2))
    fixed = np.array([0, 3, len(points) - 1])
    found = relaxed(sheet, start, 4, fixed)
    np.testing.assert_array_equal(found[fixed], start[fixed])
    assert dirichlet(sheet, found)[0] < dirichlet(sheet, start)[0]


def test_the_first_fold_is_where_an_area_becomes_zero() -> None:
    rng = np.random.default_rng(3)
    points, triangles = mask(4, 4)
    sheet = rest_triangles(points, triangles, np.ones(len(triangles)), slice(0, 0), 1.0)
    flat, direction = points[:, :2], rng.standard_normal((len(points), 2))
    step = _first_fold(sheet, flat, direction)
    assert signed_areas(flat + 0.999 * step * direction, triangles).min() > 0
    assert signed_areas(flat + 1.001 * step * direction, triangles).min() < 0
    assert _first_fold(sheet, flat, np.ones_like(flat)) == np.inf


def test_slopes_of_a_map_of_the_rest_shape_onto_itself() -> None:
    """On the plane the rest shape is the triangle, turned: a scaling is stretches of that scale."""
    points, triangles = mask(5, 5)
    plane = points * [1, 1, 0]
    sheet = rest_triangles(plane, triangles, np.ones(len(triangles)), slice(0, 0), 1.0)
    maps = (_slopes(sheet, len(points)) @ (plane[:, :2] * 3)).reshape(-1, 2, 2)
    np.testing.assert_allclose(np.linalg.svd(maps, compute_uv=False), 3, rtol=1e-9)
