"""The displacement and normal networks agree with the official classes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from likeness.inference.networks.pix2pix_generator import GlobalGenerator, LocalEnhancer
from official_reference import Reference, empty, outputs

PLACES = (1, 13, 16, 24, 25, 34, 38)


@pytest.mark.slow
@pytest.mark.parametrize(("channels", "parameters"), [(3, 182_436_993), (6, 182_446_401)])
def test_displacements_are_the_official_ones(channels: int, parameters: int, shared_dir: Path) -> None:
    reference = Reference.of(shared_dir, "facescape_dpmap_reference")
    network, prefix = empty(GlobalGenerator, channels, 1), f"in{channels}_"
    reference.assert_same_layout(network, prefix)
    assert sum(p.numel() for p in network.parameters()) == parameters
    reference.fill(network)
    places = {f"model{index}": f"model.{index}" for index in PLACES}
    found = outputs(network, places, reference.picture(1, channels, 256, 256))
    tolerances = {"out": 2e-4, "model38": 2e-4, "model24": 5e-4, "model25": 5e-4}
    for name, value in found.items():
        assert reference.error(prefix + name, value) < tolerances.get(name, 1e-4), name


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
def test_small_ones_keep_the_size_and_the_range(side: int) -> None:
    picture = torch.rand(1, 3, side, side) * 2 - 1
    with torch.inference_mode():
        for network in (GlobalGenerator(3, 1, 8, 3, 2), LocalEnhancer(4, 3, 2, 1)):
            found = network(picture)
            assert found.shape[2:] == picture.shape[2:]
            assert found.abs().max() <= 1.0
