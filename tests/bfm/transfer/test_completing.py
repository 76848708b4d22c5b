"""What a bare mesh gets from the built-in model lies where it belongs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES, TONGUE_OUT
from likeness.anatomy.joints import HEAD_JOINT_PARENTS, HEAD_JOINTS
from likeness.anatomy.landmarks import DENSE_FACE_COUNT, FACE_OVAL_LOOP
from likeness.anatomy.parts import PartName
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.bfm.transfer import registration
from likeness.bfm.transfer.completing import complete
from likeness.bfm.transfer.motions import calmed, local_maps, spread_out
from likeness.errors import LikenessError
from likeness.geometry.faces import triangulate
from other_face import disguised, of_face, order, other_model, warped

MM = 0.001


@pytest.fixture(scope="module")
def other() -> FaceModel:
    return other_model()


def test_landmarks_are_where_they_went(other: FaceModel) -> None:
    builtin = load_model("builtin")
    error = np.linalg.norm(other.dense_points(other.mean) - warped(builtin.dense_points(builtin.mean)), axis=1)
    inner = np.setdiff1d(np.arange(478), FACE_OVAL_LOOP)
    assert np.median(error[inner]) < 0.4 * MM
    assert error[DENSE_FACE_COUNT:].max() < 1.5 * MM


def test_regions_parts_and_colours_are_carried(other: FaceModel) -> None:
    builtin = load_model("builtin")
    face = of_face()[order()]
    for name in ("lips", "brows", "lids", "eyes", "skin", "nose"):
        difference = np.abs(other.region(name) - builtin.region(name)[order()])[face]
        assert difference.mean() < 0.03, name
    skin = face & (builtin.region("eyes")[order()] == 0)
    assert np.abs(other.albedo_mean - builtin.albedo_mean[order()])[skin].mean() < 0.02
    assert np.isfinite(other.albedo_basis).all()
    assert other.part_names == builtin.part_names


def test_joints_come_over(other: FaceModel) -> None:
    builtin = load_model("builtin")
    assert other.joint_names == HEAD_JOINTS
    assert tuple(other.joint_parents) == HEAD_JOINT_PARENTS
    np.testing.assert_allclose(other.joint_regressor.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(other.skin_weights.sum(axis=1), 1, atol=1e-4)
    found = other.joint_regressor.astype(float) @ other.mean
    own = [builtin.joint_names.index(name) for name in HEAD_JOINTS]
    expected = warped(builtin.joint_regressor[own].astype(float) @ builtin.mean)
    assert np.linalg.norm(found[2:] - expected[2:], axis=1).max() < 2 * MM  # eyes
    assert np.linalg.norm(found[1] - expected[1]) < 6 * MM  # the jaw hinges where the surface is guessed
    left = other.part_vertices(*PartName.LEFT_EYE)
    assert other.skin_weights[left, other.joint_names.index("eye.L")].min() == 1


def test_named_expressions_are_appended_for_artists_alone(other: FaceModel) -> None:
    builtin = load_model("builtin")
    tongue = (TONGUE_OUT,) if TONGUE_OUT in builtin.expression_names else ()
    assert other.expression_names == ("exp_00", "exp_01", *ARKIT_NAMES, *tongue)
    assert (other.expression_std[2:] == 0).all()
    assert (other.expression_std[:2] == 1).all()
    for name in ("jawOpen", "mouthSmileLeft", "eyeBlinkRight", "browInnerUp"):
        delta = builtin.expression_basis[builtin.expression_names.index(name)]
        # Finite differences of the warp say how a small motion looks on the other face.
        expected = (warped(builtin.mean + 0.01 * delta) - warped(builtin.mean))[order()] / 0.01
        found = other.expression_basis[other.expression_names.index(name)]
        moving = np.linalg.norm(expected, axis=1) > 0.5 * MM
        error = np.linalg.norm(found - expected, axis=1)[moving]
        assert np.median(error) < 0.1 * np.median(np.linalg.norm(expected, axis=1)[moving]) + 0.1 * MM, name


def test_what_the_files_have_stays() -> None:
    source = disguised()
    count = len(source.mean)
    own = replace(
        source,
        expression_names=("jawOpen", "mouthFunnel"),
        albedo_mean=np.full((count, 3), 0.4),
        joint_names=("head",),
        joint_parents=np.array([-1]),
        joint_regressor=np.full((1, count), 1 / count),
        skin_weights=np.ones((count, 1)),
        uv=np.zeros((1, 2)),
        faces_uv=np.where(source.faces < 0, -1, 0),
    )
    model = complete(own)
    assert model.expression_names == ("jawOpen", "mouthFunnel")
    assert model.joint_names == ("head",)
    assert (model.albedo_mean == np.float32(0.4)).all()
    assert len(model.albedo_basis) == 0
    assert len(model.uv) == 1
    np.testing.assert_array_equal(model.landmarks68, source.landmarks68)


@pytest.mark.parametrize("size", [0.1, 100.0])
def test_a_model_in_other_units_is_refused(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "REACHES", registration.REACHES[:1])  # enough to see how large it is
    monkeypatch.setattr(registration, "LIMITS", registration.LIMITS[:1])
    source = disguised()
    with pytest.raises(LikenessError, match="Other face does not fit under the built-in face: is it a face in metres"):
        complete(replace(source, mean=source.mean * np.float32(size)))


def test_a_field_fades_beyond_what_is_known() -> None:
    length = 80
    along = np.linspace(0, 0.16, length)
    vertices = np.concatenate([np.stack([along, np.full(length, y), np.zeros(length)], axis=1) for y in (0, 0.002)])
    k = np.arange(length - 1)
    faces = np.stack([k, k + 1, k + 1 + length, k + length], axis=1)
    trust = np.tile((along < 0.04).astype(float), 2)
    field = spread_out(np.full((2 * length, 1), 2.0), trust, 0.5, vertices, triangulate(faces))[:length, 0]
    assert (field[along < 0.04] == 2).all()
    assert (np.diff(field) <= 1e-9).all()
    assert field[-1] == pytest.approx(0.5, abs=0.1)
    assert 1.2 < field[np.searchsorted(along, 0.045)] < 2


def test_calming_leaves_a_coarse_mesh_and_a_constant_alone() -> None:
    rng = np.random.default_rng(0)
    for step, changes in ((0.001, True), (0.004, False)):
        x, y = np.meshgrid(np.arange(20), np.arange(20))
        vertices = np.stack([x.ravel(), y.ravel(), np.zeros(400)], axis=1) * step
        corner = (x[:-1, :-1] + 20 * y[:-1, :-1]).ravel()
        triangles = triangulate(np.stack([corner, corner + 1, corner + 21, corner + 20], axis=1))
        noise = rng.normal(size=(400, 2))
        assert (calmed(noise, vertices, triangles).std() < 0.7 * noise.std()) == changes
        np.testing.assert_allclose(calmed(np.ones((400, 1)), vertices, triangles), 1, atol=1e-12)


def test_local_maps_are_the_derivative_of_the_warp() -> None:
    builtin = load_model("builtin")
    points = builtin.mean.astype(float)
    face = np.unique(builtin.dense_vertices[:DENSE_FACE_COUNT])
    maps = local_maps(points, warped(points), points[face])
    steps = 1e-4 * np.eye(3)
    true = np.stack([(warped(points[face] + s) - warped(points[face])) / 1e-4 for s in steps], axis=2)
    assert np.median(np.linalg.norm(maps - true, axis=(1, 2))) < 0.12
