"""R-Net agrees with the official network and with a plain restatement of its blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.inference.deep3d.coefficients import Deep3DCoefficients
from likeness.inference.networks.r_net import RNet
from likeness.inference.networks.resnet import Bottleneck
from shared_tools import tool
from torch.nn import functional


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> dict[str, np.ndarray]:
    with np.load(shared_dir / "data" / "rnet_reference.npz") as archive:
        return dict(archive)


def test_names_and_shapes_are_the_official_ones(reference: dict[str, np.ndarray]) -> None:
    with torch.device("meta"):
        network = RNet()
    state = network.state_dict()
    assert list(state) == list(reference["keys"])
    assert len(state) == 332
    assert sum(p.numel() for p in network.parameters()) == 24_034_625
    assert [str(tuple(t.shape)) for t in state.values()] == [str(s) for s in reference["shapes"]]


def test_coefficients_are_the_official_ones(shared_dir: Path, reference: dict[str, np.ndarray]) -> None:
    network = RNet().eval()
    state = tool(shared_dir, "hash_fill").hash_fill_state_dict(network.state_dict())
    network.load_state_dict({k: v * 0.5 if k.endswith("bn3.weight") else v for k, v in state.items()})
    with torch.inference_mode():
        found = network(tool(shared_dir, "reference_fill").reference_input(1, 3, 224, 224))
    assert np.abs(found.numpy() - reference["coefficients"]).max() < 2e-4


@pytest.mark.parametrize("depth", [18, 34, 50])
def test_untrained_it_answers_with_the_mean_face(depth: int) -> None:
    network = RNet(depth).eval()
    with torch.inference_mode():
        assert not network(torch.rand(2, 3, 64, 64)).any()


def test_one_linear_layer_in_the_place_of_the_heads() -> None:
    network = RNet(18, use_last_fc=True).eval()
    assert {"backbone.fc.weight", "backbone.fc.bias"} <= network.state_dict().keys()
    assert not any(name.startswith("final_layers") for name in network.state_dict())
    with torch.inference_mode():
        crops = torch.rand(2, 3, 64, 64)
        deep = network.backbone.stages(crops)[1]
        assert deep.shape == (2, 512, 1, 1)
        assert torch.equal(network(crops), network.backbone.fc(deep.flatten(1)))


def test_a_bottleneck_is_three_convolutions_round_a_shortcut() -> None:
    """Stride 2 sits on the 3x3 convolution; against functions written out one by one."""
    torch.manual_seed(1)
    block = Bottleneck(8, 4, stride=2).eval()
    for norm in (block.bn1, block.bn2, block.bn3):
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
    x = torch.randn(1, 8, 6, 6)

    def norm(y: torch.Tensor, layer: torch.nn.Module) -> torch.Tensor:
        scale = layer.weight / (layer.running_var + 1e-5).sqrt()
        return (y - layer.running_mean[:, None, None]) * scale[:, None, None] + layer.bias[:, None, None]

    y = norm(functional.conv2d(x, block.conv1.weight), block.bn1).relu()
    y = norm(functional.conv2d(y, block.conv2.weight, stride=2, padding=1), block.bn2).relu()
    y = norm(functional.conv2d(y, block.conv3.weight), block.bn3)
    shortcut = norm(functional.conv2d(x, block.downsample[0].weight, stride=2), block.downsample[1])
    assert torch.allclose(block(x), (y + shortcut).relu(), atol=1e-5)


def test_coefficients_come_apart_and_together() -> None:
    vector = torch.arange(2 * 257.0).reshape(2, 257)
    parts = Deep3DCoefficients.of(vector)
    assert torch.equal(parts.vector(), vector)
    assert parts.exp[0, 0] == 80
    assert parts.tex[0, 0] == 144
    assert parts.angle[0].tolist() == [224, 225, 226]
    assert parts.gamma[0, 0] == 227
    assert parts.trans[0].tolist() == [254, 255, 256]
    with pytest.raises(ValueError, match=r"\(2, 239\)"):
        Deep3DCoefficients.of(vector[:, :239])
