"""The person's own skin from changed copies of one portrait: a darker face, a grey photo, half of it in shade."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from likeness.anatomy.regions import RegionName
from likeness.bfm.library.registry import load_model
from likeness.geometry.colour import linear_to_srgb, srgb_to_linear
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.reconstruction import ALBEDO_IMAGE, CONFIDENCE_IMAGE, Reconstruction
from PIL import Image
from skimage import data

TEXTURE = 512
CENTRE, RADII = (222, 118), (62, 84)  # of the portrait's face, pixels
DARKER = np.array([0.40, 0.30, 0.25])  # in linear light: darker along melanin's axis
SHADE = 0.2


def made(pixels: np.ndarray, folder: Path) -> Reconstruction:
    path = folder / "photo.png"
    Image.fromarray(pixels).save(path)
    return reconstruct(path, PipelineOptions(texture_size=TEXTURE, device="cpu"))


def albedo_of(face: Reconstruction) -> tuple[np.ndarray, np.ndarray]:
    """Albedo (T, T, 3) as stored, and where it is seen (T, T)."""
    return np.asarray(face.images[ALBEDO_IMAGE]), np.asarray(face.images[CONFIDENCE_IMAGE]) > 128


def with_dark_face(pixels: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    away = np.hypot((columns - CENTRE[0]) / RADII[0], (rows - CENTRE[1]) / RADII[1])
    share = np.clip((1.15 - away) / 0.3, 0, 1)[..., None]
    linear = srgb_to_linear(pixels)
    return np.round(linear_to_srgb(linear * (1 - share + share * DARKER)) * 255).astype(np.uint8)


def with_one_half_in_shade(pixels: np.ndarray) -> np.ndarray:
    linear = srgb_to_linear(pixels)
    linear[:, CENTRE[0] :] *= SHADE
    return np.round(linear_to_srgb(linear) * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def plain(face_finder: None, tmp_path_factory: pytest.TempPathFactory) -> Reconstruction:
    return made(data.astronaut(), tmp_path_factory.mktemp("plain"))


def test_a_darker_face_has_darker_skin(plain: Reconstruction, tmp_path: Path) -> None:
    """With the same background: it was not the light."""
    dark = made(with_dark_face(data.astronaut()), tmp_path)
    (before, seen), (after, still_seen) = albedo_of(plain), albedo_of(dark)
    both = seen & still_seen
    before, after = (np.log(np.maximum(srgb_to_linear(albedo[both]), 1e-3)) for albedo in (before, after))
    step = np.median(after - before, axis=0)
    assert (step / np.log(DARKER) > 0.7).all(), step / np.log(DARKER)
    assert dark.lighting[0].mean() > 0.6 * plain.lighting[0].mean()


def test_a_grey_photo_has_grey_skin_and_grey_light(tmp_path: Path, face_finder: None) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    face = made(grey, tmp_path)
    albedo, seen = albedo_of(face)
    assert np.ptp(albedo[seen].astype(int), axis=-1).max() <= 12
    np.testing.assert_allclose(face.lighting, face.lighting.mean(axis=1, keepdims=True) * np.ones(3), atol=1e-3)


def test_a_hard_shadow_is_no_paint(plain: Reconstruction, tmp_path: Path) -> None:
    """The two halves have one hue and nearly one brightness, where they are known and where they are completed."""
    albedo, seen = albedo_of(made(with_one_half_in_shade(data.astronaut()), tmp_path))
    model = load_model("builtin")
    atlas = uv_atlas(model, TEXTURE)
    across = atlas.interpolate(model.mean)[..., 0]
    cheeks = atlas.interpolate(model.region(RegionName.CHEEKS)[:, None])[..., 0] > 0.5
    lab = cv2.cvtColor(albedo.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    halves = [np.median(lab[cheeks & (side * across > 0)], axis=0) for side in (-1, 1)]
    hues = [np.degrees(np.arctan2(b, a)) for _, a, b in halves]
    assert abs(hues[0] - hues[1]) < 6, hues
    assert abs(halves[0][0] - halves[1][0]) < 5, halves
    skin = np.median(lab[cheeks & seen], axis=0)
    usual, usual_seen = albedo_of(plain)
    expected = np.median(cv2.cvtColor(usual.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[cheeks & usual_seen], axis=0)
    assert abs(skin[0] - expected[0]) < 6, (skin, expected)
