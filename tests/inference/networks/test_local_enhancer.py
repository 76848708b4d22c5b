"""The normal networks agree with the official class."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from likeness.inference.networks.local_enhancer import LocalEnhancer
from official_reference import Reference, empty, outputs


@pytest.mark.slow
def test_normals_are_the_official_ones(shared_dir: Path) -> None:
    reference = Reference.of(shared_dir, "rafare_reference")
    network = empty(LocalEnhancer)
    reference.assert_same_layout(network, "normal_")
    assert sum(p.numel() for p in network.parameters()) == 182_701_827
    reference.fill(network)
    found = outputs(network, {"model": "model", "model1_1": "model1_1"}, reference.picture(1, 3, 256, 256))
    for name, value in found.items():
        assert reference.error(f"normal_{name}", value) < 2e-4, name


@pytest.mark.parametrize("side", [64, 96])
def test_a_small_one_keeps_the_size_and_the_range(side: int) -> None:
    picture = torch.rand(1, 3, side, side) * 2 - 1
    with torch.inference_mode():
        found = LocalEnhancer(4, 3, 2, 1)(picture)
    assert found.shape == picture.shape
    assert found.abs().max() <= 1.0
