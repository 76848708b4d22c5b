"""What a picture says of its light, on painted pictures of known light."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from likeness.anatomy.landmarks import IBUG68
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.detectors.landmarks import FaceLandmarks
from likeness.inference.fitting import scene_light as module
from likeness.inference.fitting.scene_light import EXPOSED, SceneLight, scene_light
from likeness.inference.images import Photo
from portrait import PORTRAIT_68


def landmarks() -> FaceLandmarks:
    box = np.array([160.0, 60.0, 290.0, 200.0])
    return FaceLandmarks(PORTRAIT_68, IBUG68, np.ones(68), None, box, "tests", 1.0)


def painted(level: float, eyes: float = 0.22, backdrop: float = 0.3, shirt: float = 0.6) -> Photo:
    """A face with the portrait's landmarks whose whites have these albedos, in a light of a linear level."""
    scene = np.full((512, 512), backdrop)
    scene[300:] = shirt
    cv2.ellipse(scene, (222, 118), (62, 84), 0, 0, 360, 0.15, -1)
    for eye in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(scene, [PORTRAIT_68[eye].astype(np.int32)], eyes)
    shown = linear_to_srgb(np.clip(scene * level, 0, 1))
    return Photo(None, np.repeat((shown * 255).round().astype(np.uint8)[..., None], 3, axis=2))


def test_a_usual_photo_is_exposed_as_usual() -> None:
    light = scene_light(painted(EXPOSED), landmarks())
    assert light.level == pytest.approx(math.log(EXPOSED), abs=0.1)
    assert light.sigma < module.EXPOSED_SIGMA


@pytest.mark.parametrize("level", [0.1, 0.3])
def test_a_dark_photo_has_little_light(level: float) -> None:
    found = scene_light(painted(level), landmarks()).level
    assert math.log(level) < found < math.log(level) + 1.1


def test_what_is_white_in_the_eyes_counts_a_little() -> None:
    dull, bright = (scene_light(painted(EXPOSED, eyes), landmarks()).level for eyes in (0.1, 0.4))
    assert 0.02 < bright - dull < 0.5 * math.log(0.4 / 0.1)


def test_usual_clothes_and_walls_count_nothing() -> None:
    """Only what is brighter than paper or darker than all scenes would be bounds the light."""
    grey, white = (scene_light(painted(EXPOSED, shirt=shirt), landmarks()).level for shirt in (0.45, 0.72))
    assert grey == pytest.approx(white, abs=1e-6)


def test_a_black_picture_still_says_something() -> None:
    light = scene_light(Photo(None, np.zeros((512, 512, 3), np.uint8)), landmarks())
    assert isinstance(light, SceneLight)
    assert np.isfinite([light.level, light.sigma]).all()
