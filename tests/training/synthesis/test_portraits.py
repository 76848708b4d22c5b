"""Made portraits: their truth agrees with itself and with the mesh, and chance is the seed's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN
from likeness.inference.detectors.crop import Crop
from likeness.inference.df2net.crop import face_window
from likeness.inference.rafare.labels import Label, is_face
from likeness.training.networks.losses import normals
from likeness.training.synthesis.distances import FARTHEST, distances_about
from likeness.training.synthesis.light import cast_shadow
from likeness.training.synthesis.portraits import Portrait, Studio, random_portrait, studio
from likeness.training.synthesis.random_heads import held_out, random_head
from likeness.training.synthesis.skin_relief import random_relief

SIDE = 192


def framing(landmarks: Any, dense: Any) -> Crop:
    return face_window(landmarks)


@pytest.fixture(scope="module")
def stage() -> Studio:
    return studio(load_model(BUILTIN))


def portrait_of(stage: Studio, person: int) -> Portrait:
    rng = np.random.default_rng([0, person])
    return random_portrait(stage, random_head(stage.model, 0, person, rng), framing, SIDE, rng)


@pytest.fixture(scope="module")
def portraits(stage: Studio) -> list[Portrait]:
    return [portrait_of(stage, person) for person in range(6)]


def test_chance_is_the_seeds(stage: Studio, portraits: list[Portrait]) -> None:
    again = portrait_of(stage, 3)
    assert np.array_equal(again.pixels, portraits[3].pixels)
    assert np.array_equal(again.nearness, portraits[3].nearness)
    assert not np.array_equal(portraits[2].pixels, portraits[3].pixels)


def test_a_person_is_the_same_in_every_picture(stage: Studio) -> None:
    heads = [random_head(stage.model, 0, 5, np.random.default_rng(seed)) for seed in range(2)]
    assert np.array_equal(heads[0].albedo, heads[1].albedo)
    assert heads[0].age == heads[1].age
    assert not np.array_equal(heads[0].vertices, heads[1].vertices)  # another expression
    assert [person for person in range(20) if held_out(person)] == [0, 8, 16]


def test_tones_of_skin_are_those_of_all_people(stage: Studio) -> None:
    cheek = stage.model.landmarks68[2]
    greens = [random_head(stage.model, 0, n, np.random.default_rng(n)).albedo[cheek, 1] for n in range(40)]
    assert min(greens) < 0.09
    assert max(greens) > 0.3


def test_depth_and_normals_tell_the_same(portraits: list[Portrait]) -> None:
    """Slopes of the nearness are those of the normals, where the surface is not seen from the side."""
    for portrait in portraits:
        found = normals(torch.as_tensor(portrait.nearness)[None, None])[0].permute(1, 2, 0).numpy()
        inside = portrait.seen & is_face(portrait.labels) & (portrait.normals[..., 2] > 0.5)
        cosine = (found * portrait.normals).sum(axis=-1)[inside]
        assert inside.sum() > 2000
        assert np.degrees(np.arccos(np.clip(np.median(cosine), -1, 1))) < 8.0


def test_the_nose_is_nearest_and_in_its_place(stage: Studio, portraits: list[Portrait]) -> None:
    for portrait in portraits:
        column, row = np.round(portrait.landmarks[30] - 0.5).astype(int)
        assert portrait.seen[row, column]
        tip = portrait.surface[stage.model.landmarks68[30]]
        assert np.allclose(tip[:2], portrait.landmarks[30], atol=0.01)
        assert portrait.nearness[row, column] == pytest.approx(tip[2], abs=2.5)
        eyes = portrait.surface[stage.model.landmarks68[36:48], 2].mean()
        assert portrait.nearness[row, column] > eyes + 0.01 * portrait.metre


def test_relief_is_finer_than_the_mesh(portraits: list[Portrait]) -> None:
    for portrait in portraits:
        moved = (portrait.nearness - portrait.smooth)[portrait.seen] / portrait.metre
        assert 1e-5 < moved.std() < 1e-3
        assert np.abs(moved).max() < 0.006
        assert not portrait.nearness[~portrait.seen].any()


def test_labels_are_the_faces(portraits: list[Portrait]) -> None:
    for portrait in portraits:
        assert not is_face(portrait.labels)[~portrait.seen].any()
        assert is_face(portrait.labels).mean() > 0.08
        assert (portrait.labels == Label.NECK).any()
    assert any((portrait.labels == Label.HAIR).any() for portrait in portraits)


def test_old_skin_is_deeper_than_young(stage: Studio) -> None:
    reliefs = [random_relief(stage.canvas, age, np.random.default_rng(1)) for age in (0.0, 1.0)]
    assert reliefs[1].min() < 2.0 * reliefs[0].min() < 0.0
    assert not reliefs[1][stage.canvas.bare == 0].any()


def test_points_know_their_distance(stage: Studio, portraits: list[Portrait]) -> None:
    """Before the surface that the picture shows it is outside, behind it inside; near it by as much as it is away."""
    for portrait in portraits[:3]:
        points = distances_about(portrait, stage, 4000, np.random.default_rng(0)).astype(np.float64)
        assert np.abs(points[:, 3]).max() <= FARTHEST + 1e-6
        columns, rows = ((np.array([1, -1]) * points[:, :2] + 1.0) / 2.0 * SIDE).astype(int).T
        within = (np.minimum(columns, rows) >= 0) & (np.maximum(columns, rows) < SIDE)
        points, columns, rows = points[within], columns[within], rows[within]
        front = 2.0 * portrait.nearness[rows, columns] / SIDE
        plain = is_face(portrait.labels)[rows, columns] & (portrait.normals[rows, columns, 2] > 0.8)
        ahead = (points[:, 2] - front) * portrait.normals[rows, columns, 2]
        close = plain & (np.abs(ahead) < 0.05)
        assert close.sum() > 100
        assert np.median(np.abs(points[close, 3] - ahead[close])) < 0.004
        assert ((points[plain, 3] > 0) == (ahead[plain] > 0))[np.abs(ahead[plain]) > 0.02].mean() > 0.93


def test_a_post_throws_its_shadow_away_from_the_lamp() -> None:
    nearness, seen = np.zeros((64, 64), np.float32), np.ones((64, 64), bool)
    nearness[28:36, 30:34] = 12.0
    shadow = cast_shadow(nearness, seen, np.array([0.7, 0.0, 0.714], np.float32))  # from the right
    assert shadow[32, 24] == 1.0
    assert shadow[32, 40] == 0.0
    assert shadow[50, 24] == 0.0
    above = cast_shadow(nearness, seen, np.array([0.0, 0.7, 0.714], np.float32))
    assert above[42, 32] == 1.0
    assert above[22, 32] == 0.0
    assert not cast_shadow(nearness, seen, np.array([0.0, 0.0, 1.0], np.float32)).any()
