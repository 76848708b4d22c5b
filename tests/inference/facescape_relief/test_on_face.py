"""FaceScape's maps on a face of a model: where they land, on which skin, and groups that come of key expressions."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from facescape_files import Head
from likeness.bfm.library import layings, registry
from likeness.bfm.transfer.correspondence import Overlay, identical
from likeness.geometry.faces import triangulate
from likeness.inference.facescape_relief import source
from likeness.inference.facescape_relief.displacement_maps import LARGEST_M, NONE, metres
from likeness.inference.facescape_relief.expressions import folds, full_expression, where_it_moves
from likeness.inference.facescape_relief.layout import FaceScapeLayout
from likeness.inference.facescape_relief.on_face import placed, posed_vertices, texels
from likeness.inference.facescape_relief.source import FaceScapeMaps
from likeness.inference.facescape_relief.window import texels as window_texels
from likeness.inference.uv.atlas import uv_atlas
from likeness.inference.wrinkles.storing import stored_wrinkles
from likeness.result.wrinkles import GroupName
from scipy.spatial import KDTree
from sheets import HALF, Scene

SIDE = 256
FLAT = np.full((1900, 1900), NONE, np.uint16)


def hill(x: float, y: float, metre: float, width: float = 0.004) -> np.ndarray:
    """A map (1900, 1900) with a hill of so many metres at a place of the sheet."""
    column, row = np.meshgrid(np.arange(1900.0), np.arange(1900.0))
    u, v = (column + 1100) / 4096, 1 - (row + 600) / 4096
    at_x, at_y = (u - 0.5) / 0.3 * 2 * HALF, -(v - 0.62) / 0.3 * 2 * HALF
    height = metre * np.exp(-((at_x - x) ** 2 + (at_y - y) ** 2) / (2 * width**2))
    return np.rint(NONE + height / LARGEST_M * 32768).clip(0, 65535).astype(np.uint16)


def at(image: np.ndarray, x: float, y: float) -> float:
    """The value of the sheet's texture at a place."""
    side = len(image)
    column, row = (0.5 + x / (2 * HALF)) * side - 0.5, (0.5 - y / (2 * HALF)) * side - 0.5
    return float(image[round(row), round(column)])


@pytest.fixture
def single(layout: FaceScapeLayout) -> FaceScapeMaps:
    return FaceScapeMaps(layout, (hill(0.02, 0.01, 5e-4),))


def test_a_hill_lands_where_it_was_seen_and_as_high(single: FaceScapeMaps, lit: Scene) -> None:
    detail = single.relief(lit.photo(), lit.model, lit.fit, SIDE, None)
    assert detail.displacement.shape == (SIDE, SIDE)
    assert detail.displacement.dtype == np.float32
    assert at(detail.displacement, 0.02, 0.01) == pytest.approx(5e-4, rel=0.03)
    assert at(detail.displacement, 0.024, 0.01) == pytest.approx(5e-4 * np.exp(-0.5), rel=0.08)
    assert abs(at(detail.displacement, 0.02, -0.01)) < 1e-5
    left, right = (at(detail.normal_map[..., 0], x, 0.01) for x in (0.017, 0.023))
    slope = 5e-4 * 0.003 / 0.004**2 * np.exp(-0.28125)
    assert (left, right) == pytest.approx((127.5 - 127.5 * slope, 127.5 + 127.5 * slope), abs=1.5)
    assert not detail.folds


def test_relief_is_on_bare_skin_alone(single: FaceScapeMaps, lit: Scene) -> None:
    """And ends without a step."""
    side = 1024
    bare = np.ones((side, side), np.float32)
    bare[:, : round((0.5 + 0.02 / (2 * HALF)) * side)] = 0.0
    found = single.relief(lit.photo(), lit.model, lit.fit, side, bare).displacement
    assert at(found, 0.0199, 0.01) < 1e-5
    assert at(found, 0.026, 0.01) == pytest.approx(5e-4 * np.exp(-1.125), rel=0.1)
    assert np.abs(np.diff(found, axis=1)).max() < 5e-4 / 6


def test_large_textures_are_made_at_the_size_of_what_is_known(
    single: FaceScapeMaps, lit: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(source, "_FINEST", 512)
    monkeypatch.setattr(source, "uv_atlas", lambda model, size: sizes.append(size) or uv_atlas(model, size))
    found = single.relief(lit.photo(), lit.model, lit.fit, 1024, None)
    assert sizes == [512]
    assert found.displacement.shape == (1024, 1024)
    assert found.normal_map.shape == (1024, 1024, 3)
    assert at(found.displacement, 0.02, 0.01) == pytest.approx(5e-4, rel=0.03)


def test_hidden_skin_has_the_other_sides_relief_more_faintly(lit: Scene, layout: FaceScapeLayout) -> None:
    atlas = uv_atlas(lit.model, SIDE)
    area = texels(layout, atlas, lit.fit, None)
    side = atlas.interpolate(lit.model.mean)[..., 0]
    hidden = replace(area, visibility=np.where(side < 0, 0.0, area.visibility).astype(np.float32))
    shown = hidden.shown(hidden.taken(metres(hill(0.02, 0.01, 5e-4)) + metres(hill(-0.03, -0.03, 5e-4))))
    assert at(shown, 0.02, 0.01) == pytest.approx(5e-4, rel=0.03)
    assert 2e-4 < at(shown, -0.02, 0.01) < 4e-4
    assert abs(at(shown, -0.03, -0.03)) < 1e-5  # what the unseen side itself is said to have


@pytest.fixture
def rig(layout: FaceScapeLayout) -> FaceScapeMaps:
    """Of every key expression the neutral hill; and folds: two of a smile, one of a raised brow."""
    neutral = hill(0.0, 0.0, 3e-4)
    windows = [neutral.astype(np.int64)] * 20
    windows[1] = windows[1] + hill(0.03, -0.02, 4e-4) + hill(-0.03, -0.02, 4e-4) - 2 * NONE
    windows[18] = windows[18] + hill(0.01, 0.04, 4e-4) - NONE
    return FaceScapeMaps(layout, tuple(window.astype(np.uint16) for window in windows))


def test_key_expressions_become_groups(rig: FaceScapeMaps, lit: Scene) -> None:
    """Each of the part that its key moves; the photo's own share is in the relief already."""
    detail = rig.relief(lit.photo(), lit.model, lit.fit, SIDE, None)
    groups = {group.name: group for group in detail.folds}
    assert groups.keys() == {GroupName.SMILE_LEFT, GroupName.SMILE_RIGHT, GroupName.BROW_RAISE}
    maps = {name: group.heights for name, group in groups.items()}
    assert {own.shape for own in maps.values()} == {(SIDE, SIDE)}
    left, brow = groups[GroupName.SMILE_LEFT], groups[GroupName.BROW_RAISE]
    assert left.photo == pytest.approx(0.25)
    assert (groups[GroupName.SMILE_RIGHT].photo, brow.photo) == (0.0, 0.0)
    assert left.keys == {"mouthSmileLeft": 1.0}
    fold = at(maps[GroupName.SMILE_LEFT], 0.03, -0.02)
    assert 1e-4 < fold < 2.5e-4  # it moves half as far there as at the rim
    assert abs(at(maps[GroupName.SMILE_LEFT], -0.03, -0.02)) < 1e-5
    assert abs(at(maps[GroupName.SMILE_RIGHT], 0.03, -0.02)) < 1e-5
    assert at(maps[GroupName.BROW_RAISE], 0.01, 0.04) > 2e-5
    # What is there whatever the expression is in no group.
    assert all(abs(at(own, 0.0, 0.0)) < 1e-5 for own in maps.values())
    assert at(detail.displacement, 0.0, 0.0) == pytest.approx(3e-4, rel=0.05)
    assert at(detail.displacement, 0.03, -0.02) == pytest.approx(0.25 * fold, abs=5e-6)
    assert abs(at(detail.displacement, -0.03, -0.02)) < 1e-5


def test_a_group_is_the_papers_blend_in_the_models_own_texture(rig: FaceScapeMaps, lit: Scene) -> None:
    atlas = uv_atlas(lit.model, SIDE)
    area = texels(rig.layout, atlas, lit.fit, None)
    taken = [area.taken(metres(window)) for window in rig.windows]
    values = full_expression(GroupName.SMILE_LEFT)
    wanted = area.shown(folds(values, lambda i: taken[i] - taken[0], lambda name: where_it_moves(name, atlas)))
    detail = rig.relief(lit.photo(), lit.model, lit.fit, SIDE, None)
    group = next(group for group in detail.folds if group.name == GroupName.SMILE_LEFT)
    assert np.allclose(group.heights, wanted, atol=1e-9)


def test_groups_have_a_size_of_their_own(rig: FaceScapeMaps, lit: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert source.MOST_TEXELS == 1024
    monkeypatch.setattr(source, "MOST_TEXELS", SIDE // 2)
    detail = rig.relief(lit.photo(), lit.model, lit.fit, SIDE, None)
    assert {len(group.heights) for group in detail.folds} == {SIDE // 2}
    group = next(group for group in detail.folds if group.name == GroupName.SMILE_LEFT)
    assert at(detail.displacement, 0.03, -0.02) == pytest.approx(0.25 * at(group.heights, 0.03, -0.02), abs=1e-5)


def test_the_neutral_face_is_the_neutral_map(rig: FaceScapeMaps, lit: Scene) -> None:
    """What the result keeps adds up: without its expression the photo's relief is what the network says of none."""
    windows = list(rig.windows)
    windows[1] = np.full((1900, 1900), 65535, np.uint16)  # higher than folds may be
    detail = FaceScapeMaps(rig.layout, tuple(windows)).relief(lit.photo(), lit.model, lit.fit, SIDE, None)
    groups, images = stored_wrinkles(detail.folds)
    neutral = detail.displacement.copy()
    for group in groups:
        neutral -= group.photo * images[group.image][..., group.channel]
    alone = FaceScapeMaps(rig.layout, (rig.windows[0],)).relief(lit.photo(), lit.model, lit.fit, SIDE, None)
    assert np.abs(neutral - alone.displacement).max() < 1e-7
    assert np.abs(detail.displacement - alone.displacement).max() > 5e-5


@pytest.fixture
def laid_at_once(monkeypatch: pytest.MonkeyPatch, made_head: Head) -> FaceScapeLayout:
    """A layout of the built-in head's own skin, each vertex of which is known on it."""
    model = registry.load_model("builtin")
    triangles, count = made_head.triangles, len(made_head.uv)
    layout = FaceScapeLayout(
        made_head.vertices[:count], triangles, made_head.uv, triangles, made_head.front,
        made_head.landmarks68, np.ones((1024, 1024), bool),
    )  # fmt: skip
    ids = KDTree(model.mean).query(layout.vertices)[1]
    back = identical(count)
    own = np.full(len(model.mean), -1)
    own[ids] = np.arange(count)
    onto = replace(identical(len(model.mean)), triangles=np.maximum(own, 0)[:, None].repeat(3, 1), count=count)
    onto = replace(onto, distance=np.where(own >= 0, 0.0, np.inf))
    back = replace(back, triangles=ids[:, None].repeat(3, 1), count=len(model.mean))
    monkeypatch.setattr(layings, "laid_builtin", lambda model: Overlay(np.zeros((0, 3)), onto, back))
    return layout


def test_another_topology_is_laid_on_the_face(laid_at_once: FaceScapeLayout) -> None:
    """Vertices of the layout go with the posed face, and every vertex of the model knows its texel."""
    model = registry.load_model("builtin")
    places = placed(laid_at_once, model)
    nose = model.landmarks68[30]
    assert places.trust[nose] == 1.0
    assert np.allclose(places.uv[nose], laid_at_once.uv[laid_at_once.landmarks68[30]])
    assert places.trust[model.part_vertices("tongue", "teeth")].max() == 0.0  # no skin that the layout has
    behind = model.mean[:, 2].argmin()
    assert places.trust[behind] == 0.0  # on the layout, and not on its front
    inside = window_texels(places.uv[places.trust > 0.5])
    assert inside.min() > 0
    assert inside.max() < 1900

    up = np.array([0.0, 0.1, 0.0])
    fit: Any = SimpleNamespace(posed=torch.as_tensor(model.mean + up))
    moved = posed_vertices(laid_at_once, model, fit)
    assert np.allclose(moved[:500], laid_at_once.vertices[:500] + up, atol=1e-6)


@pytest.mark.slow
def test_the_laying_finds_the_same(laid_at_once: FaceScapeLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    """By landmarks and closest points: within a millimetre of what is known, on all of the front."""
    model = registry.load_model("builtin")
    known = placed(laid_at_once, model)
    monkeypatch.undo()
    other = replace(laid_at_once, vertices=laid_at_once.vertices * 1.08 + [0.01, 0.02, 0.0])
    found = placed(other, model)
    both = (known.trust > 0.5) & (model.mean[:, 2] > 0.0)
    assert (found.trust[both] > 0.5).mean() > 0.97
    apart = np.linalg.norm(found.uv - known.uv, axis=1)[both & (found.trust > 0.5)]
    assert np.quantile(apart, 0.95) < 0.01  # of the texture, whose hundredth is 4 mm
    assert np.median(apart) < 0.002
    assert triangulate(model.faces).max() < len(found.uv)
