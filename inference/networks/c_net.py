"""C-Net: how far each photo of a set is to be believed about each number of the identity.

Deng et al. 2019, section 4 define it: positive confidences c_j (80,) of the photos j and the identity
(sum_j c_j id_j) / (sum_j c_j), number by number. Neither its layers nor weights were ever released; the layers here are
Likeness's own. As long as it is untrained its confidences are all alike, and the identity is the plain average.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from .r_net import HEAD_SIZES

SHALLOW, DEEP, WIDTH = 512, 2048, 256
LEAST = 1e-3  # keeps the confidences positive


class CNet(nn.Module):
    """On the features of an R-Net of 50 layers (`ResNet.stages`)."""

    def __init__(self) -> None:
        super().__init__()
        self.shallow = nn.Sequential(
            nn.Conv2d(SHALLOW, WIDTH, 3, 2, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(WIDTH, WIDTH, 3, 2, 1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.deep = nn.Linear(DEEP, WIDTH)
        self.last = nn.Linear(2 * WIDTH, HEAD_SIZES[0])
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, shallow: Tensor, deep: Tensor) -> Tensor:
        """(N, 512, 28, 28) and (N, 2048, 1, 1) -> confidences (N, 80), positive."""
        features = torch.cat([self.shallow(shallow), self.deep(deep.flatten(1))], dim=1)
        return softplus(self.last(features)) + LEAST


def aggregate_identity(identities: Tensor, confidences: Tensor | None = None) -> Tensor:
    """Identities (N, K) of N photos -> one (K,): weighted by the confidences (N, K), without them the average."""
    if confidences is None:
        return identities.mean(dim=0)
    return (confidences * identities).sum(dim=0) / confidences.sum(dim=0)
