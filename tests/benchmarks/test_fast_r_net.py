"""The fast way gives what the plain one gives: folded norms, batches, and the decoding as one product."""

from __future__ import annotations

import pytest
import torch
from likeness.benchmarks.fast_r_net import Decoder, FastRNet, folded
from likeness.inference.deep3d.coefficients import Deep3DCoefficients
from likeness.inference.deep3d.geometry import Deep3DModel, decode
from likeness.inference.networks.r_net import RNet
from torch import nn

CPU = torch.device("cpu")


def answering(depth: int) -> RNet:
    """A network with norms that do something and heads that answer."""
    torch.manual_seed(0)
    network = RNet(depth).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2.0)
            module.weight.data.uniform_(0.3, 0.7)
    for parameter in network.final_layers.parameters():
        parameter.data.normal_(0, 0.02)
    return network


@pytest.fixture(scope="module")
def tiny() -> Deep3DModel:
    torch.manual_seed(1)
    return Deep3DModel(
        mean=torch.randn(9, 3),
        identity_basis=torch.randn(80, 9, 3),
        expression_basis=torch.randn(64, 9, 3),
        texture_mean=torch.rand(9, 3),
        texture_basis=torch.rand(80, 9, 3),
        triangles=torch.tensor([(0, 1, 2)]),
        landmarks68=torch.zeros(68, dtype=torch.int64),
    )


@pytest.mark.parametrize("depth", [18, 50])
def test_folding_changes_no_answer(depth: int) -> None:
    network = answering(depth)
    fast = folded(network)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in fast.modules())
    crops = torch.rand(2, 3, 96, 96)
    with torch.inference_mode():
        wanted = network(crops)
        assert wanted.abs().mean() > 0.01
        assert torch.allclose(fast(crops), wanted, atol=1e-4)


def test_any_number_of_crops_goes_through_in_batches(tiny: Deep3DModel) -> None:
    network = answering(18)
    crops = torch.rand(5, 3, 64, 64)
    coefficients, posed = FastRNet(network, tiny, CPU, batch=2)(crops)
    with torch.inference_mode():
        wanted = network(crops)
    assert torch.allclose(coefficients, wanted, atol=1e-4)
    assert posed is not None
    face = decode(tiny, Deep3DCoefficients.of(wanted))
    assert torch.allclose(posed, face.posed, atol=1e-2)
    assert FastRNet(network, None, CPU, batch=4)(crops)[1] is None


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.bfloat16, 0.03)])
def test_decoding_as_one_product(dtype: torch.dtype, tolerance: float, tiny: Deep3DModel) -> None:
    """In bfloat16 the movement loses some of its digits; the mean and the pose lose none."""
    torch.manual_seed(2)
    vector = torch.randn(3, 257) * 0.3
    wanted = decode(tiny, Deep3DCoefficients.of(vector)).posed
    assert (Decoder(tiny, dtype)(vector) - wanted).abs().max() < tolerance * (wanted - tiny.mean).abs().max()
