"""Face parsing: the layout of the official weights, and what its parts do."""

from __future__ import annotations

import torch
from likeness.inference.networks.face_parsing import CLASSES, FaceParsing


def test_names_are_the_official_ones() -> None:
    with torch.device("meta"):
        state = FaceParsing().state_dict()
    assert len(state) == 191
    shapes = {
        "cp.resnet.layer4.1.conv2.weight": (512, 512, 3, 3),
        "cp.arm32.conv_atten.weight": (128, 128, 1, 1),
        "cp.conv_avg.conv.weight": (128, 512, 1, 1),
        "ffm.convblk.bn.running_var": (256,),
        "ffm.conv2.weight": (256, 64, 1, 1),
        "conv_out.conv_out.weight": (19, 256, 1, 1),
        "conv_out32.conv.conv.weight": (64, 128, 3, 3),
    }
    assert {name: tuple(state[name].shape) for name in shapes} == shapes
    assert not any(name.endswith("fc.weight") for name in state)


def test_scores_for_every_pixel_of_any_size() -> None:
    torch.manual_seed(0)
    network = FaceParsing().eval()
    with torch.inference_mode():
        for size in ((64, 64), (96, 80)):
            scores = network(torch.randn(2, 3, *size))
            assert scores.shape == (2, CLASSES, *size)
            assert scores.isfinite().all()


def test_every_part_but_the_training_s_has_a_say() -> None:
    torch.manual_seed(0)
    network, picture = FaceParsing().eval(), torch.randn(1, 3, 64, 64)
    parts = {name for name, module in network.named_modules() if isinstance(module, torch.nn.Conv2d)}
    idle = {name for name in parts if name.startswith(("conv_out16", "conv_out32"))}
    assert idle
    with torch.inference_mode():
        before = network(picture)
        for name in sorted(parts):
            weight = network.get_submodule(name).weight
            kept = weight.clone()
            weight.mul_(-3.0)
            assert torch.equal(network(picture), before) == (name in idle), name
            weight.copy_(kept)
