"""RAFaRe's networks agree with the official classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.inference.networks.implicit_surface import EvenFeatures, Hourglasses, ImplicitSurface
from official_reference import Reference, outputs
from torch import Tensor, nn

BACKBONES = {"base": Hourglasses, "fine": EvenFeatures}
PLACES = ("conv1", "conv2", "conv3", "conv4", "m0", "top_m_0", "l0")


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> Reference:
    return Reference.of(shared_dir, "rafare_reference")


@pytest.mark.slow
@pytest.mark.parametrize(("which", "parameters"), [("base", 15_476_290), ("fine", 1_491_010)])
def test_distances_are_the_official_ones(which: str, parameters: int, reference: Reference) -> None:
    network = ImplicitSurface(BACKBONES[which]()).eval()
    reference.assert_same_layout(network, f"{which}_")
    assert sum(p.numel() for p in network.parameters()) == parameters
    picture, points = reference.picture(1, 4, 512, 512), torch.from_numpy(reference.values["points"])
    for fill in ("plain", "hash"):
        reference.fill(network, fill)
        found = outputs(
            network.backbone, {place: place for place in PLACES if hasattr(network.backbone, place)}, picture
        )
        features = found["feature"] = found.pop("out")[-1]
        with torch.inference_mode():
            distances = network.query(features, points)[0].numpy()
        error = np.abs(distances - reference.values[f"{which}_{fill}_sdf"]).max()
        assert error < (1e-4 if which == "base" else 3e-4)
    for name, value in found.items():
        assert reference.error(f"{which}_hash_{name}", value) < (3e-4 if name in {"m0", "top_m_0"} else 1e-4), name


@pytest.fixture(scope="module")
def small() -> ImplicitSurface:
    torch.manual_seed(0)
    return ImplicitSurface(EvenFeatures()).eval()


def test_beside_the_picture_there_is_nothing(small: ImplicitSurface) -> None:
    features = small.features(torch.rand(1, 4, 32, 32))
    points = torch.tensor([[[1.01, 0.0, 1.0], [0.0, -1.01, 1.0], [0.0, 0.0, 1.5]]])
    found = small.query(features, points)[0]
    assert not found[:2].any()
    assert found[2] != 0.0  # no depth is out of range


class Repeat(nn.Module):
    """A head that answers with one of a point's values."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index

    def forward(self, points: Tensor) -> Tensor:
        return points[:, self.index : self.index + 1]


def test_where_a_point_is_in_the_picture() -> None:
    """Right is right, up is up, corners are the centres of the outermost pixels, and depth goes along, scaled."""
    network, side = ImplicitSurface(EvenFeatures()), 9
    across = torch.linspace(-1.0, 1.0, side)
    features = torch.stack(torch.meshgrid(-across, across, indexing="ij"))[None]  # of a row and of a column
    points = torch.rand(1, 3, 50) * 2 - 1
    for index, wanted in ((1, points[:, 0]), (0, points[:, 1]), (2, points[:, 2] * 256 / 200)):
        network.head = Repeat(index)
        assert torch.allclose(network.query(features, points), wanted, atol=1e-5)


def test_points_are_asked_about_one_by_one(small: ImplicitSurface) -> None:
    """Together or apart, each has the same answer."""
    points = torch.rand(1, 3, 40) * 2 - 1
    with torch.inference_mode():
        features = small.features(torch.rand(1, 4, 32, 32))
        apart = torch.cat([small.query(features, part) for part in points.split(7, dim=2)], dim=1)
        assert torch.allclose(small.query(features, points), apart, atol=1e-6)
