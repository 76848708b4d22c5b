"""Reduced networks in the place of large ones: they see the same at their own size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.networks import DF2NET, RAFARE_BASE, RAFARE_FINE
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN
from likeness.inference.networks.df2net import Depths
from likeness.inference.uv.atlas import texel_geometry, uv_atlas
from likeness.result.reconstruction import DISPLACEMENT_IMAGE, NORMAL_IMAGE
from likeness.training.networks.df2net_task import Df2NetTask
from likeness.training.networks.facescape_task import GENERATOR, RANGE_M
from likeness.training.networks.rafare_task import RafareTask
from likeness.training.networks.stand_ins import SmallDF2Net, fit_of, stand_ins, with_generated_relief
from synthetic import model_reconstruction, posed_points, project
from torch import Tensor, nn


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model(BUILTIN)


class Brightness(nn.Module):
    """Says that what is brighter is nearer."""

    def forward(self, crops: Tensor) -> Depths:
        assert crops.shape[-1] == 256
        depth = crops.mean(dim=1, keepdim=True)
        return Depths(depth, depth, (depth, depth, 0.1 * depth))


def test_depth_is_the_same_at_another_size() -> None:
    at = torch.linspace(-1.0, 1.0, 512)
    crops = (at[:, None] * at).expand(1, 3, 512, 512)
    found = SmallDF2Net(Brightness())(crops)
    assert found.whole.shape == found.refined.shape == (1, 1, 512, 512)
    assert (found.dense - crops[:, :1]).abs().max() < 0.01
    assert (found.whole - 1.3 * crops[:, :1]).abs().max() < 0.01


def test_surfaces_answer_the_same_at_another_size() -> None:
    torch.manual_seed(0)
    task = RafareTask(width=8, stacks=1)
    players = task.players().eval()
    found = stand_ins({"rafare": players})
    assert found.keys() == {RAFARE_BASE, RAFARE_FINE}
    small = torch.rand(1, 4, 128, 128)
    large = small.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    points = torch.rand(1, 3, 50) * 2 - 1
    base, surfaces = found[RAFARE_BASE], players["surfaces"]
    assert isinstance(surfaces, nn.ModuleDict)
    with torch.inference_mode():
        wanted = surfaces["base"].query(surfaces["base"].features(small), points)  # type: ignore[operator]
        again = base.query(base.features(large), points)  # type: ignore[operator]
    assert torch.allclose(wanted, again, atol=1e-5)


def test_each_task_stands_for_its_networks() -> None:
    assert stand_ins({"df2net": Df2NetTask(width=4).players()}).keys() == {DF2NET}
    assert not stand_ins({})


def test_a_result_tells_its_fit(model: FaceModel) -> None:
    face = model_reconstruction(model, np.zeros((300, 260, 3), np.uint8))
    fit = fit_of(face)
    points = posed_points(face)
    assert np.allclose(fit.camera.project(fit.posed).numpy(), project(face, points), atol=1e-2)


class Everywhere(nn.Module):
    """A generator that sees one height wherever the face is seen."""

    def forward(self, pictures: Tensor) -> Tensor:
        assert pictures.std() > 0.05
        return torch.full_like(pictures[:, :1], 0.5)


def test_relief_is_where_the_photo_shows_skin(model: FaceModel) -> None:
    photo = np.random.default_rng(0).integers(0, 255, (600, 520, 3)).astype(np.uint8)
    face = model_reconstruction(model, photo)
    face.images[NORMAL_IMAGE] = np.zeros((256, 256, 3), np.uint8)
    found = with_generated_relief(face, model, nn.ModuleDict({GENERATOR: Everywhere()}))
    displacement = found.images[DISPLACEMENT_IMAGE]
    atlas = uv_atlas(model, 256)
    visibility = texel_geometry(atlas, fit_of(face)).visibility
    assert displacement.shape == (256, 256)
    assert np.median(displacement[visibility > 0.99]) == pytest.approx(0.5 * RANGE_M, rel=0.02)
    assert np.abs(displacement[(visibility == 0) & atlas.mask]).mean() < 0.05 * RANGE_M
    assert found.images[NORMAL_IMAGE].std() > 0
