"""A small checkpoint in the official layout."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from likeness.inference.networks.r_net import RNet
from torch import Tensor


@pytest.fixture(scope="session")
def small_state() -> dict[str, Tensor]:
    """Weights of the smallest variant: 18 layers."""
    torch.manual_seed(0)
    return RNet(18).state_dict()


@pytest.fixture(scope="session")
def small_file(small_state: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In a file as the official training writes it."""
    path = tmp_path_factory.mktemp("checkpoint") / "epoch_20.pth"
    parameters = [torch.nn.Parameter(torch.zeros(2))]
    adam = torch.optim.Adam(parameters, lr=1e-4)
    parameters[0].grad = torch.ones(2)
    adam.step()
    scheduler = torch.optim.lr_scheduler.StepLR(adam, 10, 0.2)
    torch.save({"net_recon": small_state, "opt_00": adam.state_dict(), "sched_00": scheduler.state_dict()}, path)
    return path
