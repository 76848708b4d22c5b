"""C-Net starts at the plain average, and what it believes counts more."""

from __future__ import annotations

import torch
from likeness.inference.networks.c_net import CNet, aggregate_identity


def test_untrained_it_is_the_plain_average() -> None:
    torch.manual_seed(0)
    identities = torch.randn(5, 80)
    confidences = CNet()(torch.rand(5, 512, 28, 28), torch.rand(5, 2048, 1, 1))
    assert confidences.shape == (5, 80)
    assert (confidences > 0).all()
    assert torch.allclose(aggregate_identity(identities, confidences), identities.mean(dim=0), atol=1e-6)
    assert torch.equal(aggregate_identity(identities), identities.mean(dim=0))


def test_each_number_has_its_own_confidence() -> None:
    identities = torch.tensor([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]])
    confidences = torch.tensor([[1.0, 3.0, 1.0], [1.0, 1.0, 0.0]])
    assert aggregate_identity(identities, confidences).tolist() == [2.0, 1.5, 1.0]


def test_it_learns_to_leave_out_a_spoilt_photo() -> None:
    """A blank feature map marks the photo whose identity is noise: a few steps lower its confidence."""
    torch.manual_seed(0)
    network = CNet()
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    shallow, deep = torch.rand(4, 512, 8, 8), torch.rand(4, 2048, 1, 1)
    shallow[3], deep[3] = 0, 0
    true = torch.randn(80)
    identities = true.repeat(4, 1)
    identities[3] += 2
    losses = []
    for _ in range(8):
        loss = (aggregate_identity(identities, network(shallow, deep)) - true).square().mean()
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < 0.25 * losses[0]
