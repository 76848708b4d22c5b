"""A fit that begins from a guess."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from known_faces import SIZE, detected, known_face
from likeness.anatomy.landmarks import DENSE
from likeness.inference.fitting.fit import fit_faces
from likeness.inference.fitting.landmark_fit import LandmarkBases, energy, fit_landmarks
from likeness.inference.fitting.model_tensors import ModelTensors
from likeness.inference.fitting.problem import observe
from likeness.inference.fitting.settings import FitSettings, LandmarkSettings
from likeness.inference.fitting.start import FitStart, start_state
from likeness.inference.fitting.view import View
from likeness.inference.images import Photo

pytestmark = pytest.mark.usefixtures("still_points")

SETTINGS = LandmarkSettings()


def guess_of(tensors: ModelTensors, seed: int = 2) -> tuple[FitStart, torch.Tensor]:
    """The truth about a face turned far, and its dense points in the picture."""
    face = known_face(tensors, seed=seed, turn=(35.0, 5.0, 0.0), values={"jawOpen": 0.5})
    shape = tensors.shape(face.identity, face.expression)
    camera = face.camera
    values = tensors.all_expressions(face.expression)
    start = FitStart(face.identity, values, camera.rotation, camera.translation, camera.intrinsics)
    return start, camera.project(tensors.at(DENSE, shape))


def test_a_guess_keeps_its_place_with_another_camera(tensors: ModelTensors) -> None:
    start, points = guess_of(tensors)
    shifted = start.intrinsics.clone()
    shifted[:2, 2] += shifted.new_tensor([30.0, -20.0])  # a principal point that the fit does not keep
    focal = float(shifted[0, 0]) * 1.5
    state = start_state(replace(start, intrinsics=shifted), tensors, focal, SIZE)
    found = tensors.at(DENSE, tensors.shape(state.identity[0], state.expression[0])) @ state.rotation[0].mT
    found = (found + state.translation[0]) @ state.intrinsics[0].mT
    moved = found[:, :2] / found[:, 2:] - (points + points.new_tensor([30.0, -20.0]))
    assert float(state.intrinsics[0, 0, 0]) == focal
    assert moved.norm(dim=-1).median() < 4.0  # pixels; the rest is perspective
    same = start_state(start, tensors, None, SIZE)
    torch.testing.assert_close(same.translation[0], start.translation)


def test_the_better_start_wins_and_a_bad_one_does_no_harm(tensors: ModelTensors, dense: LandmarkBases) -> None:
    start, points = guess_of(tensors)
    seen = observe(detected(points, 0.7), SIZE, points, SETTINGS)
    few = replace(SETTINGS, iterations=0)

    def reached(guess: FitStart | None) -> float:
        state = None if guess is None else start_state(guess, tensors, 700.0, SIZE)
        return float(energy(dense, seen, fit_landmarks(dense, seen, 700.0, few, state)[0], few))

    alone = reached(None)
    assert reached(start) < 0.9 * alone
    upside_down = replace(start, rotation=start.rotation @ torch.diag(start.rotation.new_tensor([-1.0, -1.0, 1.0])))
    assert reached(upside_down) == alone


def test_a_fit_takes_a_start(tensors: ModelTensors) -> None:
    start, points = guess_of(tensors)
    photo = Photo(None, np.full((SIZE[1], SIZE[0], 3), 128, np.uint8))
    few = FitSettings(landmarks=replace(SETTINGS, iterations=0))
    view = View(photo, detected(points, 0.7))
    fits = [fit_faces([view], tensors, few, starts=starts)[0] for starts in ([start], [])]
    assert fits[0].landmark_error < fits[1].landmark_error
