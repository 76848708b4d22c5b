"""The crop shows at a point's pixel what the photo shows there."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.geometry.colour import linear_to_srgb, srgb_to_linear
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.fitting.face_crop import FaceCrop, face_crop
from synthetic import opencv_pose

WIDTH, HEIGHT = 400, 300
LIKE = torch.zeros((), dtype=torch.float64)


def smooth_photo() -> np.ndarray:
    """A picture (H, W, 3) uint8 whose linear colour at pixel (x, y) is `colour`."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    return np.rint(linear_to_srgb(colour(np.stack([x, y], -1))) * 255).astype(np.uint8)


def colour(pixels: np.ndarray) -> np.ndarray:
    x, y = pixels[..., 0] / WIDTH, pixels[..., 1] / HEIGHT
    return np.stack([0.2 + 0.6 * x, 0.2 + 0.6 * y, 0.5 + 0.2 * np.sin(4 * x + 3 * y)], axis=-1)


def camera() -> Camera:
    intrinsics = intrinsics_from_focal(500.0, (WIDTH, HEIGHT), LIKE)
    rotation = LIKE.new_tensor(opencv_pose(yaw=20.0, roll=10.0))
    return Camera(intrinsics, rotation, LIKE.new_tensor([0.02, -0.01, 0.6]), (WIDTH, HEIGHT))


def cut(box: tuple[float, ...], size: int, skin: np.ndarray | None = None) -> FaceCrop:
    skin = np.ones((HEIGHT, WIDTH)) if skin is None else skin
    return face_crop(smooth_photo(), skin, np.array(box), size, LIKE)


@pytest.mark.parametrize("size", [60, 101, 1000])  # smaller than the box, oddly so, larger
@pytest.mark.parametrize("box", [(120.0, 90.0, 270.0, 250.0), (-10.0, 40.0, 90.0, 330.0)])  # inside, over the edge
def test_points_keep_their_colour(box: tuple[float, ...], size: int) -> None:
    across, down = np.meshgrid((np.arange(WIDTH) + 0.5) / WIDTH, (np.arange(HEIGHT) + 0.5) / HEIGHT)
    crop = cut(box, size, 0.2 + 0.5 * across + 0.3 * down)
    crop_camera = crop.seen_by(camera())
    assert crop.skin.shape == crop_camera.image_size[::-1] == crop.pixels.shape[:2]
    assert max(crop_camera.image_size) <= 1.5 * min(size, max(box[2] - box[0], box[3] - box[1])) + 3
    points = torch.rand(600, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 0.5 - 0.25
    in_photo = camera().project(points).numpy()
    low, high = np.maximum(np.array(box[:2]), 8), np.minimum(np.array(box[2:]), [WIDTH - 8, HEIGHT - 8])
    inside = ((in_photo > low) & (in_photo < high)).all(axis=1)
    assert inside.sum() > 10
    found, confidence = crop.sample(crop_camera.project(points))
    np.testing.assert_allclose(found[inside], colour(in_photo[inside]), atol=0.006)
    x, y = (in_photo[inside] / [WIDTH, HEIGHT]).T
    np.testing.assert_allclose(confidence[inside], 0.2 + 0.5 * x + 0.3 * y, atol=3e-4)  # a quarter of a pixel


def test_skin_confidence_comes_along_and_ends_with_the_crop() -> None:
    skin = np.zeros((HEIGHT, WIDTH))
    skin[:, :200] = 0.8
    crop = cut((120.0, 90.0, 270.0, 250.0), 75, skin)
    intrinsics = crop.seen_by(camera()).intrinsics
    scale = intrinsics[0, 0] / camera().intrinsics[0, 0]
    left_top = camera().intrinsics[:2, 2] - intrinsics[:2, 2] / scale
    in_photo = LIKE.new_tensor([[150.0, 150.0], [250.0, 150.0], [10.0, 150.0], [150.0, 5.0], [390.0, 290.0]])
    _, confidence = crop.sample((in_photo - left_top) * scale)
    torch.testing.assert_close(confidence, LIKE.new_tensor([0.8, 0.0, 0.0, 0.0, 0.0]), rtol=0, atol=1e-6)


def test_brightness_is_averaged_in_linear_light() -> None:
    """Black and white stripes, made smaller, are half the light and not half the sRGB value."""
    stripes = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = face_crop(stripes, np.ones((HEIGHT, WIDTH)), np.array([100.0, 50, 300, 250]), 100, LIKE)
    middle = crop.pixels[40:80, 40:80].mean()
    assert abs(float(middle) - 0.5) < 0.01 < abs(float(srgb_to_linear(np.uint8([[[128] * 3]])).mean()) - 0.5)
