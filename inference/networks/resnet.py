"""ResNet v1.5 as torchvision names it: the stride of a bottleneck sits on its 3x3 convolution.

He et al., Deep Residual Learning for Image Recognition, CVPR 2016, table 1; PyTorch's weights are those of v1.5.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
WIDTHS = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions round a shortcut."""

    expansion = 1

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _shortcut(channels, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, width, H / stride, W / stride)."""
        y = torch.relu_(self.bn1(self.conv1(x)))
        return torch.relu_(self.bn2(self.conv2(y)).add_(x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions round a shortcut."""

    expansion = 4

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, width * self.expansion, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width * self.expansion)
        self.downsample = _shortcut(channels, width * self.expansion, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, 4 width, H / stride, W / stride)."""
        y = torch.relu_(self.bn1(self.conv1(x)))
        y = torch.relu_(self.bn2(self.conv2(y)))
        return torch.relu_(self.bn3(self.conv3(y)).add_(x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """The backbone. ``outputs`` > 0 puts a linear layer ``fc`` after the global average."""

    def __init__(self, depth: int, outputs: int = 0) -> None:
        super().__init__()
        block = Bottleneck if depth >= 50 else BasicBlock
        self.features = WIDTHS[-1] * block.expansion
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = (64, *(width * block.expansion for width in WIDTHS[:-1]))
        layers = zip(inputs, WIDTHS, BLOCKS[depth], (1, 2, 2, 2), strict=True)
        self.layer1, self.layer2, self.layer3, self.layer4 = (_layer(block, *sizes) for sizes in layers)
        self.fc = nn.Linear(self.features, outputs) if outputs else None

    def shallow(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) -> the end of stage 2 (B, C, H / 8, W / 8)."""
        x = self.maxpool(torch.relu_(self.bn1(self.conv1(x))))
        return self.layer2(self.layer1(x))

    def stages(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, H, W) -> the end of stage 2 (B, C, H / 8, W / 8) and the global average (B, features, 1, 1)."""
        shallow = self.shallow(x)
        return shallow, self.layer4(self.layer3(shallow)).mean(dim=(2, 3), keepdim=True)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, features, 1, 1), or (B, outputs) with a linear layer."""
        deep = self.stages(x)[1]
        return deep if self.fc is None else self.fc(deep.flatten(1))


def _layer(block: type[BasicBlock] | type[Bottleneck], channels: int, width: int, count: int, stride: int) -> nn.Module:
    blocks: Sequence[nn.Module] = [
        block(channels if i == 0 else width * block.expansion, width, stride if i == 0 else 1) for i in range(count)
    ]
    return nn.Sequential(*blocks)


def _shortcut(channels: int, outputs: int, stride: int) -> nn.Module | None:
    if stride == 1 and channels == outputs:
        return None
    return nn.Sequential(nn.Conv2d(channels, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
