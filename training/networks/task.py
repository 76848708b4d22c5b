"""What the loop must know of a network to train it, `TrainingTask`, and how it is done, `TrainingSettings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from torch import Tensor, nn

from ...inference.device import CPU
from .samples import SampleKind

Rows = Mapping[str, np.ndarray]
Batch = Mapping[str, Tensor]


@dataclass(frozen=True)
class TrainingSettings:
    """One run; two runs of the same settings on the same machine end in the same weights."""

    steps: int = 1000
    batch: int = 8
    rate: float = 1e-3  # at its highest; it rises over ``warm_up`` steps, and falls as a cosine to a hundredth
    warm_up: int = 30
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 1e-4
    clip: float = 1.0  # norm of the gradient beyond which it is scaled down
    mixed: bool = True  # whether convolutions compute in bfloat16
    seed: int = 0
    device: str = CPU
    check_every: int = 50  # steps between measurements on held-out people, each with a checkpoint
    check_pictures: int = 16


class TrainingTask(Protocol):
    """A network with its data and losses; its parts that are trained against each other are ``players``."""

    @property
    def name(self) -> str:
        """As the command line calls it."""
        ...

    @property
    def kind(self) -> SampleKind:
        """What its samples are."""
        ...

    @property
    def settings(self) -> TrainingSettings:
        """Those that suit it."""
        ...

    @property
    def stages(self) -> tuple[float, ...]:
        """The shares of the run, the first 0, at which its stages begin; the rate falls and rises anew in each."""
        ...

    def players(self) -> nn.ModuleDict:
        """New networks by player."""
        ...

    def tensors(self, rows: Rows, rng: np.random.Generator | None) -> dict[str, Tensor]:
        """A batch of the stored samples; changed at random where there is an ``rng``."""
        ...

    def loss(self, player: str, players: nn.ModuleDict, batch: Batch, progress: float) -> Tensor:
        """What a player is to make small when so much of the run, in [0, 1], is done."""
        ...

    def errors(self, players: nn.ModuleDict, batch: Batch) -> dict[str, Tensor]:
        """How wrong the networks are, by names with their units; the first is the one that counts."""
        ...
