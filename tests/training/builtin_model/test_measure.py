"""The measuring scripts on shapes whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from likeness.anatomy.landmarks import DENSE_COUNT, DENSE_FACE_COUNT, FACE_OVAL_LOOP, dense_mirror
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.inference.lighting import uniform_light
from likeness.training.builtin_model.ict_renders import Heads, render_head, view_camera
from likeness.training.builtin_model.measure_landmarks import (
    MODES,
    RIGID_POINTS,
    SKIRT_RINGS,
    align,
    cast_rays,
    measure_skirt,
    skirt_mirror,
    symmetrised_statistics,
    triangulate,
)
from likeness.training.builtin_model.measure_relief import (
    fit_identity,
    offsets_along,
    relief_statistics,
    surface_samples,
)
from synthetic import rotation_about
from toy_face import toy_model

FLIP = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def builtin() -> FaceModel:
    return load_model("builtin")


def ball(radius: float = 0.1) -> Heads:
    """A sphere as a head."""
    tilt, turn = np.meshgrid(np.linspace(0, np.pi, 33), np.linspace(0, 2 * np.pi, 65)[:-1], indexing="ij")
    points = np.stack([np.sin(tilt) * np.sin(turn), np.cos(tilt), np.sin(tilt) * np.cos(turn)], axis=-1)
    ids = np.arange(33 * 64).reshape(33, 64)
    after = np.roll(ids, -1, axis=1)
    a, b, c, d = (corner.ravel() for corner in (ids[:-1], ids[1:], after[1:], after[:-1]))
    triangles = np.concatenate([np.stack([a, b, c], 1)[:-64], np.stack([a, c, d], 1)[64:]])  # none at the poles' own
    vertices = points.reshape(-1, 3) @ rotation_about((3, 2, 1), 40.0).T * radius  # no ray along an edge
    nothing = slice(0, 0)
    return Heads(
        neutral=vertices,
        identity=np.zeros((0, *vertices.shape)),
        triangles=triangles,
        skin_triangles=triangles,
        landmarks68=np.zeros(68, int),
        eyeballs=(nothing, nothing),
        albedo=np.full(vertices.shape, 0.4),
    )


def dense_on_ball(radius: float = 0.1) -> np.ndarray:
    """Points (478, 3) spread over the front of the sphere."""
    points = np.random.default_rng(0).normal(0, 0.35, (DENSE_COUNT, 3))
    points[:, 2] = 1.0
    return points / np.linalg.norm(points, axis=1, keepdims=True) * radius


def test_triangulation_finds_points_in_spite_of_a_bad_view() -> None:
    heads, truth, like = ball(), dense_on_ball(), torch.zeros((), dtype=torch.float64)
    cameras, seen = [], []
    for yaw, pitch in ((0, 0), (-20, 0), (20, 5), (-35, 0), (35, 0), (0, 15), (0, -15)):
        camera = view_camera(yaw, pitch, 0.7, 900.0, like)
        cameras.append(tuple(a.numpy() for a in (camera.intrinsics, camera.rotation, camera.translation)))
        seen.append(camera.project(like.new_tensor(truth)).numpy())
    seen[1] = seen[1] + [25.0, -10.0]  # a detector gone astray
    corners = heads.neutral[heads.triangles]
    centre = corners.mean(axis=1)
    found = triangulate(np.stack(seen), cameras, centre, centre / np.linalg.norm(centre, axis=1, keepdims=True))
    assert np.median(np.linalg.norm(found - truth, axis=1)) < 0.0003
    assert np.linalg.norm(found - truth, axis=1).max() < 0.002


def test_rays_hit_what_a_naive_search_hits() -> None:
    rng = np.random.default_rng(3)
    triangles, origin = rng.normal(0, 1.0, (30, 3, 3)), np.array([0.1, -0.2, 0.3])
    directions = rng.normal(size=(40, 3))
    expected = np.full(len(directions), np.inf)
    for i, direction in enumerate(directions):
        for a, b, c in triangles:
            # origin + t d = a + u (b - a) + v (c - a)
            t, u, v = np.linalg.solve(np.stack([direction, a - b, a - c], axis=1), a - origin)
            if t > 0 and u >= 0 and v >= 0 and u + v <= 1:
                expected[i] = min(expected[i], t)
    assert 5 < np.isfinite(expected).sum() < len(directions)
    np.testing.assert_allclose(cast_rays(origin, directions, triangles), expected, rtol=1e-9)


def test_alignment_undoes_rigid_moves_and_nothing_else() -> None:
    rng = np.random.default_rng(4)
    points = rng.normal(0, 0.05, (40, 3))
    moved = points @ rotation_about((1, 2, -1), 70.0).T + [0.3, -0.2, 0.1]
    np.testing.assert_allclose(align(moved, points, range(10)), points, atol=1e-12)
    mirrored = align(points * FLIP, points, range(40))
    spread = np.linalg.norm(mirrored[:, None] - mirrored, axis=2)
    np.testing.assert_allclose(spread, np.linalg.norm(points[:, None] - points, axis=2), atol=1e-12)
    assert np.linalg.norm(mirrored - points, axis=1).max() > 0.01  # turned, not reflected


def test_statistics_are_symmetric_and_know_the_spread(builtin: FaceModel) -> None:
    mirror = dense_mirror()
    mean = builtin.dense_points(builtin.mean)
    mean = (mean + mean[mirror] * FLIP) / 2
    one = np.zeros_like(mean)
    free = np.setdiff1d(np.arange(DENSE_COUNT), [*RIGID_POINTS, *mirror[list(RIGID_POINTS)]])
    one[free, 1] = 0.001  # never in the points that are aligned
    codes = np.random.default_rng(5).standard_normal(12)
    samples = []
    for code in codes:
        turn, shift = rotation_about((0.2, 1, 0.1), 15 * code), np.array([0.01, 0.02, -0.03]) * code
        samples.append((mean + code * one) @ turn.T + shift)
    found, modes, left_over = symmetrised_statistics(np.stack(samples), mirror)
    np.testing.assert_allclose(found[mirror] * FLIP, found, atol=1e-12)
    assert len(modes) == min(MODES, 24)
    # One mode explains it all: the spread of the codes about their mean.
    assert np.linalg.norm(modes[0]) == pytest.approx(codes.std() * np.linalg.norm(one), rel=0.02)
    assert np.linalg.norm(modes[1]) < 0.02 * np.linalg.norm(modes[0])
    assert left_over.max() < 1e-6


def test_skirt_lies_on_the_head_beyond_the_oval() -> None:
    heads = ball()
    dense = np.zeros((DENSE_COUNT, 3))
    turn = np.linspace(0, 2 * np.pi, len(FACE_OVAL_LOOP), endpoint=False)
    dense[list(FACE_OVAL_LOOP)] = np.stack([0.08 * np.sin(turn), 0.08 * np.cos(turn), np.full(36, 0.06)], axis=-1)
    rings = measure_skirt(dense, heads.neutral, heads)
    assert rings.shape == (SKIRT_RINGS, 36, 3)
    np.testing.assert_allclose(np.linalg.norm(rings, axis=2), 0.1, rtol=0.01)
    depths = rings[..., 2].mean(axis=1)
    assert 0.06 > depths[0] > depths[1] > depths[2]


def test_skirt_mirror_swaps_the_sides() -> None:
    mirror = skirt_mirror()
    assert sorted(mirror) == list(range(SKIRT_RINGS * 36))
    np.testing.assert_array_equal(mirror[mirror], np.arange(len(mirror)))
    top, chin = FACE_OVAL_LOOP.index(10), FACE_OVAL_LOOP.index(152)
    assert mirror[top] == top
    assert mirror[36 + chin] == 36 + chin
    right, left = FACE_OVAL_LOOP.index(234), FACE_OVAL_LOOP.index(454)
    assert mirror[right] == left


def test_identity_is_read_from_landmarks_anywhere(builtin: FaceModel) -> None:
    """Up to what turning the head can say in place of a mode: the shapes agree."""
    few = replace(builtin, identity_basis=builtin.identity_basis[:10])
    shape = few.shape(np.random.default_rng(6).normal(0, 0.7, 10))[:DENSE_FACE_COUNT]
    code, aligned = fit_identity(few, shape @ rotation_about((0, 1, 0), 20.0).T + 0.1, rounds=30)
    everywhere = range(DENSE_FACE_COUNT)
    found, mean = (align(few.shape(c)[:DENSE_FACE_COUNT], shape, everywhere) for c in (code, None))
    assert np.linalg.norm(found - shape, axis=1).mean() < 0.1 * np.linalg.norm(mean - shape, axis=1).mean()
    np.testing.assert_allclose(align(aligned, shape, everywhere), shape, atol=1e-9)  # only moved


def test_offsets_measure_the_gap_between_two_spheres() -> None:
    heads = ball(radius=0.102)
    surface, normals = surface_samples(heads.neutral, heads, np.random.default_rng(7))
    np.testing.assert_allclose(np.linalg.norm(surface, axis=1), 0.102, rtol=3e-3)
    np.testing.assert_allclose(normals, surface / np.linalg.norm(surface, axis=1, keepdims=True), atol=0.08)
    inner = dense_on_ball()
    outwards = inner / 0.1
    np.testing.assert_allclose(offsets_along(inner, outwards, surface, normals), 0.002, atol=0.0003)
    assert np.isnan(offsets_along(inner, -outwards, surface, normals)).all()  # only surfaces that face the same way
    assert np.isnan(offsets_along(inner * 0.9, outwards, surface, normals)).all()  # and none far off


def test_relief_follows_the_codes_and_doubts_the_unknown() -> None:
    rng = np.random.default_rng(8)
    codes = rng.standard_normal((300, 3))
    mean, modes = rng.normal(0, 1, 6), rng.normal(0, 0.3, (3, 6))
    offsets = mean + codes @ modes
    offsets[::4, 5] = np.nan  # a quarter of the heads could not tell
    offsets[7, 1] = np.nan
    found, found_modes = relief_statistics(offsets, codes)
    np.testing.assert_allclose(found[:5], mean[:5], atol=0.15)
    np.testing.assert_allclose(found_modes[:, :5], modes[:, :5], atol=0.05)
    assert found[5] == 0
    assert not found_modes[:, 5].any()


def test_heads_are_rendered_where_the_camera_looks() -> None:
    heads, like = ball(), torch.zeros((), dtype=torch.float32)
    camera = view_camera(0.0, 0.0, 0.7, 900.0, like)
    picture = render_head(heads.neutral, heads, camera, uniform_light(1.0, like))
    assert picture.dtype == np.uint8
    height, width = picture.shape[:2]
    background = picture[0, 0]
    np.testing.assert_allclose(picture[height // 2, width // 2], 0.4 ** (1 / 2.2) * 255, atol=2)
    shown = (np.abs(picture.astype(int) - background) > 5).any(axis=2)
    rows, columns = np.nonzero(shown)
    assert abs(rows.mean() - height / 2) < 2
    assert abs(columns.mean() - width / 2) < 2


def test_positive_yaw_turns_the_head_to_its_left() -> None:
    model, like = toy_model(), torch.zeros((), dtype=torch.float64)
    nose = like.new_tensor(model.mean[np.argmax(model.mean[:, 2])])
    left, right = (view_camera(yaw, 0.0, 0.7, 900.0, like).project(nose)[0] for yaw in (30.0, -30.0))
    assert left > right  # the subject's left is right in the picture
    up, down = (view_camera(0.0, pitch, 0.7, 900.0, like).project(nose)[1] for pitch in (20.0, -20.0))
    assert up < down
