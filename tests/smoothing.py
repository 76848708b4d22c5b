"""A small network to train in tests, with everything a step may have in it, and its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from likeness.training.networks.task import TrainingSettings
from torch import Tensor, nn

SETTINGS = TrainingSettings(steps=20, batch=4, rate=1e-2, warm_up=5, check_every=10, check_pictures=4)


@dataclass(frozen=True)
class Smoothing:
    """Two players, with everything a step may have in it: convolutions, dropout, batch statistics, chance."""

    width: int = 4
    settings: TrainingSettings = SETTINGS
    name: str = "smoothing"
    kind: Any = None
    stages: tuple[float, ...] = (0.0,)

    def players(self) -> nn.ModuleDict:
        smoother = nn.Sequential(
            nn.Conv2d(1, self.width, 3, 1, 1),
            nn.BatchNorm2d(self.width),
            nn.Dropout2d(0.3),
            nn.Conv2d(self.width, 1, 3, 1, 1),
        )
        return nn.ModuleDict({"smoother": smoother, "other": nn.Conv2d(1, 1, 1)})

    def tensors(self, rows: Any, rng: np.random.Generator | None) -> dict[str, Tensor]:
        pictures = torch.as_tensor(rows["pictures"])
        return {"pictures": pictures if rng is None else pictures + float(rng.normal(0.0, 0.1))}

    def loss(self, player: str, players: nn.ModuleDict, batch: Any, progress: float) -> Tensor:
        if player == "other":
            return (players["other"](batch["pictures"]) - 1.0).square().mean() if progress >= 0.5 else torch.zeros(())
        return self._apart(players, batch)

    def errors(self, players: nn.ModuleDict, batch: Any) -> dict[str, Tensor]:
        return {"error": self._apart(players, batch)}

    def _apart(self, players: nn.ModuleDict, batch: Any) -> Tensor:
        wanted = nn.functional.avg_pool2d(batch["pictures"], 3, 1, 1)
        return (players["smoother"](batch["pictures"]).float() - wanted).square().mean()


def sample_rows(numbers: np.ndarray) -> dict[str, np.ndarray]:
    """Twenty-four pictures, of which these."""
    return {"pictures": np.random.default_rng(0).normal(size=(24, 1, 12, 12)).astype(np.float32)[numbers]}
