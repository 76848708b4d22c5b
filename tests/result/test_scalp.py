"""Where hair grows: on the crown and the back of the head, neither on the face nor on the ears nor on the neck."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.landmarks import Dense, Ibug
from likeness.anatomy.parts import PartName
from likeness.bfm.library.registry import load_model
from likeness.result.scalp import depth_in_scalp, hair_density

MODEL = load_model("builtin")


def weights(identity: np.ndarray, fade: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of a head and their weights."""
    vertices = MODEL.shape(identity)
    return vertices, hair_density(depth_in_scalp(vertices, MODEL.landmarks68), fade)


@pytest.mark.parametrize("seed", range(4))
def test_face_ears_and_neck_are_bare_and_the_crown_is_not(seed: int) -> None:
    vertices, scalp = weights(np.random.default_rng(seed).normal(0, 0.8, 30))
    dense = MODEL.dense_points(vertices)
    bridge, chin = dense[Dense.NOSE_BRIDGE], dense[Dense.CHIN]
    skin = np.zeros(len(scalp), bool)
    skin[MODEL.part_vertices(PartName.SKIN)] = True
    assert not scalp[MODEL.landmarks68[Ibug.BROWS.start :]].any()
    assert not scalp[MODEL.dense_vertices[Dense.FOREHEAD_TOP]].any()
    top, middle = vertices[skin, 1].max(), dense[[Dense.BEFORE_LEFT_EAR, Dense.BEFORE_RIGHT_EAR], 2].mean()
    crown = skin & (vertices[:, 1] > top - 0.015)
    back = skin & (vertices[:, 1] > bridge[1]) & (vertices[:, 2] < middle - 0.06)
    assert scalp[crown].min() == 1.0
    assert scalp[back].min() == 1.0
    assert not scalp[skin & (vertices[:, 1] < chin[1])].any()
    widest = np.abs(vertices[scalp > 0.5, 0]).max()
    ears = skin & (np.abs(vertices[:, 0]) > widest + 0.003)
    assert ears.sum() > 100
    assert scalp[ears].max() < 0.05


def test_it_is_the_same_on_both_sides() -> None:
    vertices, scalp = weights(np.zeros(0))
    right = np.argsort(np.lexsort((vertices * [-1, 1, 1]).round(6).T))
    left = np.lexsort(vertices.round(6).T)
    np.testing.assert_allclose(scalp, scalp[left][right], atol=1e-3)


def test_with_a_fade_hair_becomes_dense_farther_in() -> None:
    (_, plain), (_, faded) = weights(np.zeros(0)), weights(np.zeros(0), 0.2)
    assert (faded <= plain).all()
    assert (faded[plain == 1.0] < 1.0).sum() > 50
    assert (plain[faded == 1.0] == 1.0).all()
