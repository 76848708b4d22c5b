"""RAFaRe's two networks of signed distances at a reduced width: the base first, then what it lacks.

Guo et al., AAAI 2023: points near the surface with their distances; the fine network learns, in thousandths, what the
finished base is off.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...bfm.library.networks import RAFARE
from ...inference.networks.implicit_surface import EvenFeatures, Hourglasses, ImplicitSurface
from ...inference.rafare.labels import network_input
from ...inference.rafare.volume import FINE_SCALE
from .samples import DISTANCES, SampleKind
from .task import Batch, Rows, TrainingSettings

SURFACES, BASE, FINE = "surfaces", "base", "fine"
_BASE_SHARE = 0.7  # of the run
_POINTS = 1024  # of a picture in a step
SIDE = 128  # pixels that the networks see, of the portraits' 192
_NEAR = 0.03  # half sides: distances that count fully; others count less, as a network of this size errs there


@dataclass(frozen=True)
class RafareTask:
    """See the module."""

    width: int = 16
    stacks: int = 2
    settings: TrainingSettings = field(default_factory=lambda: TrainingSettings(steps=1200, batch=4, rate=2e-3))
    name: str = RAFARE
    kind: SampleKind = DISTANCES
    stages: tuple[float, ...] = (0.0, _BASE_SHARE)

    def players(self) -> nn.ModuleDict:
        """Both surfaces, which are trained one after the other."""
        base = ImplicitSurface(Hourglasses(self.width, self.stacks))
        fine = ImplicitSurface(EvenFeatures(self.width))
        return nn.ModuleDict({SURFACES: nn.ModuleDict({BASE: base, FINE: fine})})

    def tensors(self, rows: Rows, rng: np.random.Generator | None) -> dict[str, Tensor]:
        """Pictures (B, 4, S, S), points (B, 3, N) and distances (B, N), and how many half sides a metre has."""
        pictures = [network_input(photo, kinds) for photo, kinds in zip(rows["picture"], rows["labels"], strict=True)]
        pictures, points = small(torch.as_tensor(np.stack(pictures)).float()), torch.as_tensor(rows["points"])
        if rng is not None:
            points = points[:, torch.as_tensor(rng.choice(points.shape[1], _POINTS, replace=False))]
            if rng.random() < 0.5:
                pictures, points = pictures.flip(-1), points * points.new_tensor([-1.0, 1.0, 1.0, 1.0])
        return {
            "pictures": pictures,
            "points": points[..., :3].mT.contiguous(),
            "distances": points[..., 3].contiguous(),
            "metre": torch.as_tensor(rows["metre"]),
        }

    def loss(self, player: str, players: nn.ModuleDict, batch: Batch, progress: float) -> Tensor:
        """The base's on all stacks, or the fine network's on what a finished base lacks."""
        base, fine = _surfaces(players)
        if progress < _BASE_SHARE:
            maps = base.backbone(batch["pictures"])
            found = torch.stack([base.query(features, batch["points"]).float() for features in maps])
            return (_weight(batch) * (found - batch["distances"]).abs()).mean()
        with torch.no_grad():
            known = base.query(base.features(batch["pictures"]), batch["points"]).float()
        found = FINE_SCALE * fine.query(fine.features(batch["pictures"]), batch["points"]).float()
        return (_weight(batch) * (known + found - batch["distances"]).abs()).mean()

    def errors(self, players: nn.ModuleDict, batch: Batch) -> dict[str, Tensor]:
        """Of distances near the surface, with both and with the base alone; and which share has the wrong sign."""
        base, fine = _surfaces(players)
        found = base.query(base.features(batch["pictures"]), batch["points"]).float()
        both = found + FINE_SCALE * fine.query(fine.features(batch["pictures"]), batch["points"]).float()
        truth = batch["distances"]
        near, metre = (truth.abs() < _NEAR).float(), batch["metre"][:, None]
        mm = [1000.0 * ((x - truth).abs() / metre * near).sum() / near.sum() for x in (both, found)]
        wrong = 100.0 * ((both < 0.0) != (truth < 0.0)).float().mean()
        return {"distance mm": mm[0], "base alone mm": mm[1], "wrong side %": wrong}


def small(pictures: Tensor) -> Tensor:
    """Pictures (B, C, S, S) at the size that the networks see."""
    return functional.interpolate(pictures, size=(SIDE, SIDE), mode="area")


def _surfaces(players: nn.ModuleDict) -> tuple[ImplicitSurface, ImplicitSurface]:
    surfaces = players[SURFACES]
    assert isinstance(surfaces, nn.ModuleDict)
    base, fine = surfaces[BASE], surfaces[FINE]
    assert isinstance(base, ImplicitSurface)
    assert isinstance(fine, ImplicitSurface)
    return base, fine


def _weight(batch: Batch) -> Tensor:
    """(B, N) of errors, such that one of `_NEAR` at the surface counts 1."""
    return 1.0 / batch["distances"].abs().clamp_min(_NEAR)
