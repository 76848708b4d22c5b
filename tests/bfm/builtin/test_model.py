"""The finished built-in model: its words, geometry, symmetry, layouts and weights."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_WITH_TONGUE, TONGUE_OUT, mirrored_name
from likeness.anatomy.joints import BUST_JOINT_PARENTS, BUST_JOINTS, JointName
from likeness.anatomy.landmarks import (
    INNER_LIP_LOOP,
    LEFT_IRIS,
    RIGHT_IRIS,
    Dense,
)
from likeness.anatomy.parts import PartName
from likeness.anatomy.regions import RegionName
from likeness.bfm.builtin.blink import builtin_lids
from likeness.bfm.builtin.eyes import RADIUS
from likeness.bfm.builtin.loading import BUILTIN_FILE
from likeness.bfm.face_model import FaceModel
from likeness.geometry.cage import Cage
from likeness.geometry.edges import edges_of, half_edges
from likeness.geometry.faces import triangulate
from likeness.geometry.subdivision import subdivide
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

FLIP = np.array([-1.0, 1.0, 1.0])
ONE_SURFACE = (PartName.SKIN, PartName.MOUTH)


@pytest.fixture(scope="module")
def cage(model: FaceModel) -> Cage:
    assert model.cage is not None
    return model.cage


def _faces(model: FaceModel, *parts: str) -> np.ndarray:
    return model.faces[np.isin(model.face_parts, [model.part_names.index(part) for part in parts])]


def _volume(model: FaceModel, faces: np.ndarray, apex: np.ndarray) -> float:
    """Cubic metres between the faces and a point; positive where they are counter-clockwise from outside."""
    return float(np.linalg.det(model.mean[triangulate(faces)] - apex).sum() / 6)


def test_has_the_words_of_a_whole_head(model: FaceModel) -> None:
    assert model.expression_names == ARKIT_WITH_TONGUE
    assert model.joint_names == BUST_JOINTS
    assert tuple(model.joint_parents) == BUST_JOINT_PARENTS
    parts = {PartName.SKIN, *PartName.INSIDES, *PartName.LEFT_EYE, *PartName.RIGHT_EYE}
    assert set(model.part_names) == parts | {PartName.TEAR_LINE, PartName.LASHES}
    assert model.region_names == RegionName.ALL
    left_alone = {name for name, std in zip(model.expression_names, model.expression_std, strict=True) if std == 0}
    assert left_alone == {"mouthClose", TONGUE_OUT}, "the first corrects an open jaw, the other no landmark can see"
    assert len(model.identity_basis) >= 80
    moves = np.abs(model.expression_basis).max(axis=(1, 2))
    assert moves.min() > 0.001, "each expression moves something by a millimetre"


def test_is_its_cage_subdivided_once(model: FaceModel, cage: Cage) -> None:
    np.testing.assert_array_equal(subdivide(cage.faces, cage.count, 1).faces, model.faces)
    # A fine face's first corner is its cage face's own.
    np.testing.assert_array_equal(model.faces_uv[:, 0].reshape(-1, 4), cage.faces_uv)
    np.testing.assert_array_equal(cage.base_faces_uv[:, 0].reshape(-1, 4), cage.base_cage_faces_uv)
    assert (np.diff(cage.base_vertices) > 0).all()
    skin = np.unique(cage.faces[np.isin(model.face_parts[::4], [model.part_names.index(p) for p in ONE_SURFACE])])
    np.testing.assert_array_equal(skin, np.arange(len(cage.base_vertices)))


def test_is_mirror_symmetric(model: FaceModel) -> None:
    mirror = builtin_lids().mirror
    np.testing.assert_array_equal(mirror[mirror], np.arange(len(model.mean)))
    np.testing.assert_allclose(model.mean[mirror] * FLIP, model.mean, atol=1e-8)
    np.testing.assert_array_equal(model.albedo_mean[mirror], model.albedo_mean)
    np.testing.assert_array_equal(model.region_weights[:, mirror], model.region_weights)
    other = {JointName.EYE_LEFT: JointName.EYE_RIGHT, JointName.EYE_RIGHT: JointName.EYE_LEFT}
    joints = [model.joint_names.index(other.get(name, name)) for name in model.joint_names]
    np.testing.assert_array_equal(model.skin_weights[mirror][:, joints], model.skin_weights)
    for basis, flip in ((model.identity_basis, FLIP), (model.albedo_basis, np.ones(3))):
        reflected = basis[:, mirror] * flip
        parity = np.sign((basis * reflected).sum(axis=(1, 2)))[:, None, None]
        np.testing.assert_array_equal(parity * reflected, basis)
    twins = [model.expression_names.index(mirrored_name(name)) for name in model.expression_names]
    np.testing.assert_array_equal(model.expression_basis[twins][:, mirror] * FLIP, model.expression_basis)
    faces = {frozenset(f) for f in model.faces.tolist()}
    assert {frozenset(f) for f in mirror[model.faces].tolist()} == faces


def test_is_manifold_and_open_at_the_collar_alone(model: FaceModel) -> None:
    _, start, end, _ = half_edges(model.faces)
    assert len(set(zip(start.tolist(), end.tolist(), strict=True))) == len(start), "neighbours face different ways"
    assert edges_of(model.faces).users.max() == 2
    assert set(np.unique(model.faces)) == set(range(len(model.mean)))
    edges = edges_of(_faces(model, *ONE_SURFACE))
    border = edges.ends[edges.border]
    assert set(np.bincount(border.ravel())) == {0, 2}, "the border touches itself"
    assert _pieces(border) == 1
    assert _pieces(edges.ends) == 1, "the mouth's bag hangs on the lips"
    heights = model.mean[np.unique(border), 1]
    chin = model.mean[model.landmarks68[8], 1]
    assert heights.max() < chin
    assert heights.min() == model.mean[:, 1].min()
    for eyeball in PartName.EYEBALLS:
        assert not edges_of(_faces(model, *eyeball)).border.any(), "an eyeball is closed"


def _pieces(edges: np.ndarray) -> int:
    ids, local = np.unique(edges, return_inverse=True)
    pairs = local.reshape(-1, 2)
    joined = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ids), len(ids)))
    return int(connected_components(joined, directed=False)[0])


def test_is_wound_counter_clockwise_from_outside(model: FaceModel) -> None:
    skin = _faces(model, *ONE_SURFACE)
    edges = edges_of(skin)
    collar = model.mean[np.unique(edges.ends[edges.border])].mean(axis=0)
    assert 0.003 < _volume(model, skin, collar) < 0.006, "a head with its neck has 4 to 5 litres"
    for eyeball in PartName.EYEBALLS:
        faces = _faces(model, *eyeball)
        middle = model.mean[np.unique(faces)].mean(axis=0)
        assert _volume(model, faces, middle) == pytest.approx(4 / 3 * np.pi * RADIUS**3, rel=0.03)
    for part in (PartName.TEETH, PartName.TONGUE):
        faces = _faces(model, part)
        assert _volume(model, faces, model.mean[np.unique(faces)].mean(axis=0)) > 0


def test_has_the_size_of_an_adult(model: FaceModel, points: np.ndarray) -> None:
    pupils = points[[LEFT_IRIS[0], RIGHT_IRIS[0]]]
    assert 0.060 < pupils[0, 0] - pupils[1, 0] < 0.067  # adults' pupils are 63 mm apart (Dodgson 2004)
    skin = model.mean[model.part_vertices(PartName.SKIN)]
    assert 0.20 < skin[:, 1].max() - points[152, 1] < 0.25  # from chin to crown
    above = skin[skin[:, 1] > points[Dense.NOSE_BRIDGE, 1]]
    assert 0.14 < np.ptp(above[:, 0]) < 0.19  # across the ears
    assert 0.17 < np.ptp(above[:, 2]) < 0.22  # from the forehead to the back
    np.testing.assert_allclose(points[Dense.NOSE_BRIDGE], [0, 0, 0.09], atol=5e-4)
    joints = dict(zip(model.joint_names, model.joint_regressor @ model.mean, strict=True))
    assert joints[JointName.ROOT][1] < joints[JointName.NECK][1] < joints[JointName.HEAD][1]
    for eye, parts, pupil in zip(JointName.EYES, PartName.EYEBALLS, pupils, strict=True):
        far = np.linalg.norm(model.mean[model.part_vertices(*parts)] - joints[eye], axis=1)
        assert far.min() > RADIUS - 2e-4
        assert far.max() < RADIUS + 2e-3, "only the cornea bulges"
        np.testing.assert_allclose(pupil[:2], joints[eye][:2], atol=5e-4)  # it looks to +Z


def test_weights(model: FaceModel, points: np.ndarray) -> None:
    np.testing.assert_allclose(model.skin_weights.sum(axis=1), 1, atol=1e-6)
    assert model.skin_weights.min() >= 0
    assert model.region_weights.min() >= 0
    assert model.region_weights.max() <= 1
    np.testing.assert_allclose(model.joint_regressor.sum(axis=1), 1, atol=1e-5)
    weights = model.dense_points(model.skin_weights)
    jaw, head = (weights[:, model.joint_names.index(name)] for name in (JointName.JAW, JointName.HEAD))
    assert jaw[[152, 17, 200, *INNER_LIP_LOOP[13:18]]].min() > 0.75
    assert head[[1, 10, 33, 159, *INNER_LIP_LOOP[4:7]]].min() > 0.9
    edges = edges_of(_faces(model, *ONE_SURFACE))
    collar = np.unique(edges.ends[edges.border])
    root = model.joint_names.index(JointName.ROOT)
    np.testing.assert_array_equal(model.skin_weights[collar, root], 1)
    for joint, parts in zip(JointName.EYES, PartName.EYEBALLS, strict=True):
        turned = model.skin_weights[model.part_vertices(*parts), model.joint_names.index(joint)]
        np.testing.assert_array_equal(turned, 1)
    seen = edges.ends[np.isin(edges.ends, model.part_vertices(PartName.SKIN)).all(axis=1)]
    step = np.abs(model.skin_weights[seen[:, 0]] - model.skin_weights[seen[:, 1]]).max(axis=1)
    lips = np.isin(seen, np.flatnonzero(model.region(RegionName.LIPS) > 0)).any(axis=1)
    assert step[~lips].max() < 0.3, "skin tears"


def test_texture_layouts_have_no_overlap(model: FaceModel, cage: Cage) -> None:
    """Every triangle counter-clockwise, and as many texels are covered as the triangles' area says: none twice."""
    assert cage.base_uv.min() >= 0
    assert cage.base_uv.max() <= 1
    assert model.uv.min() >= 0
    assert model.uv.max() <= 1
    strips = [
        model.part_names.index(name) for name in (PartName.TEAR_LINE, PartName.LASHES)
    ]  # left and right share one
    p = model.uv[triangulate(model.faces_uv[~np.isin(model.face_parts, strips)])].astype(np.float64)
    a, b = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    area = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    assert area.min() > 0
    covered = _coverage(p, 512)
    assert covered.max() == 1, "two triangles share a texel"
    assert covered.mean() == pytest.approx(area.sum(), rel=0.01)


def _coverage(triangles: np.ndarray, size: int) -> np.ndarray:
    """How many triangles (T, 3, 2) cover each texel centre (size, size)."""
    corners = triangles * size
    low = np.floor(corners.min(axis=1) - 0.5).astype(int)
    extent = np.ceil(corners.max(axis=1) + 0.5).astype(int) - low
    count = np.zeros((size, size), dtype=int)
    for step in np.ndindex(*extent.max(axis=0)):
        reached = np.flatnonzero((extent > step).all(axis=1))
        texel, ends = low[reached] + step, corners[reached]
        sides, arms = np.roll(ends, -1, axis=1) - ends, texel[:, None] + 0.5 - ends
        inside = (sides[..., 0] * arms[..., 1] - sides[..., 1] * arms[..., 0] > 0).all(axis=1)
        np.add.at(count, tuple(texel[inside].T), 1)
    return count


def test_the_texture_is_for_the_face_and_the_iris(model: FaceModel) -> None:
    """Texels between landmarks in a map of 1024."""
    place = np.zeros((len(model.mean), 2))
    place[model.faces.ravel()] = 1024 * model.uv[model.faces_uv.ravel()]
    at = model.dense_points(place)
    assert at[454, 0] - at[234, 0] > 780, "from ear to ear"
    assert at[300, 0] - at[70, 0] > 480, "from one brow's end to the other's"
    assert at[9, 1] - at[152, 1] > 540, "from the brows to the chin"
    for iris in (LEFT_IRIS, RIGHT_IRIS):
        assert np.ptp(at[list(iris)], axis=0).min() > 50
    middle = (at[Dense.NOSE_BRIDGE, 0], at[152, 0])
    np.testing.assert_allclose(middle, 512, atol=0.1)
    np.testing.assert_allclose(at[454] + at[234], [1024, 2 * at[234, 1]], atol=0.1)


def test_uv_charts_stretch_little(model: FaceModel) -> None:
    """Singular values of the map from the visible face to the texture are near to each other."""
    regions = (RegionName.FOREHEAD, RegionName.NOSE, RegionName.CHEEKS, RegionName.CHIN)
    face = np.max([model.region(name) for name in regions], axis=0) > 0.5
    triangles, triangles_uv = triangulate(model.faces), triangulate(model.faces_uv)
    inside = face[triangles].all(axis=1)
    p, q = model.mean[triangles[inside]].astype(float), model.uv[triangles_uv[inside]].astype(float)
    a, b = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    length = np.linalg.norm(a, axis=1)
    along = (a * b).sum(axis=1) / length
    height = np.linalg.norm(np.cross(a, b), axis=1) / length
    rest = np.stack([np.stack([length, along], 1), np.stack([np.zeros_like(along), height], 1)], axis=1)
    image = np.stack([q[:, 1] - q[:, 0], q[:, 2] - q[:, 0]], axis=2)
    values = np.linalg.svd(image @ np.linalg.inv(rest), compute_uv=False)
    assert np.median(values[:, 0] / values[:, 1]) < 1.5
    assert np.percentile(values[:, 0] / values[:, 1], 95) < 3.5


def test_identity_modes_are_human_sized(model: FaceModel) -> None:
    """One sigma of all modes moves a landmark by a few millimetres; modes are sorted by what they move."""
    skin = model.identity_basis[:, model.part_vertices(PartName.SKIN)]
    assert 0.002 < np.median(np.sqrt((skin**2).sum(axis=(0, 2)))) < 0.010
    size = (skin**2).sum(axis=(1, 2))
    assert size[:5].min() > 5 * size[50:].max()


def test_albedo_is_skin(model: FaceModel) -> None:
    def colour(field: np.ndarray, region: str) -> np.ndarray:
        return np.average(field, axis=0, weights=model.region(region))

    cheek, lip = colour(model.albedo_mean, RegionName.CHEEKS), colour(model.albedo_mean, RegionName.LIPS)
    assert cheek[0] > cheek[1] > cheek[2]
    assert lip[0] / lip[1] > 1.15 * cheek[0] / cheek[1], "lips are redder than cheeks"
    assert model.albedo_mean[model.part_vertices(PartName.PUPIL_LEFT)].max() < 0.02
    assert np.percentile(model.albedo_mean[model.part_vertices(PartName.EYE_LEFT)].min(axis=1), 80) > 0.5
    dark = model.albedo_mean + 2 * model.albedo_basis[0]
    assert 0 < colour(dark, RegionName.CHEEKS).max() < 0.75 * cheek.max(), "the first mode darkens the skin"
    beside = model.part_vertices(*PartName.LEFT_EYE, *PartName.RIGHT_EYE, PartName.TEETH)
    np.testing.assert_array_equal(model.albedo_basis[:, beside], 0)


def test_the_file_is_small(model: FaceModel) -> None:
    assert BUILTIN_FILE.stat().st_size < 20e6
    assert len(model.mean) < 30_000
