"""DF2Net agrees with the official classes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from likeness.inference.networks.df2net import DF2Net
from official_reference import Reference, empty, outputs

PARTS = {"enc4": "layer4", "enc8": "layer8", "dec5": "dlayer5", "dec1": "dlayer1"}


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> Reference:
    return Reference.of(shared_dir, "df2net_reference")


def test_names_and_shapes_are_the_official_ones(reference: Reference) -> None:
    with torch.device("meta"):
        network = DF2Net()
    reference.assert_same_layout(network)
    assert len(network.state_dict()) == 187
    assert sum(p.numel() for p in network.parameters()) == 55_146_052


@pytest.mark.parametrize("fill", ["plain", "hash"])
def test_depths_are_the_official_ones(fill: str, reference: Reference) -> None:
    network = empty(DF2Net)
    scaled = {str(name): 0.25 for name in reference.values["hash_scaled_by_0.25"]} if fill == "hash" else {}
    reference.fill(network, fill, scaled)
    found = outputs(network, PARTS, reference.picture(1, 3, 512, 512))
    depths = found.pop("out")
    t1, t2, t3 = depths.reliefs
    found |= {"d": depths.dense, "r": depths.refined, "t1": t1, "t2": t2, "t3": t3, "out": depths.whole}
    for name, value in found.items():
        # The plain fill's reliefs hardly vary, so they must agree closer.
        tolerance = 5e-5 if fill == "hash" else 5e-7 if name in {"t1", "t2", "t3"} else 5e-6
        assert reference.error(f"{fill}_{name}", value) < tolerance, name


def test_a_narrow_one_is_of_the_same_form() -> None:
    network = DF2Net(8).eval()
    with torch.inference_mode():
        depths = network(torch.rand(2, 3, 256, 256) * 2 - 1)
    assert depths.whole.shape == depths.dense.shape == depths.refined.shape == (2, 1, 256, 256)
    assert [relief.shape[-1] for relief in depths.reliefs] == [64, 128, 256]
    with torch.device("meta"):
        assert network.state_dict().keys() == DF2Net().state_dict().keys()


def test_what_is_finer_than_the_surface_comes_from_all_three() -> None:
    """Each network's weights change the whole."""
    torch.manual_seed(0)
    network, picture = DF2Net(8).eval(), torch.rand(1, 3, 256, 256)
    with torch.inference_mode():
        before = network(picture).whole
        for name in ("dlayer1.dlayer1tconv", "FNet.conv7", "FrNet.conv7_stage1", "FrNet.conv5_stage3"):
            weight = network.get_submodule(name).weight
            weight.mul_(1.5)
            assert not torch.equal(network(picture).whole, before), name
            weight.div_(1.5)
