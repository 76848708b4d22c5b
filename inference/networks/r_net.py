"""R-Net: one aligned crop -> Deep3D's 257 coefficients.

Deng et al., Accurate 3D Face Reconstruction with Weakly-Supervised Learning, CVPRW 2019, as released for PyTorch
(sicxu/Deep3DFaceRecon_pytorch): a ResNet and seven linear heads, with the official names of all weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .resnet import ResNet

# Identity, expression, texture, angle, light, translation in x and y, in z.
HEAD_SIZES = (80, 64, 80, 3, 27, 2, 1)
COEFFICIENTS = sum(HEAD_SIZES)


class RNet(nn.Module):
    """The network. ``use_last_fc``: one linear layer in the backbone instead of the seven heads."""

    def __init__(self, depth: int = 50, use_last_fc: bool = False) -> None:
        super().__init__()
        self.backbone = ResNet(depth, COEFFICIENTS if use_last_fc else 0)
        if not use_last_fc:
            self.final_layers = nn.ModuleList(nn.Conv2d(self.backbone.features, size, 1) for size in HEAD_SIZES)
            for parameter in self.final_layers.parameters():
                nn.init.zeros_(parameter)  # untrained, it answers with the mean face

    def forward(self, crops: Tensor) -> Tensor:
        """RGB crops (B, 3, 224, 224) in [0, 1], as they are (no mean taken off) -> coefficients (B, 257)."""
        return self.coefficients(self.backbone.stages(crops)[1])

    def coefficients(self, deep: Tensor) -> Tensor:
        """The backbone's global feature (B, features, 1, 1) -> coefficients (B, 257)."""
        if self.backbone.fc is not None:
            return self.backbone.fc(deep.flatten(1))
        return torch.cat([layer(deep) for layer in self.final_layers], dim=1).flatten(1)
