"""pix2pixHD's generators: FaceScape's displacement networks and RAFaRe's normal networks.

Wang et al., High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs, CVPR 2018. Written anew,
with the names of all weights as in the official checkpoints; instance normalisation has none.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class GlobalGenerator(nn.Module):
    """Pictures (B, inputs, H, W) -> (B, outputs, H, W) in [-1, 1]; H and W divide by 2 ** ``halvings``."""

    def __init__(self, inputs: int, outputs: int, width: int = 64, halvings: int = 4, blocks: int = 9) -> None:
        super().__init__()
        layers = [*global_layers(inputs, width, halvings, blocks), *_last_layers(width, outputs)]
        self.model = nn.Sequential(*layers)

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        return self.model(pictures)


class LocalEnhancer(nn.Module):
    """A global generator at half the size and one enhancer round it: (B, 3, H, W) -> (B, 3, H, W) in [-1, 1]."""

    def __init__(self, width: int = 32, halvings: int = 4, blocks: int = 9, local_blocks: int = 3) -> None:
        super().__init__()
        self.model = nn.Sequential(*global_layers(3, 2 * width, halvings, blocks))
        self.model1_1 = nn.Sequential(*_first_layers(3, width), *_half(width))
        inner = [_ResidualBlock(2 * width) for _ in range(local_blocks)]
        self.model1_2 = nn.Sequential(*inner, *_double(2 * width), *_last_layers(width, 3))

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        half = functional.avg_pool2d(pictures, 3, 2, 1, count_include_pad=False)
        return self.model1_2(self.model1_1(pictures) + self.model(half))


def global_layers(inputs: int, width: int, halvings: int, blocks: int) -> list[nn.Module]:
    """A global generator without its last layers: (B, inputs, H, W) -> (B, width, H, W)."""
    layers = _first_layers(inputs, width)
    for level in range(halvings):
        layers += _half(width * 2**level)
    layers += [_ResidualBlock(width * 2**halvings) for _ in range(blocks)]
    for level in range(halvings, 0, -1):
        layers += _double(width * 2**level)
    return layers


def _first_layers(inputs: int, width: int) -> list[nn.Module]:
    return [nn.ReflectionPad2d(3), nn.Conv2d(inputs, width, 7), nn.InstanceNorm2d(width), nn.ReLU()]


def _half(channels: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, 2 * channels, 3, 2, 1), nn.InstanceNorm2d(2 * channels), nn.ReLU()]


def _double(channels: int) -> list[nn.Module]:
    half = channels // 2
    return [nn.ConvTranspose2d(channels, half, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(half), nn.ReLU()]


def _last_layers(width: int, outputs: int) -> list[nn.Module]:
    return [nn.ReflectionPad2d(3), nn.Conv2d(width, outputs, 7), nn.Tanh()]


class _ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside the picture itself; nothing cuts the sum off."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels)]
        second = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels)]
        self.conv_block = nn.Sequential(*first, nn.ReLU(), *second)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)
