"""What is worn over a face leaves no trace on it: black sunglasses and masks painted on a portrait."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from likeness.anatomy.regions import RegionName
from likeness.bfm.library.registry import load_model
from likeness.geometry.colour import srgb_to_linear
from likeness.inference.detectors.landmarks import detect_faces
from likeness.inference.images import Photo
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.reconstruction import ALBEDO_IMAGE, CONFIDENCE_IMAGE, DISPLACEMENT_IMAGE, Reconstruction
from PIL import Image
from skimage import data

TEXTURE = 512
BLACK, BLUE = (12, 12, 14), (150, 190, 225)
FEATURES = (RegionName.BROWS, RegionName.LIPS, RegionName.LIDS, RegionName.EYES, RegionName.MOUTH_INTERIOR)


def with_sunglasses(pixels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Two lenses, a bridge and the arms to the ears, for iBUG-68 points."""
    worn = pixels.copy()
    eyes = points[36:48].reshape(2, 6, 2).mean(axis=1)
    for (x, y), (ear_x, ear_y) in zip(eyes.round().astype(int), points[[0, 16]].round().astype(int), strict=True):
        cv2.ellipse(worn, (int(x), int(y) + 2), (21, 15), 0, 0, 360, BLACK, -1, cv2.LINE_AA)
        cv2.line(worn, (int(x), int(y) - 3), (int(ear_x), int(ear_y) - 10), BLACK, 3, cv2.LINE_AA)
    ends = [(int(x), int(y)) for x, y in eyes]
    cv2.line(worn, ends[0], ends[1], BLACK, 4, cv2.LINE_AA)
    return worn


def with_mask(pixels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Cloth over nose, mouth and chin."""
    outline = np.concatenate([points[1:16], points[[46]] + (0, 22), points[[28]] + (0, 4), points[[41]] + (0, 22)])
    worn = pixels.copy()
    cv2.fillPoly(worn, [np.round(outline).astype(np.int32)], BLUE, cv2.LINE_AA)
    return worn


@dataclass(frozen=True)
class Face:
    """What a result shows of a face, over the texture."""

    albedo: np.ndarray  # (T, T, 3) linear RGB
    seen: np.ndarray  # (T, T)
    relief: np.ndarray  # (T, T) metres, without its sign
    pixels: np.ndarray  # (T, T, 2) of the photo

    def in_photo(self, mask: np.ndarray) -> np.ndarray:
        """(T, T) bool: where a mask (H, W) of the photo falls on the face."""
        return cv2.remap(mask.astype(np.float32), self.pixels, None, cv2.INTER_LINEAR) > 0.5


def face_of(pixels: np.ndarray, folder: Path) -> Face:
    path = folder / "photo.png"
    Image.fromarray(pixels).save(path)
    made = reconstruct(path, PipelineOptions(texture_size=TEXTURE, device="cpu"))
    images = {name: np.asarray(made.images[name]) for name in (ALBEDO_IMAGE, CONFIDENCE_IMAGE, DISPLACEMENT_IMAGE)}
    return Face(
        srgb_to_linear(images[ALBEDO_IMAGE]),
        images[CONFIDENCE_IMAGE] / 255,
        np.abs(images[DISPLACEMENT_IMAGE]),
        _pixels(made),
    )


def _pixels(made: Reconstruction) -> np.ndarray:
    mesh = made.mesh
    posed = mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)
    seen = (posed @ made.rotation.T + made.translation) @ made.intrinsics.T
    return uv_atlas(load_model("builtin"), TEXTURE).interpolate(seen[:, :2] / seen[:, 2:]) - 0.5


@pytest.fixture(scope="module")
def bare(face_finder: None, tmp_path_factory: pytest.TempPathFactory) -> Face:
    return face_of(data.astronaut(), tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def plain_skin() -> np.ndarray:
    """(T, T) bool: skin without features."""
    model, atlas = load_model("builtin"), uv_atlas(load_model("builtin"), TEXTURE)
    features = np.max([model.region(name) for name in FEATURES], axis=0)
    return atlas.mask & (atlas.interpolate(features[:, None])[..., 0] < 0.02)


@pytest.mark.parametrize("put_on", [with_sunglasses, with_mask])
def test_what_is_worn_leaves_no_trace(put_on, bare: Face, plain_skin: np.ndarray, tmp_path: Path) -> None:
    pixels = data.astronaut()
    points = detect_faces(Photo(None, pixels))[0].ibug68()
    worn = put_on(pixels, points)
    painted = (np.abs(worn.astype(int) - pixels).sum(axis=-1) > 20).astype(np.uint8)
    face = face_of(worn, tmp_path)
    change = np.abs(np.log(np.maximum(face.albedo, 1e-3) / np.maximum(bare.albedo, 1e-3)))
    hidden = face.in_photo(painted) & plain_skin & (bare.seen > 0.5)
    assert hidden.sum() > 5000
    assert face.seen[hidden].mean() < 0.02
    assert np.median(change[hidden]) < 0.12  # a tenth is two of 100 steps of lightness
    assert np.quantile(change[hidden], 0.95) < 0.4
    around = face.in_photo(cv2.dilate(painted, np.ones((13, 13)))) & ~face.in_photo(
        cv2.dilate(painted, np.ones((3, 3)))
    )
    halo = around & plain_skin & (np.minimum(bare.seen, face.seen) > 0.5)
    assert np.median(change[halo]) < 0.12
    assert np.quantile(change[halo], 0.95) < 0.25
    skin = np.median(face.albedo[plain_skin & (face.seen > 0.5)], axis=0)
    assert np.quantile(np.abs(np.log(face.albedo[hidden] / skin)), 0.99) < 0.4
    beneath = face.in_photo(cv2.erode(painted, np.ones((5, 5)))) & (bare.seen > 0.5)
    assert face.relief[beneath].max() < 5e-5
    assert np.quantile(bare.relief[beneath], 0.95) > 1e-4
