"""The crop: the official rectangles, pixels and landmarks, and the way back into the photo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from likeness.errors import LikenessError
from likeness.inference.deep3d.alignment import CROP_PX, RESCALE_FACTOR, TEMPLATE, Deep3DCrop, align, pos
from PIL import Image

Arrays = dict[str, np.ndarray]
WIDTH, HEIGHT = 640, 480
CASES = ("centre", "edge", "large", "profile")


@pytest.fixture(scope="module")
def ramps() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    colours = [x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), (x + y) * 255 // (WIDTH + HEIGHT - 2)]
    return np.stack(colours, axis=-1).astype(np.uint8)


@pytest.fixture(scope="module")
def waves() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    grey = (127.5 + 127.5 * np.sin(0.21 * x) * np.cos(0.17 * y)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def crop_of(case: str, pixels: np.ndarray, reference: Arrays) -> Deep3DCrop:
    return align(pixels, reference[f"align_{case}_points5_y_down"].astype(np.float64))


def test_the_template_is_the_official_one(reference: Arrays) -> None:
    assert np.allclose(TEMPLATE, reference["align_lm3d_5"], atol=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_rectangle_and_parameters(case: str, ramps: np.ndarray, reference: Arrays) -> None:
    crop = crop_of(case, ramps, reference)
    assert [*crop.resized, crop.left, crop.up] == list(reference[f"align_{case}_resized_wh_left_up"])
    points = reference[f"align_{case}_points5_y_down"].astype(np.float64)
    size, moved = pos(points * [1, -1] + [0, HEIGHT - 1])
    found = [WIDTH, HEIGHT, RESCALE_FACTOR / size, *moved]
    assert found == pytest.approx(reference[f"align_{case}_trans_params"], rel=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_pixels(case: str, ramps: np.ndarray, waves: np.ndarray, reference: Arrays) -> None:
    rows, columns = reference["align_sample_row_col"].T
    for picture, name in ((ramps, "pixels"), (waves, "pixels_wave")):
        crop = crop_of(case, picture, reference)
        assert crop.pixels.shape == (CROP_PX, CROP_PX, 3)
        wanted = reference[f"align_{case}_{name}"].astype(int)
        assert np.abs(crop.pixels[rows, columns].astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("middle", [(300, 200), (20, 460), (639, 0)])
@pytest.mark.parametrize("size", [30.0, 90.0, 400.0])
def test_only_the_crop_is_resized(middle: tuple[int, int], size: float) -> None:
    """As the official code does it, which resizes the whole photo."""
    photo = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    crop = align(photo, TEMPLATE[:, :2] * [size, -size] + middle)
    whole = Image.fromarray(photo).resize(crop.resized, Image.Resampling.BICUBIC)
    naive = np.asarray(whole.crop((crop.left, crop.up, crop.left + CROP_PX, crop.up + CROP_PX))).astype(int)
    off = np.abs(crop.pixels - naive)
    assert off.max() <= 2  # of noise, whose neighbours differ by 255
    assert (off > 0).mean() < 0.01


def test_a_small_face_in_a_large_photo() -> None:
    photo = np.zeros((4000, 6000, 3), np.uint8)
    photo[1990:2010, 2990:3010] = 255
    crop = align(photo, TEMPLATE[:, :2] * [25, -25] + [3000, 2000])
    assert max(crop.resized) > 20_000
    assert crop.pixels[CROP_PX // 2, CROP_PX // 2].min() == 255


@pytest.mark.parametrize("case", CASES)
def test_the_way_back_finds_the_pixel(case: str, ramps: np.ndarray, reference: Arrays) -> None:
    """On ramps the colour of a crop's pixel is the place in the photo that it came from."""
    crop = crop_of(case, ramps, reference)
    rows, columns = np.mgrid[0:CROP_PX:9, 0:CROP_PX:9].reshape(2, -1)
    back = crop.to_photo(np.stack([columns, rows], axis=1) + 0.5)
    inside = (back > 8).all(axis=1) & (back < [WIDTH - 8, HEIGHT - 8]).all(axis=1)
    assert inside.sum() > 100
    seen = crop.pixels[rows, columns][inside].astype(np.float64)
    wanted = (back[inside] - 0.5) / [WIDTH - 1, HEIGHT - 1] * 255
    assert np.abs(seen[:, :2] - wanted).max() < 1.5


@given(scale=st.floats(5, 500), shift=arrays(np.float64, 2, elements=st.floats(-1000, 1000)), turn=st.floats(-3, 3))
def test_pos_finds_the_weak_perspective_camera(scale: float, shift: np.ndarray, turn: float) -> None:
    axes = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0]])
    found, moved = pos(TEMPLATE @ axes.T * scale + shift)
    assert found == pytest.approx(scale, rel=1e-6)
    assert moved == pytest.approx(shift, abs=1e-4)


@pytest.mark.parametrize("five", [np.full((5, 2), 1e9) * np.arange(5)[:, None], np.zeros((5, 2))])
def test_points_of_no_face_are_told(five: np.ndarray, ramps: np.ndarray) -> None:
    with pytest.raises(LikenessError, match="no picture of it"):
        align(ramps, five)
