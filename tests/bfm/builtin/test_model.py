"""The finished built-in model: geometry, symmetry, seams, eyes, weights, and its file."""

from __future__ import annotations

import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from likeness.anatomy.landmarks import (
    FACE_OVAL_LOOP,
    INNER_LIP_LOOP,
    LEFT_EYE_LOOP,
    LEFT_IRIS,
    RIGHT_EYE_LOOP,
    RIGHT_IRIS,
    dense_mirror,
    dense_to_ibug68,
)
from likeness.bfm.builtin.eyes import RADIUS
from likeness.bfm.face_model import FaceModel, load_face_model, save_face_model
from likeness.bfm.library.registry import available_models, load_model
from likeness.errors import LikenessError
from scipy.spatial import cKDTree

FLIP = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model("builtin")


@pytest.fixture(scope="module")
def mirror(model: FaceModel) -> np.ndarray:
    """Mirror permutation of the vertices: known for the landmarks, for the rest what lies at the mirrored place."""
    part = np.zeros(len(model.mean), dtype=int)
    for index in range(len(model.part_names)):
        corners = model.faces[model.face_parts == index]
        part[corners[corners >= 0]] = index
    # A fourth coordinate keeps parts apart; the eyes swap.
    here = np.column_stack([model.mean, part])
    there = np.column_stack([model.mean * FLIP, np.array([0, 1, 3, 2])[part]])
    distance, image = cKDTree(here).query(there)
    assert distance.max() < 1e-6
    image[:468] = dense_mirror()[:468]
    np.testing.assert_array_equal(image[image], np.arange(len(image)))
    return image


def test_is_mirror_symmetric(model: FaceModel, mirror: np.ndarray) -> None:
    np.testing.assert_allclose(model.mean[mirror] * FLIP, model.mean, atol=1e-6)
    np.testing.assert_allclose(model.albedo_mean[mirror], model.albedo_mean, atol=1e-6)
    np.testing.assert_allclose(model.skin_weights[mirror][:, [0, 1, 3, 2]], model.skin_weights, atol=1e-6)
    for basis, flip in ((model.identity_basis, FLIP), (model.albedo_basis, np.ones(3))):
        reflected = basis[:, mirror] * flip
        parity = np.sign((basis * reflected).sum(axis=(1, 2)))[:, None, None]
        np.testing.assert_allclose(parity * reflected, basis, atol=1e-6)
    faces = {frozenset(f) for f in model.faces.tolist()}
    assert {frozenset(f) for f in np.append(mirror, -1)[model.faces].tolist()} == faces


def _half_edges(faces: np.ndarray) -> list[tuple[int, int]]:
    corners = [f[f >= 0] for f in faces]
    return [(int(a), int(b)) for c in corners for a, b in zip(c, np.roll(c, -1), strict=True)]


def test_is_manifold_and_wound_one_way(model: FaceModel) -> None:
    edges = _half_edges(model.faces)
    assert len(edges) == len(set(edges)), "an edge is used twice in one direction"
    border = set(edges) - {(b, a) for a, b in edges}
    # Open are the skirt's outer border and the hidden inner border of each lid, four edges per control edge.
    assert len(border) == 4 * (len(FACE_OVAL_LOOP) + len(RIGHT_EYE_LOOP) + len(LEFT_EYE_LOOP))
    starts = [a for a, _ in border]
    assert len(starts) == len(set(starts)), "a border touches itself"


def test_is_wound_counter_clockwise_from_outside(model: FaceModel) -> None:
    for part in ("eye_left", "eye_right"):
        triangles = model.mean[_part_triangles(model, part)].astype(float)
        triangles = triangles - model.mean[model.part_vertices(part)].mean(axis=0)
        assert np.linalg.det(triangles).sum() / 6 == pytest.approx(4 / 3 * np.pi * RADIUS**3, rel=0.03)
    oval = model.mean[_part_triangles(model, "skin")]
    normal = np.cross(oval[:, 1] - oval[:, 0], oval[:, 2] - oval[:, 0])
    assert normal[:, 2].sum() > 0.02  # square metres: most of a face looks to +Z


def _part_triangles(model: FaceModel, part: str) -> np.ndarray:
    faces = model.faces[model.face_parts == model.part_names.index(part)]
    quads = faces[faces[:, 3] >= 0]
    return np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])


def test_dense_landmarks_are_vertices(model: FaceModel) -> None:
    np.testing.assert_array_equal(model.dense_vertices[:468, 0], np.arange(468))
    points = model.dense_points(model.mean)
    for eye, ids in (("eye_left", LEFT_IRIS), ("eye_right", RIGHT_IRIS)):
        ring = points[list(ids)]
        assert set(model.dense_vertices[list(ids), 0]) <= set(model.part_vertices(eye))
        across = np.linalg.norm(ring[1] - ring[3]), np.linalg.norm(ring[2] - ring[4])
        np.testing.assert_allclose(across, 0.0117, atol=3e-4)
        assert ring[1, 0] > ring[0, 0] > ring[3, 0]
        assert ring[2, 1] > ring[0, 1] > ring[4, 1]
    sixty_eight = dense_to_ibug68(points)
    assert np.linalg.norm(model.mean[model.landmarks68] - sixty_eight, axis=1).max() < 2e-3


def test_has_loops_round_eyes_and_mouth(model: FaceModel) -> None:
    """Consecutive loop landmarks are joined by a straight run of four edges, on which valence-4 vertices lie."""
    edges = _half_edges(model.faces)
    neighbours: dict[int, set[int]] = {}
    for a, b in edges:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    for loop in (RIGHT_EYE_LOOP, LEFT_EYE_LOOP, INNER_LIP_LOOP):
        for a, b in zip(loop, np.roll(loop, -1).tolist(), strict=True):
            reached = {a}
            for _ in range(4):
                reached |= {n for v in reached for n in neighbours[v]}
            assert b in reached, f"{a} and {b} are more than four edges apart"


def test_closed_lips_touch_and_lids_are_open(model: FaceModel) -> None:
    assert 0 < model.mean[13, 1] - model.mean[14, 1] < 0.001
    assert 0.007 < model.mean[159, 1] - model.mean[145, 1] < 0.014


def test_eyeballs_sit_inside_the_lids(model: FaceModel) -> None:
    rng = np.random.default_rng(0)
    skin = model.part_vertices("skin")
    for identity in (np.zeros(100), *rng.standard_normal((5, 100)) * 0.7):
        vertices = model.shape(identity)
        centres = (model.joint_regressor @ vertices)[[2, 3]]
        for centre, eye in zip(centres, ("eye_left", "eye_right"), strict=True):
            ball = np.linalg.norm(vertices[model.part_vertices(eye)] - centre, axis=1)
            assert ball.min() == pytest.approx(RADIUS, abs=2e-4)
            assert ball.max() < RADIUS + 7e-4, "only the cornea bulges"
            depth = RADIUS - np.linalg.norm(vertices[skin] - centre, axis=1)
            assert depth.max() < 5e-4, "a lid cuts into the eyeball"
            assert depth.max() > -5e-4, "no lid touches the eyeball"


def test_weights(model: FaceModel) -> None:
    np.testing.assert_allclose(model.skin_weights.sum(axis=1), 1, atol=1e-6)
    assert model.skin_weights.min() >= 0
    assert model.region_weights.min() >= 0
    assert model.region_weights.max() <= 1
    np.testing.assert_allclose(model.joint_regressor.sum(axis=1), 1, atol=1e-5)
    jaw = model.skin_weights[:, model.joint_names.index("jaw")]
    assert jaw[[152, 17, 200]].min() > 0.95
    assert jaw[[1, 10, 33, 13, 159]].max() < 0.01
    edges = np.array(_half_edges(model.faces[model.face_parts == 0]))
    seam = np.isin(edges, [*INNER_LIP_LOOP]).any(axis=1)
    assert np.abs(jaw[edges[~seam, 0]] - jaw[edges[~seam, 1]]).max() < 0.3


def test_joints_are_where_they_turn(model: FaceModel) -> None:
    head, jaw, left, right = model.joint_regressor @ model.mean
    np.testing.assert_allclose(head, 0, atol=1e-6)
    np.testing.assert_allclose(model.mean[168], [0, 0, 0.09], atol=5e-4)
    np.testing.assert_allclose(jaw, [0, -0.03, 0.003], atol=0.01)
    np.testing.assert_allclose(left * FLIP, right, atol=1e-6)
    assert 0.058 < left[0] - right[0] < 0.067  # adults' pupils are 63 mm apart (Dodgson 2004)


def test_uv_layout_has_no_overlap(model: FaceModel) -> None:
    """Every triangle counter-clockwise, and as many texels are covered as the triangles' area says: none twice."""
    assert model.uv.min() >= 0
    assert model.uv.max() <= 1
    quads = model.faces_uv[model.faces_uv[:, 3] >= 0]
    triangles = np.concatenate([model.faces_uv[:, :3], quads[:, [0, 2, 3]]])
    p = model.uv[triangles].astype(np.float64)
    a, b = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    area = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    assert area.min() > 0
    covered = _coverage(p, 512)
    assert covered.max() == 1, "two triangles share a texel"
    assert covered.mean() == pytest.approx(area.sum(), rel=0.01)


def _coverage(triangles: np.ndarray, size: int) -> np.ndarray:
    """How many triangles cover each texel centre (size, size)."""
    count = np.zeros((size, size), dtype=int)
    for corners in triangles * size:
        low, high = np.floor(corners.min(axis=0) - 0.5).astype(int), np.ceil(corners.max(axis=0) + 0.5).astype(int)
        x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
        inside = np.ones_like(x, dtype=bool)
        for k in range(3):
            (ax, ay), (bx, by) = corners[k], corners[(k + 1) % 3]
            inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0
        count[low[1] : high[1], low[0] : high[0]] += inside
    return count


def test_uv_charts_stretch_little(model: FaceModel) -> None:
    """Singular values of the map from the visible face to the texture are near to each other."""
    triangles, uv = model.triangles(), model.uv
    quads = model.faces_uv[model.faces_uv[:, 3] >= 0]
    triangles_uv = np.concatenate([model.faces_uv[:, :3], quads[:, [0, 2, 3]]])
    face = (triangles < 468).any(axis=1)
    p, q = model.mean[triangles[face]].astype(float), uv[triangles_uv[face]].astype(float)
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
    spread = np.sqrt((model.identity_basis[:, :468] ** 2).sum(axis=(0, 2)))
    assert 0.002 < np.median(spread) < 0.008
    size = (model.identity_basis[:, :468] ** 2).sum(axis=(1, 2))
    assert size[:5].min() > 5 * size[50:].max()


def test_albedo_is_skin(model: FaceModel) -> None:
    cheek, lip, pupil, white = (
        model.albedo_mean[i] for i in (50, 17, int(model.dense_vertices[473, 0]), _sclera(model))
    )
    assert cheek[0] > cheek[1] > cheek[2]
    assert lip[0] / lip[1] > 1.15 * cheek[0] / cheek[1], "lips are redder than cheeks"
    assert pupil.max() < 0.02
    assert white.min() > 0.5
    dark = model.albedo_mean + 2 * model.albedo_basis[0]
    assert 0 < dark[50].max() < 0.75 * cheek.max(), "the first mode darkens the skin"
    np.testing.assert_allclose(
        dark[model.part_vertices("eye_left")], model.albedo_mean[model.part_vertices("eye_left")]
    )


def _sclera(model: FaceModel) -> int:
    eye = model.part_vertices("eye_left")
    return int(eye[model.mean[eye, 0].argmax()])


def test_file_round_trip(model: FaceModel, tmp_path: Path) -> None:
    few = replace(model, identity_basis=model.identity_basis[:3], albedo_basis=model.albedo_basis[:2])
    save_face_model(few, tmp_path / "again.npz")
    again = load_face_model(tmp_path / "again.npz")
    for field in fields(FaceModel):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(few, field.name))


def test_bad_files_are_told_in_one_sentence(model: FaceModel, tmp_path: Path) -> None:
    import likeness.bfm.builtin as package

    data = (Path(package.__file__).parent / "model.npz").read_bytes()
    bad = tmp_path / "bad.npz"
    for content in (b"", b"not a model", data[: len(data) // 2]):
        bad.write_bytes(content)
        with pytest.raises(LikenessError, match=r"bad\.npz"):
            load_face_model(bad)
    np.savez(bad, format_version=np.int32(99))
    with pytest.raises(LikenessError, match="format 99"):
        load_face_model(bad)
    np.savez(bad, format_version=np.int32(1), mean=np.zeros((3, 3)))
    with pytest.raises(LikenessError, match=r"bad\.npz"):
        load_face_model(bad)
    with pytest.raises(LikenessError, match="missing"):
        load_face_model(tmp_path / "absent.npz")


class _Trap:
    """Leaves a mark when somebody unpickles it."""

    def __reduce__(self) -> tuple:
        return (Path("unpickled").touch, ())


def test_pickles_are_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("pickled.npz", format_version=np.int32(1), id=np.array([_Trap()], dtype=object))
    with zipfile.ZipFile("pickled.npz") as archive:
        assert "id.npy" in archive.namelist()
    with pytest.raises(LikenessError, match=r"pickled\.npz"):
        load_face_model(Path("pickled.npz"))
    assert not Path("unpickled").exists()


def test_registry() -> None:
    assert available_models() == {"builtin": "Built-in"}
    assert load_model("builtin") is load_model("builtin")
    with pytest.raises(LikenessError, match=r"'flame'.*builtin"):
        load_model("flame")
