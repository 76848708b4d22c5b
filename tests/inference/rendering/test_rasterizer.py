"""The fast rasteriser against a naive double loop, analytic planes, and its own promises about edges."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.inference.rendering.rasterizer import interpolate, rasterize, rasterize_uv
from likeness.inference.rendering.scan import fill_triangles
from torch import Tensor

SIZE = (17, 13)


def intrinsics(size: tuple[int, int] = SIZE, focal: float = 20.0) -> Tensor:
    return torch.tensor([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]], dtype=torch.float64)


def naive(vertices: Tensor, triangles: Tensor, camera: Tensor, size: tuple[int, int], cull: bool) -> list[np.ndarray]:
    """Every pixel's ray against every triangle, in space; ids, barycentrics, depth."""
    width, height = size
    ids, weights, depth = np.full((height, width), -1), np.zeros((height, width, 3)), np.zeros((height, width))
    inverse = np.linalg.inv(camera.numpy())
    for row in range(height):
        for column in range(width):
            ray, best = inverse @ [column + 0.5, row + 0.5, 1.0], np.inf
            for number, triangle in enumerate(triangles.tolist()):
                corners = vertices[triangle].numpy()
                facing_away = np.linalg.det(corners) >= 0
                if (corners[:, 2] <= 1e-2).any() or (cull and facing_away):
                    continue
                mix = np.linalg.solve(corners.T, ray)
                z = 1.0 / mix.sum()
                if (mix >= 0).all() and z < best:
                    best, ids[row, column], depth[row, column] = z, number, z
                    weights[row, column] = mix / mix.sum()
    return [ids, weights, depth]


def soup(seed: int, count: int = 12) -> tuple[Tensor, Tensor]:
    """Random triangles, some partly outside the picture and some behind the camera."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform([-0.4, -0.4, 0.6], [0.4, 0.4, 1.2], (count, 1, 3))
    vertices = (centres + rng.uniform(-0.2, 0.2, (count, 3, 3))).reshape(-1, 3)
    vertices[rng.integers(0, 3 * count, 2), 2] *= -1
    return torch.from_numpy(vertices), torch.arange(3 * count).reshape(count, 3)


def jittered_grid(columns: int, rows: int, seed: int) -> tuple[Tensor, Tensor]:
    """A planar grid over [0, 1]^2 with its inner points moved: points (N, 2) and triangles (T, 3)."""
    rng = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), -1)
    points[1:-1, 1:-1] += rng.uniform(-0.24, 0.24, points[1:-1, 1:-1].shape)
    first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    a, b, c, d = first, first + 1, first + columns + 2, first + columns + 1
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return torch.from_numpy(points.reshape(-1, 2) / [columns, rows]), torch.from_numpy(triangles)


@pytest.mark.parametrize("cull", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_the_naive_reference(seed: int, cull: bool) -> None:
    vertices, triangles = soup(seed)
    found = rasterize(vertices[None], triangles, intrinsics()[None], SIZE, cull_backfaces=cull)
    ids, weights, depth = naive(vertices, triangles, intrinsics(), SIZE, cull)
    assert (ids >= 0).any()
    assert (ids < 0).any()
    np.testing.assert_array_equal(found.triangle_ids[0].numpy(), ids)
    np.testing.assert_allclose(found.barycentrics[0].numpy(), weights, atol=1e-8)
    np.testing.assert_allclose(found.depth[0].numpy(), depth, atol=1e-9)


def test_attributes_are_perspective_correct() -> None:
    """On a steeply tilted plane, interpolated camera positions are where the pixels' rays meet the plane."""
    flat = torch.tensor([[-0.5, -0.4], [0.9, -0.5], [0.8, 0.9], [-0.6, 0.4]]).double()
    corners = torch.cat([flat, 1.1 + flat @ torch.tensor([[0.8], [0.3]]).double()], -1)
    normal = torch.tensor([-0.8, -0.3, 1.0]).double()
    triangles = torch.tensor([[0, 2, 1], [0, 3, 2]])
    found = rasterize(corners[None], triangles, intrinsics(), SIZE)
    seen = interpolate(found, triangles, corners[None])[0][found.mask[0]]
    rows, columns = found.mask[0].nonzero(as_tuple=True)
    pixels = torch.stack([columns + 0.5, rows + 0.5, torch.ones(len(rows))], -1).double()
    rays = pixels @ torch.linalg.inv(intrinsics()).T
    expected = rays * ((normal @ corners[0]) / (rays @ normal))[:, None]
    assert len(rows) > 30
    torch.testing.assert_close(seen, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(found.depth[0][found.mask[0]], expected[:, 2])


def test_gradients_of_colour_and_depth() -> None:
    vertices, triangles = soup(1, 5)
    attributes = torch.rand(1, len(vertices), 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def draw(vertices: Tensor, attributes: Tensor, camera: Tensor) -> tuple[Tensor, Tensor]:
        found = rasterize(vertices, triangles, camera, SIZE, cull_backfaces=False)
        return interpolate(found, triangles, attributes), found.depth

    inputs = (vertices[None].abs(), attributes, intrinsics())
    assert draw(*inputs)[1].count_nonzero() > 20
    inputs = [value.requires_grad_() for value in inputs]
    assert torch.autograd.gradcheck(draw, inputs, eps=1e-7, atol=1e-5, fast_mode=True)


def test_a_batch_is_its_members() -> None:
    (first, triangles), (second, _) = soup(2), soup(3)
    cameras = torch.stack([intrinsics(), intrinsics(focal=14.0)])
    both = torch.stack([first, second])
    together = rasterize(both, triangles, cameras, SIZE)
    pictures = interpolate(together, triangles, both)
    for number in range(2):
        alone = rasterize(both[number : number + 1], triangles, cameras[number], SIZE)
        assert torch.equal(alone.triangle_ids[0], together.triangle_ids[number])
        assert torch.equal(alone.barycentrics[0], together.barycentrics[number])
        assert torch.equal(interpolate(alone, triangles, both[number])[0], pictures[number])
    assert not torch.equal(together.mask[0], together.mask[1])


@settings(max_examples=40)
@given(columns=st.integers(2, 40), rows=st.integers(2, 40), seed=st.integers(0, 10_000), angle=st.floats(0.0, 6.3))
def test_shared_edges_leave_no_hole_and_draw_no_pixel_twice(columns: int, rows: int, seed: int, angle: float) -> None:
    points, triangles = jittered_grid(columns, rows, seed)
    turn = torch.tensor([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = ((points - 0.5) @ turn.T * 24 + 16).float()
    corners = placed[triangles].permute(1, 2, 0)
    _, pixels = fill_triangles(corners, torch.zeros(len(triangles), dtype=torch.long), (32, 32))
    drawn = torch.bincount(pixels, minlength=32 * 32).reshape(32, 32)
    centres = torch.stack(torch.meshgrid(torch.arange(32) + 0.5, torch.arange(32) + 0.5, indexing="xy"), -1)
    inside = (((centres.double() - 16) @ turn).abs() - 12).amax(-1)  # signed distance to the square
    assert (drawn[inside < -1e-4] == 1).all()
    assert (drawn[inside > 1e-4] == 0).all()


def test_vertices_on_pixel_centres_are_drawn_once() -> None:
    """The hardest case for half-open spans: every edge and corner runs through pixel centres."""
    points, triangles = jittered_grid(4, 4, 0)
    points = (points * 4).round() * 2 + 0.5
    corners = points[triangles].permute(1, 2, 0)
    _, pixels = fill_triangles(corners, torch.zeros(len(triangles), dtype=torch.long), (10, 10))
    expected = torch.zeros(10, 10, dtype=torch.long)
    expected[:8, :8] = 1  # half-open: right and lower borders belong to the next triangle
    assert torch.equal(torch.bincount(pixels, minlength=100).reshape(10, 10), expected)


@pytest.mark.parametrize(("size", "flip"), [(64, False), (64, True), (500, False)])
def test_uv_layout_gives_every_texel_its_own_coordinate(size: int, flip: bool) -> None:
    """For both windings, and for a size that is drawn in several bands of rows."""
    points, triangles = jittered_grid(7, 5, 4)
    uv = (points * 0.9 + 0.05).float()
    triangles = triangles.flip(1) if flip else triangles
    layout = rasterize_uv(uv, triangles, size)
    found = interpolate(layout, triangles, uv)[0]
    texels = (torch.arange(size) + 0.5) / size
    expected = torch.stack(torch.meshgrid(texels, 1.0 - texels, indexing="xy"), -1)
    inside = ((expected - 0.5).abs() < 0.4499).all(-1)
    torch.testing.assert_close(found[inside], expected[inside], rtol=0, atol=1e-5)
    assert torch.equal(layout.mask[0], ((expected - 0.5).abs() < 0.45).all(-1))


def test_uv_overlap_goes_to_the_lower_number() -> None:
    uv = torch.tensor([[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]])
    layout = rasterize_uv(uv, torch.tensor([[0, 0, 0], [0, 1, 2], [2, 1, 0]]), 16)
    assert set(layout.triangle_ids.unique().tolist()) == {-1, 1}


def test_nothing_to_see_is_an_empty_picture() -> None:
    vertices = torch.tensor([[-0.1, -0.1, 1.0], [0.1, -0.1, 1.0], [0.0, 0.1, 1.0]], dtype=torch.float64)
    triangles = torch.tensor([[0, 2, 1]])
    behind, broken = vertices * torch.tensor([1, 1, -1]), vertices.clone()
    broken[1, 0] = torch.nan
    assert rasterize(vertices[None], triangles, intrinsics(), SIZE).mask.any()
    for hidden in (behind, broken, vertices + 5.0):
        hidden = hidden[None].requires_grad_()
        found = rasterize(hidden, triangles, intrinsics(), SIZE)
        assert not found.mask.any()
        assert not found.depth.any()
        (found.barycentrics.sum() + found.depth.sum()).backward()
        assert hidden.grad is not None
        assert not hidden.grad[hidden.isfinite().all(-1)].any()


def test_slivers_stay_within_their_triangle_in_single_precision() -> None:
    """Triangles a thousand times longer than wide, far from the origin, never extrapolate their corners' values."""
    rng = np.random.default_rng(5)
    start = rng.uniform(-0.4, 0.4, (400, 1, 2))
    along, tiny = rng.normal(size=(400, 1, 2)), rng.normal(size=(400, 1, 2)) * 1e-4
    flat = start + np.concatenate([0 * along, along * 0.1, along * 0.05 + tiny], 1)
    depth = rng.uniform(0.5, 2.0, (400, 3, 1))
    vertices = torch.from_numpy(np.concatenate([flat * depth, depth], -1)).float().reshape(1, -1, 3)
    size = (2000, 2000)
    found = rasterize(vertices, torch.arange(1200).reshape(-1, 3), intrinsics(size, 2000.0).float(), size, False)
    shown = found.depth[found.mask]
    corner_depths = vertices[0, :, 2].reshape(-1, 3)[found.triangle_ids[found.mask]]
    assert len(shown) > 1000
    assert ((shown >= corner_depths.amin(1) - 1e-5) & (shown <= corner_depths.amax(1) + 1e-5)).all()
