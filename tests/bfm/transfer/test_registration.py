"""A face laid over a warped copy of itself comes to lie where it went; and over ICT where its landmarks are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.anatomy.landmarks import (
    DENSE_FACE_COUNT,
    FACE_OVAL_LOOP,
    INNER_LIP_LOOP,
    LEFT_EYE_LOOP,
    RIGHT_EYE_LOOP,
)
from likeness.anatomy.parts import PartName
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.bfm.transfer.eyeballs import Ball, fit_ball, lay_eye
from likeness.bfm.transfer.finding import with_landmarks
from likeness.bfm.transfer.overlay import lay_over
from likeness.bfm.transfer.shapes import shape_of_source
from other_face import disguised, of_face, warped

MM = 0.001


@pytest.mark.parametrize("landmarks", [True, False])
def test_a_warped_copy_is_recovered(landmarks: bool) -> None:
    builtin = load_model("builtin")
    shape = shape_of_source(builtin)
    other = shape_of_source(disguised(landmarks))
    laid = lay_over(shape, other if landmarks else with_landmarks(other, shape))
    error = np.linalg.norm(laid - warped(builtin.mean), axis=1)
    face = of_face() & np.isin(np.arange(len(error)), shape.outer())
    inner = np.setdiff1d(np.arange(DENSE_FACE_COUNT), FACE_OVAL_LOOP)
    found, expected = builtin.dense_points(laid), warped(builtin.dense_points(builtin.mean))
    assert np.median(error[face]) < (0.4 if landmarks else 0.9) * MM
    assert np.percentile(np.linalg.norm(found - expected, axis=1)[inner], 95) < (1.5 if landmarks else 4.0) * MM
    for eye in PartName.EYEBALLS:
        assert error[builtin.part_vertices(*eye)].max() < 1.5 * MM


def test_an_eye_keeps_its_iris() -> None:
    builtin = load_model("builtin")
    eye = builtin.mean[builtin.part_vertices(*PartName.LEFT_EYE)].astype(float)
    ball = fit_ball(eye)
    assert ball.radius == pytest.approx(0.012, rel=0.01)
    onto = Ball(np.array([0.1, 0.2, 0.3]), 0.016, np.array([0.0, 0.6, 0.8]))
    laid = lay_eye(eye, ball, onto)
    assert np.median(np.abs(np.linalg.norm(laid - onto.centre, axis=1) / onto.radius - 1)) < 0.015
    offset = laid - onto.centre
    off_axis = np.linalg.norm(offset - np.outer(offset @ onto.axis, onto.axis), axis=1)
    own = np.linalg.norm((eye - ball.centre)[:, :2], axis=1)
    iris = (own < 0.006) & (eye[:, 2] > ball.centre[2])
    np.testing.assert_allclose(off_axis[iris], own[iris], rtol=0.06, atol=1e-5)


def test_dense_landmarks_on_ict_are_where_they_were_measured(ict_model: FaceModel, shared_dir: Path) -> None:
    with np.load(shared_dir / "data" / "mediapipe_to_ict.npz") as embedding:
        vertices, weights = embedding["vertex"].astype(int), embedding["weight"]
    measured = np.einsum("kc,kcd->kd", weights, ict_model.mean[vertices])
    error = np.linalg.norm(ict_model.dense_points(ict_model.mean)[:DENSE_FACE_COUNT] - measured, axis=1)
    inner = np.setdiff1d(np.arange(DENSE_FACE_COUNT), FACE_OVAL_LOOP)
    assert np.median(error[inner]) < 1.4 * MM
    assert error[[*RIGHT_EYE_LOOP, *LEFT_EYE_LOOP]].mean() < 1.5 * MM
    assert (
        error[list(INNER_LIP_LOOP)].mean() < 2.8 * MM
    )  # on the lips' edges, a little behind where the detector sees them
