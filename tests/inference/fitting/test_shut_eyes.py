"""Eyes that are shut in the photo are shut in the face, and no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.anatomy.landmarks import IBUG68, LEFT_EYE_LOOP, LEFT_IRIS, RIGHT_EYE_LOOP
from likeness.bfm.library.registry import load_model
from likeness.inference.detectors.landmarks import FaceLandmarks, detect_faces
from likeness.inference.fitting.problem import observe
from likeness.inference.fitting.settings import LandmarkSettings
from likeness.inference.fitting.shut_eyes import eye_shares, seeing, with_shut_eyes
from likeness.inference.images import Photo, read_photo
from likeness.inference.pipeline import PipelineOptions, reconstruct
from skimage import data

HALF = len(LEFT_EYE_LOOP) // 2
LOOK, BLINK, OTHER = "eyeLookDownLeft", "eyeBlink_L", "mouthSmileLeft"


@pytest.fixture(scope="module")
def awake() -> FaceLandmarks:
    return detect_faces(Photo(None, data.astronaut()), looks=2)[0]


def winking(awake: FaceLandmarks, height: float) -> FaceLandmarks:
    """The same face with its left eye open by a share of its width."""
    points = awake.points.copy()
    loop = points[list(LEFT_EYE_LOOP)]
    width = np.linalg.norm(loop[0, :2] - loop[HALF, :2])
    for k in range(1, HALF):
        middle = (loop[k] + loop[-k]) / 2
        up = np.array([0, -height * width / 2])
        points[LEFT_EYE_LOOP[k]], points[LEFT_EYE_LOOP[-k]] = middle + up, middle - up
    return replace(awake, points=points)


@pytest.mark.usefixtures("face_finder")
def test_a_slit_is_a_shut_eye_and_a_narrow_one_sees(awake: FaceLandmarks) -> None:
    assert seeing(awake) == {"Right": 1.0, "Left": 1.0}
    assert seeing(winking(awake, 0.05)) == {"Right": 1.0, "Left": 0.0}
    assert seeing(winking(awake, 0.11)) == {"Right": 1.0, "Left": 1.0}
    assert 0.0 < seeing(winking(awake, 0.085))["Left"] < 1.0


@pytest.mark.usefixtures("face_finder")
def test_a_detector_without_irises_is_taken_at_its_word(awake: FaceLandmarks) -> None:
    other = replace(winking(awake, 0.0), points=awake.ibug68(), scheme=IBUG68)
    assert seeing(other) == {"Right": 1.0, "Left": 1.0}


@pytest.mark.usefixtures("face_finder")
def test_lids_meet_and_the_iris_says_nothing(awake: FaceLandmarks) -> None:
    like, settings = torch.zeros(1), LandmarkSettings()
    open_, shut = (observe(face, (512, 512), like, settings) for face in (awake, winking(awake, 0.05)))
    upper, lower = list(LEFT_EYE_LOOP[1:HALF]), [LEFT_EYE_LOOP[-k] for k in range(1, HALF)]
    torch.testing.assert_close(shut.points[upper], shut.points[lower])
    assert (shut.sigma[list(LEFT_IRIS)] > 100 * open_.sigma[list(LEFT_IRIS)]).all()
    torch.testing.assert_close(shut.places[0], open_.places[0])  # the other eye's iris, and how far the eyes are apart
    torch.testing.assert_close(shut.places[2], open_.places[2])
    assert not shut.places[1].any()
    torch.testing.assert_close(shut.points[list(RIGHT_EYE_LOOP)], open_.points[list(RIGHT_EYE_LOOP)])


def test_the_lid_is_free_and_the_gaze_is_not() -> None:
    names = [LOOK, BLINK, OTHER, "eyeLookDownRight"]
    assert eye_shares(names, {"Right": 1.0, "Left": 1.0}, 2.0) == [2.0, 1.0, 1.0, 2.0]
    look, blink, other, right = eye_shares(names, {"Right": 1.0, "Left": 0.0}, 2.0)
    assert look < 0.5 < 2.0 < blink
    assert (other, right) == (1.0, 2.0)


def test_a_shut_eye_is_shut_wholly() -> None:
    names, told = ["eyeBlinkLeft", "eyeBlinkRight", OTHER], torch.tensor([0.8, 0.3, 0.2])
    torch.testing.assert_close(with_shut_eyes(told, names, {"Right": 1.0, "Left": 1.0}), told)
    shut = with_shut_eyes(told, names, {"Right": 1.0, "Left": 0.0})
    torch.testing.assert_close(shut, torch.tensor([1.0, 0.3, 0.2]))
    axes = ["exp_00", "exp_01", "exp_02"]  # a model that knows no lids
    torch.testing.assert_close(with_shut_eyes(told, axes, {"Right": 0.0, "Left": 0.0}), told)


@pytest.mark.slow
@pytest.mark.usefixtures("face_finder")
def test_a_sleeper_s_eyes_are_shut_and_as_large_as_others(shared_dir: Path) -> None:
    photo = shared_dir / "bench" / "lps" / "soft_y+00_p+00.jpg"
    assert max(seeing(detect_faces(read_photo(photo))[0]).values()) == 0.0
    mesh = reconstruct(photo, PipelineOptions(quality="draft", device="cpu")).mesh
    values = dict(zip(mesh.shape_key_names, mesh.expression, strict=True))
    assert values["eyeBlinkLeft"] == values["eyeBlinkRight"] == pytest.approx(1.0)
    assert max(values["eyeLookDownLeft"], values["eyeLookDownRight"]) < 0.1
    eyes = mesh.vertices[mesh.landmarks68[36:48]].reshape(2, 6, 3)
    usual = np.asarray(load_model("builtin").mean)[mesh.landmarks68[36:48]].reshape(2, 6, 3)
    assert (openings(eyes) > 0.8 * openings(usual)).all()


def openings(eyes: np.ndarray) -> np.ndarray:
    """Height over width of eyes (2, 6, 3) of iBUG points."""
    heights = np.linalg.norm(eyes[:, [1, 2]] - eyes[:, [5, 4]], axis=2).mean(axis=1)
    return heights / np.linalg.norm(eyes[:, 0] - eyes[:, 3], axis=1)
