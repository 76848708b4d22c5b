"""The measuring script on shapes whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.anatomy.landmarks import DENSE_COUNT
from likeness.inference.lighting import uniform_light
from likeness.training.builtin_model.ict_renders import GAMMA, Heads, render_head, view_camera
from likeness.training.builtin_model.measure_landmarks import painted_base, place_on, triangulate
from synthetic import rotation_about
from toy_base import toy_base_head
from toy_face import toy_model


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


def test_a_place_is_the_same_on_every_head() -> None:
    heads, rng = ball(), np.random.default_rng(3)
    grown = heads.neutral * [1.2, 0.9, 1.1] + [0.01, 0.0, -0.02]
    corners = rng.choice(len(heads.triangles), 40)
    weights = rng.dirichlet((1, 1, 1), 40)
    at_rest, at_grown = (np.einsum("nk,nkd->nd", weights, v[heads.triangles[corners]]) for v in (heads.neutral, grown))
    np.testing.assert_allclose(place_on(at_grown, grown, heads.neutral, heads.triangles), at_rest, atol=1e-9)


def test_base_head_is_painted_with_eyes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = toy_base_head(tmp_path, monkeypatch)
    skin = base.fine.matrix @ base.vertices - [0.0, 0.1, 0.02]
    heads = painted_base(base, skin)
    np.testing.assert_array_equal(heads.neutral[: len(skin)], skin)
    np.testing.assert_allclose(heads.neutral[heads.eyeballs[0]], base.eyes[0] - [0.0, 0.1, 0.02], atol=1e-12)
    assert heads.triangles.max() == len(heads.neutral) - 1
    assert heads.skin_triangles.max() < len(skin)
    assert heads.sample(np.random.default_rng(0)) == pytest.approx(heads.neutral)
    assert len(np.unique(heads.albedo[: len(skin)], axis=0)) == 1


def test_heads_are_rendered_where_the_camera_looks() -> None:
    heads, like = ball(), torch.zeros((), dtype=torch.float32)
    camera = view_camera(0.0, 0.0, 0.7, 900.0, like)
    picture = render_head(heads.neutral, heads, camera, uniform_light(1.0, like))
    assert picture.dtype == np.uint8
    height, width = picture.shape[:2]
    background = picture[0, 0]
    np.testing.assert_allclose(picture[height // 2, width // 2], 0.4 ** (1 / GAMMA) * 255, atol=2)
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
