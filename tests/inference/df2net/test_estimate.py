"""What the network says becomes a map in pixels, which the fitted face can be laid under."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from likeness.bfm.library.networks import DF2NET
from likeness.inference.depth.alignment import aligned
from likeness.inference.detail.picture import face_picture
from likeness.inference.df2net import estimate
from likeness.inference.networks.df2net import Depths
from likeness.inference.networks.library import standing_in
from sheets import DISTANCE, FOCAL, SIDE, Scene, scene
from torch import Tensor, nn

CPU = torch.device("cpu")


class Says(nn.Module):
    """A network that has one answer, in the official range."""

    def __init__(self, answer: np.ndarray) -> None:
        super().__init__()
        self.answer = torch.as_tensor(answer, dtype=torch.float32)[None, None]

    def forward(self, crops: Tensor) -> Depths:
        assert crops.shape[-1] == self.answer.shape[-1]
        return Depths(self.answer, self.answer, (self.answer * 0.0,) * 3)


@pytest.fixture(scope="module")
def view() -> Any:
    """The sheet, with landmarks on its oval that make a window of it."""
    shown: Scene = scene(ambient=0.9, sideways=0.0, frontal=0.0)
    turn = np.linspace(np.pi, 0.0, 17)
    jaw = np.stack([np.cos(turn), np.sin(turn)], axis=1) * [100.0, 110.0] + [150.0, 140.0]
    rest = np.tile([150.0, 140.0], (51, 1))
    rest[0:5], rest[5:10] = [90.0, 90.0], [210.0, 90.0]
    rest[22], rest[25] = [120.0, 120.0], [180.0, 120.0]
    landmarks = np.concatenate([jaw, rest])
    return SimpleNamespace(photo=shown.photo(), landmarks=SimpleNamespace(ibug68=lambda: landmarks), scene=shown)


def test_a_unit_is_half_of_255_pixels(view: Any) -> None:
    """As the official code writes depth, and its mesh takes it: -1 is 0, 1 is 255."""
    answer = np.linspace(-1.0, 1.0, 512 * 512).reshape(512, 512)
    with standing_in({DF2NET: Says(answer)}):
        depth = estimate.depth_map(view, CPU)
    assert depth.nearness[0, 0] == pytest.approx(0.0, abs=1e-3)
    assert depth.nearness[-1, -1] == pytest.approx(255.0, abs=1e-3)


def test_the_faces_own_depth_is_accepted(view: Any) -> None:
    """A network that tells the sheet as it is, in the official range, fits at the scale of its pixels."""
    shown = view.scene
    window = estimate.face_window(view.landmarks.ibug68())
    at = window.to_photo(np.stack(np.meshgrid(np.arange(512) + 0.5, np.arange(512) + 0.5), axis=-1))
    x, y = ((at - SIDE / 2) * DISTANCE / FOCAL).transpose(2, 0, 1)
    bulge = -4.0 * (x**2 + y**2)  # metres nearer than the middle
    pixels = bulge * FOCAL / DISTANCE * 512 / window.side
    with standing_in({DF2NET: Says(pixels / 127.5)}):
        depth = estimate.depth_map(view, CPU)
    found = aligned(depth, face_picture(view.photo, shown.model, shown.fit), 1, "DF2Net")
    assert found.explained > 0.9
