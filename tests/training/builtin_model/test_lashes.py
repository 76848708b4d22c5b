"""The lashes' and the tear lines' cages on the lids' rims."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.bfm.builtin.eyes import RADIUS, on_eyeball
from likeness.training.builtin_model.lashes import LOWER, ROOT, ROWS, UPPER, lash_cage
from likeness.training.builtin_model.lids import Lids, RimCage
from likeness.training.builtin_model.part_cage import FLIP
from likeness.training.builtin_model.tear_line import HEIGHT, LIFT, tear_cage
from part_checks import assert_sound, face_normals, fine

CENTRE = np.array([0.031, 0.04, 0.08])
POINTS = 15


def rim(height: float, off: float) -> np.ndarray:
    """A lid's rim from the inner corner to the outer, ``off`` the eyeball."""
    x = np.linspace(-0.0115, 0.0115, POINTS)
    y = height * (1 - (x / 0.0115) ** 2)
    flat = np.stack([x, y, np.sqrt(RADIUS**2 - x**2 - np.minimum(y, 0.004) ** 2)], axis=1)
    return CENTRE + on_eyeball(flat) * (1 + off / RADIUS)


@pytest.fixture(scope="module")
def lids() -> Lids:
    return Lids(rim(0.0045, 0.0012), rim(-0.0038, 0.0012), CENTRE)


@pytest.fixture(scope="module")
def lashes(lids: Lids) -> RimCage:
    return lash_cage(lids)


@pytest.fixture(scope="module")
def tears() -> RimCage:
    return tear_cage(Lids(rim(0.0045, 0.0), rim(-0.0038, 0.0), CENTRE))


def rims_of(lids: Lids, found: RimCage) -> np.ndarray:
    """(C, 3) the point of a rim that each vertex hangs on."""
    points = np.concatenate([lids.upper, lids.lower])[found.rim]
    return np.where(found.cage.vertices[:, :1] > 0, points, points * FLIP)


def test_lashes_are_sound(lashes: RimCage) -> None:
    columns = len(lashes.rim) // (4 * (ROWS + 1)) - 1
    assert_sound(lashes.cage, 4 * 2 * (columns + ROWS))
    assert set(lashes.cage.face_parts) == {PartName.LASHES}
    np.testing.assert_array_equal(lashes.rim, lashes.rim[lashes.cage.mirror])


def rows_of(found: RimCage) -> np.ndarray:
    """(4, rows, columns) vertices: upper left, upper right, lower left, lower right."""
    return np.arange(len(found.rim)).reshape(4, ROWS + 1, -1)


def test_each_row_has_its_quarter_of_the_chart(lashes: RimCage) -> None:
    for ids, left, low in zip(rows_of(lashes), (True, False, True, False), (0.75, 0.5, 0.25, 0.0), strict=True):
        uv, points = lashes.cage.uv[ids], lashes.cage.vertices[ids]
        np.testing.assert_allclose(uv[0, :, 1], low)
        np.testing.assert_allclose(uv[-1, :, 1], low + 0.25)
        np.testing.assert_allclose(uv[:, [0, -1], 0], [[0, 1]] * (ROWS + 1))
        assert (points[..., 0] > 0).all() == left
        assert (np.diff(np.abs(points[0, :, 0])) > 0).all()  # u runs from the inner corner to the outer
    np.testing.assert_array_equal(lashes.cage.faces, lashes.cage.faces_uv)


def test_lashes_are_rooted_in_the_rim_and_curl_up(lids: Lids, lashes: RimCage) -> None:
    vertices, _ = fine(lashes.cage)
    points, rims = vertices[: len(lashes.rim)], rims_of(lids, lashes)
    for ids, row in zip(rows_of(lashes), (UPPER, UPPER, LOWER, LOWER), strict=True):
        root, tip = points[ids[0]], points[ids[-1]]
        np.testing.assert_allclose(np.linalg.norm(root - rims[ids[0]], axis=1), ROOT, atol=1e-9)
        length = np.linalg.norm(np.diff(points[ids], axis=0), axis=2).sum(axis=0)
        assert 0.9 * row.length < length.max() < 1.01 * row.length
        assert length.argmax() > len(length) // 2  # the longest stand outside the middle
        assert (tip[:, 2] > root[:, 2]).all()
        rise = np.diff(points[ids][..., 1], axis=0)
        assert (np.diff(rise, axis=0) > 0).all()
        assert ((tip[:, 1] > root[:, 1]) == (row is UPPER)).all()


def test_lashes_fan_to_the_corners(lashes: RimCage) -> None:
    ids = rows_of(lashes)[0]
    lean = (lashes.cage.vertices[ids[-1]] - lashes.cage.vertices[ids[0]])[:, 0]
    assert (np.diff(lean) > -0.0005).all()
    assert lean[0] < -0.001
    assert lean[-1] > 0.001


def test_tears_are_sound(tears: RimCage) -> None:
    columns = len(tears.rim) // 6 - 1
    assert_sound(tears.cage, 2 * 2 * (columns + 2))
    assert set(tears.cage.face_parts) == {PartName.TEAR_LINE}
    assert tears.rim.min() >= POINTS  # of the lower rim
    vertices, found = fine(tears.cage)
    middles = vertices[found.faces].mean(axis=1)
    outward = middles - np.where(middles[:, :1] > 0, CENTRE, CENTRE * FLIP)
    assert ((face_normals(vertices, found.faces) * outward).sum(axis=2) > 0).mean() > 0.95


def test_tears_lie_between_lid_and_eyeball(tears: RimCage) -> None:
    vertices, _ = fine(tears.cage)
    points = vertices - np.where(vertices[:, :1] > 0, CENTRE, CENTRE * FLIP)
    off = np.linalg.norm(points, axis=1) - np.linalg.norm(on_eyeball(points), axis=1)
    assert off.min() > 0
    assert off.max() < 5 * LIFT
    rims = np.concatenate([rim(0.0045, 0.0), rim(-0.0038, 0.0)])[tears.rim]
    own = vertices[: len(tears.rim)]
    away = np.linalg.norm(own - np.where(own[:, :1] > 0, rims, rims * FLIP), axis=1).reshape(2, 3, -1)
    assert away[:, 0].max() < 2 * LIFT
    np.testing.assert_allclose(away[:, 2], HEIGHT, atol=2 * LIFT)
