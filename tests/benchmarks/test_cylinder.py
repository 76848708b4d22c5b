"""Maps on the cylinder against a ray caster that tries every triangle, and what is joined of them again."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.benchmarks.cylinder import RAYS, roll_up, unroll


def tube(radius: float = 80.0, steps: int = 360, top: float = 120.0) -> tuple[np.ndarray, np.ndarray]:
    """An upright tube round the axis, open at both ends, wound outwards."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    ring = np.stack([np.sin(angle), np.zeros(steps), np.cos(angle)], axis=1) * radius
    height = np.array([0, top, 0])
    vertices = np.concatenate([ring - height, ring + height])
    low, after = np.arange(steps), np.roll(np.arange(steps), -1)
    triangles = [np.stack([low, after, low + steps], axis=1), np.stack([after, after + steps, low + steps], axis=1)]
    return vertices, np.concatenate(triangles)


def blob() -> tuple[np.ndarray, np.ndarray]:
    """A head's size of bumps, of triangles of all shapes; it closes over the axis above and below."""
    random = np.random.default_rng(0)
    up, across = np.meshgrid(np.linspace(-1.57, 1.57, 30), np.linspace(0, 2 * np.pi, 40, endpoint=False))
    across = across + random.uniform(-0.05, 0.05, across.shape)
    points = np.stack([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)], axis=2)
    points *= [75, 110, 90] * (1 + 0.08 * np.sin(5 * across + 3 * up) * np.cos(up))[..., None]
    ids = np.arange(1200).reshape(40, 30)
    after = np.roll(ids, -1, axis=0)
    a, b, c, d = (corner.ravel() for corner in (ids[:, :-1], after[:, :-1], after[:, 1:], ids[:, 1:]))
    return points.reshape(-1, 3), np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def cast(vertices: np.ndarray, triangles: np.ndarray, row: int, column: int) -> tuple[float, np.ndarray]:
    """The farthest hit of one ray of the benchmark, by trying all triangles (Moeller-Trumbore)."""
    angle, height = column * 2 * np.pi / 255, np.linspace(150, -150, RAYS)[row]
    ray, start = np.array([-np.sin(angle), 0, -np.cos(angle)]), np.array([0, height, 0])
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    side, other = b - a, c - a
    across = np.cross(ray, other)
    size = (side * across).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = ((start - a) * across).sum(axis=1) / size
        v = (np.cross(start - a, side) @ ray) / size
        far = (other * np.cross(start - a, side)).sum(axis=1) / size
    met = (u >= 0) & (v >= 0) & (u + v <= 1) & (far > 0)
    last = np.where(met, far, 0).argmax()
    normal = np.cross(side[last], other[last])
    return float(far[last]), normal / np.linalg.norm(normal)


def test_a_tube_has_one_radius_all_round() -> None:
    seen = unroll(*tube())
    rows = np.flatnonzero(seen.hit.all(axis=1))
    np.testing.assert_allclose(seen.radius[rows], 80, atol=0.01)
    assert seen.hit.sum() == RAYS * len(rows)  # no hole at the back, where the map begins and ends
    heights = np.linspace(150, -150, RAYS)[rows]
    assert heights.max() == pytest.approx(120, abs=1.2)
    assert heights.min() == pytest.approx(-120, abs=1.2)
    np.testing.assert_allclose(seen.normals[rows[0], 0], [0, 0, -1], atol=0.02)  # the first column looks back
    np.testing.assert_allclose(seen.normals[rows[0], 64], [-1, 0, 0], atol=0.05)  # then to the subject's right


def test_rays_meet_what_a_naive_caster_meets() -> None:
    vertices, triangles = blob()
    seen = unroll(vertices, triangles)
    random = np.random.default_rng(1)
    apart, turned = [], []
    for row, column in zip(random.integers(60, 196, 300), random.integers(0, RAYS, 300), strict=True):
        radius, normal = cast(vertices, triangles, row, column)
        apart.append(abs(seen.radius[row, column] - radius))
        turned.append(float(normal @ seen.normals[row, column]))
    assert np.median(apart) < 1e-9
    assert np.quantile(apart, 0.9) < 0.2  # by an edge the other triangle may be met: edges are straight on the map
    assert np.mean(np.array(turned) > 0.999) > 0.85


def test_the_outermost_sheet_counts_and_winding_does_not() -> None:
    outer, triangles = tube(90)
    inner, _ = tube(60)
    both = np.concatenate([triangles, triangles + len(outer)])
    either = unroll(np.concatenate([outer, inner]), both)
    np.testing.assert_allclose(either.radius[either.hit], 90, atol=0.01)
    turned = np.concatenate([triangles[:200, ::-1], triangles[200:]])
    np.testing.assert_allclose(unroll(outer, turned).normals, unroll(outer, triangles).normals)


def test_a_map_is_joined_again_but_over_steps() -> None:
    seen = unroll(*tube())
    points, triangles = roll_up(seen.radius, seen.hit)
    np.testing.assert_allclose(np.hypot(points[:, 0], points[:, 2]), 80, atol=0.01)
    rows = np.flatnonzero(seen.hit.any(axis=1))
    assert len(triangles) == 2 * (len(rows) - 1) * (RAYS - 1)
    for step, cut in ((14.9, 0), (15.1, 1)):
        stepped = seen.radius.copy()
        stepped[:, :128] += np.where(seen.hit[:, :128], step, 0)
        joined = roll_up(stepped, seen.hit)[1]
        assert len(joined) == 2 * (len(rows) - 1) * (RAYS - 1 - cut)


def test_only_what_is_kept_is_joined() -> None:
    seen = unroll(*tube())
    kept = np.zeros((RAYS, RAYS), bool)
    kept[100:103, 50:54] = True
    points, triangles = roll_up(seen.radius, kept)
    assert len(triangles) == 2 * 2 * 3
    assert len(points) == 12
    assert len(roll_up(seen.radius, np.zeros((RAYS, RAYS), bool))[1]) == 0
