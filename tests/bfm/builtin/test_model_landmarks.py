"""A detector's points on the built-in model: on the skin, on the edges of lids and lips, on the irises."""

from __future__ import annotations

import numpy as np
from likeness.anatomy.arkit import JAW_OPEN
from likeness.anatomy.landmarks import (
    DENSE_FACE_COUNT,
    INNER_LIP_LOOP,
    LEFT_EYE_LOOP,
    LEFT_IRIS,
    RIGHT_IRIS,
    dense_mirror,
    dense_to_ibug68,
)
from likeness.anatomy.parts import PartName
from likeness.bfm.builtin.blink import BLINKS, builtin_lids
from likeness.bfm.builtin.eyes import IRIS_RADIUS
from likeness.bfm.face_model import FaceModel

FLIP = np.array([-1.0, 1.0, 1.0])
# Inner lips, upper and lower, between the corners, from the right to the left.
UPPER_LIP, LOWER_LIP = list(INNER_LIP_LOOP[1:10]), list(INNER_LIP_LOOP[:10:-1])


def test_dense_landmarks_lie_on_the_skin(model: FaceModel, points: np.ndarray) -> None:
    used = model.dense_vertices[:DENSE_FACE_COUNT][model.dense_weights[:DENSE_FACE_COUNT] > 0]
    assert set(used) <= set(model.part_vertices(PartName.SKIN))
    np.testing.assert_allclose(model.dense_weights.sum(axis=1), 1, atol=1e-6)
    assert model.dense_weights.min() >= 0
    np.testing.assert_allclose(points[dense_mirror()] * FLIP, points, atol=3e-4)
    for eyeball, ids in zip(PartName.EYEBALLS, (LEFT_IRIS, RIGHT_IRIS), strict=True):
        ring = points[list(ids)]
        assert set(model.dense_vertices[list(ids)].ravel()) <= set(model.part_vertices(*eyeball[1:]))
        across = np.linalg.norm(ring[1] - ring[3]), np.linalg.norm(ring[2] - ring[4])
        np.testing.assert_allclose(across, 2 * IRIS_RADIUS, atol=3e-4)
        assert ring[1, 0] > ring[0, 0] > ring[3, 0]
        assert ring[2, 1] > ring[0, 1] > ring[4, 1]
    assert set(model.landmarks68) <= set(model.part_vertices(PartName.SKIN))
    assert np.linalg.norm(model.mean[model.landmarks68] - dense_to_ibug68(points), axis=1).max() < 4e-3
    assert 0.007 < points[159, 1] - points[145, 1] < 0.014, "eyes are open"


def test_lips_touch_and_part(model: FaceModel, points: np.ndarray) -> None:
    gap = points[UPPER_LIP] - points[LOWER_LIP]
    assert np.linalg.norm(gap, axis=1).max() < 5e-4
    opened = model.mean + model.expression_basis[model.expression_names.index(JAW_OPEN)]
    moved = model.dense_points(opened) - points
    parted = moved[UPPER_LIP, 1] - moved[LOWER_LIP, 1]
    assert parted.min() > 0.01
    assert parted[4] == parted.max() > 0.03
    np.testing.assert_allclose(parted, parted[::-1], atol=3e-4)


def test_lids_landmarks_are_the_rims_and_meet(model: FaceModel, points: np.ndarray) -> None:
    upper, lower = list(LEFT_EYE_LOOP[1:8]), list(LEFT_EYE_LOOP[:8:-1])
    for rim, ids in zip(builtin_lids().rings[-1], (upper, lower), strict=True):
        assert set(model.dense_vertices[ids][model.dense_weights[ids] > 0]) <= set(rim)
    blink = model.dense_points(model.expression_basis[model.expression_names.index(BLINKS[0])])
    closed = points + blink
    assert (points[upper, 1] - points[lower, 1]).min() > 0.003
    across = np.abs(closed[upper, 1] - closed[lower, 1])
    assert across[1:-1].max() < 0.0006  # towards the corners the line rises, and the pairs are not over each other
