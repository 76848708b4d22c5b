"""Guides of a short cut on a bare head: rooted on the scalp, outside the head, off the face, and not all alike."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.landmarks import Ibug
from likeness.bfm.library.registry import load_model
from likeness.geometry.arrays import Floats
from likeness.geometry.faces import triangulate
from likeness.result.scalp import depth_in_scalp, hair_density
from likeness.scene.hair.guides import POINTS, RIM, TOP, Guides, Scalp, guide_hairs

COUNT = 800
MODEL = load_model("builtin")


@pytest.fixture(scope="module")
def scalp() -> Scalp:
    triangles = MODEL.opaque_triangles()
    density = hair_density(depth_in_scalp(MODEL.mean, MODEL.landmarks68), 0.15)[triangles]
    hairy = (density > 0).any(axis=1)
    uv = MODEL.uv[triangulate(MODEL.faces_uv)[: len(triangles)]]
    return Scalp(MODEL.mean[triangles[hairy]].astype(float), uv[hairy].astype(float), density[hairy])


@pytest.fixture(scope="module")
def guides(scalp: Scalp) -> Guides:
    return guide_hairs(scalp, COUNT)


def lengths(guides: Guides) -> Floats:
    return np.linalg.norm(np.diff(guides.points, axis=1), axis=2).sum(axis=1)


def test_they_root_evenly_on_the_scalp(guides: Guides, scalp: Scalp) -> None:
    assert guides.points.shape == (COUNT, POINTS, 3)
    assert guides.uv.shape == (COUNT, 2)
    corners = scalp.corners.reshape(-1, 3)
    nearest = np.linalg.norm(guides.points[::20, :1] - corners, axis=2).min(axis=1)
    assert nearest.max() < 0.012
    weight = scalp.areas()
    middle = np.average(scalp.corners.mean(axis=1), axis=0, weights=weight)
    np.testing.assert_allclose(guides.points[:, 0].mean(axis=0), middle, atol=0.003)


def test_they_leave_the_head_and_the_face_free(guides: Guides) -> None:
    landmarks = MODEL.mean[MODEL.landmarks68]
    brows = landmarks[Ibug.BROWS]
    tips = guides.points[:, 1:].reshape(-1, 3)
    before_the_face = (tips[:, 2] > brows[:, 2].min()) & (np.abs(tips[:, 0]) < np.abs(brows[:, 0]).max())
    assert tips[before_the_face, 1].min(initial=1.0) > brows[:, 1].max() + 0.01
    middle = guides.points[:, 0].mean(axis=0)
    rise = np.linalg.norm(guides.points[:, 3] - middle, axis=1) - np.linalg.norm(guides.points[:, 0] - middle, axis=1)
    assert np.quantile(rise, 0.05) > -0.002


def test_top_is_long_and_the_hairline_short(guides: Guides) -> None:
    height, length = guides.points[:, 0, 1], lengths(guides)
    assert np.median(length[height > np.quantile(height, 0.9)]) > 0.8 * TOP
    assert np.median(length[height < np.quantile(height, 0.1)]) < 0.5 * TOP
    assert length.min() > 0.5 * RIM


def test_the_same_head_gets_the_same_hair(guides: Guides, scalp: Scalp) -> None:
    np.testing.assert_array_equal(guide_hairs(scalp, COUNT).points, guides.points)
