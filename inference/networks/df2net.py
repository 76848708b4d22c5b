"""DF2Net: one masked crop -> a depth map, dense (D), then fine (F), then finer (Fr).

Zeng, Peng and Qiao, DF2Net: A Dense-Fine-Finer Network for Detailed 3D Face Reconstruction, ICCV 2019, with the
official names of all weights (xiaoxingzeng/DF2Net).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

INPUT_SIDE = 512  # pixels of the official crop
_LEVELS = 8  # of the U-Net, which halves its picture as often
_ENCODER_SLOPE = 0.2
_FINER_WEIGHT = 3.0  # of Fr-Net's relief in the whole
UNIT = 127.5  # pixels of the official crop: its code writes depth in [-1, 1] as [0, 255], and its mesh takes that so


@dataclass(frozen=True)
class Depths:
    """What the three networks say; larger is nearer to the camera."""

    dense: Tensor  # (B, 1, S, S) D-Net's
    refined: Tensor  # (B, 1, S, S) F-Net's, in [-1, 1], which only Fr-Net sees
    reliefs: tuple[Tensor, Tensor, Tensor]  # (B, 1, ...) Fr-Net's at S / 4, S / 2 and S, in [-1, 1]

    @property
    def whole(self) -> Tensor:
        """Depth (B, 1, S, S), of which `UNIT` tells the scale."""
        return self.dense + _FINER_WEIGHT * self.reliefs[2]


class DF2Net(nn.Module):
    """All three. ``width``: channels of D-Net's first layer, 64 in the official one; F-Net and Fr-Net are small."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        widths = [width * min(2**level, 8) for level in range(_LEVELS)]
        self.layer1 = nn.Sequential(OrderedDict(layer1=nn.Conv2d(3, width, 4, 2, 1, bias=False)))
        for level in range(2, _LEVELS + 1):
            self.add_module(f"layer{level}", _encoder(level, widths[level - 2], widths[level - 1]))
        inputs = widths[-1]
        for level in range(_LEVELS, 0, -1):
            outputs = width if level == 1 else widths[max(level - 2, 0)]
            self.add_module(f"dlayer{level}", _decoder(level, inputs, outputs))
            inputs = outputs + widths[max(level - 2, 0)]
        self.add_transpose_conv_1 = nn.ConvTranspose2d(width, width, 3, 1, 1, bias=False)
        self.add_transpose_bn_1 = nn.BatchNorm2d(width)
        self.add_transpose_conv_2 = nn.ConvTranspose2d(width, width // 2, 3, 1, 1, bias=False)
        self.add_transpose_bn_2 = nn.BatchNorm2d(width // 2)
        self.add_transpose_conv_3 = nn.ConvTranspose2d(width // 2, 1, 3, 1, 1, bias=False)
        self.FNet = FNet()
        self.FrNet = FrNet()

    def forward(self, crops: Tensor) -> Depths:
        """RGB crops (B, 3, S, S) in [-1, 1], -1 off the face; S divides by 256."""
        dense = self.dense(crops)
        refined = self.FNet(dense, crops)
        return Depths(dense, refined, self.FrNet(refined, crops))

    def dense(self, crops: Tensor) -> Tensor:
        """D-Net alone: depth (B, 1, S, S)."""
        seen = [self.layer1(crops)]
        for level in range(2, _LEVELS + 1):
            seen.append(self.get_submodule(f"layer{level}")(seen[-1]))
        x = self.get_submodule(f"dlayer{_LEVELS}")(seen.pop())
        for level in range(_LEVELS - 1, 0, -1):
            x = self.get_submodule(f"dlayer{level}")(torch.cat([x, seen.pop()], dim=1))
        x = self.add_transpose_bn_1(self.add_transpose_conv_1(torch.relu(x)))
        x = self.add_transpose_bn_2(self.add_transpose_conv_2(torch.relu(x)))
        return self.add_transpose_conv_3(torch.relu(x))


def _encoder(level: int, inputs: int, outputs: int) -> nn.Module:
    """Half the picture; the innermost level has no normalisation."""
    name = f"layer{level}"
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers[f"{name}leakyrelu"] = nn.LeakyReLU(_ENCODER_SLOPE)
    layers[f"{name}conv"] = nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)
    if level < _LEVELS:
        layers[f"{name}bn"] = nn.BatchNorm2d(outputs)
    return nn.Sequential(layers)


def _decoder(level: int, inputs: int, outputs: int) -> nn.Module:
    """Twice the picture; the three innermost levels drop half their channels in training."""
    name = f"dlayer{level}"
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers[f"{name}relu"] = nn.ReLU()
    layers[f"{name}tconv"] = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)
    layers[f"{name}bn"] = nn.BatchNorm2d(outputs)
    if level > _LEVELS - 3:
        layers[f"{name}dropout"] = nn.Dropout2d(0.5)
    return nn.Sequential(layers)


class _Stages(nn.Module):
    """Layers that F-Net has once and each of Fr-Net's stages again, told apart by the end of their names."""

    def add_stage(self, stage: str, trunk: int, head: int) -> None:
        """``trunk`` and ``head``: channels that enter layers 5 and 8."""
        sizes = {"conv1_d": (1, 8), "conv1_c": (3, 8), "conv2": (16, 16), "conv3": (32, 32), "conv4": (32, 32)}
        sizes |= {"conv5": (trunk, 64), "conv6": (64, 64), "conv7": (64, 64)}
        for name, (inputs, outputs) in sizes.items():
            self.add_module(name + stage, nn.Conv2d(inputs, outputs, 3, 1, 1))
        for name, (inputs, outputs) in {"conv8": (head, 16), "conv9": (16, 4), "out": (4, 1)}.items():
            self.add_module(name + stage, nn.Conv2d(inputs, outputs, 1))

    def layer(self, name: str, x: Tensor) -> Tensor:
        """One layer with its activation."""
        return functional.leaky_relu(self.get_submodule(name)(x))

    def entry(self, stage: str, depth: Tensor, colours: Tensor) -> tuple[Tensor, Tensor]:
        """What layer 2 (B, 16, ...) makes of depth and colours, and all that led to it (B, 32, ...)."""
        both = torch.cat([self.layer(f"conv1_d{stage}", depth), self.layer(f"conv1_c{stage}", colours)], dim=1)
        second = self.layer(f"conv2{stage}", both)
        return second, torch.cat([both, second], dim=1)

    def middle(self, stage: str, joined: Tensor) -> tuple[Tensor, Tensor]:
        """Layers 3 and 4 at half the size: of the last (B, 32, ...), and both (B, 64, ...)."""
        third = self.layer(f"conv3{stage}", functional.max_pool2d(joined, 2))
        fourth = self.layer(f"conv4{stage}", third)
        return fourth, torch.cat([third, fourth], dim=1)

    def deep(self, stage: str, x: Tensor) -> Tensor:
        """Layers 5 to 7: (B, 64, ...)."""
        for name in ("conv5", "conv6", "conv7"):
            x = self.layer(name + stage, x)
        return x

    def answer(self, stage: str, x: Tensor) -> Tensor:
        """The last layers: (B, 1, ...) in [-1, 1]."""
        for name in ("conv8", "conv9"):
            x = self.layer(name + stage, x)
        return torch.tanh(self.get_submodule(f"out{stage}")(x))


class FNet(_Stages):
    """Depth and colours (B, 1 and 3, S, S) -> the refined depth (B, 1, S, S) in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.add_stage("", trunk=64, head=16 + 32 + 64)

    def forward(self, depth: Tensor, colours: Tensor) -> Tensor:
        """See the class."""
        second, joined = self.entry("", depth, colours)
        fourth, joined = self.middle("", joined)
        deep = self.deep("", functional.max_pool2d(joined, 2))
        return self.answer("", torch.cat([second, _enlarged(fourth, 2), _enlarged(deep, 4)], dim=1))


class FrNet(_Stages):
    """Refined depth and colours (B, 1 and 3, S, S) -> reliefs at a quarter, half and the whole of S, in [-1, 1].

    Layers 3 and 4 of stages 2 and 3 stand in the official checkpoint and are never used.
    """

    def __init__(self) -> None:
        super().__init__()
        self.add_stage("_stage1", trunk=64, head=64)
        self.add_stage("_stage2", trunk=32 + 64, head=64)
        self.add_stage("_stage3", trunk=32 + 32, head=64)

    def forward(self, depth: Tensor, colours: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        _, full = self.entry("_stage1", depth, colours)
        _, half = self.middle("_stage1", full)
        coarse = self.answer("_stage1", self.deep("_stage1", functional.max_pool2d(half, 2)))
        medium = self._finer("_stage2", coarse, functional.avg_pool2d(colours, 4), half)
        return coarse, medium, self._finer("_stage3", medium, functional.avg_pool2d(colours, 2), full)

    def _finer(self, stage: str, relief: Tensor, colours: Tensor, kept: Tensor) -> Tensor:
        """A relief twice as fine, with what stage 1 ``kept`` at that size."""
        _, joined = self.entry(stage, relief, colours)
        return self.answer(stage, self.deep(stage, torch.cat([_enlarged(joined, 2), kept], dim=1)))


def _enlarged(x: Tensor, factor: int) -> Tensor:
    return functional.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
