"""DF2Net at a reduced width: the dense depth first, then the fine one, then the finer relief.

Zeng et al., ICCV 2019: D-Net learns depth and normals; F-Net refines them with the truth in detail; Fr-Net has no truth
but the picture, which its relief must shade as it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...bfm.library.networks import DF2NET
from ...geometry.colour import LUMINANCE, srgb_to_linear
from ...inference.networks.df2net import INPUT_SIDE, UNIT, Depths, DF2Net
from .losses import mean_where, normal_loss, normals, shading_loss, slope_loss, without_broad
from .samples import DEPTHS, SampleKind
from .task import Batch, Rows, TrainingSettings

NETWORK = "network"
_FINE_FROM, _FINER_FROM = 0.75, 0.9  # of the run: D-Net is left alone from the one on, F-Net from the other
_CUT = 64  # pixels of the window in which F-Net and Fr-Net, which see no farther, are trained
_PIXELS = UNIT * DEPTHS.side / INPUT_SIDE  # of our smaller picture in D-Net's unit
_FLAT = 0.05  # of D-Net's last weights, at the start
_SLOPES_FROM = 0.1  # of the run, over which the share of slopes and normals grows: they know nothing of a rough start
_FINE_REACH = 3  # pixels below which detail is judged by itself


@dataclass(frozen=True)
class Df2NetTask:
    """See the module."""

    width: int = 8
    settings: TrainingSettings = field(
        # Depth in bfloat16 would be right to half a pixel only, which is more than a wrinkle.
        default_factory=lambda: TrainingSettings(steps=1200, batch=4, rate=2e-3, mixed=False)
    )
    name: str = DF2NET
    kind: SampleKind = DEPTHS
    stages: tuple[float, ...] = (0.0, _FINE_FROM, _FINER_FROM)

    def players(self) -> nn.ModuleDict:
        """All three in one; the relief begins at none, so that until it is learnt the whole is D-Net's depth.

        D-Net begins nearly flat, and its last units, few as they are, open: after gradients as large as a rough start
        has, Adam would hardly move for long, and units that make noise would close for good.
        """
        network = DF2Net(self.width)
        network.add_transpose_conv_3.weight.data.mul_(_FLAT)
        nn.init.ones_(network.add_transpose_bn_2.bias)
        for name, parameter in network.FrNet.named_parameters():
            if name.startswith("out_"):
                nn.init.zeros_(parameter)
        return nn.ModuleDict({NETWORK: network})

    def tensors(self, rows: Rows, rng: np.random.Generator | None) -> dict[str, Tensor]:
        """Crops in [-1, 1], nearness in pixels, where it is known, and how many pixels a metre has."""
        crops = torch.as_tensor(rows["crop"]).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        batch = {"crops": crops}
        for name in ("nearness", "known"):
            batch[name] = torch.as_tensor(rows[name])[:, None].float()
        if rng is not None and rng.random() < 0.5:
            batch = {name: values.flip(-1) for name, values in batch.items()}
        batch["metre"] = torch.as_tensor(rows["metre"])
        batch["corner"] = torch.as_tensor((0, 0) if rng is None else rng.integers(0, DEPTHS.side - _CUT + 1, 2))
        return batch

    def loss(self, player: str, players: nn.ModuleDict, batch: Batch, progress: float) -> Tensor:
        """D-Net's, then F-Net's, then Fr-Net's, each with those before it as they are."""
        network = players[player]
        assert isinstance(network, DF2Net)
        if progress < _FINE_FROM:
            return dense_loss(network.dense(batch["crops"]), batch, min(1.0, progress / _SLOPES_FROM))
        with torch.no_grad():
            network.train(False)
            dense = network.dense(batch["crops"])
            network.train()
        return _detail_loss(network, dense, batch, finer=progress >= _FINER_FROM)

    def errors(self, players: nn.ModuleDict, batch: Batch) -> dict[str, Tensor]:
        """Of depth, of normals, and of what is finer than a few pixels."""
        network, truth, known = players[NETWORK], batch["nearness"], batch["known"]
        found = _PIXELS * network(batch["crops"]).whole
        apart = (found - truth).abs() / batch["metre"][:, None, None, None]
        cosine = (normals(found) * normals(truth)).sum(dim=1, keepdim=True).clamp(-1.0, 1.0)
        return {
            "depth mm": 1000.0 * mean_where(apart, known),
            "normals deg": mean_where(torch.rad2deg(cosine.acos()), known),
            "fine r": correlation(*(without_broad(x, known, _FINE_REACH) for x in (found, truth))),
        }


def dense_loss(dense: Tensor, batch: Batch, share: float) -> Tensor:
    """L1 of depth, and a share of that of its slopes and normals."""
    truth, known = batch["nearness"] / _PIXELS, batch["known"]
    found, wanted = dense * _PIXELS, batch["nearness"]
    turned = 0.5 * normal_loss(found, wanted, known) + slope_loss(dense, truth, known)
    return mean_where((dense - truth).abs(), known) + share * turned


def _detail_loss(network: DF2Net, dense: Tensor, batch: Batch, finer: bool) -> Tensor:
    """F-Net's by the truth, or Fr-Net's by the shading, in a window."""
    top, left = (int(n) for n in batch["corner"])
    part = (..., slice(top, top + _CUT), slice(left, left + _CUT))
    crops, truth, known, dense = (x[part] for x in (batch["crops"], batch["nearness"], batch["known"], dense))
    if finer:
        with torch.no_grad():
            refined = network.FNet(dense, crops)
        return finer_loss(Depths(dense, refined, network.FrNet(refined, crops)), crops, known)
    refined = network.FNet(dense, crops)
    found = refined * _PIXELS
    detail = without_broad(found - truth, known, _FINE_REACH).abs()
    fine = mean_where((refined - truth / _PIXELS).abs(), known) + 0.5 * normal_loss(found, truth, known)
    return fine + 0.1 * slope_loss(found, truth, known) + mean_where(detail, known)


def finer_loss(depths: Depths, crops: Tensor, known: Tensor) -> Tensor:
    """Fr-Net's reliefs shade like the picture at all three sizes, stay near F-Net's depth and are no noise."""
    grey = torch.einsum("bchw,c->bhw", srgb_to_linear((crops + 1.0) / 2.0), torch.as_tensor(LUMINANCE).to(crops))
    total = crops.new_zeros(())
    for relief, shrink in zip(depths.reliefs, (4, 2, 1), strict=True):
        dense, refined, seen, light = (
            functional.avg_pool2d(x, shrink) for x in (depths.dense, depths.refined, known, grey[:, None])
        )
        seen, scale = (seen > 0.99).to(seen), _PIXELS / shrink
        whole = scale * (dense + 3.0 * relief)
        near = (functional.avg_pool2d(whole - scale * refined, 5, 1, 2)).abs()
        total = total + shading_loss(whole, light, scale * refined, seen, _FINE_REACH)
        total = total + mean_where(near, seen) / scale + 0.05 * slope_loss(relief, torch.zeros_like(relief), seen)
    return total


def correlation(a: Tensor, b: Tensor) -> Tensor:
    """Of two pictures, over all their pixels, whose means are nothing."""
    return (a * b).sum() / (a.square().sum() * b.square().sum()).sqrt().clamp_min(1e-9)
