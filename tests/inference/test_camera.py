"""Projection, crops and scales of the pinhole camera."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.inference.camera import Camera, focal_px_from_35mm, intrinsics_from_focal, project
from synthetic import opencv_pose

LIKE = torch.zeros((), dtype=torch.float64)
SIZE = (640, 480)


def camera(yaw: float = 15.0) -> Camera:
    rotation = LIKE.new_tensor(opencv_pose(yaw=yaw, pitch=-10.0))
    return Camera(intrinsics_from_focal(900.0, SIZE, LIKE), rotation, LIKE.new_tensor([0.05, -0.02, 0.6]), SIZE)


def points() -> torch.Tensor:
    return torch.rand(20, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 0.2 - 0.1


def test_projection_by_hand() -> None:
    straight = Camera(intrinsics_from_focal(100.0, SIZE, LIKE), torch.eye(3).double(), LIKE.new_zeros(3), SIZE)
    seen = straight.project(LIKE.new_tensor([[0.0, 0.0, 2.0], [1.0, -0.5, 2.0]]))
    assert seen.tolist() == [[320.0, 240.0], [370.0, 215.0]]  # x to the right, y down, the middle of the picture


def test_model_axes_in_the_picture() -> None:
    """For a face that looks at the camera: its left is right in the picture, its up is up."""
    facing = Camera(
        intrinsics_from_focal(900.0, SIZE, LIKE), LIKE.new_tensor(opencv_pose()), LIKE.new_tensor([0, 0, 0.6]), SIZE
    )
    middle, left, up, nose = facing.project(
        LIKE.new_tensor([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0.1, 0, 0.1]], dtype=torch.float64)
    )
    assert left[0] > middle[0]
    assert up[1] < middle[1]
    assert nose[0] > left[0]  # nearer, so larger


@given(left=st.integers(-50, 300), top=st.integers(-50, 200), width=st.integers(1, 500), factor=st.floats(0.05, 4.0))
@settings(max_examples=40)
def test_crop_and_scale_move_pixels_as_pictures_do(left: int, top: int, width: int, factor: float) -> None:
    seen = camera().project(points())
    changed = camera().cropped(left, top, width, 333).scaled(factor)
    expected = (seen - seen.new_tensor([left, top])) * factor
    torch.testing.assert_close(changed.project(points()), expected, rtol=1e-9, atol=1e-8)
    assert changed.image_size == (max(1, round(width * factor)), round(333 * factor))
    torch.testing.assert_close(changed.to_camera(points()), camera().to_camera(points()))


def test_batched_intrinsics_project_each_their_own() -> None:
    placed = camera().to_camera(points())
    both = torch.stack([intrinsics_from_focal(f, SIZE, LIKE) for f in (500.0, 1500.0)])
    together = project(placed.expand(2, -1, -1), both)
    for seen, intrinsics in zip(together, both, strict=True):
        torch.testing.assert_close(seen, project(placed, intrinsics))


def test_points_behind_the_camera_stay_finite_and_differentiable() -> None:
    behind = LIKE.new_tensor([[0.1, 0.1, -1.0], [0.1, 0.1, 0.0]]).requires_grad_()
    seen = project(behind, intrinsics_from_focal(500.0, SIZE, LIKE))
    seen.sum().backward()
    assert torch.isfinite(seen).all()
    assert behind.grad is not None
    assert torch.isfinite(behind.grad).all()


def test_a_full_frame_picture_has_its_own_focal_length() -> None:
    """36 x 24 mm: 50 mm over 36 mm of a picture 3600 pixels wide, whichever way it is held."""
    assert focal_px_from_35mm(50.0, (3600, 2400)) == pytest.approx(5000.0, rel=1e-4)
    assert focal_px_from_35mm(50.0, (2400, 3600)) == pytest.approx(5000.0, rel=1e-4)
