"""How far landmarks wander, and what the fit makes of it."""

from __future__ import annotations

import numpy as np
import torch
from known_faces import detected
from likeness.anatomy.landmarks import DENSE, FACE_OVAL_LOOP, IBUG68, Dense, dense_mirror
from likeness.inference.fitting.problem import observe
from likeness.inference.fitting.settings import LandmarkSettings
from likeness.inference.fitting.wander import landmark_wander


def test_the_outline_wanders_more_than_the_nose() -> None:
    wander = landmark_wander(DENSE)
    assert wander.shape == (DENSE.count,)
    assert wander.min() > 0 and wander.max() < 0.04
    np.testing.assert_allclose(wander, wander[dense_mirror()], rtol=1e-5)
    nose = wander[[Dense.NOSE_TIP, Dense.UNDER_NOSE, Dense.NOSE_BRIDGE]]
    assert nose.max() < 0.7 * np.median(wander[list(FACE_OVAL_LOOP)])
    assert not landmark_wander(IBUG68).any()


def test_observed_points_are_as_sure_as_both_allow() -> None:
    rng = np.random.default_rng(0)
    landmarks = detected(torch.as_tensor(rng.uniform(50, 450, (DENSE.count, 2))), 2.0)
    seen = observe(landmarks, (512, 512), torch.zeros((), dtype=torch.float64), LandmarkSettings())
    own = np.sqrt(seen.sigma.numpy() ** 2 - (landmark_wander(DENSE) * landmarks.inter_ocular) ** 2)
    np.testing.assert_allclose(own, own[0] * np.ones_like(own) * landmarks.uncertainty / landmarks.uncertainty[0])
