"""Visible vertices: a sphere sees exactly its near side, at every subpixel position; occluders hide."""

from __future__ import annotations

import pytest
import torch
from likeness.inference.camera import intrinsics_from_focal
from likeness.inference.rendering.visibility import visible_vertices
from torch import Tensor

SIZE = (128, 128)


def facing(placed: Tensor, centre: Tensor) -> Tensor:
    """Cosine between the sphere's normal and the way to the camera, per vertex."""
    return -((placed - centre) * torch.nn.functional.normalize(placed, dim=-1)).sum(-1) / 0.1


@pytest.mark.parametrize("shift", [0.0, 0.0003, 0.0011, 0.0017])
def test_a_sphere_shows_its_near_side_and_nothing_else(sphere: tuple[Tensor, Tensor], shift: float) -> None:
    vertices, triangles = sphere
    centre = torch.tensor([shift, -shift / 2, 0.6]).double()
    placed = vertices * 0.1 + centre
    found = visible_vertices(placed[None].float(), triangles, intrinsics_from_focal(300.0, SIZE, placed).float(), SIZE)
    cosine = facing(placed, centre)
    assert found[0][cosine > 0.02].all()
    assert not found[0][cosine < -0.02].any()


def test_an_occluder_hides_what_is_behind_it(sphere: tuple[Tensor, Tensor]) -> None:
    vertices, triangles = sphere
    far, near = vertices * 0.1 + torch.tensor([0, 0, 0.8]), vertices * 0.04 + torch.tensor([0, 0, 0.5])
    both = torch.cat([far, near])
    mesh = torch.cat([triangles, triangles + len(vertices)])
    found = visible_vertices(both[None], mesh, intrinsics_from_focal(300.0, SIZE, both), SIZE)[0, : len(vertices)]
    offset = (far[:, :2] / far[:, 2:]).norm(dim=-1)
    front = facing(far, torch.tensor([0, 0, 0.8])) > 0.02
    rim = 0.04 / (0.5**2 - 0.04**2) ** 0.5  # tangent of the small sphere's cone
    pixel = 1 / 300
    assert not found[offset < rim - pixel].any()
    assert found[front & (offset > rim + pixel)].all()
    assert (front & (offset < rim - pixel)).sum() > 5


def test_outside_the_picture_is_not_visible(sphere: tuple[Tensor, Tensor]) -> None:
    vertices, triangles = sphere
    placed = vertices * 0.1 + torch.tensor([0.0, 0.0, 0.6])
    camera = intrinsics_from_focal(900.0, SIZE, placed)
    found = visible_vertices(placed[None], triangles, camera, SIZE)[0]
    pixels = (placed @ camera.T)[:, :2] / placed[:, 2:]
    assert found.any()
    assert ((pixels[found] >= 0) & (pixels[found] < 128)).all()
    behind = placed * torch.tensor([1.0, 1.0, -1.0])
    assert not visible_vertices(behind[None], triangles, camera, SIZE).any()
