"""RAFaRe's signed distances: features of a picture, and a small network asked about points in front of it.

Guo et al., RAFaRe: Learning Robust and Accurate Non-parametric 3D Face Reconstruction from Pseudo 2D&3D Pairs, AAAI
2023, after Saito et al., PIFu, ICCV 2019; with the official names of all weights (zhuhao-nju/rafare). The picture spans
[-1, 1] in x (right) and y (up), cameras are orthographic, larger z is nearer; outside is positive.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

INPUT_SIDE = 512  # pixels
CHANNELS = 4  # BGR in [-1, 1] and the kind of thing seen
WIDTH, STACKS = 64, 4  # of the official networks: channels of the first layer, hourglasses
_DEPTH = 2  # levels of an hourglass
_Z_SCALE = INPUT_SIDE / 2 / 200.0  # of a point's depth among its features


class ImplicitSurface(nn.Module):
    """Features of a picture, and the head that is asked about points; see the backbones for base and fine.

    Their ``width`` w is that of the first layer, by which all others go.
    """

    def __init__(self, backbone: Hourglasses | EvenFeatures) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = PointHead(backbone.width)

    def features(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 4, S, S) -> (B, 4 w, S / k, S / k), k being 4 for the base and 2 for the fine network."""
        return self.backbone(pictures)[-1]

    def query(self, features: Tensor, points: Tensor) -> Tensor:
        """Signed distances (B, N) at points (B, 3, N); 0 beside the picture. The cube's half side is the unit."""
        at = torch.stack([points[:, 0], -points[:, 1]], dim=-1)[:, :, None]
        sampled = functional.grid_sample(features, at, align_corners=True)[..., 0]
        found = self.head(torch.cat([sampled, _Z_SCALE * points[:, 2:]], dim=1))[:, 0]
        return found * (points[:, :2].abs() <= 1.0).all(dim=1)


class PointHead(nn.Module):
    """Features (B, C, N) of points -> (B, 1, N); they are seen again before each layer but the first two."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        inputs, layers = 4 * width + 1, [16 * width, 8 * width, 4 * width, 2 * width, 1]
        seen = [inputs, layers[0], *(size + inputs for size in layers[1:-1])]
        self.filters = nn.ModuleList(nn.Conv1d(a, b, 1) for a, b in zip(seen, layers, strict=True))

    def forward(self, points: Tensor) -> Tensor:
        """See the class."""
        x = points
        for index, layer in enumerate(self.filters):
            x = layer(torch.cat([x, points], dim=1) if index >= 2 else x)
            x = functional.leaky_relu(x) if index < len(self.filters) - 1 else x
        return x


class Hourglasses(nn.Module):
    """Stacked hourglasses (Newell et al., ECCV 2016): (B, 4, S, S) -> a map (B, 4 w, S / 4, S / 4) of each."""

    def __init__(self, width: int = WIDTH, stacks: int = STACKS) -> None:
        super().__init__()
        self.width, self.stacks, features, groups = width, stacks, 4 * width, width // 2
        self.conv1, self.bn1 = nn.Conv2d(CHANNELS, width, 7, 2, 3), nn.GroupNorm(groups, width)
        self.conv2 = ConvBlock(width, 2 * width, groups)
        self.conv3, self.conv4 = ConvBlock(2 * width, 2 * width, groups), ConvBlock(2 * width, features, groups)
        for stack in range(stacks):
            self.add_module(f"m{stack}", _Hourglass(features, groups))
            self.add_module(f"top_m_{stack}", ConvBlock(features, features, groups))
            self.add_module(f"conv_last{stack}", nn.Conv2d(features, features, 1))
            self.add_module(f"bn_end{stack}", nn.GroupNorm(groups, features))
            self.add_module(f"l{stack}", nn.Conv2d(features, features, 1))
            if stack < stacks - 1:
                self.add_module(f"bl{stack}", nn.Conv2d(features, features, 1))
                self.add_module(f"al{stack}", nn.Conv2d(features, features, 1))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """See the class."""
        x = torch.relu(self.bn1(self.conv1(pictures)))
        x = functional.avg_pool2d(self.conv2(x), 2)
        x = self.conv4(self.conv3(x))
        answers = []
        for stack in range(self.stacks):
            layer = {name: self.get_submodule(f"{name}{stack}") for name in ("m", "top_m_", "conv_last", "bn_end", "l")}
            inner = layer["conv_last"](layer["top_m_"](layer["m"](x)))
            inner = torch.relu(layer["bn_end"](inner))
            answers.append(layer["l"](inner))
            if stack < self.stacks - 1:
                x = x + self.get_submodule(f"bl{stack}")(inner) + self.get_submodule(f"al{stack}")(answers[-1])
        return answers


class EvenFeatures(nn.Module):
    """Without pooling, for what is fine: (B, 4, S, S) -> one map (B, 4 w, S / 2, S / 2)."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.width, groups = width, width // 2
        self.conv1, self.bn1 = nn.Conv2d(CHANNELS, width, 7, 2, 3), nn.GroupNorm(groups, width)
        self.conv2 = ConvBlock(width, 2 * width, groups, shortcut=False)
        self.conv3 = ConvBlock(2 * width, 2 * width, groups, shortcut=False)
        self.conv4 = ConvBlock(2 * width, 4 * width, groups, shortcut=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """See the class."""
        return [self.conv4(self.conv3(self.conv2(torch.relu(self.bn1(self.conv1(pictures))))))]


class ConvBlock(nn.Module):
    """Three 3x3 convolutions whose outputs stand side by side, with a shortcut round them or without."""

    def __init__(self, inputs: int, outputs: int, groups: int, shortcut: bool = True) -> None:
        super().__init__()
        half, quarter = outputs // 2, outputs // 4
        self.conv1 = nn.Conv2d(inputs, half, 3, 1, 1, bias=False)
        self.conv2 = nn.Conv2d(half, quarter, 3, 1, 1, bias=False)
        self.conv3 = nn.Conv2d(quarter, quarter, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.GroupNorm(groups, inputs), nn.GroupNorm(groups, half)
        self.bn3, self.bn4 = nn.GroupNorm(groups, quarter), nn.GroupNorm(groups, inputs)
        # The official checkpoint holds this norm under two names, and in every block.
        wider = nn.Sequential(self.bn4, nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False))
        self.downsample = wider if shortcut and inputs != outputs else None
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        a = self.conv1(torch.relu(self.bn1(x)))
        b = self.conv2(torch.relu(self.bn2(a)))
        c = self.conv3(torch.relu(self.bn3(b)))
        joined = torch.cat([a, b, c], dim=1)
        if not self.shortcut:
            return joined
        return joined + (x if self.downsample is None else self.downsample(x))


class _Hourglass(nn.Module):
    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        for level in range(_DEPTH, 0, -1):
            self.add_module(f"b1_{level}", ConvBlock(channels, channels, groups))
            self.add_module(f"b2_{level}", ConvBlock(channels, channels, groups))
            if level == 1:
                self.b2_plus_1 = ConvBlock(channels, channels, groups)
        for level in range(1, _DEPTH + 1):
            self.add_module(f"b3_{level}", ConvBlock(channels, channels, groups))

    def forward(self, x: Tensor, level: int = _DEPTH) -> Tensor:
        low = self.get_submodule(f"b2_{level}")(functional.avg_pool2d(x, 2))
        low = self.b2_plus_1(low) if level == 1 else self.forward(low, level - 1)
        low = self.get_submodule(f"b3_{level}")(low)
        low = functional.interpolate(low, scale_factor=2, mode="bicubic", align_corners=True)
        return self.get_submodule(f"b1_{level}")(x) + low
