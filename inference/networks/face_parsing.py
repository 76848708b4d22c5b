"""Face parsing: which of 19 things each pixel shows.

BiSeNet (Yu et al., ECCV 2018) on a ResNet-18 as zllrunning/face-parsing.PyTorch trained it on CelebAMask-HQ, with the
official names of all weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .resnet import ResNet

CLASSES = 19
_CONTEXT = 128  # channels of the context path


class FaceParsing(nn.Module):
    """RGB pictures (B, 3, H, W), ImageNet's mean and deviation taken off -> scores (B, 19, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.cp = _ContextPath()
        self.ffm = _Fusion(2 * _CONTEXT)
        self.conv_out = _Output(2 * _CONTEXT, 2 * _CONTEXT)
        # Of use in training only.
        self.conv_out16, self.conv_out32 = _Output(_CONTEXT, 64), _Output(_CONTEXT, 64)

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        scores = self.conv_out(self.ffm(*self.cp(pictures)))
        return functional.interpolate(scores, pictures.shape[2:], mode="bilinear", align_corners=True)


class _ConvNorm(nn.Module):
    """A convolution, its normalisation and a rectifier."""

    def __init__(self, inputs: int, outputs: int, side: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, side, 1, side // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class _Output(nn.Module):
    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.conv = _ConvNorm(inputs, width)
        self.conv_out = nn.Conv2d(width, CLASSES, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv_out(self.conv(x))


class _Refinement(nn.Module):
    """Features weighted by what the whole picture says of them."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv = _ConvNorm(inputs, _CONTEXT)
        self.conv_atten = nn.Conv2d(_CONTEXT, _CONTEXT, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(_CONTEXT)

    def forward(self, x: Tensor) -> Tensor:
        features = self.conv(x)
        return features * torch.sigmoid(self.bn_atten(self.conv_atten(_mean(features))))


class _ContextPath(nn.Module):
    """Features at an eighth of the picture: the backbone's (B, 128, ...) and those of its context (B, 128, ...)."""

    def __init__(self) -> None:
        super().__init__()
        self.resnet = ResNet(18)
        self.arm16, self.arm32 = _Refinement(256), _Refinement(512)
        self.conv_head32, self.conv_head16 = _ConvNorm(_CONTEXT, _CONTEXT), _ConvNorm(_CONTEXT, _CONTEXT)
        self.conv_avg = _ConvNorm(512, _CONTEXT, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        eighth = self.resnet.shallow(pictures)
        sixteenth = self.resnet.layer3(eighth)
        deepest = self.resnet.layer4(sixteenth)
        context = self.arm32(deepest) + self.conv_avg(_mean(deepest))
        context = self.conv_head32(functional.interpolate(context, sixteenth.shape[2:], mode="nearest"))
        context = self.arm16(sixteenth) + context
        return eighth, self.conv_head16(functional.interpolate(context, eighth.shape[2:], mode="nearest"))


class _Fusion(nn.Module):
    """Both paths as one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convblk = _ConvNorm(channels, channels, 1)
        self.conv1 = nn.Conv2d(channels, channels // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1, bias=False)

    def forward(self, spatial: Tensor, context: Tensor) -> Tensor:
        features = self.convblk(torch.cat([spatial, context], dim=1))
        weight = torch.sigmoid(self.conv2(torch.relu(self.conv1(_mean(features)))))
        return features * weight + features


def _mean(x: Tensor) -> Tensor:
    return x.mean(dim=(2, 3), keepdim=True)
