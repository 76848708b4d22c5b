"""The head that Blender gets: its parts, its layout, its bones, and expressions with eyes and teeth that follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.ict_facekit.reader import read
from likeness.bfm.library.checking import faults_of
from likeness.bfm.source_model import SourceModel
from likeness.geometry.faces import NO_CORNER, triangulate
from likeness.inference.uv.atlas import uv_atlas


@pytest.fixture(scope="module")
def head(ict_file: Path) -> SourceModel:
    return read(ict_file)


def vertices_of(head: SourceModel, *parts: str) -> np.ndarray:
    assert head.face_parts is not None
    corners = head.faces[np.isin(head.face_parts, [head.part_names.index(part) for part in parts])]
    return np.unique(corners[corners != NO_CORNER])


def delta(head: SourceModel, name: str) -> np.ndarray:
    return head.expression_basis[head.expression_names.index(name)].astype(np.float64)


def turn_of(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, float]:
    """The rotation (3, 3) that takes points (N, 3) to others best, and how far the worst then is off."""
    a, b = before - before.mean(axis=0), after - after.mean(axis=0)
    u, _, vt = np.linalg.svd(a.T @ b)
    rotation = vt.T @ np.diag([1, 1, np.sign(np.linalg.det(vt.T @ u.T))]) @ u.T
    return rotation, float(np.abs(a @ rotation.T - b).max())


def test_it_is_complete(ict_model: FaceModel) -> None:
    assert faults_of(ict_model) == []
    assert ict_model.id == "ict"
    assert len(ict_model.mean) == 22991
    assert len(ict_model.identity_basis) == 100
    assert np.isfinite(ict_model.albedo_mean).all()


def test_every_vertex_is_used_and_no_helper_is_left(head: SourceModel) -> None:
    used = np.unique(head.faces[head.faces != NO_CORNER])
    assert np.array_equal(used, np.arange(len(head.mean)))
    assert [len(vertices_of(head, part)) for part in ("teeth", "eye_left", "eye_right")] == [4412, 770, 770]


def test_it_is_a_head_in_metres(head: SourceModel) -> None:
    size = np.ptp(head.mean[vertices_of(head, "skin")], axis=0)
    assert size == pytest.approx([0.248, 0.338, 0.223], abs=0.002)


def test_expressions_have_arkits_names_and_the_halves(head: SourceModel) -> None:
    halves = [name + side for name in ("browInnerUp", "cheekPuff") for side in ("Left", "Right")]
    assert head.expression_names == (*ARKIT_NAMES, *halves)
    for name in ("browInnerUp", "cheekPuff"):
        assert delta(head, name) == pytest.approx(delta(head, name + "Left") + delta(head, name + "Right"), abs=1e-8)
    artists = {name for name, spread in zip(head.expression_names, head.expression_std, strict=True) if spread == 0}
    assert artists == {"mouthClose", *halves}


@pytest.mark.parametrize(
    ("name", "axis", "degrees"),
    [
        ("eyeLookUpLeft", (-1, 0, 0), 26), ("eyeLookDownLeft", (1, 0, 0), 26),
        ("eyeLookOutLeft", (0, 1, 0), 28), ("eyeLookInLeft", (0, -1, 0), 28),
    ],
)  # fmt: skip
def test_eyeballs_turn_with_the_gaze(head: SourceModel, name: str, axis: tuple[int, int, int], degrees: float) -> None:
    left, right = vertices_of(head, "eye_left"), vertices_of(head, "eye_right")
    moved = delta(head, name)
    rotation, off = turn_of(head.mean[left], head.mean[left] + moved[left])
    assert off < 1e-7
    assert np.degrees(np.arccos((np.trace(rotation) - 1) / 2)) == pytest.approx(degrees, abs=1e-3)
    skew = rotation - rotation.T
    assert np.array([skew[2, 1], skew[0, 2], skew[1, 0]]) @ axis > 0
    assert not moved[right].any()
    other = delta(head, name.replace("Left", "Right"))
    flip = [-1, 1, 1]
    assert (head.mean + other)[right].mean(0) == pytest.approx((head.mean + moved)[left].mean(0) * flip, abs=2e-5)


def test_lower_teeth_follow_the_jaw_and_upper_teeth_stay(head: SourceModel) -> None:
    assert head.skin_weights is not None
    assert head.joint_regressor is not None
    teeth, jaw = vertices_of(head, "teeth"), head.skin_weights[:, 1]
    moved = np.linalg.norm(delta(head, "jawOpen"), axis=1)
    lower = teeth[moved[teeth] > 1e-4]
    upper = np.setdiff1d(teeth, lower)
    assert (len(upper), len(lower)) == (2208, 2204)
    assert jaw[upper].max() == 0
    assert jaw[lower].min() > 0.98
    assert jaw[vertices_of(head, "eye_left")].max() == 0
    assert head.skin_weights.sum(axis=1) == pytest.approx(1, abs=1e-6)
    hinge = head.joint_regressor[1] @ head.mean
    rotation, _ = turn_of(head.mean[lower], head.mean[lower] + delta(head, "jawOpen")[lower])
    by_bone = (head.mean[lower] - hinge) @ rotation.T + hinge
    assert by_bone == pytest.approx(head.mean[lower] + delta(head, "jawOpen")[lower], abs=3e-4)


def test_joints_go_with_the_identity(head: SourceModel) -> None:
    assert head.joint_regressor is not None
    for seed in range(5):
        weights = np.random.default_rng(seed).normal(size=100)
        vertices = head.mean + np.tensordot(weights, head.identity_basis, 1)
        joints = head.joint_regressor @ vertices
        for row, part in ((2, "eye_left"), (3, "eye_right")):
            ball = vertices[vertices_of(head, part)]
            system = np.concatenate([2 * ball, np.ones((len(ball), 1))], axis=1)
            centre = np.linalg.lstsq(system, (ball**2).sum(axis=1), rcond=None)[0][:3]
            assert joints[row] == pytest.approx(centre, abs=3e-4)
        assert abs(joints[:2, 0]).max() < 3e-3, "head and jaw stay in the middle"


def test_the_layout_is_one_square_without_overlaps(ict_model: FaceModel) -> None:
    """As many texels are covered as the triangles' area says: none twice."""
    assert ict_model.uv.min() >= 0
    assert ict_model.uv.max() <= 1
    a, b, c = ict_model.uv[triangulate(ict_model.faces_uv)].astype(np.float64).transpose(1, 0, 2)
    area = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]).sum() / 2
    assert uv_atlas(ict_model, 1024).mask.mean() == pytest.approx(area, rel=0.003)
    assert area > 0.8
