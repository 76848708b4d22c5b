"""FaceScape's fit as a face of the pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.bfm.library.registry import load_model
from likeness.errors import LikenessError
from likeness.inference.facescape import photo_fit
from likeness.inference.facescape.bilinear import bilinear_points
from likeness.inference.facescape.weak_perspective import WeakPerspective
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.choices import DRAFT, FACESCAPE_FIT

POINTS = np.random.default_rng(0).normal(0, 40, (30, 3))


def test_the_camera_shows_what_the_weak_perspective_does() -> None:
    pose = WeakPerspective(2.0, np.array([300.0, 180.0]), np.array([0.1, -0.5, 0.05]))
    camera = photo_fit.weak_camera(pose, POINTS, (640, 480), torch.zeros((), dtype=torch.float64))
    flat = pose.project(POINTS)
    pixels = camera.project(torch.from_numpy(POINTS / 1000)).numpy()
    # A point 100 mm before the others is a hundredth larger at ten metres.
    np.testing.assert_allclose(pixels, np.column_stack([flat[:, 0], 480 - flat[:, 1]]), atol=2.5)
    middle = POINTS.mean(axis=0)
    seen = camera.project(torch.from_numpy(middle[None] / 1000)).numpy()[0]
    np.testing.assert_allclose(seen, [1, -1] * pose.project(middle[None])[0] + [0, 480], atol=1e-9)
    assert float(camera.to_camera(torch.from_numpy(middle / 1000))[2]) == pytest.approx(photo_fit.DISTANCE)


@pytest.mark.usefixtures("bilinear_file")
def test_it_needs_its_model_and_one_photo() -> None:
    with pytest.raises(LikenessError, match=r"needs its bilinear model .* not 'builtin': choose it with --model"):
        photo_fit.require("builtin", 1)
    with pytest.raises(LikenessError, match="one photo"):
        photo_fit.require("facescape", 2)
    photo_fit.require("facescape", 1)


def test_without_the_model_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="add it with `likeness models add FILE`"):
        reconstruct(tmp_path / "photo.jpg", PipelineOptions(fit=FACESCAPE_FIT))


@pytest.mark.usefixtures("face_finder")
def test_a_photo_is_fitted(bilinear_file: Path, photo: Path) -> None:
    face = reconstruct(photo, PipelineOptions(model="facescape", fit=FACESCAPE_FIT, quality=DRAFT, device="cpu"))
    assert face.provenance["coefficients"] == "FaceScape's fit to 68 landmarks"
    model = load_model("facescape")
    points = bilinear_points(model, bilinear_file)
    identity, expression = (np.array(face.coefficients[name]) for name in ("identity", "expression"))
    assert expression[51:].tolist() == [0.0]
    assert expression.min() >= 0.0
    assert expression.max() <= 1.0
    assert 0.1 < np.abs(identity).max() < 5.0
    shape = points.shape(identity, expression[:51])[points.landmarks] / 1000
    camera = shape @ face.rotation.T + face.translation
    pixels = camera[:, :2] / camera[:, 2:] * np.diag(face.intrinsics)[:2] + face.intrinsics[:2, 2]
    seen = np.array(face.landmarks["ibug68"])
    eyes = np.linalg.norm(seen[36] - seen[45])
    missed = np.linalg.norm(pixels - seen, axis=1)[17:].mean() / eyes
    assert missed < 0.05
    assert face.landmarks["reprojection_error"] < 0.06
